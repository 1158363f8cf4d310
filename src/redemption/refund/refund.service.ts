// The door to refunds: a term is taken back, its coupons are cancelled, and what was used of it is stated.
import type { Database } from '../../database/database';
import { type Actor, nameOf } from '../../kernel/actor';
import { type Clock, SECOND } from '../../kernel/clock';
import { type Id, namedId, newId } from '../../kernel/id';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { accountKey } from '../../ledger/account';
import { type Companion, companion } from '../../ledger/batch';
import { ACCOUNT_KINDS, TRANSFER_CODES } from '../../ledger/chart';
import type { LedgerService } from '../../ledger/ledger.service';
import { type ChainResult, isMismatch } from '../../ledger/transfer';
import type { CardAndMember, CardService } from '../../members/card.service';
import { checkAmount, checkText } from '../../members/input-checks';
import { isLive, type Term } from '../../members/member';
import { cardCapAccount } from '../../members/member-accounts';
import type { Catalogue } from '../../program/catalogue';
import type { EndRedemptionService } from '../end.service';
import { type Redemption, statusAt } from '../redemption';
import { readRedemption } from '../redemption.store';
import { type Refund, refundable, refundFault } from './refund';
import {
  dueRefunds,
  findRefund,
  findTermOfOrder,
  orderOfTerm,
  postponeRefund,
  type RefundRow,
  redemptionsOfTerm,
  refundWriter,
  StaleRefundError,
  settledWriter,
} from './refund.store';

export interface RefundInput {
  readonly cardId: Id;
  /** The order of the term; the last term of the card unless told. */
  readonly orderId?: string;
  /** What to pay back at most, in the minor unit; as much as the policy of the plan allows unless told. */
  readonly amount?: number;
  /** 1 to 128 characters; scoped to the actor. */
  readonly idempotencyKey: string;
}

const ATTEMPTS = 5;
/** How long a refund waits before it looks again whether its coupons have ended. */
const LOOK_AGAIN_MS = 30 * SECOND;
/** In whose name coupons are cancelled. */
const REFUNDS: Actor = { role: 'OPERATIONS', subject: 'refund' };

const NO_CARD = refuse('NOT_FOUND', 'There is no such card.', 'card');
const MISMATCH = refuse(
  'IDEMPOTENCY_MISMATCH',
  'The idempotency key was used before with other content. Use a new key for a new request.',
  'idempotencyKey',
);
const BUSY = refuse('CONFLICT', 'The card is being changed by others. Send the same request again.', 'card');

export class RefundService {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly cards: CardService,
    private readonly ends: EndRedemptionService,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes the term back at once: nothing can be claimed on it any more. Then its coupons are cancelled; where a partner
   * takes its time for that, the answer has no amount yet, and the same request later has. Of what was used, the face
   * value is taken off where the plan says so; codes that were handed out count as used.
   */
  async refund(actor: Actor, input: RefundInput): Promise<Refund | Refusal> {
    const { cardId, orderId, amount, idempotencyKey } = input;
    const fault =
      checkText('idempotencyKey', idempotencyKey) ??
      (orderId === undefined ? undefined : checkText('orderId', orderId)) ??
      (amount === undefined ? undefined : checkAmount('amount', amount));
    if (fault) return fault;
    const key = namedId('refund-card', actor.role, actor.subject, idempotencyKey);
    const fingerprint = namedId(cardId, orderId ?? '', String(amount ?? ''));
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const known = await findRefund(this.database.read, { key });
      if (known) return known.fingerprint === fingerprint ? this.settle(known.refund) : MISMATCH;
      const row = await this.rowOf(actor, input, { key, fingerprint });
      if (isRefusal(row)) {
        // The same request beside it may have taken the term back between the two looks, and then that is the answer.
        if (await findRefund(this.database.read, { key })) continue;
        return row;
      }
      // Whether it was this request or the same one beside it that did it, the next look finds it under its key.
      const result = await this.takeBack(row);
      if (result && isMismatch(result)) return MISMATCH;
    }
    return BUSY;
  }

  /** One bounded pass over refunds that wait for coupons to end; answers how many it settled. */
  async settleDue(limit: number): Promise<number> {
    const due = await dueRefunds(this.database.read, this.clock.now(), limit);
    const settled = await Promise.all(due.map((refund) => this.settle(refund)));
    return settled.filter(({ settledAt }) => settledAt !== undefined).length;
  }

  private async rowOf(
    actor: Actor,
    input: RefundInput,
    request: Pick<RefundRow, 'key' | 'fingerprint'>,
  ): Promise<RefundRow | Refusal> {
    const found = await this.cards.find(input.cardId);
    if (!found) return NO_CARD;
    const { card } = found;
    const term = await this.termOf(found, input.orderId);
    const plan = this.catalogue().plan(card.planId);
    if (!term || !plan) return refuse('NOT_FOUND', 'The card has no term of this order.', 'orderId');
    const now = this.clock.now();
    const fault = refundFault(plan, card, term, { time: this.catalogue().time, now });
    if (fault) return fault;
    const lessUsed = plan.refund?.lessUsed ?? true;
    const { price, currency } = term;
    const most = refundable({ price, lessUsed }, usedOf(await this.couponsOf(card.memberId, term.id)).value);
    if (input.amount !== undefined && input.amount > most) {
      const message = `amount is ${input.amount}; at most ${most} can be paid back (${currency}, in the minor unit).`;
      return refuse('NOT_REFUNDABLE', message, 'amount');
    }
    const refund: Refund = {
      id: newId(now),
      memberId: card.memberId,
      cardId: card.id,
      planId: card.planId,
      termId: term.id,
      orderId: input.orderId ?? (await orderOfTerm(this.database.read, term.id)),
      currency,
      price,
      asked: input.amount,
      lessUsed,
      voided: 0,
      used: 0,
      requestedBy: nameOf(actor),
      requestedAt: now,
    };
    const others = card.terms.filter((other) => other !== term && isLive(other));
    const endsAt = Math.max(now, term.startsAt);
    return { ...request, refund, closes: others.every((other) => other.endsAt <= now), endsAt };
  }

  private async termOf({ card }: CardAndMember, orderId: string | undefined): Promise<Term | undefined> {
    if (orderId === undefined) return card.terms.findLast(isLive) ?? card.terms.at(-1);
    const termId = await findTermOfOrder(this.database.read, orderId);
    return card.terms.find(({ id }) => id === termId);
  }

  /** `undefined` when the card has changed since the row was built. */
  private async takeBack(row: RefundRow): Promise<ChainResult | undefined> {
    try {
      return await this.withdraw(row.refund, row.key, row.fingerprint, companion(refundWriter, row));
    } catch (error) {
      if (error instanceof StaleRefundError) return undefined;
      throw error;
    }
  }

  /** Takes back what is left of the cap now, with a row. */
  private withdraw(refund: Refund, key: Id, fingerprint: Id, row: Companion): Promise<ChainResult> {
    const { memberId, termId, currency } = refund;
    const debit = cardCapAccount({ memberId, termId, currency });
    const credit = accountKey({ holder: refund.planId, kind: ACCOUNT_KINDS.CAP_GRANTED, unit: currency });
    const [kind, amount, code] = ['TRANSFER', Number.MAX_SAFE_INTEGER, TRANSFER_CODES.TERM_REFUND] as const;
    const transfers = [{ kind, debit, credit, amount, code, flexible: true }];
    const id = newId(this.clock.now());
    return this.ledger.submit({ key, fingerprint, id, transfers, flexibleFloor: 0 }, [row]);
  }

  /** Cancels what is still open of the term; when nothing is, states what was used, and what is paid back. */
  private async settle(refund: Refund): Promise<Refund> {
    if (refund.settledAt !== undefined) return refund;
    const { id, memberId, termId } = refund;
    const coupons = await this.couponsOf(memberId, termId);
    const ended: Redemption[] = [];
    let waits = false;
    for (const coupon of coupons) {
      const end = await this.endCoupon(refund, coupon);
      if (end) ended.push(end);
      else waits = true;
    }
    if (waits) {
      const dueAt = this.clock.now() + LOOK_AGAIN_MS;
      await this.database.transaction((tx) => postponeRefund(tx, id, dueAt));
      return refund;
    }
    const { value, count } = usedOf(ended);
    const most = refundable(refund, value);
    const amount = Math.min(refund.asked ?? most, most);
    const voided = ended.filter((one) => one.status === 'CANCELLED' && one.endedAt! >= refund.requestedAt).length;
    const settled = { ...refund, amount, usedValue: value, voided, used: count };
    const key = namedId('settle-refund', id);
    await this.withdraw(refund, key, key, companion(settledWriter, { refund: settled }));
    return (await findRefund(this.database.read, { id }))!.refund;
  }

  /** The coupon as it ended, or as it stands when its partner does not take it back; `undefined` while nobody knows. */
  private async endCoupon(refund: Refund, coupon: Redemption): Promise<Redemption | undefined> {
    if (!isOpen(coupon)) return coupon;
    if (statusAt(coupon, this.clock.now()) === 'EXPIRED') await this.ends.expire(coupon);
    else {
      const idempotencyKey = `${refund.id}-${coupon.id}`;
      await this.ends.cancel(REFUNDS, { redemptionId: coupon.id, idempotencyKey });
    }
    const after = (await readRedemption(this.database.read, coupon.id)) ?? coupon;
    if (!isOpen(after)) return after;
    const kept = after.status === 'ISSUED' && after.atPartner !== undefined && after.atPartner.dueStep !== 'CANCEL';
    return kept ? after : undefined;
  }

  private couponsOf(memberId: Id, termId: Id): Promise<Redemption[]> {
    return redemptionsOfTerm(this.database.read, memberId, termId);
  }
}

function isOpen({ status }: Redemption): boolean {
  return status === 'HELD' || status === 'ISSUED' || status === 'UNKNOWN';
}

/** What was used of a term, or is in the member's hands for good: a code that was handed out, a coupon that stays. */
function usedOf(coupons: readonly Redemption[]): { value: number; count: number } {
  const used = coupons.filter(
    ({ status, poolSeq, atPartner }) =>
      status === 'USED' || (poolSeq !== undefined && status !== 'EXPIRED') || (status === 'ISSUED' && atPartner),
  );
  const value = used.reduce((sum, { faceValue, coPay }) => sum + Math.max(0, faceValue - coPay), 0);
  return { value, count: used.length };
}
