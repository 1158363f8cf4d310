// The only SQL of the list of what does not match: what runs found and what sagas found, with decisions and answers.
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow, SqlValue } from '../../database/sql';
import { HexBytes } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes, newId, ZERO_ID } from '../../kernel/id';
import type { CompanionWriter } from '../../ledger/batch';
import type { SettlementScope } from '../settlement-scope';
import type { Answer, Decision, FoundItem, ReconciliationItem, ReconciliationKind, Sides } from './item';
import type { Difference } from './match';

const COLUMNS = [
  'id',
  'redemption_id',
  'partner_id',
  'kind',
  'detail',
  'found_at',
  'resolved_at',
  'run_id',
  'line',
  'differs',
  'sides',
  'decision',
  'reason',
  'decided_at',
  'decided_by',
  'adjustment',
  'answer',
  'answer_text',
  'answered_at',
  'answered_by',
] as const;
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM reconciliation_item`;

const optional = (value: SqlValue | undefined) => (value === null || value === undefined ? undefined : Number(value));

function itemFrom(row: SqlRow): ReconciliationItem {
  const redemptionId = idFromBytes(row[1] as Buffer);
  const [decidedAt, answeredAt] = [optional(row[13]), optional(row[18])];
  return {
    id: idFromBytes(row[0] as Buffer),
    redemptionId: redemptionId === ZERO_ID ? undefined : redemptionId,
    partnerId: idFromBytes(row[2] as Buffer),
    kind: row[3] as ReconciliationKind,
    detail: String(row[4]),
    foundAt: Number(row[5]),
    resolvedAt: optional(row[6]),
    runId: Buffer.isBuffer(row[7]) ? idFromBytes(row[7]) : undefined,
    line: optional(row[8]),
    differs: row[9] ? (String(row[9]).split(',') as Difference[]) : [],
    sides: row[10] ? (JSON.parse(String(row[10])) as Sides) : {},
    decision:
      decidedAt === undefined
        ? undefined
        : {
            decision: row[11] as Decision,
            reason: String(row[12]),
            at: decidedAt,
            by: String(row[14]),
            adjustment: typeof row[15] === 'string' ? row[15] : undefined,
          },
    answer:
      answeredAt === undefined
        ? undefined
        : { answer: row[16] as Answer, text: String(row[17]), at: answeredAt, by: String(row[19]) },
  };
}

const inScope = ({ partnerId }: SettlementScope, found: ReconciliationItem | undefined) =>
  found && (partnerId === undefined || found.partnerId === partnerId) ? found : undefined;

export async function readItem(sql: Sql, scope: SettlementScope, id: Id): Promise<ReconciliationItem | undefined> {
  const [row] = await sql.arrays(`${SELECT} WHERE id = ?`, [idToBytes(id)]);
  return inScope(scope, row && itemFrom(row));
}

/** The item, locked until the commit, if the scope has it. */
export async function lockItem(tx: Sql, scope: SettlementScope, id: Id): Promise<ReconciliationItem | undefined> {
  const [row] = await tx.arrays(`${SELECT} WHERE id = ?${tx.dialect.forUpdate}`, [idToBytes(id)]);
  return inScope(scope, row && itemFrom(row));
}

export interface ItemPage {
  readonly runId?: Id;
  readonly kind?: ReconciliationKind;
  /** True: only what waits for a decision that closes it. */
  readonly open?: boolean;
  readonly before?: Id;
  readonly limit: number;
}

/** Newest first. */
export async function listItems(sql: Sql, scope: SettlementScope, page: ItemPage): Promise<ReconciliationItem[]> {
  const { partnerId } = scope;
  if (partnerId === null) return [];
  const conditions = ['id < ?'];
  const values: SqlValue[] = [idToBytes(page.before ?? 'f'.repeat(32))];
  const add = (condition: string, ...given: SqlValue[]) => {
    conditions.push(condition);
    values.push(...given);
  };
  if (partnerId !== undefined) add('partner_id = ?', idToBytes(partnerId));
  if (page.runId !== undefined) add('run_id = ?', idToBytes(page.runId));
  if (page.kind !== undefined) add('kind = ?', page.kind);
  if (page.open !== undefined) add(`resolved_at IS ${page.open ? '' : 'NOT '}NULL`);
  const where = conditions.join(' AND ');
  const rows = await sql.arrays(`${SELECT} WHERE ${where} ORDER BY id DESC LIMIT ${Math.trunc(page.limit)}`, values);
  return rows.map(itemFrom);
}

const FOUND = ['id', 'redemption_id', 'partner_id', 'kind', 'detail', 'found_at', 'origin', 'run_id', 'line'] as const;
const DECIDED = ['decision', 'reason', 'decided_at', 'decided_by', 'adjustment', 'resolved_at', 'resolved_by'] as const;
type OfRun = { readonly id: Id; readonly feedId: Id; readonly partnerId: Id };

/** What one pass of a run found. What was decided on the same thing of the same feed before holds for it too. */
export async function addFound(tx: Sql, run: OfRun, items: readonly FoundItem[], now: Instant): Promise<void> {
  if (items.length === 0) return;
  const earlier = await decidedBefore(tx, run, items);
  const rows = items.map((item) => {
    const { kind, redemptionId, line, differs, sides, detail } = item;
    const ids = [newId(now), redemptionId, run.partnerId].map((id) => new HexBytes(id));
    const place = `${run.id}:${line ?? 0}`;
    const row = [...ids, kind, detail, now, place, new HexBytes(run.id), line ?? null];
    const decided = earlier.get(thingOf(kind, redemptionId, line, differs.join(','))) ?? DECIDED.map(() => null);
    return [...row, differs.join(',') || null, JSON.stringify(sides), ...decided];
  });
  await tx.insertMany('reconciliation_item', [...FOUND, 'differs', 'sides', ...DECIDED], rows);
}

function thingOf(kind: string, redemptionId: Id, line: number | undefined, differs: string): string {
  return [kind, redemptionId, line ?? 0, differs].join(' ');
}

async function decidedBefore(tx: Sql, run: OfRun, items: readonly FoundItem[]): Promise<Map<string, SqlValue[]>> {
  const runs = await earlierRuns(tx, run);
  const found = new Map<string, SqlValue[]>();
  if (runs.length === 0) return found;
  const [ids, lines] = [items.map(({ redemptionId }) => redemptionId), items.map(({ line }) => line ?? 0)];
  const rows = await tx.arrays(
    `SELECT kind, redemption_id, line, differs, ${DECIDED.join(', ')} FROM reconciliation_item
     WHERE run_id IN (${questionMarks(runs.length)}) AND decision IS NOT NULL
       AND redemption_id IN (${questionMarks(ids.length)}) AND COALESCE(line, 0) IN (${questionMarks(lines.length)})
     ORDER BY decided_at`,
    [...runs, ...ids.map(idToBytes), ...lines],
  );
  for (const [kind, redemption, line, differs, ...decided] of rows) {
    const thing = thingOf(
      String(kind),
      idFromBytes(redemption as Buffer),
      optional(line),
      differs ? String(differs) : '',
    );
    found.set(thing, decided);
  }
  return found;
}

async function earlierRuns(tx: Sql, { id, feedId }: Pick<OfRun, 'id' | 'feedId'>): Promise<SqlValue[]> {
  const statement = 'SELECT id FROM reconciliation_run WHERE feed_id = ? AND id <> ?';
  return (await tx.arrays(statement, [idToBytes(feedId), idToBytes(id)])).map((row) => row[0]!);
}

/** Of a feed that was compared anew, what earlier runs found is open no more: the last run has it again, or not. */
export async function closeEarlier(tx: Sql, run: Pick<OfRun, 'id' | 'feedId'>, now: Instant): Promise<void> {
  const runs = await earlierRuns(tx, run);
  if (runs.length === 0) return;
  await tx.run(
    `UPDATE reconciliation_item SET resolved_at = ?, resolved_by = ?
     WHERE run_id IN (${questionMarks(runs.length)}) AND resolved_at IS NULL`,
    [now, `run:${run.id}`, ...runs],
  );
}

export interface DecisionRow {
  readonly itemId: Id;
  readonly decision: Decision;
  readonly reason: string;
  readonly by: string;
}

/** Thrown when the item was closed since it was looked at; nothing is then changed. */
export class StaleItemError extends Error {
  override readonly name = 'StaleItemError';
}

/** `adjustment`: the one that comes with the decision. */
export async function writeDecision(tx: Sql, row: DecisionRow, now: Instant, adjustment?: Id): Promise<void> {
  const closed = row.decision === 'DISPUTED' ? null : now;
  const changed = await tx.run(
    `UPDATE reconciliation_item SET decision = ?, reason = ?, decided_at = ?, decided_by = ?, adjustment = ?,
       resolved_at = ?, resolved_by = ? WHERE id = ? AND resolved_at IS NULL`,
    [
      row.decision,
      row.reason,
      now,
      row.by,
      adjustment ?? null,
      closed,
      closed === null ? null : row.by,
      idToBytes(row.itemId),
    ],
  );
  if (changed !== 1) throw new StaleItemError(`item ${row.itemId} was closed meanwhile`);
}

/** Decides in the transaction that makes the adjustment, whose id is that of its chain. */
export const decisionWriter: CompanionWriter<DecisionRow> = {
  order: 73,
  async write(tx, rows) {
    for (const { row, chain } of rows) await writeDecision(tx, row, chain.now, chain.id);
  },
};

export async function writeAnswer(
  tx: Sql,
  id: Id,
  { answer, text, by }: { readonly answer: Answer; readonly text: string; readonly by: string },
  now: Instant,
): Promise<void> {
  await tx.run(
    'UPDATE reconciliation_item SET answer = ?, answer_text = ?, answered_at = ?, answered_by = ? WHERE id = ?',
    [answer, text, now, by, idToBytes(id)],
  );
}
