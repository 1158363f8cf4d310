// The services and jobs of this room, put together.
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { MemberRowsStore } from '../members/member-rows.store';
import type { CatalogueService } from '../program/catalogue.service';
import { LevelCensusJob } from './census/level-census.job';
import { PreviewService } from './preview/preview.service';

export interface InsightParts {
  readonly database: Database;
  readonly catalogue: CatalogueService;
  readonly memberRows: MemberRowsStore;
  readonly clock: Clock;
}

export interface InsightSide {
  readonly previews: PreviewService;
}

export function makeInsightSide({ database, catalogue, memberRows, clock }: InsightParts): InsightSide {
  return { previews: new PreviewService(database, memberRows, () => catalogue.current(), clock) };
}

export function insightJobs({ database, catalogue, memberRows, clock }: InsightParts) {
  return [new LevelCensusJob(database, memberRows, () => catalogue.current(), clock)];
}
