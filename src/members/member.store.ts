// The only SQL of members, cards and terms outside of the packed read.
import { noteChanges } from '../database/change-note.store';
import { questionMarks } from '../database/dialect';
import type { Sql } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../kernel/id';
import type { CompanionWriter } from '../ledger/batch';
import { KEYS_A_STATEMENT } from '../ledger/ledger.store';
import type { Member } from './member';

export async function findMemberId(sql: Sql, externalId: string): Promise<Id | undefined> {
  const [row] = await sql.prepared('SELECT id FROM member WHERE external_id = ?', [externalId]);
  return row ? idFromBytes(row[0] as Buffer) : undefined;
}

/** The ids of those of the external ids that are known. */
export async function findMemberIds(sql: Sql, externalIds: readonly string[]): Promise<Map<string, Id>> {
  if (externalIds.length === 0) return new Map();
  const marks = externalIds.map(() => '?').join(', ');
  const rows = await sql.arrays(`SELECT external_id, id FROM member WHERE external_id IN (${marks})`, externalIds);
  return new Map(rows.map((row) => [String(row[0]), idFromBytes(row[1] as Buffer)]));
}

/** The external ids of these members, by their ids. */
export async function findExternalIds(sql: Sql, ids: readonly Id[]): Promise<Map<Id, string>> {
  if (ids.length === 0) return new Map();
  const marks = ids.map(() => '?').join(', ');
  const rows = await sql.arrays(`SELECT id, external_id FROM member WHERE id IN (${marks})`, ids.map(idToBytes));
  return new Map(rows.map((row) => [idFromBytes(row[0] as Buffer), String(row[1])]));
}

const MEMBER_COLUMNS = ['id', 'external_id', 'nickname', 'birthday', 'tags', 'joined_at', 'birth_day'] as const;

function toMemberRow(member: Member) {
  return [
    idToBytes(member.id),
    member.externalId,
    member.nickname,
    member.birthday ?? null,
    JSON.stringify(member.tags),
    member.joinedAt,
    member.birthday === undefined ? null : birthDayOf(member.birthday),
  ];
}

/** The month times 100 plus the day, by which birthdays are found. */
function birthDayOf(birthday: string): number {
  return Number(birthday.slice(-5, -3)) * 100 + Number(birthday.slice(-2));
}

/** Whoever locks several members does it in the order of their ids, so that no two wait for each other. */
async function lockMembers(tx: Sql, ids: readonly Id[]): Promise<void> {
  const keys = [...new Set(ids)].sort().map(idToBytes);
  for (let from = 0; from < keys.length; from += KEYS_A_STATEMENT) {
    const some = keys.slice(from, from + KEYS_A_STATEMENT);
    const statement = `SELECT id FROM member WHERE id IN (${questionMarks(some.length)}) ORDER BY id`;
    await tx.arrays(statement + tx.dialect.forUpdate, some);
  }
}

/** Inserts members; those whose external id is known keep their id and get the new profile. */
export async function upsertMembers(tx: Sql, members: readonly Member[]): Promise<void> {
  const known = await findMemberIds(
    tx,
    members.map(({ externalId }) => externalId),
  );
  await lockMembers(tx, [...known.values()]);
  const tail = tx.dialect.onDuplicateUpdate(['external_id'], ['nickname', 'birthday', 'tags', 'birth_day']);
  await tx.insertMany('member', MEMBER_COLUMNS, members.map(toMemberRow), { tail });
  // Of one that was known already there is no member of this id: such a note comes to nothing.
  await noteChanges(
    tx,
    'MEMBER',
    members.map(({ id }) => id),
  );
}

/** Thrown when a member's cards have changed since a sale was built on them; its chain then fails whole. */
export class StaleCardError extends Error {
  override readonly name = 'StaleCardError';
}

/** A card with the term that was paid; `isNew` false for a renewal, which adds a term only. */
export interface TermRow {
  readonly isNew: boolean;
  /** For a renewal: when the last term ended that it was built on. */
  readonly follows?: Instant;
  /** Where the price depends on what the member had before: how many terms that was, of all its cards. */
  readonly termsBefore?: number;
  readonly cardId: Id;
  readonly termId: Id;
  readonly memberId: Id;
  readonly planId: Id;
  readonly parentCardId?: Id;
  readonly orderId: string;
  readonly programVersion: number;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly price: number;
  /** The code of the price among those of the plan. */
  readonly priceCode: string;
  readonly costCap: number;
  readonly currency: string;
}

const CARD_COLUMNS = ['id', 'member_id', 'plan_id', 'parent_card_id', 'status', 'opened_at', 'closed_at'] as const;
const TERM_COLUMNS = [
  'id',
  'card_id',
  'member_id',
  'order_id',
  'program_version',
  'starts_at',
  'ends_at',
  'price',
  'cost_cap',
  'withdrawn',
  'currency',
  'broke_even_at',
  'price_code',
] as const;

/** Writes cards and terms in the transaction that grants their caps. */
export const termWriter: CompanionWriter<TermRow> = {
  order: 10,
  async write(tx, rows) {
    const sales = rows.map(({ row }) => row);
    await lockMembers(
      tx,
      sales.map(({ memberId }) => memberId),
    );
    await checkHistories(tx, sales);
    await checkRenewals(
      tx,
      sales.filter(({ isNew }) => !isNew),
    );
    await markLevelsDue(
      tx,
      rows.map(({ row, chain }) => ({ memberId: row.memberId, now: chain.now })),
    );
    const cards = rows
      .filter(({ row }) => row.isNew)
      .map(({ row, chain }) => [
        idToBytes(row.cardId),
        idToBytes(row.memberId),
        idToBytes(row.planId),
        row.parentCardId ? idToBytes(row.parentCardId) : null,
        'ACTIVE',
        chain.now,
        null,
      ]);
    if (cards.length > 0) await tx.insertMany('card', CARD_COLUMNS, cards);
    await tx.insertMany(
      'card_term',
      TERM_COLUMNS,
      rows.map(({ row }) => [
        idToBytes(row.termId),
        idToBytes(row.cardId),
        idToBytes(row.memberId),
        row.orderId,
        row.programVersion,
        row.startsAt,
        row.endsAt,
        row.price,
        row.costCap,
        0,
        row.currency,
        null,
        row.priceCode,
      ]),
    );
    await noteChanges(
      tx,
      'MEMBER',
      sales.map(({ memberId }) => memberId),
    );
  },
};

/** Under the locks of the members, so that of two trials at once the second is judged anew. */
async function checkHistories(tx: Sql, sales: readonly TermRow[]): Promise<void> {
  const counts = new Map<Id, number>();
  for (const row of sales) {
    if (row.termsBefore === undefined) continue;
    if (!counts.has(row.memberId)) {
      const key = idToBytes(row.memberId);
      const [counted] = await tx.arrays('SELECT COUNT(*) FROM card_term WHERE member_id = ?', [key]);
      counts.set(row.memberId, Number(counted?.[0]));
    }
    const count = counts.get(row.memberId)!;
    if (count !== row.termsBefore) throw new StaleCardError(`member ${row.memberId} was sold another term meanwhile`);
    counts.set(row.memberId, count + 1);
  }
}

/** Locks each card, so that of two renewals at once the second is built anew behind the first. */
async function checkRenewals(tx: Sql, renewals: readonly TermRow[]): Promise<void> {
  const ends = new Map<Id, Instant>();
  // In the order of cards, so that two processes never wait for each other's.
  for (const row of renewals.toSorted((left, right) => (left.cardId < right.cardId ? -1 : 1))) {
    const key = idToBytes(row.cardId);
    const [card] = await tx.arrays(`SELECT status FROM card WHERE id = ?${tx.dialect.forUpdate}`, [key]);
    const [last] = await tx.arrays('SELECT MAX(ends_at) FROM card_term WHERE card_id = ?', [key]);
    const end = ends.get(row.cardId) ?? Number(last?.[0]);
    if (card?.[0] !== 'ACTIVE' || end !== row.follows) {
      throw new StaleCardError(`card ${row.cardId} was renewed or closed meanwhile`);
    }
    ends.set(row.cardId, row.endsAt);
  }
}

export interface ClosedCardRow {
  readonly memberId: Id;
  readonly cardId: Id;
  readonly termId: Id;
}

/** Marks cards closed in the transaction that takes back what is left of their caps. */
export const closedCardWriter: CompanionWriter<ClosedCardRow> = {
  order: 11,
  async write(tx, rows) {
    await lockMembers(
      tx,
      rows.map(({ row }) => row.memberId),
    );
    for (const { row, chain } of rows) {
      await tx.run(`UPDATE card SET status = 'CLOSED', closed_at = COALESCE(closed_at, ?) WHERE id = ?`, [
        chain.now,
        idToBytes(row.cardId),
      ]);
      await tx.run('UPDATE card_term SET withdrawn = withdrawn + ? WHERE id = ?', [
        chain.flexibleAmount ?? 0,
        idToBytes(row.termId),
      ]);
    }
    await noteChanges(
      tx,
      'MEMBER',
      rows.map(({ row }) => row.memberId),
    );
    await markLevelsDue(
      tx,
      rows.map(({ row, chain }) => ({ memberId: row.memberId, now: chain.now })),
    );
  },
};

/** A card may let a level show, make growth rise, or stop its fall: the level is looked at again, counted from now. */
async function markLevelsDue(tx: Sql, due: readonly { readonly memberId: Id; readonly now: Instant }[]): Promise<void> {
  const times = new Map(due.map(({ memberId, now }) => [memberId, now]));
  for (const [memberId, now] of [...times].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const statement = 'UPDATE member SET level_at = COALESCE(level_at, ?), level_due_at = ? WHERE id = ?';
    await tx.run(statement, [now, now, idToBytes(memberId)]);
  }
}

export interface CardOfOrder {
  readonly cardId: Id;
  readonly memberId: Id;
}

export async function findCardOfOrder(sql: Sql, orderId: string): Promise<CardOfOrder | undefined> {
  const [row] = await sql.arrays('SELECT card_id, member_id FROM card_term WHERE order_id = ?', [orderId]);
  return row ? { cardId: idFromBytes(row[0] as Buffer), memberId: idFromBytes(row[1] as Buffer) } : undefined;
}

export async function findOwnerOfCard(sql: Sql, cardId: Id): Promise<Id | undefined> {
  const [row] = await sql.arrays('SELECT member_id FROM card WHERE id = ?', [idToBytes(cardId)]);
  return row ? idFromBytes(row[0] as Buffer) : undefined;
}
