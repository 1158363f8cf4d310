// The member's own rows, packed in one statement and batched over requests: member, cards with terms, balances.
import { padToPowerOfTwo, ReadBatcher } from '../database/batcher';
import { type Dialect, questionMarks } from '../database/dialect';
import type { Sql } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, idToBytes } from '../kernel/id';
import { type BusinessTime, type PeriodNumber, WEEK_BASE, WHOLE_TERM } from '../kernel/period';
import { ACCOUNT_KEY_BYTES } from '../ledger/account';
import { ACCOUNT_KINDS } from '../ledger/chart';
import { gather, type MemberRows } from './member-rows';

const KEYS_MAX = 16;
const MANY_KEYS_MAX = 64;
const IN_FLIGHT_MAX = 2;
/** Of claims: while one statement is under way more of them gather, and none waits for its rows alone. */
const CLAIMS_IN_FLIGHT_MAX = 1;

/** From one kind of account to another, both included. */
type KindRange = readonly [from: number, to: number];

const LAST_KIND = 0xffff;
const ALL_KINDS: readonly KindRange[] = [[0, LAST_KIND]];
// A member has an account of these for each perk and benefit ever taken, so they are most of what it has. What is left
// on them is asked by the ledger itself, under its locks.
const CLAIM_KINDS: readonly KindRange[] = [
  [0, ACCOUNT_KINDS.QUOTA - 1],
  [ACCOUNT_KINDS.MEMBER_LIMIT + 1, LAST_KIND],
];
// An event takes from no card either.
const EVENT_KINDS: readonly KindRange[] = [[ACCOUNT_KINDS.POINTS, LAST_KIND]];

// Columns by type, because a UNION gives each column one type: five ids, one account, six texts, nine numbers.
const MEMBER_PART = `SELECT 1, id, level_id, level_shown_id, level_manual_id, NULL, NULL, external_id, nickname,
  tags, birthday, stage, grade, joined_at, level_at, growth_unbooked, level_since, level_kept_until, level_falls_at,
  level_manual_until, level_due_at, NULL FROM member WHERE id IN `;
// By the term's member: from its terms to their cards is half the way of from the cards to their terms.
const CARD_PART = `SELECT 2, c.member_id, c.id, t.id, c.plan_id, c.parent_card_id, NULL, c.status, t.currency,
  t.price_code, NULL, NULL, NULL, t.starts_at, t.ends_at, t.price, t.cost_cap, t.program_version, t.broke_even_at,
  c.opened_at, t.withdrawn, c.closed_at FROM card c JOIN card_term t ON t.card_id = c.id WHERE t.member_id IN `;
const ACCOUNT_PART = `SELECT 3, NULL, NULL, NULL, NULL, NULL, account, NULL, NULL, NULL, NULL, NULL, NULL,
  credits_posted, credits_pending, debits_posted, debits_pending, NULL, NULL, NULL, NULL, NULL FROM `;
// Bytes 39 to 42 of an account key are its period, so that past months, days and weeks are left where they are.
const PERIOD = 'SUBSTR(account, 39, 4)';
const PERIOD_PART = `(${PERIOD} = ? OR (${PERIOD} >= ? AND ${PERIOD} < ?) OR ${PERIOD} >= ?)`;

/** The first periods whose accounts still matter: of months, with their days, and of weeks. */
export interface FirstPeriods {
  readonly month: PeriodNumber;
  readonly week: PeriodNumber;
}

export function firstPeriodsAt(time: BusinessTime, now: Instant): FirstPeriods {
  return { month: time.periodAt('MONTH', now), week: time.periodAt('WEEK', now) };
}

const statements = new Map<string, string>();

function statementFor(width: number, kinds: readonly KindRange[], dialect: Dialect): string {
  const name = `${dialect.name} ${width} ${kinds.join(' ')}`;
  let statement = statements.get(name);
  if (!statement) {
    const keys = `(${questionMarks(width)})`;
    const narrow = `ledger_account WHERE (${Array(width).fill('account BETWEEN ? AND ?').join(' OR ')})`;
    const accounts = kinds.map((range) => {
      const from = isWide(width) ? `${byMember(range, dialect)} WHERE m.id IN ${keys}` : narrow;
      return `UNION ALL ${ACCOUNT_PART}${from} AND ${PERIOD_PART}`;
    });
    statement = `${MEMBER_PART}${keys} UNION ALL ${CARD_PART}${keys} ${accounts.join(' ')}`;
    statements.set(name, statement);
  }
  return statement;
}

/** What follows the holder in the first and in the last key of these kinds. */
function tailsOf([from, to]: KindRange): readonly [string, string] {
  const digits = (ACCOUNT_KEY_BYTES - 16) * 2;
  const hex = (kind: number) => kind.toString(16).padStart(4, '0');
  return [hex(from).padEnd(digits, '0'), hex(to).padEnd(digits, 'f')];
}

/**
 * The more ranges there are in one condition the longer each of them takes to be looked at, before anything is read;
 * of many members, each account is found from its member's row instead.
 */
function isWide(width: number): boolean {
  return width > KEYS_MAX;
}

function byMember(kinds: KindRange, { concat }: Dialect): string {
  const [from, until] = tailsOf(kinds).map((tail) => concat('m.id', `x'${tail}'`));
  return `member m JOIN ledger_account ON account BETWEEN ${from} AND ${until}`;
}

/** Hands out members' rows; `firstPeriods` is asked at each read. Authorise before asking: whoever asks is answered. */
export class MemberRowsStore {
  private readonly all: ReadBatcher<Id, MemberRows | undefined>;
  private readonly forClaims: ReadBatcher<Id, MemberRows | undefined>;
  private readonly forEvents: ReadBatcher<Id, MemberRows | undefined>;

  constructor(sql: Sql, firstPeriods: () => FirstPeriods) {
    const batcher = (kinds: readonly KindRange[], keysMax: number, inFlightMax: number) =>
      new ReadBatcher((ids: readonly Id[]) => readMemberRows(sql, ids, kinds, firstPeriods()), {
        keysMax,
        inFlightMax,
      });
    this.all = batcher(ALL_KINDS, KEYS_MAX, IN_FLIGHT_MAX);
    this.forClaims = batcher(CLAIM_KINDS, MANY_KEYS_MAX, CLAIMS_IN_FLIGHT_MAX);
    this.forEvents = batcher(EVENT_KINDS, MANY_KEYS_MAX, IN_FLIGHT_MAX);
  }

  /** The member with everything. */
  load(memberId: Id): Promise<MemberRows | undefined> {
    return this.all.load(memberId);
  }

  /**
   * Without quotas and member limits, to build a chain that takes from them. It waits for a batch of the ledger
   * anyway, so the statements are fewer and larger.
   */
  loadForClaim(memberId: Id): Promise<MemberRows | undefined> {
    return this.forClaims.load(memberId);
  }

  /** … and without caps: to book what an event earns. */
  loadForEvent(memberId: Id): Promise<MemberRows | undefined> {
    return this.forEvents.load(memberId);
  }
}

async function readMemberRows(
  sql: Sql,
  ids: readonly Id[],
  kinds: readonly KindRange[],
  { month, week }: FirstPeriods,
): Promise<(MemberRows | undefined)[]> {
  const padded = padToPowerOfTwo(ids);
  const keys = padded.map(idToBytes);
  const periods = [WHOLE_TERM, month, WEEK_BASE, week].map(periodBytes);
  const accounts = kinds.flatMap((range) => {
    const ends = (id: Id) => tailsOf(range).map((tail) => Buffer.from(id + tail, 'hex'));
    return [...(isWide(keys.length) ? keys : padded.flatMap(ends)), ...periods];
  });
  const statement = statementFor(keys.length, kinds, sql.dialect);
  return gather(await sql.prepared(statement, [...keys, ...keys, ...accounts]), ids);
}

function periodBytes(period: PeriodNumber): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(period);
  return bytes;
}
