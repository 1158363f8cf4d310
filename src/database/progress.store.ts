// How far long work has come, written in the transaction that does the work, so that it can be taken up again.
import type { Sql } from './sql';

export interface WorkProgress {
  /** Names the work for ever. */
  readonly name: string;
  readonly position: number;
  readonly detail: string;
}

export async function saveProgress(tx: Sql, progress: WorkProgress, now: number): Promise<void> {
  const columns = ['name', 'position', 'detail', 'updated_at'];
  const tail = tx.dialect.onDuplicateUpdate(['name'], columns.slice(1));
  await tx.insertMany('work_progress', columns, [[progress.name, progress.position, progress.detail, now]], { tail });
}

export async function readProgress(sql: Sql, name: string): Promise<WorkProgress | undefined> {
  const [row] = await sql.arrays('SELECT position, detail FROM work_progress WHERE name = ?', [name]);
  return row ? { name, position: Number(row[0]), detail: String(row[1]) } : undefined;
}
