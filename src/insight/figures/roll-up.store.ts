// The SQL of the roll-up: how far the walk is, what each part adds, and the sums by day, month and year.
import { NOTED } from '../../database/change-note.store';
import { questionMarks } from '../../database/dialect';
import { HexBytes, type Sql, type SqlRow } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import { amountOf } from '../../ledger/ledger.store';
import { fromPartText, type Numbers, partText, type Sums, widerKeys } from './cell';
import type { Walked } from './facts.store';

const WALK = 'figures';
const KEYS_A_STATEMENT = 500;

/** How far all members and all redemptions have been counted, after an edition of the figures began. */
export interface Walk {
  readonly edition: number;
  readonly timeZone: string;
  /** Absent when it is done. */
  readonly table?: Walked;
  readonly after: Id;
}

/** Under its lock, which only one pass has at a time; `undefined` before the first. */
export async function lockWalk(tx: Sql, now: Instant): Promise<Walk | undefined> {
  const head = `${tx.dialect.insertIgnore} INTO`;
  const columns = ['name', 'position', 'detail', 'updated_at'];
  await tx.insertMany('work_progress', columns, [[WALK, 0, '', now]], { head });
  const [row] = await tx.arrays(`SELECT detail FROM work_progress WHERE name = ?${tx.dialect.forUpdate}`, [WALK]);
  return walkFrom(row);
}

export async function readWalk(sql: Sql): Promise<Walk | undefined> {
  const [row] = await sql.arrays('SELECT detail FROM work_progress WHERE name = ?', [WALK]);
  return walkFrom(row);
}

function walkFrom(row: SqlRow | undefined): Walk | undefined {
  return row && row[0] !== '' ? (JSON.parse(String(row[0])) as Walk) : undefined;
}

export async function saveWalk(tx: Sql, walk: Walk, now: Instant): Promise<void> {
  await tx.run('UPDATE work_progress SET position = position + 1, detail = ?, updated_at = ? WHERE name = ?', [
    JSON.stringify(walk),
    now,
    WALK,
  ]);
}

/** The numbers of the ids; those that have none yet get one. */
export async function numbersOf(tx: Sql, ids: ReadonlySet<Id>): Promise<Numbers> {
  let known = await readItems(tx);
  const missing = [...ids].filter((id) => !known.has(id)).sort();
  if (missing.length > 0) {
    const head = `${tx.dialect.insertIgnore} INTO`;
    const rows = missing.map((id) => [idToBytes(id)]);
    await tx.insertMany('figure_item', ['id'], rows, { head });
    known = await readItems(tx);
  }
  return (id) => (id === undefined ? 0 : known.get(id)!);
}

/** A few hundred: plans, benefits, offers, levels. */
export async function readItems(sql: Sql): Promise<Map<Id, number>> {
  const rows = await sql.arrays('SELECT id, number FROM figure_item');
  return new Map(rows.map((row) => [idFromBytes(row[0] as Buffer), Number(row[1])]));
}

/** What these members or redemptions add until now. */
export async function readParts(sql: Sql, kind: keyof typeof NOTED, ids: readonly Id[]): Promise<Map<Id, Sums>> {
  const parts = new Map<Id, Sums>();
  for (let from = 0; from < ids.length; from += KEYS_A_STATEMENT) {
    const some = ids.slice(from, from + KEYS_A_STATEMENT);
    const rows = await sql.arrays(
      `SELECT subject, cells FROM figure_part WHERE kind = ? AND subject IN (${questionMarks(some.length)})`,
      [NOTED[kind], ...some.map(idToBytes)],
    );
    for (const row of rows) parts.set(idFromBytes(row[0] as Buffer), fromPartText(String(row[1])));
  }
  return parts;
}

export async function saveParts(tx: Sql, kind: keyof typeof NOTED, parts: ReadonlyMap<Id, Sums>): Promise<void> {
  if (parts.size === 0) return;
  const rows = [...parts]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([id, sums]) => [NOTED[kind], new HexBytes(id), partText(sums)]);
  const tail = tx.dialect.onDuplicateUpdate(['kind', 'subject'], ['cells']);
  await tx.insertMany('figure_part', ['kind', 'subject', 'cells'], rows, { tail });
}

const KEY = ['figure', 'period', 'one', 'other', 'mark', 'unit'] as const;

/** Adds to the days, and to their months and years. */
export async function addToRollUp(tx: Sql, days: Sums): Promise<void> {
  const sums = new Map<string, number>();
  for (const [key, value] of days) {
    for (const each of [key, ...widerKeys(key)]) sums.set(each, (sums.get(each) ?? 0) + value);
  }
  const rows = [...sums]
    .filter(([, value]) => value !== 0)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => [...key.split(',').map(Number), value]);
  if (rows.length === 0) return;
  await tx.insertMany('figure_roll_up', [...KEY, 'value'], rows, { tail: tx.dialect.onDuplicateAdd(KEY, ['value']) });
}

/** All sums that are not zero, a month of a figure at a time. */
export async function* rollUpPages(sql: Sql): AsyncGenerator<readonly (readonly [string, number])[]> {
  const months = await sql.arrays(
    'SELECT DISTINCT figure, period - period % 100 FROM figure_roll_up ORDER BY figure, period - period % 100',
  );
  for (const [figure, month] of months) {
    const rows = await sql.arrays(
      `SELECT ${KEY.join(', ')}, value FROM figure_roll_up WHERE figure = ? AND period BETWEEN ? AND ?`,
      [figure!, month!, Number(month) + 99],
    );
    yield rows.flatMap((row) => {
      const value = amountOf(row[6]);
      return value === 0 ? [] : [[row.slice(0, 6).map(Number).join(','), value] as const];
    });
  }
}
