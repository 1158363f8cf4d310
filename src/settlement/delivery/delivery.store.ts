// The only SQL of deliveries and their disputes. What changes one is written with the chain that moves it.
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow, SqlValue } from '../../database/sql';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { CompanionWriter } from '../../ledger/batch';
import type { SettlementScope } from '../settlement-scope';
import type { Delivery, DeliveryState, Dispute, Resolution } from './delivery';

const COLUMNS = [
  'id',
  'agreement_id',
  'partner_id',
  'item',
  'side',
  'source',
  'external_id',
  'quantity',
  'value',
  'counted_quantity',
  'counted_value',
  'delivered_at',
  'recorded_at',
  'recorded_by',
  'evidence',
  'note',
  'fingerprint',
  'state',
  'disputes',
] as const;
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM delivery`;

/** Thrown when a delivery has changed since a chain was built on it. */
export class StaleDeliveryError extends Error {
  override readonly name = 'StaleDeliveryError';
}

export type NewDelivery = Omit<
  Delivery,
  'id' | 'recordedAt' | 'state' | 'disputes' | 'countedQuantity' | 'countedValue'
> & {
  readonly fingerprint: Id;
};

export const deliveryWriter: CompanionWriter<NewDelivery> = {
  order: 70,
  async write(tx, rows) {
    const values = rows.map(({ row, chain }) => [
      idToBytes(chain.id),
      idToBytes(row.agreementId),
      idToBytes(row.partnerId),
      row.item,
      row.side,
      row.source,
      row.externalId,
      row.quantity,
      row.value,
      row.quantity,
      row.value,
      row.deliveredAt,
      chain.now,
      row.recordedBy,
      JSON.stringify(row.evidence),
      row.note ?? null,
      idToBytes(row.fingerprint),
      'RECORDED',
      0,
    ]);
    await tx.insertMany('delivery', COLUMNS, values);
  },
};

export interface DisputeRow {
  readonly delivery: Delivery;
  readonly by: string;
  readonly reason: string;
  /** Absent: a dispute begins. */
  readonly ends?: { readonly resolution: Resolution; readonly quantity: number; readonly value: number };
}

/** Begins or ends a dispute, unless the delivery has changed meanwhile. */
export const disputeWriter: CompanionWriter<DisputeRow> = {
  order: 71,
  async write(tx, rows) {
    for (const { row, chain } of rows.toSorted((left, right) =>
      left.row.delivery.id < right.row.delivery.id ? -1 : 1,
    )) {
      const { delivery, ends } = row;
      const { quantity, value } = ends ?? { quantity: delivery.countedQuantity, value: delivery.countedValue };
      const number = ends ? delivery.disputes : delivery.disputes + 1;
      const changed = await tx.run(
        `UPDATE delivery SET state = ?, counted_quantity = ?, counted_value = ?, disputes = ?
         WHERE id = ? AND state = ? AND disputes = ?`,
        [
          ends?.resolution ?? 'DISPUTED',
          quantity,
          value,
          number,
          idToBytes(delivery.id),
          delivery.state,
          delivery.disputes,
        ],
      );
      if (changed !== 1) throw new StaleDeliveryError(`delivery ${delivery.id} has changed meanwhile`);
      await writeDispute(tx, row, number, chain.now);
    }
  },
};

async function writeDispute(tx: Sql, { delivery, by, reason, ends }: DisputeRow, number: number, now: number) {
  const id = idToBytes(delivery.id);
  if (!ends) {
    const columns = ['delivery_id', 'number', 'reason', 'opened_at', 'opened_by'];
    await tx.insertMany('delivery_dispute', columns, [[id, number, reason, now, by]]);
    return;
  }
  await tx.run(
    `UPDATE delivery_dispute SET resolution = ?, quantity = ?, resolved_at = ?, resolved_by = ?, resolved_reason = ?
     WHERE delivery_id = ? AND number = ?`,
    [ends.resolution, ends.quantity, now, by, reason, id, number],
  );
}

function fromRow(row: SqlRow): Delivery {
  return {
    id: idFromBytes(row[0] as Buffer),
    agreementId: idFromBytes(row[1] as Buffer),
    partnerId: idFromBytes(row[2] as Buffer),
    item: Number(row[3]),
    side: row[4] as Delivery['side'],
    source: String(row[5]),
    externalId: String(row[6]),
    quantity: Number(row[7]),
    value: Number(row[8]),
    countedQuantity: Number(row[9]),
    countedValue: Number(row[10]),
    deliveredAt: Number(row[11]),
    recordedAt: Number(row[12]),
    recordedBy: String(row[13]),
    evidence: JSON.parse(String(row[14])) as string[],
    note: row[15] === null ? undefined : String(row[15]),
    state: row[17] as DeliveryState,
    disputes: Number(row[18]),
  };
}

function disputeFrom(row: SqlRow): Dispute {
  const resolved = {
    resolution: row[5] as Resolution,
    quantity: Number(row[6]),
    at: Number(row[7]),
    by: String(row[8]),
    reason: String(row[9]),
  };
  return {
    number: Number(row[1]),
    reason: String(row[2]),
    openedAt: Number(row[3]),
    openedBy: String(row[4]),
    resolved: row[5] === null ? undefined : resolved,
  };
}

export async function readDeliveries(sql: Sql, ids: readonly Id[]): Promise<Map<Id, Delivery>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.arrays(`${SELECT} WHERE id IN (${questionMarks(ids.length)})`, ids.map(idToBytes));
  return new Map(rows.map(fromRow).map((delivery) => [delivery.id, delivery]));
}

/** All disputes of these deliveries, the oldest first. */
export async function readDisputes(sql: Sql, ids: readonly Id[]): Promise<Map<Id, Dispute[]>> {
  const found = new Map<Id, Dispute[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return found;
  const rows = await sql.arrays(
    `SELECT delivery_id, number, reason, opened_at, opened_by, resolution, quantity, resolved_at, resolved_by,
       resolved_reason
     FROM delivery_dispute WHERE delivery_id IN (${questionMarks(ids.length)}) ORDER BY delivery_id, number`,
    ids.map(idToBytes),
  );
  for (const row of rows) found.get(idFromBytes(row[0] as Buffer))!.push(disputeFrom(row));
  return found;
}

export interface DeliveryPage {
  readonly agreementId?: Id;
  readonly state?: DeliveryState;
  /** Newest first, from here on. */
  readonly before?: Id;
  readonly limit: number;
}

export async function listDeliveries(
  sql: Sql,
  { partnerId }: SettlementScope,
  { agreementId, state, before = 'f'.repeat(32), limit }: DeliveryPage,
): Promise<Delivery[]> {
  if (partnerId === null) return [];
  const given: readonly (readonly [string, SqlValue | undefined])[] = [
    ['id < ?', idToBytes(before)],
    ['agreement_id = ?', agreementId === undefined ? undefined : idToBytes(agreementId)],
    ['partner_id = ?', partnerId === undefined ? undefined : idToBytes(partnerId)],
    ['state = ?', state],
  ];
  const used = given.filter(([, value]) => value !== undefined);
  const where = used.map(([condition]) => condition).join(' AND ');
  const rows = await sql.arrays(
    `${SELECT} WHERE ${where} ORDER BY id DESC LIMIT ${Math.trunc(limit)}`,
    used.map(([, value]) => value!),
  );
  return rows.map(fromRow);
}
