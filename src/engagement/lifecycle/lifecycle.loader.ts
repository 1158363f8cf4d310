// Measures and changes of stage of members, read in batches over requests.
import { padToPowerOfTwo, ReadBatcher } from '../../database/batcher';
import { questionMarks } from '../../database/dialect';
import type { Sql } from '../../database/sql';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import { type RfmRow, rfmFrom } from '../rfm/rfm.store';
import { STAGE_CHANGE_COLUMNS, type StageChangeRow, stageChangeFrom } from './lifecycle.store';

const BATCH = { keysMax: 16, inFlightMax: 2 };
/** Above every id. */
const LAST: Id = 'f'.repeat(32);

interface ChangesKey {
  readonly memberId: Id;
  /** Rows at most. */
  readonly limit: number;
  /** The id of the last one that was seen. */
  readonly before?: Id;
}

export class LifecycleLoader {
  private readonly measures: ReadBatcher<Id, RfmRow | undefined>;
  private readonly changes: ReadBatcher<ChangesKey, readonly StageChangeRow[]>;

  constructor(sql: Sql) {
    this.measures = new ReadBatcher((ids) => readMeasures(sql, ids), BATCH);
    this.changes = new ReadBatcher((keys) => readChanges(sql, keys), BATCH);
  }

  /** `undefined` for who bought nothing in the window. Authorise before asking. */
  rfm(memberId: Id): Promise<RfmRow | undefined> {
    return this.measures.load(memberId);
  }

  /** The newest first. Authorise before asking. */
  stageChanges(key: ChangesKey): Promise<readonly StageChangeRow[]> {
    return this.changes.load(key);
  }
}

async function readMeasures(sql: Sql, ids: readonly Id[]): Promise<(RfmRow | undefined)[]> {
  const keys = padToPowerOfTwo(ids).map(idToBytes);
  const rows = await sql.prepared(
    `SELECT member_id, last_day, frequency, monetary, r, f, m FROM member_rfm
     WHERE member_id IN (${questionMarks(keys.length)})`,
    keys,
  );
  const found = new Map(rows.map(([id, ...measures]) => [idFromBytes(id as Buffer), rfmFrom(measures)]));
  return ids.map((id) => found.get(id));
}

async function readChanges(sql: Sql, keys: readonly ChangesKey[]): Promise<StageChangeRow[][]> {
  const limit = Math.max(...keys.map((key) => key.limit));
  const branches = keys.map((_key, at) =>
    sql.dialect.limitedBranch(
      `SELECT ${STAGE_CHANGE_COLUMNS}, ${at} AS page FROM stage_change WHERE member_id = ? AND id < ?
       ORDER BY id DESC LIMIT ${Math.trunc(limit)}`,
      `page${at}`,
    ),
  );
  const values = keys.flatMap(({ memberId, before = LAST }) => [idToBytes(memberId), idToBytes(before)]);
  const rows = await sql.arrays(branches.join(' UNION ALL '), values);
  const pages: StageChangeRow[][] = keys.map(() => []);
  for (const row of rows) pages[Number(row.at(-1))]!.push(stageChangeFrom(row));
  const newestFirst = (left: StageChangeRow, right: StageChangeRow) => (left.id < right.id ? 1 : -1);
  return pages.map((page, at) => page.toSorted(newestFirst).slice(0, keys[at]!.limit));
}
