// The only SQL of returns: what each still has to take back, and what it took.
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow } from '../../database/sql';
import { type Instant, MINUTE } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { CompanionWriter } from '../../ledger/batch';
import type { EarnedTotals } from '../earning/earning';

/** `LOST`: no purchase of the order was told for so long that none will be. */
export type ReturnState = 'WAITING' | 'DONE' | 'LOST';

export interface StoredReturn {
  /** Of the event. */
  readonly id: Id;
  readonly memberId: Id;
  readonly orderId: string;
  /** In the minor unit; absent: the whole order. */
  readonly amount?: number;
  readonly recordedAt: Instant;
}

const COLUMNS = ['id', 'member_id', 'order_id', 'amount', 'recorded_at'] as const;
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM event_return`;
/** Whoever records a return settles it at once; the job comes when that did not happen. */
const GRACE_MS = MINUTE;
const MEMBERS_A_STATEMENT = 500;

export type NewReturn = Omit<StoredReturn, 'recordedAt'>;

/** Writes returns in the transaction that records their events. */
export const returnWriter: CompanionWriter<NewReturn> = {
  order: 41,
  async write(tx, rows) {
    const lines = rows.map(({ row, chain }) => [
      idToBytes(row.id),
      idToBytes(row.memberId),
      row.orderId,
      row.amount ?? null,
      chain.now,
      'WAITING',
      chain.now + GRACE_MS,
      0,
      0,
      0,
    ]);
    await tx.insertMany('event_return', [...COLUMNS, 'state', 'due_at', 'points', 'growth', 'stored_value'], lines);
  },
};

export interface SettledReturn {
  readonly id: Id;
  readonly sum: (earns: keyof EarnedTotals, groups: Readonly<Record<number, number>>) => number;
}

/** Writes what a return took back, in the transaction that takes it. */
export const settledWriter: CompanionWriter<SettledReturn> = {
  order: 42,
  async write(tx, rows) {
    for (const { row, chain } of rows) {
      const groups = chain.groupAmounts ?? {};
      await tx.run("UPDATE event_return SET state = 'DONE', points = ?, growth = ?, stored_value = ? WHERE id = ?", [
        row.sum('points', groups),
        row.sum('growth', groups),
        row.sum('storedValue', groups),
        idToBytes(row.id),
      ]);
    }
  },
};

function fromRow(row: SqlRow): StoredReturn {
  return {
    id: idFromBytes(row[0] as Buffer),
    memberId: idFromBytes(row[1] as Buffer),
    orderId: String(row[2]),
    amount: row[3] === null ? undefined : Number(row[3]),
    recordedAt: Number(row[4]),
  };
}

/** Returns of these members that have taken nothing back yet, the first told first. */
export async function findWaitingReturns(sql: Sql, memberIds: readonly Id[]): Promise<StoredReturn[]> {
  const found: StoredReturn[] = [];
  for (let from = 0; from < memberIds.length; from += MEMBERS_A_STATEMENT) {
    const some = memberIds.slice(from, from + MEMBERS_A_STATEMENT);
    const where = `member_id IN (${questionMarks(some.length)}) AND state = 'WAITING'`;
    const rows = await sql.arrays(`${SELECT} WHERE ${where} ORDER BY recorded_at, id`, some.map(idToBytes));
    found.push(...rows.map(fromRow));
  }
  return found;
}

export async function findDueReturns(sql: Sql, now: Instant, limit: number): Promise<StoredReturn[]> {
  const where = "state = 'WAITING' AND due_at <= ?";
  const rows = await sql.arrays(`${SELECT} WHERE ${where} ORDER BY due_at, id LIMIT ?`, [now, limit]);
  return rows.map(fromRow);
}

/** Of a return without a purchase: when it is looked for again, or that it is given up. */
export async function putOffReturn(sql: Sql, id: Id, state: 'WAITING' | 'LOST', dueAt: Instant): Promise<void> {
  await sql.run("UPDATE event_return SET state = ?, due_at = ? WHERE id = ? AND state = 'WAITING'", [
    state,
    dueAt,
    idToBytes(id),
  ]);
}

export interface TakenBack extends EarnedTotals {
  readonly state: ReturnState;
}

/** By the id of the return's event. */
export async function readReturns(sql: Sql, ids: readonly Id[]): Promise<Map<Id, TakenBack>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.arrays(
    `SELECT id, state, points, growth, stored_value FROM event_return WHERE id IN (${questionMarks(ids.length)})`,
    ids.map(idToBytes),
  );
  return new Map(
    rows.map((row) => [
      idFromBytes(row[0] as Buffer),
      {
        state: String(row[1]) as ReturnState,
        points: Number(row[2]),
        growth: Number(row[3]),
        storedValue: Number(row[4]),
        // Ratings have rules of their own for returns.
        rating: 0,
      },
    ]),
  );
}
