// The door to disputes: the other side says that a delivery is wrong, and each side ends that only by giving way.
import type { AgreementService } from '../../agreements/agreement.service';
import { type Actor, nameOf } from '../../kernel/actor';
import type { Clock } from '../../kernel/clock';
import { type Id, namedId, newId } from '../../kernel/id';
import { COUNT } from '../../kernel/money';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { companion } from '../../ledger/batch';
import { TRANSFER_CODES } from '../../ledger/chart';
import type { LedgerService } from '../../ledger/ledger.service';
import { type ChainResult, isMismatch, type TransferInput } from '../../ledger/transfer';
import { checkReason } from '../adjustment/adjustment';
import type { AdjustmentService } from '../adjustment/adjustment.service';
import { disputeSource } from '../adjustment/adjustment-source';
import { scopeOf, sideOf } from '../settlement-scope';
import type { Delivery, Dispute, Resolution } from './delivery';
import { type DeliveryService, type FullDelivery, NO_DELIVERY } from './delivery.service';
import { type DisputeRow, disputeWriter, StaleDeliveryError } from './delivery.store';
import { disputedAccount, disputedSource } from './disputed-accounts';

export interface ResolveRequest {
  readonly resolution: Resolution;
  /** What is left of it, for `REDUCED`. */
  readonly quantity?: number;
  readonly reason: string;
}

const CHANGED = refuse('CONFLICT', 'The delivery has changed meanwhile. Look at it, and ask again.', 'delivery');

export class DisputeService {
  constructor(
    private readonly ledger: LedgerService,
    private readonly deliveries: DeliveryService,
    private readonly adjustments: AdjustmentService,
    private readonly agreements: AgreementService,
    private readonly clock: Clock,
  ) {}

  /** The side that did not give it says that it is wrong. Nothing else waits for that. */
  async dispute(actor: Actor, id: Id, reason: string): Promise<FullDelivery | Refusal> {
    const found = checkReason(reason) ?? (await this.deliveries.find(scopeOf(actor), id)) ?? NO_DELIVERY;
    if (isRefusal(found)) return found;
    const { delivery, disputes } = found;
    if (delivery.side === sideOf(actor)) {
      return refuse('CONFLICT', 'Your own side gave this; only the other side disputes it.', 'delivery');
    }
    const last = disputes.at(-1);
    if (delivery.state === 'DISPUTED') return last!.reason === reason ? found : wrongState(delivery, 'disputed');
    if (delivery.state === 'ACCEPTED' || delivery.state === 'WITHDRAWN') return wrongState(delivery, 'disputed');
    const key = namedId('delivery dispute', id, String(delivery.disputes + 1));
    const row = { delivery, by: nameOf(actor), reason };
    const transfers = await this.apart(delivery, 1);
    return this.ended(id, () => this.submit(key, namedId('delivery dispute', reason), transfers, row));
  }

  /** The disputing side accepts the delivery as it is, or the giving side reduces it to `quantity` or withdraws it. */
  async resolve(actor: Actor, id: Id, request: ResolveRequest): Promise<FullDelivery | Refusal> {
    const fault = checkReason(request.reason);
    const found = fault ?? (await this.deliveries.find(scopeOf(actor), id)) ?? NO_DELIVERY;
    if (isRefusal(found)) return found;
    const { delivery, disputes } = found;
    const { resolution, reason } = request;
    const left = leftBy(request, delivery);
    if (isRefusal(left)) return left;
    if (delivery.state !== 'DISPUTED') {
      return isSame(disputes.at(-1), request, left) ? found : wrongState(delivery, 'resolved');
    }
    if (resolution === 'REDUCED' && left >= delivery.countedQuantity) return notLess(left, delivery);
    const isGiver = delivery.side === sideOf(actor);
    if ((resolution === 'ACCEPTED') === isGiver) {
      const who = resolution === 'ACCEPTED' ? 'The side that disputed it' : 'The side that gave it';
      return refuse('CONFLICT', `${who} answers ${resolution}: each side ends a dispute by giving way.`, 'resolution');
    }
    const value = left * (delivery.value / delivery.quantity);
    const row = { delivery, by: nameOf(actor), reason, ends: { resolution, quantity: left, value } };
    const transfers = await this.apart(delivery, -1);
    const key = `${id}-${delivery.disputes}`;
    if (resolution === 'ACCEPTED') {
      const chain = namedId('delivery accepted', key);
      return this.ended(id, () => this.submit(chain, namedId('delivery accepted', reason), transfers, row));
    }
    const { agreementId, item, side, countedQuantity, countedValue, deliveredAt: at } = delivery;
    const by = { quantity: left - countedQuantity, value: value - countedValue };
    const source = disputeSource(id, delivery.disputes);
    return this.ended(id, () =>
      this.adjustments.adjust(
        { agreementId, item, side, ...by, reason, source, at, actor },
        { transfers, companions: [companion(disputeWriter, row)] },
      ),
    );
  }

  private submit(key: Id, fingerprint: Id, transfers: readonly TransferInput[], row: DisputeRow) {
    const chain = { key, fingerprint, id: newId(this.clock.now()), transfers };
    return this.ledger.submit(chain, [companion(disputeWriter, row)]);
  }

  private async ended(id: Id, work: () => Promise<ChainResult | object>): Promise<FullDelivery | Refusal> {
    try {
      const result = await work();
      const refused = isRefusal(result) || ('applied' in result && (isMismatch(result) || !result.applied));
      return refused ? CHANGED : (await this.deliveries.find({}, id))!;
    } catch (error) {
      if (error instanceof StaleDeliveryError) return CHANGED;
      throw error;
    }
  }

  /** Puts what counts of the delivery apart, or, with −1, takes it from there. */
  private async apart(delivery: Delivery, sign: 1 | -1): Promise<TransferInput[]> {
    const { agreementId, countedQuantity, countedValue } = delivery;
    const { currency } = (await this.agreements.find({}, agreementId))!.agreement;
    const amounts = [
      [COUNT, countedQuantity],
      [currency, countedValue],
    ] as const;
    return amounts.map(([unit, amount]): TransferInput => {
      const [source, disputed] = [disputedSource(agreementId, unit), disputedAccount(delivery, unit)];
      const [debit, credit] = sign > 0 ? [source, disputed] : [disputed, source];
      return { kind: 'TRANSFER', debit, credit, amount, code: TRANSFER_CODES.EXCHANGE_DISPUTE };
    });
  }
}

/** How much of it counts from now on, or why that cannot be. */
function leftBy({ resolution, quantity }: ResolveRequest, { countedQuantity }: Delivery): number | Refusal {
  if (resolution !== 'REDUCED') {
    if (quantity === undefined) return resolution === 'ACCEPTED' ? countedQuantity : 0;
    return refuse('INVALID_INPUT', `quantity is ${quantity}; only REDUCED has one. Leave it out.`, 'quantity');
  }
  if (Number.isSafeInteger(quantity) && quantity! >= 1) return quantity!;
  return refuse('INVALID_INPUT', `quantity is ${quantity}; allowed is an integer from 1.`, 'quantity');
}

function notLess(left: number, { countedQuantity }: Delivery): Refusal {
  const message =
    countedQuantity === 1
      ? 'The delivery counts 1, which cannot be reduced. Withdraw it with WITHDRAWN.'
      : `quantity is ${left}; allowed is an integer from 1 to ${countedQuantity - 1}.`;
  return refuse('INVALID_INPUT', message, 'quantity');
}

function isSame(last: Dispute | undefined, { resolution, reason }: ResolveRequest, left: number): boolean {
  const resolved = last?.resolved;
  return resolved?.resolution === resolution && resolved.reason === reason && resolved.quantity === left;
}

function wrongState({ state }: Delivery, wanted: string): Refusal {
  const next = state === 'DISPUTED' ? 'It is disputed already.' : 'Record another delivery for what is missing.';
  return refuse('CONFLICT', `The delivery is ${state} and cannot be ${wanted}. ${next}`, 'delivery');
}
