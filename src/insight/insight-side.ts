// The services and jobs of this room, put together.

import type { BalanceBook } from '../agreements/agreement-balances';
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { LedgerService } from '../ledger/ledger.service';
import type { MemberRowsStore } from '../members/member-rows.store';
import type { CatalogueService } from '../program/catalogue.service';
import { unresolvedBefore } from '../redemption/saga/reconciliation.store';
import { AgreementWatchJob } from './alert/agreement-watch.job';
import { type SupplyParts, SupplyWatchJob } from './alert/supply-watch.job';
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

export interface WatchedParts extends InsightParts {
  readonly agreementBook: BalanceBook;
  readonly stock: SupplyParts['stock'];
  readonly directory: { health(): ReturnType<SupplyParts['health']> };
}

export function insightJobs(parts: WatchedParts & InsightSide) {
  const { database, catalogue, memberRows, clock, agreementBook, stock, directory, rollUp } = parts;
  const current = () => catalogue.current();
  const waiting = [unresolvedBefore];
  const health = () => directory.health();
  return [
    new LevelCensusJob(database, memberRows, current, clock),
    new PacedJob(rollUp),
    new AgreementWatchJob(database, agreementBook, current, clock),
    new SupplyWatchJob({ database, stock, health, waiting, catalogue: current, clock }),
  ];
}
