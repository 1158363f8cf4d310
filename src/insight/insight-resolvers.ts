// The resolvers of this room, put together.
import { AlertResolver } from './alert/alert.resolver';
import { CensusResolver } from './census/census.resolver';
import type { InsightParts } from './insight-side';
import { MemberSavingsResolver, SavingsDetailResolver } from './savings/savings.resolver';
import { SavingsDetailStore } from './savings/savings-detail.store';

export const INSIGHT_RESOLVERS = [MemberSavingsResolver, SavingsDetailResolver, AlertResolver, CensusResolver] as const;

type Instance = readonly [(typeof INSIGHT_RESOLVERS)[number], object];

export function insightResolvers({ database, catalogue }: InsightParts): readonly Instance[] {
  const current = () => catalogue.current();
  const details = new SavingsDetailStore(database.read, () => {
    const { time, settings } = current();
    return { time, currency: settings.currency };
  });
  return [
    [MemberSavingsResolver, new MemberSavingsResolver()],
    [SavingsDetailResolver, new SavingsDetailResolver(details)],
    [AlertResolver, new AlertResolver(database)],
    [CensusResolver, new CensusResolver(database, current)],
  ];
}
