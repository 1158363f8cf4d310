// The services and resolvers of this room, put together.
import type { AgreementService } from '../agreements/agreement.service';
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { LedgerService } from '../ledger/ledger.service';
import type { CatalogueService } from '../program/catalogue.service';
import { AdjustmentService } from './adjustment/adjustment.service';

export interface SettlementParts {
  readonly database: Database;
  readonly ledger: LedgerService;
  readonly agreements: AgreementService;
  readonly catalogue: CatalogueService;
  readonly clock: Clock;
}

export interface SettlementSide {
  readonly adjustments: AdjustmentService;
}

export function makeSettlementSide(parts: SettlementParts): SettlementSide {
  const { database, ledger, agreements, catalogue, clock } = parts;
  const current = () => catalogue.current();
  return { adjustments: new AdjustmentService(database, ledger, agreements, current, clock) };
}
