// The door to check-ins: once a day, made up for within some days, with the month as a calendar.
import type { Database } from '../../database/database';
import type { Clock } from '../../kernel/clock';
import { type Id, newId, ZERO_ID } from '../../kernel/id';
import { COUNT, POINT } from '../../kernel/money';
import { addDays, dateOfDay, type PeriodNumber } from '../../kernel/period';
import { type Refusal, refuse } from '../../kernel/refusal';
import { type AccountKey, accountKey } from '../../ledger/account';
import { companion } from '../../ledger/batch';
import { type AccountKind, ACCOUNT_KINDS as KIND, TRANSFER_CODES } from '../../ledger/chart';
import type { LedgerService } from '../../ledger/ledger.service';
import { isMismatch, type Opening, type TransferInput } from '../../ledger/transfer';
import { leftOn, pointsAccount } from '../../members/member-accounts';
import type { MemberRows } from '../../members/member-rows';
import type { MemberRowsStore } from '../../members/member-rows.store';
import type { PointsService } from '../../members/points.service';
import type { Catalogue } from '../../program/catalogue';
import type { CheckInSettings } from '../../program/engagement';
import type { RewardService } from '../reward/reward.service';
import { type CheckIn, checkInWriter, readDays } from './check-in.store';

export interface CheckInParts {
  readonly database: Database;
  readonly ledger: LedgerService;
  readonly memberRows: MemberRowsStore;
  readonly catalogue: () => Catalogue;
  readonly points: PointsService;
  readonly rewards: RewardService;
  readonly clock: Clock;
}

export interface CheckInCalendar {
  readonly days: readonly CheckIn[];
  /** Days in a row up to today, or up to yesterday while today is still open. */
  readonly streak: number;
  readonly checkedInToday: boolean;
  /** Free make-ups left this month; absent when nothing can be made up for. */
  readonly freeMakeUps?: number;
}

const NO_CHECK_IN = refuse('NOT_FOUND', 'The program has no check-in.');
const NO_MEMBER = refuse('NOT_FOUND', 'There is no such member.', 'member');
const NO_MAKE_UP = refuse('NOT_ELIGIBLE', 'The program lets nobody make up for a missed day.');
const DONE = refuse('CONFLICT', 'The member has checked in on this day.', 'date');
const NOT_FREE = refuse('QUOTA_EXHAUSTED', 'The member has made up for as many days as a month allows.');
const NO_POINTS = refuse('INSUFFICIENT_POINTS', 'The member has too few points to make up for a day.');

/** What a make-up is paid with. */
interface Price {
  readonly opening: Opening;
  readonly to: AccountKey;
  readonly amount: number;
  readonly refusal: Refusal;
}

export class CheckInService {
  constructor(private readonly parts: CheckInParts) {}

  /** Checks in for today. Who has done so before is answered alike, and gets nothing more. */
  async checkIn(memberId: Id): Promise<CheckIn | Refusal> {
    const { catalogue, clock } = this.parts;
    const { checkIn: settings } = catalogue().settings;
    if (!settings) return NO_CHECK_IN;
    if (!(await this.parts.memberRows.load(memberId))) return NO_MEMBER;
    const day = catalogue().time.periodAt('DAY', clock.now());
    return (await this.submit(memberId, settings, { day, madeUp: false })) ?? this.read(memberId, day);
  }

  /** Makes up for a missed day: free of charge while the month has some left, then for points. */
  async makeUp(memberId: Id, day: PeriodNumber): Promise<CheckIn | Refusal> {
    const { checkIn: settings } = this.parts.catalogue().settings;
    if (!settings) return NO_CHECK_IN;
    const rows = await this.parts.memberRows.load(memberId);
    if (!rows) return NO_MEMBER;
    const fault = this.dayFault(settings, rows, day);
    if (fault) return fault;
    const [known] = await readDays(this.parts.database.read, memberId, day, day);
    if (known) return known.madeUp ? known : DONE;
    let refusal: Refusal | undefined = NOT_FREE;
    for (const price of this.pricesOf(memberId, settings.makeUp!)) {
      // No point is spent that has expired.
      if (price.refusal === NO_POINTS) await this.parts.points.tidy(memberId);
      refusal = await this.submit(memberId, settings, { day, madeUp: true, price });
      if (refusal?.code !== NOT_FREE.code) break;
    }
    return refusal ?? this.read(memberId, day);
  }

  /** The days of a month, `20261100`, with what holds today. Authorise before asking. */
  async calendarOf(rows: MemberRows, month: PeriodNumber): Promise<CheckInCalendar> {
    const { catalogue, clock, database } = this.parts;
    const { time, settings } = catalogue();
    const { id } = rows.member;
    const today = time.periodAt('DAY', clock.now());
    const days = await readDays(database.read, id, month + 1, month + 31);
    const recent = await readDays(database.read, id, addDays(today, -1), today);
    const last = recent.at(-1);
    const { makeUp } = settings.checkIn ?? {};
    const free = this.freeAccount(id);
    const freeMakeUps = rows.balances.has(free) ? leftOn(rows.balances, free) : makeUp?.freePerMonth;
    const checkedInToday = last?.day === today;
    return { days, streak: last?.streak ?? 0, checkedInToday, freeMakeUps: makeUp && freeMakeUps };
  }

  private dayFault({ makeUp }: CheckInSettings, { member }: MemberRows, day: PeriodNumber): Refusal | undefined {
    if (!makeUp) return NO_MAKE_UP;
    const { time } = this.parts.catalogue();
    const today = time.periodAt('DAY', this.parts.clock.now());
    const joined = time.periodAt('DAY', member.joinedAt);
    const first = Math.max(joined, addDays(today, -makeUp.withinDays));
    const last = addDays(today, -1);
    if (day >= first && day <= last) return undefined;
    const allowed = first > last ? 'none yet' : `${dateOfDay(first)} to ${dateOfDay(last)}`;
    return refuse('INVALID_INPUT', `date is ${dateOfDay(day)}; days that can be made up for are ${allowed}.`, 'date');
  }

  private freeAccount(memberId: Id): AccountKey {
    const period = this.parts.catalogue().time.periodAt('MONTH', this.parts.clock.now());
    return accountKey({ holder: memberId, kind: KIND.MAKE_UPS, period, unit: COUNT });
  }

  private pricesOf(memberId: Id, { freePerMonth, pointsPrice }: NonNullable<CheckInSettings['makeUp']>): Price[] {
    const prices: Price[] = [];
    if (freePerMonth > 0) {
      const opening = { account: this.freeAccount(memberId), grant: freePerMonth, from: contra(KIND.MAKE_UPS_GRANTED) };
      prices.push({ opening, to: contra(KIND.MAKE_UPS_USED), amount: 1, refusal: NOT_FREE });
    }
    if (pointsPrice !== undefined) {
      const from = contra(KIND.POINTS_ISSUED, POINT);
      const opening = { account: pointsAccount(memberId), grant: 0, from };
      prices.push({ opening, to: contra(KIND.POINTS_SPENT, POINT), amount: pointsPrice, refusal: NO_POINTS });
    }
    return prices;
  }

  /**
   * A day is checked in on once, because its account has one to take; so no key is needed, and a refusal for want of
   * points does not stay for ever.
   */
  private async submit(
    memberId: Id,
    settings: CheckInSettings,
    { day, madeUp, price }: { readonly day: PeriodNumber; readonly madeUp: boolean; readonly price?: Price },
  ): Promise<Refusal | undefined> {
    const { ledger, clock, catalogue, rewards } = this.parts;
    const ofDay = accountKey({ holder: memberId, kind: KIND.CHECK_IN_DAY, period: day, unit: COUNT });
    const days = accountKey({ holder: memberId, kind: KIND.CHECK_IN_DAYS, unit: COUNT });
    const opened = contra(KIND.CHECK_IN_OPENED);
    const openings = [
      { account: ofDay, grant: 1, from: opened },
      { account: days, grant: 0, from: opened },
      ...(price ? [price.opening] : []),
    ];
    const transfers = [moved(ofDay, days, 1, DONE)];
    if (price) transfers.push(moved(price.opening.account, price.to, price.amount, price.refusal));
    const id = newId(clock.now());
    const row = { memberId, day, madeUp, settings, programVersion: catalogue().settingsVersion };
    const chain = { key: id, fingerprint: id, id, openings, transfers };
    const result = await ledger.submit(chain, [companion(checkInWriter, row)]);
    if (!result.applied && !isMismatch(result) && result.at > 0) return JSON.parse(result.refusal!) as Refusal;
    // Somebody came before, or nobody did: either way the day is there now.
    await rewards.settle([memberId]);
    return undefined;
  }

  private async read(memberId: Id, day: PeriodNumber): Promise<CheckIn | Refusal> {
    const [found] = await readDays(this.parts.database.read, memberId, day, day);
    return found ?? refuse('CONFLICT', 'The day could not be checked in on.');
  }
}

function contra(kind: AccountKind, unit = COUNT): AccountKey {
  return accountKey({ holder: ZERO_ID, kind, unit });
}

function moved(debit: AccountKey, credit: AccountKey, amount: number, refusal: Refusal): TransferInput {
  return { kind: 'TRANSFER', debit, credit, amount, code: TRANSFER_CODES.CHECK_IN, refusal: JSON.stringify(refusal) };
}
