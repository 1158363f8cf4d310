// The services of this room, put together.
import type { AgreementService } from '../agreements/agreement.service';
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { LedgerService } from '../ledger/ledger.service';
import type { CatalogueService } from '../program/catalogue.service';
import { AdjustmentService } from './adjustment/adjustment.service';
import { DeliveryService } from './delivery/delivery.service';
import { DeliveryUploader } from './delivery/delivery-upload';
import { DisputeService } from './delivery/dispute.service';
import { StatementService } from './statement/statement.service';
import { StatementFiles } from './statement-file/statement-files';

export interface SettlementParts {
  readonly database: Database;
  readonly ledger: LedgerService;
  readonly agreements: AgreementService;
  readonly catalogue: CatalogueService;
  readonly clock: Clock;
}

export interface SettlementSide {
  readonly adjustments: AdjustmentService;
  readonly deliveries: DeliveryService;
  readonly deliveryFiles: DeliveryUploader;
  readonly disputes: DisputeService;
  readonly statements: StatementService;
  readonly statementFiles: StatementFiles;
}

export function makeSettlementSide(parts: SettlementParts): SettlementSide {
  const { database, ledger, agreements, catalogue, clock } = parts;
  const current = () => catalogue.current();
  const adjustments = new AdjustmentService(database, ledger, agreements, current, clock);
  const deliveries = new DeliveryService(database, ledger, agreements, current, clock);
  const statements = new StatementService(database, agreements, current, clock);
  return {
    adjustments,
    deliveries,
    deliveryFiles: new DeliveryUploader(deliveries, current),
    disputes: new DisputeService(ledger, deliveries, adjustments, agreements, clock),
    statements,
    statementFiles: new StatementFiles(statements, current),
  };
}
