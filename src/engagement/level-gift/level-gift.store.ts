// The SQL of gifts that members take or are due: noted first, then given, so that a death in between loses none.
import type { Sql, SqlRow } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idToBytes } from '../../kernel/id';
import { hexOf } from '../../ledger/ledger.store';
import type { Code } from '../../program/program';
import type { Reward } from '../../program/reward';

export interface LevelGiftRow {
  readonly memberId: Id;
  readonly levelId: Id;
  readonly code: Code;
  readonly state: 'DUE' | 'GIVEN';
  /** As it was when the gift was taken or fell due. */
  readonly reward: Reward;
  readonly dueAt: Instant;
  readonly givenAt?: Instant;
}

const COLUMNS = 'member_id, level_id, code, state, reward, due_at, given_at';

function fromRow(row: SqlRow): LevelGiftRow {
  return {
    memberId: hexOf(row[0]),
    levelId: hexOf(row[1]),
    code: String(row[2]),
    state: row[3] === 'GIVEN' ? 'GIVEN' : 'DUE',
    reward: JSON.parse(String(row[4])) as Reward,
    dueAt: Number(row[5]),
    givenAt: row[6] === null ? undefined : Number(row[6]),
  };
}

export async function readGiftsOf(sql: Sql, memberId: Id): Promise<LevelGiftRow[]> {
  const statement = `SELECT ${COLUMNS} FROM level_gift WHERE member_id = ?`;
  return (await sql.arrays(statement, [idToBytes(memberId)])).map(fromRow);
}

/** Those that are due, the longest first, after the one at `after`. */
export async function readDueGifts(sql: Sql, limit: number): Promise<LevelGiftRow[]> {
  const statement = `SELECT ${COLUMNS} FROM level_gift WHERE state = 'DUE' ORDER BY due_at, member_id LIMIT ?`;
  return (await sql.arrays(statement, [limit])).map(fromRow);
}

/** Puts one that cannot be given now behind the others. */
export async function postponeGift(sql: Sql, gift: LevelGiftRow, until: Instant): Promise<void> {
  await sql.run(
    `UPDATE level_gift SET due_at = ? WHERE member_id = ? AND level_id = ? AND code = ? AND state = 'DUE'`,
    [until, idToBytes(gift.memberId), idToBytes(gift.levelId), gift.code],
  );
}

export async function markGiven(sql: Sql, gift: LevelGiftRow, now: Instant): Promise<void> {
  await sql.run(
    `UPDATE level_gift SET state = 'GIVEN', given_at = ?
     WHERE member_id = ? AND level_id = ? AND code = ? AND state = 'DUE'`,
    [now, idToBytes(gift.memberId), idToBytes(gift.levelId), gift.code],
  );
}
