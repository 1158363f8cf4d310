// The SQL of the census: members page by page, who of them claimed something, how far a walk has come, and its result.
import { questionMarks } from '../../database/dialect';
import type { Sql } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { LevelCensus, LevelTally } from './level-census';

export async function countMembers(sql: Sql): Promise<number> {
  const [row] = await sql.arrays('SELECT COUNT(*) FROM member');
  return Number(row![0]);
}

/** The next members after this one, in the order of ids. */
export async function memberPage(sql: Sql, after: Id, limit: number): Promise<Id[]> {
  const statement = `SELECT id FROM member WHERE id > ? ORDER BY id LIMIT ${Math.trunc(limit)}`;
  return (await sql.arrays(statement, [idToBytes(after)])).map((row) => idFromBytes(row[0] as Buffer));
}

/** Those of the members who claimed something since then that they did not give back. */
export async function claimedSince(sql: Sql, members: readonly Id[], since: Instant): Promise<Set<Id>> {
  if (members.length === 0) return new Set();
  const rows = await sql.arrays(
    `SELECT DISTINCT member_id FROM redemption
     WHERE member_id IN (${questionMarks(members.length)}) AND claimed_at >= ?
       AND status NOT IN ('FAILED', 'CANCELLED')`,
    [...members.map(idToBytes), since],
  );
  return new Set(rows.map((row) => idFromBytes(row[0] as Buffer)));
}

/** Takes a walk one step further; false when another process has, whose step then counts. */
export async function moveWalk(
  tx: Sql,
  name: string,
  step: { readonly from: number | undefined; readonly detail: string },
  now: Instant,
): Promise<boolean> {
  const { from, detail } = step;
  if (from === undefined) {
    const head = `${tx.dialect.insertIgnore} INTO`;
    const columns = ['name', 'position', 'detail', 'updated_at'];
    return (await tx.insertMany('work_progress', columns, [[name, 1, detail, now]], { head })) === 1;
  }
  const statement = 'UPDATE work_progress SET position = ?, detail = ?, updated_at = ? WHERE name = ? AND position = ?';
  return (await tx.run(statement, [from + 1, detail, now, name, from])) === 1;
}

export async function saveCensus(tx: Sql, { day, takenAt, members, levels }: LevelCensus): Promise<void> {
  const columns = ['day', 'taken_at', 'members', 'levels'];
  const tail = tx.dialect.onDuplicateUpdate(['day'], columns.slice(1));
  await tx.insertMany('level_census', columns, [[day, takenAt, members, JSON.stringify(levels)]], { tail });
}

/** The latest, or `undefined` before the first. */
export async function lastCensus(sql: Sql): Promise<LevelCensus | undefined> {
  const [row] = await sql.arrays('SELECT day, taken_at, members, levels FROM level_census ORDER BY day DESC LIMIT 1');
  if (!row) return undefined;
  const levels = JSON.parse(String(row[3])) as LevelTally[];
  return { day: Number(row[0]), takenAt: Number(row[1]), members: Number(row[2]), levels };
}
