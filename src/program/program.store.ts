// The SQL of the program: its items as they stand, and every version as it was applied.
import { placeholders, questionMarks } from '../database/dialect';
import type { Sql, SqlRow } from '../database/sql';
import { type Id, idFromBytes, idToBytes } from '../kernel/id';
import type { StoredItem } from './catalogue-item';
import type { ItemKind } from './program';
import { contentOf, deepFreeze, type JsonObject, settingsOf } from './program-item';
import { restoreProgram } from './program-schema';

const ROWS_A_STATEMENT = 200;
const COUNTED_SINCE: ReadonlySet<ItemKind> = new Set(['PROGRAM', 'LEVEL']);
const ITEM_COLUMNS = 'id, kind, code, number, definition, version, retired';

export interface ProgramVersion {
  readonly version: number;
  /** Milliseconds since 1970 UTC. */
  readonly appliedAt: number;
  readonly appliedBy: string;
  /** SHA-256 of the text, in hexadecimal digits. */
  readonly hash: string;
  /** The whole program as canonical YAML. */
  readonly text: string;
}

export class ProgramStore {
  /** All items, retired ones too, by number; frozen, with the defaults of today's schema filled in. */
  async load(sql: Sql): Promise<StoredItem[]> {
    const rows = await sql.arrays(`SELECT ${ITEM_COLUMNS} FROM program_item ORDER BY number`);
    const items = rows.map(fromRow);
    // The schema fills in and freezes the very definitions that the items hold, but for the settings: those are one
    // item, spread over the file.
    const settings = deepFreeze(settingsOf(restoreProgram(contentOf(items))) as unknown as JsonObject);
    const times = await this.timesOf(sql, items);
    return items.map((item) => {
      const appliedAt = COUNTED_SINCE.has(item.kind) ? times.get(item.version) : undefined;
      return item.kind === 'PROGRAM' ? { ...item, appliedAt, definition: settings } : { ...item, appliedAt };
    });
  }

  /** When the versions were applied in which levels and settings last changed. */
  private async timesOf(sql: Sql, items: readonly StoredItem[]): Promise<ReadonlyMap<number, number>> {
    const versions = [...new Set(items.filter(({ kind }) => COUNTED_SINCE.has(kind)).map(({ version }) => version))];
    if (versions.length === 0) return new Map();
    const marks = questionMarks(versions.length);
    const statement = `SELECT version, applied_at FROM program_version WHERE version IN (${marks})`;
    return new Map((await sql.arrays(statement, versions)).map((row) => [Number(row[0]), Number(row[1])]));
  }

  async highestNumber(sql: Sql): Promise<number> {
    const [row] = await sql.arrays('SELECT MAX(number) FROM program_item');
    return Number(row?.[0] ?? 0);
  }

  /** Adds items and overwrites those that are there, by id. */
  async save(tx: Sql, items: readonly StoredItem[]): Promise<void> {
    const onDuplicate = tx.dialect.onDuplicateUpdate(['id'], ['definition', 'version', 'retired']);
    for (const part of parts(items)) {
      const values = part.flatMap((item) => [
        idToBytes(item.id),
        item.kind,
        item.code,
        item.number,
        JSON.stringify(item.definition),
        item.version,
        item.retired ? 1 : 0,
      ]);
      await tx.run(
        `INSERT INTO program_item (${ITEM_COLUMNS}) VALUES ${placeholders(part.length, 7)}${onDuplicate}`,
        values,
      );
    }
  }

  async retire(tx: Sql, ids: readonly Id[], version: number): Promise<void> {
    for (const part of parts(ids)) {
      const statement = `UPDATE program_item SET retired = 1, version = ? WHERE id IN (${questionMarks(part.length)})`;
      await tx.run(statement, [version, ...part.map(idToBytes)]);
    }
  }

  async addVersion(tx: Sql, { version, appliedAt, appliedBy, hash, text }: ProgramVersion): Promise<void> {
    await tx.run(
      'INSERT INTO program_version (version, applied_at, applied_by, hash, definition) VALUES (?, ?, ?, ?, ?)',
      [version, appliedAt, appliedBy, hash, text],
    );
  }

  /** The version of this number, or the latest. */
  async version(sql: Sql, number?: number): Promise<ProgramVersion | undefined> {
    const [row] = await sql.arrays(
      `SELECT version, applied_at, applied_by, hash, definition FROM program_version
       ${number === undefined ? '' : 'WHERE version = ?'} ORDER BY version DESC LIMIT 1`,
      number === undefined ? [] : [number],
    );
    if (!row) return undefined;
    return {
      version: Number(row[0]),
      appliedAt: Number(row[1]),
      appliedBy: String(row[2]),
      hash: String(row[3]),
      text: String(row[4]),
    };
  }
}

function fromRow(row: SqlRow): StoredItem {
  return {
    id: idFromBytes(row[0] as Buffer),
    kind: row[1] as ItemKind,
    code: String(row[2]),
    number: Number(row[3]),
    definition: JSON.parse(String(row[4])) as JsonObject,
    version: Number(row[5]),
    retired: Number(row[6]) === 1,
  };
}

function* parts<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += ROWS_A_STATEMENT) yield items.slice(at, at + ROWS_A_STATEMENT);
}
