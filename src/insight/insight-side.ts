// The services and jobs of this room, put together.
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { LedgerService } from '../ledger/ledger.service';
import type { MemberRowsStore } from '../members/member-rows.store';
import type { CatalogueService } from '../program/catalogue.service';
import { LevelCensusJob } from './census/level-census.job';
import { InsightService } from './figures/insight.service';
import { PacedJob } from './figures/paced-job';
import { PointsWatcher } from './figures/points-flow';
import { RollUpJob } from './figures/roll-up.job';
import { PreviewService } from './preview/preview.service';

export interface InsightParts {
  readonly database: Database;
  readonly ledger: LedgerService;
  readonly catalogue: CatalogueService;
  readonly memberRows: MemberRowsStore;
  readonly clock: Clock;
}

export interface InsightSide {
  readonly previews: PreviewService;
  readonly rollUp: RollUpJob;
  readonly insight: InsightService;
}

export function makeInsightSide({ database, ledger, catalogue, memberRows, clock }: InsightParts): InsightSide {
  ledger.watch(new PointsWatcher(() => catalogue.current().time));
  return {
    previews: new PreviewService(database, memberRows, () => catalogue.current(), clock),
    rollUp: new RollUpJob(database, catalogue, clock),
    insight: new InsightService(database, () => catalogue.current(), clock),
  };
}

export function insightJobs({ database, catalogue, memberRows, clock, rollUp }: InsightParts & InsightSide) {
  return [new LevelCensusJob(database, memberRows, () => catalogue.current(), clock), new PacedJob(rollUp)];
}
