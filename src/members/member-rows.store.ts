// The member's own rows, packed in one statement and batched over requests: member, cards with terms, balances.
import { padToPowerOfTwo, ReadBatcher } from '../database/batcher';
import { type Dialect, questionMarks } from '../database/dialect';
import type { Sql, SqlRow } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../kernel/id';
import { type BusinessTime, type PeriodNumber, WEEK_BASE, WHOLE_TERM } from '../kernel/period';
import { ACCOUNT_KEY_BYTES, type AccountKey, type Balance, holderRange } from '../ledger/account';
import { fromBalanceRow, hexOf } from '../ledger/ledger.store';
import type { Stage } from '../program/lifecycle';
import type { LevelState } from './level/level-state';
import type { Card, Member, StoredCardStatus, Term } from './member';

/** Everything of one member that a request may need. */
export interface MemberRows {
  readonly member: Member;
  /** In order of opening. */
  readonly cards: readonly Card[];
  /** Accounts of this and later periods, and those without a period. */
  readonly balances: ReadonlyMap<AccountKey, Balance>;
  /** The item numbers in the keys of `balances`: what is not in here was never touched. Absent when not known. */
  readonly items?: ReadonlySet<number>;
}

const KEYS_MAX = 16;
const MANY_KEYS_MAX = 64;
const IN_FLIGHT_MAX = 2;

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

function statementFor(width: number, dialect: Dialect): string {
  const name = `${dialect.name} ${width}`;
  let statement = statements.get(name);
  if (!statement) {
    const keys = `(${questionMarks(width)})`;
    const accounts = isWide(width)
      ? `${byMember(dialect)} WHERE m.id IN ${keys}`
      : `ledger_account WHERE (${Array(width).fill('account BETWEEN ? AND ?').join(' OR ')})`;
    statement = `${MEMBER_PART}${keys} UNION ALL ${CARD_PART}${keys}
      UNION ALL ${ACCOUNT_PART}${accounts} AND ${PERIOD_PART}`;
    statements.set(name, statement);
  }
  return statement;
}

/**
 * The more ranges there are in one condition the longer each of them takes to be looked at, before anything is read;
 * of many members, each account is found from its member's row instead.
 */
function isWide(width: number): boolean {
  return width > KEYS_MAX;
}

function byMember({ concat }: Dialect): string {
  const [from, until] = ['00', 'ff'].map((byte) => concat('m.id', `x'${byte.repeat(ACCOUNT_KEY_BYTES - 16)}'`));
  return `member m JOIN ledger_account ON account BETWEEN ${from} AND ${until}`;
}

/** Hands out members' rows; `firstPeriods` is asked at each read. */
export class MemberRowsStore {
  private readonly batcher: ReadBatcher<Id, MemberRows | undefined>;
  private readonly many: ReadBatcher<Id, MemberRows | undefined>;

  constructor(sql: Sql, firstPeriods: () => FirstPeriods) {
    const read = (ids: readonly Id[]) => readMemberRows(sql, ids, firstPeriods());
    this.batcher = new ReadBatcher(read, { keysMax: KEYS_MAX, inFlightMax: IN_FLIGHT_MAX });
    this.many = new ReadBatcher(read, { keysMax: MANY_KEYS_MAX, inFlightMax: IN_FLIGHT_MAX });
  }

  /** Authorise before asking: the answer is that member's, whoever asks. */
  load(memberId: Id): Promise<MemberRows | undefined> {
    return this.batcher.load(memberId);
  }

  /**
   * The same for work on many members at a time, of whom nobody waits for one, and for what waits for a batch of the
   * ledger anyway: fewer, larger statements.
   */
  loadAmongMany(memberId: Id): Promise<MemberRows | undefined> {
    return this.many.load(memberId);
  }
}

async function readMemberRows(
  sql: Sql,
  ids: readonly Id[],
  { month, week }: FirstPeriods,
): Promise<(MemberRows | undefined)[]> {
  const padded = padToPowerOfTwo(ids);
  const keys = padded.map(idToBytes);
  const holders = isWide(keys.length) ? keys : padded.flatMap((id) => Object.values(holderRange(id)));
  const periods = [WHOLE_TERM, month, WEEK_BASE, week].map(periodBytes);
  const rows = await sql.prepared(statementFor(keys.length, sql.dialect), [...keys, ...keys, ...holders, ...periods]);
  return gather(rows, ids);
}

function periodBytes(period: PeriodNumber): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(period);
  return bytes;
}

/** The balances of one member, gathered. */
class Held {
  readonly balances = new Map<AccountKey, Balance>();
  readonly items = new Set<number>();

  constructor(readonly holder: Id) {}
}

function heldBy(holder: Id, held: Map<Id, Held>): Held {
  const known = held.get(holder);
  if (known) return known;
  const created = new Held(holder);
  held.set(holder, created);
  return created;
}

interface CardRow {
  readonly card: Omit<Card, 'terms'>;
  readonly terms: Term[];
}

function gather(rows: readonly SqlRow[], ids: readonly Id[]): (MemberRows | undefined)[] {
  const members = new Map<Id, Member>();
  const cards = new Map<Id, Map<Id, CardRow>>();
  const held = new Map<Id, Held>();
  let latest = new Held('none');
  for (const row of rows) {
    if (row[0] === 3) {
      const account = hexOf(row[6]);
      // Most accounts follow another one of the same member.
      if (!account.startsWith(latest.holder)) latest = heldBy(account.slice(0, 32), held);
      latest.balances.set(account, fromBalanceRow(row, 13));
      latest.items.add(itemOf(row[6]));
    } else if (row[0] === 2) {
      addTerm(entry(cards, hexOf(row[1])), row);
    } else {
      const member = fromMemberRow(row);
      members.set(member.id, member);
    }
  }
  return ids.map((id) => {
    const member = members.get(id);
    if (!member) return undefined;
    const { balances, items } = held.get(id) ?? new Held(id);
    return { member, cards: sortedCards(cards.get(id)), balances, items };
  });
}

/** Bytes 35 to 38 of an account key are its item. */
function itemOf(account: SqlRow[number] | undefined): number {
  return Buffer.isBuffer(account) ? account.readUInt32BE(34) : 0;
}

function entry<Key, Value>(map: Map<Id, Map<Key, Value>>, id: Id): Map<Key, Value> {
  const known = map.get(id);
  if (known) return known;
  const created = new Map<Key, Value>();
  map.set(id, created);
  return created;
}

function fromMemberRow(row: SqlRow): Member {
  return {
    id: hexOf(row[1]),
    externalId: String(row[7]),
    nickname: String(row[8]),
    tags: row[9] === '[]' ? [] : JSON.parse(String(row[9])),
    birthday: row[10] === null ? undefined : String(row[10]),
    stage: optionalText(row[11]) as Stage | undefined,
    grade: optionalText(row[12]),
    joinedAt: Number(row[13]),
    levelState: fromLevelColumns(row),
  };
}

/** Most members of a plain program never have one. */
function fromLevelColumns(row: SqlRow): LevelState | undefined {
  if (row[14] === null) return undefined;
  return {
    at: Number(row[14]),
    unbooked: Number(row[15]),
    levelId: optionalId(row[2]),
    since: optionalInstant(row[16]),
    shownId: optionalId(row[3]),
    keptUntil: optionalInstant(row[17]),
    fallsAt: optionalInstant(row[18]),
    manualId: optionalId(row[4]),
    manualUntil: optionalInstant(row[19]),
    dueAt: optionalInstant(row[20]),
  };
}

function optionalId(value: SqlRow[number] | undefined): Id | undefined {
  return Buffer.isBuffer(value) ? idFromBytes(value) : undefined;
}

function addTerm(cards: Map<Id, CardRow>, row: SqlRow): void {
  const id = hexOf(row[2]);
  let card = cards.get(id);
  if (!card) {
    card = {
      card: {
        id,
        memberId: hexOf(row[1]),
        planId: hexOf(row[4]),
        parentCardId: optionalId(row[5]),
        status: row[7] as StoredCardStatus,
        openedAt: Number(row[19]),
        closedAt: optionalInstant(row[21]),
      },
      terms: [],
    };
    cards.set(id, card);
  }
  card.terms.push({
    id: hexOf(row[3]),
    currency: String(row[8]),
    startsAt: Number(row[13]),
    endsAt: Number(row[14]),
    price: Number(row[15]),
    priceCode: row[9] === null ? undefined : String(row[9]),
    costCap: Number(row[16]),
    programVersion: Number(row[17]),
    brokeEvenAt: optionalInstant(row[18]),
    withdrawn: Number(row[20]),
  });
}

function optionalInstant(value: SqlRow[number] | undefined): Instant | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

function optionalText(value: SqlRow[number] | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}

function sortedCards(cards: Map<Id, CardRow> | undefined): Card[] {
  if (!cards) return [];
  const sorted = [...cards.values()].map(({ card, terms }) => ({
    ...card,
    terms: terms.length > 1 ? terms.sort((left, right) => left.startsAt - right.startsAt) : terms,
  }));
  return sorted.sort((left, right) => left.openedAt - right.openedAt || (left.id < right.id ? -1 : 1));
}
