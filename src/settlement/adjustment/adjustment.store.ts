// The only SQL of adjustments: why each was made, written with its chain.
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow, SqlValue } from '../../database/sql';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { CompanionWriter } from '../../ledger/batch';
import type { SettlementScope } from '../settlement-scope';
import type { Adjustment } from './adjustment';

const COLUMNS = [
  'id',
  'agreement_id',
  'partner_id',
  'item',
  'side',
  'quantity',
  'value',
  'reason',
  'source_kind',
  'source_id',
  'happened_at',
  'made_at',
  'made_by',
] as const;
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM settlement_adjustment`;

export const adjustmentWriter: CompanionWriter<Omit<Adjustment, 'id' | 'madeAt'>> = {
  order: 72,
  async write(tx, rows) {
    const values = rows.map(({ row, chain }) => [
      idToBytes(chain.id),
      idToBytes(row.agreementId),
      idToBytes(row.partnerId),
      row.item,
      row.side,
      row.quantity,
      row.value,
      row.reason,
      row.source.kind,
      row.source.id,
      row.happenedAt,
      chain.now,
      row.madeBy,
    ]);
    await tx.insertMany('settlement_adjustment', COLUMNS, values);
  },
};

function fromRow(row: SqlRow): Adjustment {
  return {
    id: idFromBytes(row[0] as Buffer),
    agreementId: idFromBytes(row[1] as Buffer),
    partnerId: idFromBytes(row[2] as Buffer),
    item: Number(row[3]),
    side: row[4] as Adjustment['side'],
    quantity: Number(row[5]),
    value: Number(row[6]),
    reason: String(row[7]),
    source: { kind: String(row[8]), id: String(row[9]) },
    happenedAt: Number(row[10]),
    madeAt: Number(row[11]),
    madeBy: String(row[12]),
  };
}

export async function readAdjustments(sql: Sql, ids: readonly Id[]): Promise<Map<Id, Adjustment>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.arrays(`${SELECT} WHERE id IN (${questionMarks(ids.length)})`, ids.map(idToBytes));
  return new Map(rows.map(fromRow).map((adjustment) => [adjustment.id, adjustment]));
}

export interface AdjustmentPage {
  readonly agreementId?: Id;
  /** Newest first, from here on. */
  readonly before?: Id;
  readonly limit: number;
}

export async function listAdjustments(
  sql: Sql,
  { partnerId }: SettlementScope,
  { agreementId, before = 'f'.repeat(32), limit }: AdjustmentPage,
): Promise<Adjustment[]> {
  if (partnerId === null) return [];
  const conditions = ['id < ?'];
  const values: SqlValue[] = [idToBytes(before)];
  for (const [column, id] of [
    ['agreement_id', agreementId],
    ['partner_id', partnerId],
  ] as const) {
    if (id === undefined) continue;
    conditions.push(`${column} = ?`);
    values.push(idToBytes(id));
  }
  const where = conditions.join(' AND ');
  const rows = await sql.arrays(`${SELECT} WHERE ${where} ORDER BY id DESC LIMIT ${Math.trunc(limit)}`, values);
  return rows.map(fromRow);
}
