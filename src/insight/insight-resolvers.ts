// The resolvers of this room, put together.
import { AlertResolver } from './alert/alert.resolver';
import { CensusResolver } from './census/census.resolver';
import { InsightResolver } from './figures/insight.resolver';
import type { InsightParts, InsightSide } from './insight-side';
import { ProgramPreviewResolver } from './preview/preview.resolver';
import { MemberSavingsResolver, SavingsDetailResolver } from './savings/savings.resolver';
import { SavingsDetailStore } from './savings/savings-detail.store';

export const INSIGHT_RESOLVERS = [
  MemberSavingsResolver,
  SavingsDetailResolver,
  AlertResolver,
  CensusResolver,
  ProgramPreviewResolver,
  InsightResolver,
] as const;

type Instance = readonly [(typeof INSIGHT_RESOLVERS)[number], object];

export function insightResolvers({
  database,
  catalogue,
  previews,
  insight,
}: InsightParts & InsightSide): readonly Instance[] {
  const current = () => catalogue.current();
  const details = new SavingsDetailStore(database.read, () => {
    const { time, settings } = current();
    return { time, currency: settings.currency };
  });
  return [
    [MemberSavingsResolver, new MemberSavingsResolver()],
    [SavingsDetailResolver, new SavingsDetailResolver(details)],
    [AlertResolver, new AlertResolver(database, current)],
    [CensusResolver, new CensusResolver(database, current)],
    [ProgramPreviewResolver, new ProgramPreviewResolver(previews)],
    [InsightResolver, new InsightResolver(insight)],
  ];
}
