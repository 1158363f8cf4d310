// The jobs of this room, put together.
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { MemberRowsStore } from '../members/member-rows.store';
import type { CatalogueService } from '../program/catalogue.service';
import { LevelCensusJob } from './census/level-census.job';

export interface InsightParts {
  readonly database: Database;
  readonly catalogue: CatalogueService;
  readonly memberRows: MemberRowsStore;
  readonly clock: Clock;
}

export function insightJobs({ database, catalogue, memberRows, clock }: InsightParts) {
  return [new LevelCensusJob(database, memberRows, () => catalogue.current(), clock)];
}
