// The door to adjustments: a correction is a transfer of its own, made once for what it comes from.

import { type AgreementService, NO_AGREEMENT } from '../../agreements/agreement.service';
import { deliveryParts } from '../../agreements/exchange-transfers';
import type { Database } from '../../database/database';
import { type Actor, nameOf } from '../../kernel/actor';
import type { Clock, Instant } from '../../kernel/clock';
import { type Id, namedId, newId } from '../../kernel/id';
import { type Refusal, refuse } from '../../kernel/refusal';
import { type Companion, companion } from '../../ledger/batch';
import { TRANSFER_CODES } from '../../ledger/chart';
import type { LedgerService } from '../../ledger/ledger.service';
import { isMismatch, type TransferInput } from '../../ledger/transfer';
import type { Catalogue } from '../../program/catalogue';
import { exchangedItem, NO_ITEM } from '../exchanged-item';
import type { SettlementScope } from '../settlement-scope';
import { type Adjustment, checkAdjusted } from './adjustment';
import { type AdjustmentPage, adjustmentWriter, listAdjustments, readAdjustments } from './adjustment.store';

export interface AdjustmentRequest
  extends Pick<Adjustment, 'agreementId' | 'item' | 'side' | 'quantity' | 'value' | 'reason' | 'source'> {
  /** When what is put right happened. */
  readonly at: Instant;
  readonly actor: Pick<Actor, 'role' | 'subject'>;
}

/** What else moves, and which rows are written, in the same chain. */
export interface AlongWith {
  readonly transfers?: readonly TransferInput[];
  readonly companions?: readonly Companion[];
}

export class AdjustmentService {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly agreements: AgreementService,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /**
   * Puts right what was counted of an item: `quantity` and `value` are added to what `side` gave, or taken from it when
   * they are below zero. It counts in the month of now, so that what was stated stays. Asked again for the same source
   * it answers what was made then; with other content it is refused. What it throws comes from the database.
   */
  async adjust(request: AdjustmentRequest, along: AlongWith = {}): Promise<Adjustment | Refusal> {
    const { agreementId, item, side, quantity, value, reason, source, at, actor } = request;
    const fault = checkAdjusted(request);
    if (fault) return fault;
    const found = await this.agreements.find({}, agreementId);
    const exchanged = found && exchangedItem(found, (one) => one.number === item, { at, now: this.clock.now() });
    if (!found || found.agreement.revision === undefined) return NO_AGREEMENT;
    if (exchanged?.item.side !== side) return NO_ITEM;
    const { time } = this.catalogue();
    const { partnerId } = found.agreement;
    const parts = deliveryParts(
      {
        ...exchanged.balancing,
        ...{ item, side, quantity, value, at, ceilings: exchanged.ceilings },
        month: time.periodAt('MONTH', this.clock.now()),
        code: TRANSFER_CODES.EXCHANGE_ADJUST,
      },
      time,
    );
    const row = { agreementId, partnerId, item, side, quantity, value, reason, source, happenedAt: at };
    const result = await this.ledger.submit(
      {
        key: namedId('exchange adjustment', agreementId, source.kind, source.id),
        fingerprint: namedId('exchange adjustment', ...[item, side, quantity, value, at].map(String), reason),
        id: newId(this.clock.now()),
        openings: parts.openings,
        transfers: [...parts.transfers, ...(along.transfers ?? [])],
      },
      [companion(adjustmentWriter, { ...row, madeBy: nameOf(actor) }), ...(along.companions ?? [])],
    );
    if (result.applied) return (await readAdjustments(this.database.read, [result.id])).get(result.id)!;
    if (!isMismatch(result)) return refuse('CONFLICT', `The books answered ${result.status}.`);
    const message = `There is an adjustment for ${source.kind} ${source.id} already, with other content.`;
    return refuse('IDEMPOTENCY_MISMATCH', `${message} Give what is put right now an id of its own.`, 'source');
  }

  list(scope: SettlementScope, page: AdjustmentPage): Promise<Adjustment[]> {
    return listAdjustments(this.database.read, scope, page);
  }

  async find(scope: SettlementScope, id: Id): Promise<Adjustment | undefined> {
    const found = (await readAdjustments(this.database.read, [id])).get(id);
    return found && (scope.partnerId === undefined || scope.partnerId === found.partnerId) ? found : undefined;
  }
}
