// The door to stored value: recharges come as events; payments and refunds are asked for by the operator's server.
import type { Database } from '../../database/database';
import { type Clock, DAY } from '../../kernel/clock';
import { type Id, namedId, newId } from '../../kernel/id';
import { type Refusal, refuse } from '../../kernel/refusal';
import type { LedgerService } from '../../ledger/ledger.service';
import { type ChainApplied, type ChainResult, isMismatch } from '../../ledger/transfer';
import type { ChainDraft } from '../../members/credit';
import type { Judging } from '../../members/level';
import type { MemberRows } from '../../members/member-rows';
import type { MemberRowsStore } from '../../members/member-rows.store';
import type { Catalogue } from '../../program/catalogue';
import type { StoredValuePolicy } from '../../program/program';
import type { MemberEvent } from '../event/event';
import { findLastEvent } from '../event/event.store';
import type { EventConsumer, EventPart } from '../event/event-consumer';
import {
  BALANCE_GROUP,
  BONUS_GROUP,
  givenBackPart,
  paymentPart,
  rechargePart,
  refundPart,
  requestDigest,
  storedValueOf,
  takenBy,
} from './stored-value';

export interface StoredValueRequest {
  readonly memberId: Id;
  /** In the minor unit, above zero; for a refund: all that was paid in and is left, unless told. */
  readonly amount?: number;
  readonly orderId: string;
  /** Scoped to the caller by whoever calls. */
  readonly key: Id;
}

export interface StoredValueMoved {
  readonly rows: MemberRows;
  /** Of the money that was paid in. */
  readonly balance: number;
  /** Of the bonus: spent, or lapsed. */
  readonly bonus: number;
}

/** A payment, by the key under which it was made. */
export interface PaymentName {
  readonly memberId: Id;
  /** As the key of the payment was scoped to its caller. */
  readonly payment: Id;
}

const SPEND = 'spend-stored-value';
const NO_PAYMENT = refuse('NOT_FOUND', 'The member has made no payment under this key.', 'paymentKey');
const NO_MEMBER = refuse('NOT_FOUND', 'There is no such member.', 'member');
const NONE = refuse('CONFLICT', 'The program has no storedValue.');
const NOTHING_LEFT = refuse('INSUFFICIENT_STORED_VALUE', 'Nothing is left of what the member paid in.', 'amount');

export class StoredValueService implements EventConsumer {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly memberRows: MemberRowsStore,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  part({ type, amount }: MemberEvent, judging: Judging): EventPart | undefined {
    const policy = judging.catalogue.settings.storedValue;
    if (type !== 'RECHARGE' || !policy || !amount) return undefined;
    return rechargePart(judging, policy, amount);
  }

  /** Pays for an order; all of it or nothing. The same key answers the first result, a refusal included. */
  async spend(request: StoredValueRequest & { readonly amount: number }): Promise<StoredValueMoved | Refusal> {
    return this.move(SPEND, request, (judging, policy, id) => paymentPart(judging, policy, id, request.amount));
  }

  /** Pays back what was paid in; the money itself is the operator's business. */
  async refund(request: StoredValueRequest): Promise<StoredValueMoved | Refusal> {
    return this.move('refund-stored-value', request, (judging, policy) => refundPart(judging, policy, request.amount));
  }

  /**
   * Gives back a payment whose order is cancelled, to what it was taken from: once, whoever asks how often. The money
   * is the member's again; it is not paid out.
   */
  async giveBack({ memberId, payment }: PaymentName): Promise<StoredValueMoved | Refusal> {
    const paymentKey = namedId(SPEND, payment);
    const taken = takenBy(await this.ledger.transfersUnder(paymentKey), memberId);
    if (!taken) return NO_PAYMENT;
    const rows = await this.memberRows.load(memberId);
    if (!rows) return NO_MEMBER;
    const judging = { rows, catalogue: this.catalogue(), now: this.clock.now() };
    const { openings, transfers } = givenBackPart(judging, taken);
    const key = namedId('give-back-stored-value', paymentKey);
    const result = await this.ledger.submit({ key, fingerprint: key, id: newId(judging.now), openings, transfers });
    if (!result.applied) return refusalOf(result);
    return { rows: (await this.memberRows.load(memberId))!, ...taken };
  }

  private async move(
    what: typeof SPEND | 'refund-stored-value',
    { memberId, amount, orderId, key: scoped }: StoredValueRequest,
    make: (judging: Judging, policy: StoredValuePolicy, id: Id) => ChainDraft,
  ): Promise<StoredValueMoved | Refusal> {
    const rows = await this.memberRows.load(memberId);
    if (!rows) return NO_MEMBER;
    const judging = { rows, catalogue: this.catalogue(), now: this.clock.now() };
    const policy = judging.catalogue.settings.storedValue;
    if (!policy) return NONE;
    const key = namedId(what, scoped);
    const fault = what === 'refund-stored-value' ? await this.refundFault(judging, policy, amount) : undefined;
    const id = newId(judging.now);
    const { openings, transfers } = make(judging, policy, id);
    const chain = { key, fingerprint: requestDigest(what, memberId, amount, orderId), id };
    // What stands in the way of a refund is kept under its key too, so that it never comes through later by surprise.
    const result = await this.ledger.submit(
      fault ? { ...chain, transfers: [], refused: JSON.stringify(fault) } : { ...chain, openings, transfers },
    );
    if (!result.applied) return refusalOf(result);
    return { rows: (await this.memberRows.load(memberId))!, ...partsOf(result, amount) };
  }

  private async refundFault(
    judging: Judging,
    { refund }: StoredValuePolicy,
    amount: number | undefined,
  ): Promise<Refusal | undefined> {
    if (!refund.allowed) return refuse('CONFLICT', 'The program pays no stored value back.');
    if (amount === undefined && storedValueOf(judging).balance === 0) return NOTHING_LEFT;
    if (refund.withinDays === undefined) return undefined;
    const last = await findLastEvent(this.database.read, judging.rows.member.id, 'RECHARGE');
    if (last && judging.now < last.event.occurredAt + refund.withinDays * DAY) return undefined;
    return refuse('CONFLICT', `The last recharge is more than ${refund.withinDays} days ago.`);
  }
}

function partsOf({ groupAmounts = {} }: ChainApplied, amount: number | undefined): Omit<StoredValueMoved, 'rows'> {
  const bonus = groupAmounts[BONUS_GROUP] ?? 0;
  return { balance: groupAmounts[BALANCE_GROUP] ?? amount ?? 0, bonus };
}

function refusalOf(result: Exclude<ChainResult, { applied: true }>): Refusal {
  if (isMismatch(result)) {
    const message = 'The idempotency key was used before with other content. Use a new key for a new request.';
    return refuse('IDEMPOTENCY_MISMATCH', message, 'idempotencyKey');
  }
  if (result.refusal === undefined) return refuse('CONFLICT', `The ledger answered ${result.status}.`);
  const refusal = JSON.parse(result.refusal) as Refusal;
  if (result.available === undefined) return refusal;
  return { ...refusal, message: `${refusal.message} There are ${result.available} left.` };
}
