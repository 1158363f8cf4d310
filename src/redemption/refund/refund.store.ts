// The SQL of refunds: the row that commits with the closing of a card, a term's coupons, and the settlement.
import { noteChanges } from '../../database/change-note.store';
import type { Sql, SqlRow } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idToBytes } from '../../kernel/id';
import type { CompanionWriter } from '../../ledger/batch';
import { hexOf } from '../../ledger/ledger.store';
import type { Redemption } from '../redemption';
import { fromRow, SELECTED } from '../redemption-row';
import type { Refund } from './refund';

const COLUMNS = [
  'id',
  'member_id',
  'card_id',
  'plan_id',
  'term_id',
  'order_id',
  'currency',
  'price',
  'asked',
  'less_used',
  'amount',
  'used_value',
  'voided',
  'used',
  'requested_by',
  'requested_at',
  'settled_at',
] as const;
const LIST = COLUMNS.join(', ');

/** Thrown when the term got a successor, or its card was closed, since the refund was built on it. */
export class StaleRefundError extends Error {
  override readonly name = 'StaleRefundError';
}

export interface RefundRow {
  readonly refund: Refund;
  readonly key: Id;
  readonly fingerprint: Id;
  /** Whether the card is closed with it: no other term of it runs or is to come. */
  readonly closes: boolean;
  /** The end of the term afterwards. */
  readonly endsAt: Instant;
}

/** Ends the term, and its card where it has no other, in the transaction that takes back what is left of its cap. */
export const refundWriter: CompanionWriter<RefundRow> = {
  order: 13,
  async write(tx, rows) {
    for (const { row, chain } of rows.toSorted((left, right) => (left.row.key < right.row.key ? -1 : 1))) {
      const { refund } = row;
      const card = idToBytes(refund.cardId);
      const [found] = await tx.arrays(`SELECT status FROM card WHERE id = ?${tx.dialect.forUpdate}`, [card]);
      const newest = `SELECT id FROM card_term WHERE card_id = ? AND starts_at < ends_at
        ORDER BY starts_at DESC, id DESC LIMIT 1`;
      const [last] = await tx.arrays(newest, [card]);
      if (found?.[0] !== 'ACTIVE' || hexOf(last?.[0]) !== refund.termId) {
        throw new StaleRefundError(`card ${refund.cardId} was renewed or closed meanwhile`);
      }
      if (row.closes) {
        await tx.run(`UPDATE card SET status = 'CLOSED', closed_at = ? WHERE id = ?`, [chain.now, card]);
      }
      await tx.run('UPDATE card_term SET ends_at = ?, withdrawn = withdrawn + ? WHERE id = ?', [
        row.endsAt,
        chain.flexibleAmount ?? 0,
        idToBytes(refund.termId),
      ]);
      const values = [...toValues(refund), idToBytes(row.key), idToBytes(row.fingerprint), chain.now];
      await tx.insertMany('card_refund', [...COLUMNS, 'request_key', 'fingerprint', 'due_at'], [values]);
    }
    await noteChanges(
      tx,
      'MEMBER',
      rows.map(({ row }) => row.refund.memberId),
    );
  },
};

export interface SettledRow {
  readonly refund: Refund;
}

/** Writes what came of a refund in the transaction that takes back what cancelled coupons gave back to the cap. */
export const settledWriter: CompanionWriter<SettledRow> = {
  order: 33,
  async write(tx, rows) {
    for (const { row, chain } of rows) {
      const { id, termId, amount, usedValue, voided, used } = row.refund;
      await tx.run('UPDATE card_term SET withdrawn = withdrawn + ? WHERE id = ?', [
        chain.flexibleAmount ?? 0,
        idToBytes(termId),
      ]);
      await tx.run(
        `UPDATE card_refund SET amount = ?, used_value = ?, voided = ?, used = ?, settled_at = ?, due_at = NULL
         WHERE id = ? AND settled_at IS NULL`,
        [amount ?? 0, usedValue ?? 0, voided, used, chain.now, idToBytes(id)],
      );
    }
    await noteChanges(
      tx,
      'MEMBER',
      rows.map(({ row }) => row.refund.memberId),
    );
  },
};

function toValues(refund: Refund) {
  return [
    idToBytes(refund.id),
    idToBytes(refund.memberId),
    idToBytes(refund.cardId),
    idToBytes(refund.planId),
    idToBytes(refund.termId),
    refund.orderId,
    refund.currency,
    refund.price,
    refund.asked ?? null,
    refund.lessUsed ? 1 : 0,
    null,
    null,
    0,
    0,
    refund.requestedBy,
    refund.requestedAt,
    null,
  ];
}

function fromRefundRow(row: SqlRow): Refund {
  const optional = (at: number): number | undefined => (row[at] === null ? undefined : Number(row[at]));
  return {
    id: hexOf(row[0]),
    memberId: hexOf(row[1]),
    cardId: hexOf(row[2]),
    planId: hexOf(row[3]),
    termId: hexOf(row[4]),
    orderId: String(row[5]),
    currency: String(row[6]),
    price: Number(row[7]),
    asked: optional(8),
    lessUsed: Number(row[9]) === 1,
    amount: optional(10),
    usedValue: optional(11),
    voided: Number(row[12]),
    used: Number(row[13]),
    requestedBy: String(row[14]),
    requestedAt: Number(row[15]),
    settledAt: optional(16),
  };
}

export async function findRefund(
  sql: Sql,
  by: { readonly key: Id } | { readonly id: Id },
): Promise<{ refund: Refund; fingerprint: Id } | undefined> {
  const [column, id] = 'key' in by ? ['request_key', by.key] : ['id', by.id];
  const [row] = await sql.arrays(`SELECT ${LIST}, fingerprint FROM card_refund WHERE ${column} = ?`, [idToBytes(id)]);
  return row && { refund: fromRefundRow(row), fingerprint: hexOf(row[COLUMNS.length]) };
}

/** Those whose time has come, oldest first. */
export async function dueRefunds(sql: Sql, now: Instant, limit: number): Promise<Refund[]> {
  const rows = await sql.arrays(
    `SELECT ${LIST} FROM card_refund WHERE due_at <= ? ORDER BY due_at, id LIMIT ${Math.trunc(limit)}`,
    [now],
  );
  return rows.map(fromRefundRow);
}

export async function postponeRefund(tx: Sql, id: Id, dueAt: Instant): Promise<void> {
  await tx.run('UPDATE card_refund SET due_at = ? WHERE id = ? AND settled_at IS NULL', [dueAt, idToBytes(id)]);
}

/** All coupons of a term, whatever became of them. */
export async function redemptionsOfTerm(sql: Sql, memberId: Id, termId: Id): Promise<Redemption[]> {
  const rows = await sql.arrays(
    `SELECT ${SELECTED} FROM redemption WHERE member_id = ? AND term_id = ? ORDER BY id`,
    [memberId, termId].map(idToBytes),
  );
  return rows.map(fromRow);
}

/** The term that was sold by an order. */
export async function findTermOfOrder(sql: Sql, orderId: string): Promise<Id | undefined> {
  const [row] = await sql.arrays('SELECT id FROM card_term WHERE order_id = ?', [orderId]);
  return row && hexOf(row[0]);
}

export async function orderOfTerm(sql: Sql, termId: Id): Promise<string> {
  const [row] = await sql.arrays('SELECT order_id FROM card_term WHERE id = ?', [idToBytes(termId)]);
  return String(row?.[0] ?? '');
}
