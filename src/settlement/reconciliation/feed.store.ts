// The only SQL of feeds and their lines. Whose: the scope that is handed in, before anything else.
import { questionMarks } from '../../database/dialect';
import { saveProgress, type WorkProgress } from '../../database/progress.store';
import { HexBytes, type Sql, type SqlRow, type SqlValue } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { SettlementScope } from '../settlement-scope';
import type { Feed, FeedLine, FeedState, FeedTerms, LineState } from './feed';

const COLUMNS = [
  'id',
  'partner_id',
  'name',
  'terms',
  'period_from',
  'period_before',
  'state',
  'opened_at',
  'opened_by',
  'closed_at',
  'closed_by',
  'line_count',
] as const;
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM feed`;
const LINE_COLUMNS = [
  'feed_id',
  'match_key',
  'line',
  'content',
  'code_cipher',
  'offer_id',
  'amount',
  'happened_at',
  'day',
  'state',
] as const;

function feedFrom(row: SqlRow): Feed {
  return {
    id: idFromBytes(row[0] as Buffer),
    partnerId: idFromBytes(row[1] as Buffer),
    name: String(row[2]),
    terms: JSON.parse(String(row[3])) as FeedTerms,
    periodFrom: Number(row[4]),
    periodBefore: Number(row[5]),
    state: row[6] as FeedState,
    openedAt: Number(row[7]),
    openedBy: String(row[8]),
    closed: row[9] === null ? undefined : { at: Number(row[9]), by: String(row[10]) },
    lines: Number(row[11]),
  };
}

const inScope = ({ partnerId }: SettlementScope, found: Feed | undefined) =>
  found && (partnerId === undefined || found.partnerId === partnerId) ? found : undefined;

export async function readFeed(sql: Sql, scope: SettlementScope, id: Id): Promise<Feed | undefined> {
  const [row] = await sql.arrays(`${SELECT} WHERE id = ?`, [idToBytes(id)]);
  return inScope(scope, row && feedFrom(row));
}

export async function readFeedByName(sql: Sql, partnerId: Id, name: string): Promise<Feed | undefined> {
  const [row] = await sql.arrays(`${SELECT} WHERE partner_id = ? AND name = ?`, [idToBytes(partnerId), name]);
  return row && feedFrom(row);
}

/** The feed, locked until the commit, if the scope has it. */
export async function lockFeed(tx: Sql, scope: SettlementScope, id: Id): Promise<Feed | undefined> {
  const [row] = await tx.arrays(`${SELECT} WHERE id = ?${tx.dialect.forUpdate}`, [idToBytes(id)]);
  return inScope(scope, row && feedFrom(row));
}

/** How many of a partner take lines still. */
export async function countOpenFeeds(sql: Sql, partnerId: Id): Promise<number> {
  const statement = "SELECT COUNT(*) FROM feed WHERE partner_id = ? AND state = 'OPEN'";
  const [row] = await sql.arrays(statement, [idToBytes(partnerId)]);
  return Number(row![0]);
}

/** Newest first. */
export async function listFeeds(
  sql: Sql,
  { partnerId }: SettlementScope,
  page: { readonly before?: Id; readonly limit: number },
): Promise<Feed[]> {
  if (partnerId === null) return [];
  const own = partnerId === undefined ? '' : ' AND partner_id = ?';
  const values = [idToBytes(page.before ?? 'f'.repeat(32)), ...(partnerId === undefined ? [] : [idToBytes(partnerId)])];
  const rows = await sql.arrays(
    `${SELECT} WHERE id < ?${own} ORDER BY id DESC LIMIT ${Math.trunc(page.limit)}`,
    values,
  );
  return rows.map(feedFrom);
}

export async function insertFeed(tx: Sql, feed: Feed): Promise<void> {
  const { id, partnerId, name, terms, periodFrom, periodBefore, state, openedAt, openedBy, lines } = feed;
  const words = JSON.stringify(terms);
  const row = [idToBytes(id), idToBytes(partnerId), name, words, periodFrom, periodBefore, state, openedAt, openedBy];
  await tx.insertMany('feed', COLUMNS, [[...row, null, null, lines]]);
}

export async function closeFeed(tx: Sql, id: Id, at: Instant, by: string): Promise<void> {
  await tx.run(`UPDATE feed SET state = 'CLOSED', closed_at = ?, closed_by = ? WHERE id = ?`, [at, by, idToBytes(id)]);
}

/** Of the lines of these numbers that are there already, what they say. */
export async function contentsOf(sql: Sql, feedId: Id, lines: readonly number[]): Promise<Map<number, string>> {
  if (lines.length === 0) return new Map();
  const rows = await sql.arrays(
    `SELECT line, content FROM feed_line WHERE feed_id = ? AND line IN (${questionMarks(lines.length)})`,
    [idToBytes(feedId), ...lines],
  );
  return new Map(rows.map((row) => [Number(row[0]), (row[1] as Buffer).toString('hex')]));
}

/** Adds lines that are not there yet. Call it under the lock of `lockFeed`. */
export async function addLines(
  tx: Sql,
  feedId: Id,
  lines: readonly FeedLine[],
  told?: { readonly progress: WorkProgress; readonly now: Instant },
): Promise<void> {
  // In the order of the keys, so that neighbours go into one page.
  const sorted = lines.toSorted((left, right) => (left.key < right.key ? -1 : 1));
  const id = idToBytes(feedId);
  await tx.insertMany(
    'feed_line',
    LINE_COLUMNS,
    sorted.map((line) => [
      id,
      new HexBytes(line.key),
      line.line,
      new HexBytes(line.content),
      line.sealedCode ?? null,
      line.offerId === undefined ? null : new HexBytes(line.offerId),
      line.amount ?? null,
      line.at ?? null,
      line.day ?? null,
      line.state ?? null,
    ]),
  );
  await tx.run('UPDATE feed SET line_count = line_count + ? WHERE id = ?', [lines.length, id]);
  if (told) await saveProgress(tx, told.progress, told.now);
}

/** Lines in the order of their keys: all of keys after one, or the rest of one key. */
export async function readLines(
  sql: Sql,
  feedId: Id,
  from: { readonly key: string; readonly line?: number },
  limit: number,
): Promise<FeedLine[]> {
  const where = from.line === undefined ? 'match_key > ?' : 'match_key = ? AND line > ?';
  const key: SqlValue = Buffer.from(from.key, 'hex');
  const rows = await sql.arrays(
    `SELECT ${LINE_COLUMNS.slice(1).join(', ')} FROM feed_line WHERE feed_id = ? AND ${where}
     ORDER BY match_key, line LIMIT ${Math.trunc(limit)}`,
    [idToBytes(feedId), key, ...(from.line === undefined ? [] : [from.line])],
  );
  return rows.map(lineFrom);
}

const optional = (value: SqlValue | undefined) => (value === null || value === undefined ? undefined : Number(value));

function lineFrom(row: SqlRow): FeedLine {
  return {
    key: (row[0] as Buffer).toString('hex'),
    line: Number(row[1]),
    content: (row[2] as Buffer).toString('hex'),
    sealedCode: Buffer.isBuffer(row[3]) ? row[3] : undefined,
    offerId: Buffer.isBuffer(row[4]) ? idFromBytes(row[4]) : undefined,
    amount: optional(row[5]),
    at: optional(row[6]),
    day: optional(row[7]),
    state: row[8] === null ? undefined : (row[8] as LineState),
  };
}
