// Notes of what has changed, written in the transaction that changes it, for the room that counts figures of it later.
import type { Id } from '../kernel/id';
import { questionMarks } from './dialect';
import { HexBytes, type Sql } from './sql';

/** The number is stored; append only. */
export const NOTED = { MEMBER: 1, REDEMPTION: 2, POINTS: 3 } as const;
export type Noted = keyof typeof NOTED;

const KIND_BY_NUMBER = new Map<number, Noted>(Object.entries(NOTED).map(([kind, number]) => [number, kind as Noted]));

export interface ChangeNote {
  readonly noteId: number;
  readonly kind: Noted;
  /** Whatever has changed; zero where the detail says all. */
  readonly subject: Id;
  readonly detail?: string;
}

const COLUMNS = ['kind', 'subject', 'detail'] as const;

/** With the commit, these members or redemptions are to be counted again. */
export async function noteChanges(tx: Sql, kind: 'MEMBER' | 'REDEMPTION', subjects: readonly Id[]): Promise<void> {
  const rows = [...new Set(subjects)].map((subject) => [NOTED[kind], new HexBytes(subject), null]);
  if (rows.length > 0) await tx.insertMany('change_note', COLUMNS, rows);
}

/** For what is counted once and never again: the detail says how much; at most 512 characters. */
export async function noteDetails(tx: Sql, kind: 'POINTS', subject: Id, details: readonly string[]): Promise<void> {
  const rows = details.map((detail) => [NOTED[kind], new HexBytes(subject), detail]);
  if (rows.length > 0) await tx.insertMany('change_note', COLUMNS, rows);
}

/** The oldest that are committed. */
export async function readNotes(sql: Sql, limit: number): Promise<ChangeNote[]> {
  const rows = await sql.arrays(
    `SELECT id, kind, subject, detail FROM change_note ORDER BY id LIMIT ${Math.trunc(limit)}`,
  );
  return rows.flatMap((row) => {
    const kind = KIND_BY_NUMBER.get(Number(row[1]));
    if (!kind) return [];
    const detail = row[3] === null ? undefined : String(row[3]);
    return [{ noteId: Number(row[0]), kind, subject: (row[2] as Buffer).toString('hex'), detail }];
  });
}

export async function deleteNotes(tx: Sql, noteIds: readonly number[]): Promise<void> {
  if (noteIds.length === 0) return;
  await tx.run(`DELETE FROM change_note WHERE id IN (${questionMarks(noteIds.length)})`, noteIds);
}
