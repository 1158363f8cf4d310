// Returns take back what their purchases earned: in proportion, once in all, and also what was spent already.
import type { Database } from '../../database/database';
import { type Clock, DAY, HOUR } from '../../kernel/clock';
import { type Id, namedId, newId } from '../../kernel/id';
import { eachTried } from '../../kernel/tried';
import { accountKey } from '../../ledger/account';
import { companion } from '../../ledger/batch';
import { ACCOUNT_KINDS as KIND, TRANSFER_CODES } from '../../ledger/chart';
import type { LedgerService } from '../../ledger/ledger.service';
import { addSettlement, ChainDraft, contraAccount, PURSES } from '../../members/credit';
import type { PointsService } from '../../members/points.service';
import type { Catalogue } from '../../program/catalogue';
import { EARNED_KINDS, type EarnedKind } from '../../program/program';
import type { EarnedTotals } from '../earning/earning';
import type { MemberEvent } from '../event/event';
import { findEventsOfOrder, type RecordedEvent } from '../event/event.store';
import { type EventConsumer, type EventPart, SETTLEMENT_GROUPS } from '../event/event-consumer';
import {
  findDueReturns,
  findWaitingReturns,
  putOffReturn,
  readReturns,
  returnWriter,
  type StoredReturn,
  settledWriter,
  type TakenBack,
} from './return.store';
import { addTaskReturns } from './task-returns';

/** Purchases of one order that a return looks at; each takes up to six transfers of its chain. */
const PURCHASES_AN_ORDER = 20;
/** A purchase may be told so long after its return. */
const PURCHASE_COMES_WITHIN = 90 * DAY;
const TOTALS: Readonly<Record<EarnedKind, keyof EarnedTotals>> = {
  GROWTH: 'growth',
  POINTS: 'points',
  STORED_VALUE: 'storedValue',
};

/** One purchase and one kind of what it earned. */
interface Share {
  readonly purchase: Id;
  readonly earns: EarnedKind;
  readonly earned: number;
  readonly asked: number;
}

export class ReturnService implements EventConsumer {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly points: PointsService,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /** That something is to be taken back is written with the event itself. */
  part({ type, id, memberId, orderId, amount }: MemberEvent): EventPart | undefined {
    if (type !== 'RETURN' || orderId === undefined) return undefined;
    return { companions: [companion(returnWriter, { id, memberId, orderId, amount })] };
  }

  /** Whichever of a purchase and its return is told last finds the other. */
  async after(events: readonly MemberEvent[]): Promise<void> {
    const orders = new Set<string>();
    const members = new Set<Id>();
    for (const { type, memberId, orderId } of events) {
      if ((type !== 'RETURN' && type !== 'PURCHASE') || orderId === undefined) continue;
      orders.add(`${memberId} ${orderId}`);
      members.add(memberId);
    }
    // Of all of them at once, since hardly any order of a thousand has come back.
    const waiting = await findWaitingReturns(this.database.read, [...members]);
    const meant = waiting.filter(({ memberId, orderId }) => orders.has(`${memberId} ${orderId}`));
    await eachTried(meant, (one) => this.settle(one));
  }

  /** One bounded pass over returns that nobody settled; answers how many it looked at. */
  async settleDue(limit: number): Promise<number> {
    const due = await findDueReturns(this.database.read, this.clock.now(), limit);
    await eachTried(due, (one) => this.settle(one));
    return due.length;
  }

  /** What returns took back, by the ids of their events. */
  takenBack(ids: readonly Id[]): Promise<Map<Id, TakenBack>> {
    return readReturns(this.database.read, ids);
  }

  private async settle(one: StoredReturn): Promise<void> {
    const events = await findEventsOfOrder(this.database.read, one.memberId, one.orderId);
    const purchases = events.filter(({ event }) => event.type === 'PURCHASE').slice(0, PURCHASES_AN_ORDER);
    if (purchases.length === 0) return this.putOff(one);
    // Points that have expired cannot pay for what is taken back.
    await this.points.tidy(one.memberId);
    const draft = new ChainDraft();
    const shares = sharesOf(one, purchases);
    for (const [at, share] of shares.entries()) this.takeBack(draft, one.memberId, share, at + 1);
    const { currency } = this.catalogue().settings;
    for (const [at, earns] of EARNED_KINDS.entries()) {
      if (!shares.some((share) => share.earns === earns)) continue;
      addSettlement(draft, one.memberId, earns, currency, SETTLEMENT_GROUPS + at);
    }
    const returns = await this.settledWith(one, events);
    await addTaskReturns(draft, one.memberId, { purchases, returns, ledger: this.ledger, catalogue: this.catalogue() });
    const sum = (total: keyof EarnedTotals, groups: Readonly<Record<number, number>>) =>
      shares.reduce((taken, { earns }, at) => taken + (TOTALS[earns] === total ? (groups[at + 1] ?? 0) : 0), 0);
    draft.companions.push(companion(settledWriter, { id: one.id, sum }));
    const key = namedId('return', one.id);
    const { openings, transfers, companions } = draft;
    await this.ledger.submit({ key, fingerprint: key, id: newId(this.clock.now()), openings, transfers }, companions);
  }

  /** This return, and those of its order that were settled before it. */
  private async settledWith({ id }: StoredReturn, events: readonly RecordedEvent[]): Promise<RecordedEvent[]> {
    const returns = events.filter(({ event }) => event.type === 'RETURN');
    const states = await this.takenBack(returns.map(({ event }) => event.id));
    return returns.filter(({ event }) => event.id === id || states.get(event.id)?.state === 'DONE');
  }

  /** The whole becomes a debt first; then it is settled from what there is, in the same chain. */
  private takeBack(draft: ChainDraft, memberId: Id, { purchase, earns, earned, asked }: Share, group: number): void {
    const { currency } = this.catalogue().settings;
    const purse = PURSES[earns];
    const unit = purse.unit(currency);
    const reversal = contraAccount(KIND.REVERSAL, unit);
    const debts = contraAccount(KIND.DEBT_SOURCE, unit);
    // Opened with what the purchase earned, by its first return; so all returns together take no more than that.
    const reversible = accountKey({ holder: purchase, kind: KIND.REVERSIBLE, unit });
    const debt = purse.debt(memberId, currency);
    draft.open(reversible, reversal, earned);
    draft.open(debt, debts);
    draft.open(purse.account(memberId, currency), contraAccount(purse.source, unit));
    draft.move(reversible, reversal, asked, TRANSFER_CODES.REVERSE, group);
    draft.move(debts, debt, asked, TRANSFER_CODES.REVERSE, group);
  }

  private async putOff({ id, recordedAt }: StoredReturn): Promise<void> {
    const now = this.clock.now();
    const waited = now - recordedAt;
    const lost = waited >= PURCHASE_COMES_WITHIN;
    // The longer it has waited the less often it is looked for: after() finds it anyway when the purchase comes.
    const next = now + Math.min(Math.max(HOUR, waited), DAY);
    await putOffReturn(this.database.read, id, lost ? 'LOST' : 'WAITING', next);
  }
}

/** In proportion to the money, rounded up, so that the last part of an order never leaves a fraction behind. */
export function sharesOf({ amount }: Pick<StoredReturn, 'amount'>, purchases: readonly RecordedEvent[]): Share[] {
  const total = purchases.reduce((sum, { event }) => sum + BigInt(event.amount ?? 0), 0n);
  const returned = amount === undefined || BigInt(amount) > total ? total : BigInt(amount);
  return purchases.flatMap(({ event, earnings }) =>
    EARNED_KINDS.flatMap((earns): Share[] => {
      const gains = earnings.filter((earning) => earning.earns === earns && earning.amount > 0);
      const earned = gains.reduce((sum, gain) => sum + gain.amount, 0);
      const asked = total === 0n ? earned : Number((BigInt(earned) * returned + total - 1n) / total);
      return asked === 0 ? [] : [{ purchase: event.id, earns, earned, asked }];
    }),
  );
}
