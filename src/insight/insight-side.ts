// The services and jobs of this room, put together.
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { MemberRowsStore } from '../members/member-rows.store';
import type { CatalogueService } from '../program/catalogue.service';
import { AlertResolver } from './alert/alert.resolver';
import { CensusResolver } from './census/census.resolver';
import { LevelCensusJob } from './census/level-census.job';
import { MemberSavingsResolver, SavingsDetailResolver } from './savings/savings.resolver';
import { SavingsDetailStore } from './savings/savings-detail.store';

export interface InsightParts {
  readonly database: Database;
  readonly catalogue: CatalogueService;
  readonly memberRows: MemberRowsStore;
  readonly clock: Clock;
}

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

export function insightJobs({ database, catalogue, memberRows, clock }: InsightParts) {
  return [new LevelCensusJob(database, memberRows, () => catalogue.current(), clock)];
}
