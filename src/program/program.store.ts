// The SQL of the program: its items as they stand, and every version as it was applied.
import { placeholders, questionMarks } from '../database/dialect';
import type { Sql, SqlRow } from '../database/sql';
import { type Id, idFromBytes, idToBytes } from '../kernel/id';
import type { AppliedVersion, StoredItem } from './catalogue-item';
import { LEVEL_KINDS } from './earlier-levels';
import type { ItemKind } from './program';
import { contentOf, deepFreeze, type JsonObject, settingsOf } from './program-item';
import { restoreProgram } from './program-schema';

const ROWS_A_STATEMENT = 200;
/** So many versions back it is known how levels were: of time in which no worker ran, nothing older matters. */
const VERSIONS_BACK = 4;
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
  /** Texts of versions, which never change. */
  private readonly texts = new Map<number, AppliedVersion>();

  /** All items, retired ones too, by number; frozen, with the defaults of today's schema filled in. */
  async load(sql: Sql): Promise<StoredItem[]> {
    const rows = await sql.arrays(`SELECT ${ITEM_COLUMNS} FROM program_item ORDER BY number`);
    const items = rows.map(fromRow);
    // The schema fills in and freezes the very definitions that the items hold, but for the settings: those are one
    // item, spread over the file.
    const settings = deepFreeze(settingsOf(restoreProgram(contentOf(items))) as unknown as JsonObject);
    const times = await this.timesOf(sql, items);
    const last = Math.max(0, ...times.keys());
    const versions = await this.versionsBefore(sql, last);
    const earlier = versions.length > 0 ? { versions, until: times.get(last)! } : undefined;
    return items.map((item) => {
      const appliedAt = LEVEL_KINDS.has(item.kind) ? times.get(item.version) : undefined;
      return item.kind === 'PROGRAM' ? { ...item, appliedAt, definition: settings, earlier } : { ...item, appliedAt };
    });
  }

  /** Some versions before this one, the oldest first. */
  private async versionsBefore(sql: Sql, version: number): Promise<AppliedVersion[]> {
    const wanted = Array.from({ length: VERSIONS_BACK }, (_, at) => version - VERSIONS_BACK + at).filter(
      (at) => at > 0,
    );
    const missing = wanted.filter((at) => !this.texts.has(at));
    for (const known of this.texts.keys()) if (!wanted.includes(known)) this.texts.delete(known);
    if (missing.length > 0) {
      const rows = await sql.arrays(
        `SELECT version, applied_at, definition FROM program_version
         WHERE version IN (${questionMarks(missing.length)})`,
        missing,
      );
      for (const row of rows) {
        const found = { version: Number(row[0]), appliedAt: Number(row[1]), text: String(row[2]) };
        this.texts.set(found.version, found);
      }
    }
    return wanted.flatMap((at) => this.texts.get(at) ?? []);
  }

  /** When the versions were applied in which levels and settings last changed. */
  private async timesOf(sql: Sql, items: readonly StoredItem[]): Promise<ReadonlyMap<number, number>> {
    const versions = [...new Set(items.filter(({ kind }) => LEVEL_KINDS.has(kind)).map(({ version }) => version))];
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
