// The SQL of gifts that terms promise: written with the term, due until they were given.
import type { Sql, SqlRow } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idToBytes } from '../../kernel/id';
import type { CompanionWriter } from '../../ledger/batch';
import { hexOf } from '../../ledger/ledger.store';
import type { Reward } from '../../program/reward';

export interface TermGift {
  /** Made of the term and what it is for; the occasion of the reward. */
  readonly id: Id;
  readonly memberId: Id;
  readonly termId: Id;
  /** In words: `renewal of plus-year`. */
  readonly reason: string;
  /** As it was promised when the term was sold. */
  readonly reward: Reward;
}

const COLUMNS = ['id', 'member_id', 'term_id', 'reason', 'reward'] as const;

/** Writes what a term promises in the transaction that sells it. */
export const termGiftWriter: CompanionWriter<TermGift> = {
  order: 12,
  async write(tx, rows) {
    await tx.insertMany(
      'term_gift',
      [...COLUMNS, 'due_at'],
      rows.map(({ row, chain }) => [
        idToBytes(row.id),
        idToBytes(row.memberId),
        idToBytes(row.termId),
        row.reason,
        JSON.stringify(row.reward),
        chain.now,
      ]),
    );
  },
};

/** Those that are still due: of one term, or those due by now, oldest first. */
export async function dueGifts(
  sql: Sql,
  due: { readonly termId: Id } | { readonly now: Instant; readonly limit: number },
): Promise<TermGift[]> {
  const select = `SELECT ${COLUMNS.join(', ')} FROM term_gift`;
  if ('termId' in due) {
    const rows = await sql.arrays(`${select} WHERE term_id = ? AND due_at IS NOT NULL`, [idToBytes(due.termId)]);
    return rows.map(fromRow);
  }
  const page = `WHERE due_at <= ? ORDER BY due_at, id LIMIT ${Math.trunc(due.limit)}`;
  return (await sql.arrays(`${select} ${page}`, [due.now])).map(fromRow);
}

export async function markGiven(tx: Sql, id: Id): Promise<void> {
  await tx.run('UPDATE term_gift SET due_at = NULL WHERE id = ?', [idToBytes(id)]);
}

function fromRow(row: SqlRow): TermGift {
  return {
    id: hexOf(row[0]),
    memberId: hexOf(row[1]),
    termId: hexOf(row[2]),
    reason: String(row[3]),
    reward: JSON.parse(String(row[4])) as Reward,
  };
}
