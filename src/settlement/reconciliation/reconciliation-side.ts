// The services and jobs of reconciliation, put together.
import type { AgreementService, PartnersOfOffers } from '../../agreements/agreement.service';
import type { Database } from '../../database/database';
import type { Clock } from '../../kernel/clock';
import type { CodeCipher } from '../../marketplace/code-cipher';
import type { CatalogueService } from '../../program/catalogue.service';
import type { AdjustmentService } from '../adjustment/adjustment.service';
import { FeedService } from './feed.service';
import { GatherPass } from './gather-pass';
import { ReconciliationItemService } from './item.service';
import { MatchKeys } from './match-keys';
import { MatchPass } from './match-pass';
import { ReconcileJob } from './reconcile.job';
import { RunService } from './run.service';

export interface ReconciliationParts {
  readonly database: Database;
  readonly catalogue: CatalogueService;
  readonly cipher: CodeCipher;
  readonly agreements: AgreementService;
  readonly adjustments: AdjustmentService;
  readonly partnersOfOffers: PartnersOfOffers;
  readonly clock: Clock;
  /** Of each side, looked at together; 2,000 unless told. */
  readonly rowsAPass?: number;
}

export interface ReconciliationSide {
  readonly feeds: FeedService;
  readonly reconciliations: RunService;
  readonly reconciliationItems: ReconciliationItemService;
  readonly reconcileJob: ReconcileJob;
}

export function makeReconciliationSide(parts: ReconciliationParts): ReconciliationSide {
  const { database, catalogue, cipher, agreements, adjustments, partnersOfOffers, clock, rowsAPass = 2_000 } = parts;
  const keys = new MatchKeys(cipher);
  const gather = new GatherPass(database, keys, clock, rowsAPass);
  const match = new MatchPass(database, keys, partnersOfOffers, clock, rowsAPass);
  const reconciliations = new RunService(database, gather, match, clock);
  return {
    feeds: new FeedService(database, keys, () => catalogue.current(), clock),
    reconciliations,
    reconciliationItems: new ReconciliationItemService(database, adjustments, agreements, clock),
    reconcileJob: new ReconcileJob(reconciliations),
  };
}
