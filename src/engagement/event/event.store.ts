// The only SQL of members' events: the row that commits with an event's chain, and the lists of a member.
import { noteChanges } from '../../database/change-note.store';
import { HexBytes, type InsertRow, type Sql, type SqlRow } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { CompanionWriter } from '../../ledger/batch';
import { EVENT_TYPES, type EventType } from '../../program/event-type';
import { type Asked, type Earning, earningsOf } from '../earning/earning';
import type { MemberEvent } from './event';

const COLUMNS = [
  'member_id',
  'occurred_at',
  'id',
  'source',
  'event_id',
  'type',
  'name',
  'amount',
  'quantity',
  'order_id',
  'attributes',
  'earnings',
  'program_version',
  'recorded_at',
] as const;
const COLUMN_LIST = COLUMNS.join(', ');

export interface EventRow {
  readonly event: MemberEvent;
  readonly asked: readonly Asked[];
  readonly programVersion: number;
}

export interface RecordedEvent {
  readonly event: MemberEvent;
  readonly earnings: readonly Earning[];
  /** The version of the program that was in force. */
  readonly programVersion: number;
  readonly recordedAt: Instant;
}

/** Writes events in the transaction that books what they earned. */
export const eventWriter: CompanionWriter<EventRow> = {
  order: 40,
  async write(tx, rows) {
    const lines = rows.map(({ row, chain }) => toRow(row, earningsOf(row.asked, chain.groupAmounts), chain.now));
    await tx.insertMany('member_event', COLUMNS, lines);
    await noteChanges(
      tx,
      'MEMBER',
      rows.map(({ row }) => row.event.memberId),
    );
  },
};

function toRow({ event, programVersion }: EventRow, earnings: readonly Earning[], now: Instant): InsertRow {
  const { memberId, occurredAt, id, source, eventId, type, name, amount, quantity, orderId, attributes } = event;
  const told = JSON.stringify(attributes);
  return [
    new HexBytes(memberId),
    occurredAt,
    new HexBytes(id),
    source,
    eventId,
    EVENT_TYPES.indexOf(type),
    name ?? null,
    amount ?? null,
    quantity,
    orderId ?? null,
    told === '{}' ? null : told,
    earnings.length === 0 ? null : JSON.stringify(earnings),
    programVersion,
    now,
  ];
}

function fromRow(row: SqlRow): RecordedEvent {
  const event: MemberEvent = {
    memberId: idFromBytes(row[0] as Buffer),
    occurredAt: Number(row[1]),
    id: idFromBytes(row[2] as Buffer),
    source: String(row[3]),
    eventId: String(row[4]),
    type: EVENT_TYPES[Number(row[5])]!,
    name: row[6] === null ? undefined : String(row[6]),
    amount: row[7] === null ? undefined : Number(row[7]),
    quantity: Number(row[8]),
    orderId: row[9] === null ? undefined : String(row[9]),
    attributes: row[10] === null ? {} : JSON.parse(String(row[10])),
  };
  const earnings = row[11] === null ? [] : (JSON.parse(String(row[11])) as Earning[]);
  return { event, earnings, programVersion: Number(row[12]), recordedAt: Number(row[13]) };
}

export async function findEvent(
  sql: Sql,
  { memberId, occurredAt, id }: Pick<MemberEvent, 'memberId' | 'occurredAt' | 'id'>,
): Promise<RecordedEvent | undefined> {
  const [row] = await sql.arrays(
    `SELECT ${COLUMN_LIST} FROM member_event WHERE member_id = ? AND occurred_at = ? AND id = ?`,
    [idToBytes(memberId), occurredAt, idToBytes(id)],
  );
  return row && fromRow(row);
}

/** A place in the list of a member's events. */
export interface EventPlace {
  readonly occurredAt: Instant;
  readonly id: Id;
}

/** Events of a member, the latest first, from the one that follows `before`. */
export async function findEvents(
  sql: Sql,
  { memberId, before, limit }: { memberId: Id; before?: EventPlace; limit: number },
): Promise<RecordedEvent[]> {
  const older = before ? 'AND (occurred_at < ? OR (occurred_at = ? AND id < ?))' : '';
  const place = before ? [before.occurredAt, before.occurredAt, idToBytes(before.id)] : [];
  const rows = await sql.arrays(
    `SELECT ${COLUMN_LIST} FROM member_event WHERE member_id = ? ${older}
     ORDER BY occurred_at DESC, id DESC LIMIT ?`,
    [idToBytes(memberId), ...place, limit],
  );
  return rows.map(fromRow);
}

/** The last event of a type, by when it occurred. */
export async function findLastEvent(sql: Sql, memberId: Id, type: EventType): Promise<RecordedEvent | undefined> {
  const [row] = await sql.arrays(
    `SELECT ${COLUMN_LIST} FROM member_event WHERE member_id = ? AND type = ?
     ORDER BY occurred_at DESC, id DESC LIMIT 1`,
    [idToBytes(memberId), EVENT_TYPES.indexOf(type)],
  );
  return row && fromRow(row);
}

/** The events of an order, the oldest first. */
export async function findEventsOfOrder(sql: Sql, memberId: Id, orderId: string): Promise<RecordedEvent[]> {
  const rows = await sql.arrays(
    `SELECT ${COLUMN_LIST} FROM member_event WHERE member_id = ? AND order_id = ? ORDER BY occurred_at, id`,
    [idToBytes(memberId), orderId],
  );
  return rows.map(fromRow);
}
