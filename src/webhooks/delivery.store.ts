// The SQL of deliveries: out of the outbox, claimed, ended, listed, sent again, forgotten.
import { questionMarks } from '../database/dialect';
import type { Sql, SqlRow, SqlValue } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../kernel/id';
import type { PartnerEvent, PartnerEventType } from '../partner-port/event.store';
import type { DeliveryState, Verdict, WebhookDelivery } from './webhook';

const COLUMNS =
  'seq, event_id, partner_id, subject_id, type, happened_at, data, state, attempts, due_at, last_status, last_fault, ' +
  'ended_at';

function fromRow(row: SqlRow): WebhookDelivery {
  return {
    seq: Number(row[0]),
    ...eventFrom(row.slice(1)),
    state: row[7] as DeliveryState,
    attempts: Number(row[8]),
    dueAt: Number(row[9]),
    lastStatus: optional(row[10]),
    lastFault: row[11] === null ? undefined : String(row[11]),
    endedAt: optional(row[12]),
  };
}

function eventFrom(row: SqlRow): PartnerEvent {
  return {
    id: idFromBytes(row[0] as Buffer),
    partnerId: idFromBytes(row[1] as Buffer),
    subjectId: idFromBytes(row[2] as Buffer),
    type: row[3] as PartnerEventType,
    happenedAt: Number(row[4]),
    data: JSON.parse(String(row[5])) as PartnerEvent['data'],
  };
}

function optional(value: SqlValue | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

/** What lies in the outbox, in the order of ids. Reads what is committed, and waits for nobody. */
export async function readOutbox(sql: Sql, limit: number): Promise<PartnerEvent[]> {
  const rows = await sql.arrays(
    `SELECT id, partner_id, subject_id, type, happened_at, data FROM partner_event
     ORDER BY id LIMIT ${Math.trunc(limit)}`,
  );
  return rows.map(eventFrom);
}

/** By id, never by a range: what was committed since they were read stays where it is. */
export async function deleteFromOutbox(tx: Sql, ids: readonly Id[]): Promise<void> {
  await tx.run(`DELETE FROM partner_event WHERE id IN (${questionMarks(ids.length)})`, ids.map(idToBytes));
}

/** In the order given. An event that another process took out of the outbox at the same time is left as it is. */
export async function addDeliveries(tx: Sql, events: readonly PartnerEvent[], now: Instant): Promise<void> {
  if (events.length === 0) return;
  await tx.insertMany(
    'webhook_delivery',
    ['event_id', 'partner_id', 'subject_id', 'type', 'happened_at', 'data', 'state', 'attempts', 'due_at'],
    events.map((event) => [
      idToBytes(event.id),
      idToBytes(event.partnerId),
      idToBytes(event.subjectId),
      event.type,
      event.happenedAt,
      JSON.stringify(event.data),
      'PENDING',
      0,
      now,
    ]),
    { head: `${tx.dialect.insertIgnore} INTO` },
  );
}

/** The partners for which something is due. */
export async function duePartners(sql: Sql, now: Instant): Promise<Id[]> {
  const rows = await sql.arrays(
    `SELECT DISTINCT partner_id FROM webhook_delivery WHERE state = 'PENDING' AND due_at <= ?`,
    [now],
  );
  return rows.map((row) => idFromBytes(row[0] as Buffer));
}

/**
 * Takes at most `limit` deliveries of a partner that are due, of each subject only the first one, and moves their due
 * time to `until`: whoever asks before finds them not due; when nothing was written down by then, they are due again.
 */
export async function claimDue(
  tx: Sql,
  partnerId: Id,
  claim: { readonly now: Instant; readonly until: Instant; readonly limit: number },
): Promise<WebhookDelivery[]> {
  const rows = await tx.arrays(
    `SELECT ${COLUMNS} FROM webhook_delivery d
     WHERE d.state = 'PENDING' AND d.partner_id = ? AND d.due_at <= ? AND NOT EXISTS (
       SELECT 1 FROM webhook_delivery e
       WHERE e.partner_id = d.partner_id AND e.subject_id = d.subject_id AND e.state = 'PENDING' AND e.seq < d.seq)
     ORDER BY d.due_at, d.seq LIMIT ${Math.trunc(claim.limit)}`,
    [idToBytes(partnerId), claim.now],
  );
  const claimed: WebhookDelivery[] = [];
  for (const delivery of rows.map(fromRow)) {
    const attempts = delivery.attempts + 1;
    const changed = await tx.run(
      `UPDATE webhook_delivery SET due_at = ?, attempts = ?
       WHERE seq = ? AND state = 'PENDING' AND due_at = ? AND attempts = ?`,
      [claim.until, attempts, delivery.seq, delivery.dueAt, delivery.attempts],
    );
    if (changed === 1) claimed.push({ ...delivery, attempts, dueAt: claim.until });
  }
  return claimed;
}

/**
 * What became of an attempt. A success counts whoever has claimed the delivery meanwhile; a failure only while nobody
 * has. Answers whether it changed anything.
 */
export async function recordVerdict(
  tx: Sql,
  { seq, attempts }: WebhookDelivery,
  verdict: Verdict,
  now: Instant,
): Promise<boolean> {
  if (verdict.kind === 'DELIVERED') {
    const changed = await tx.run(
      `UPDATE webhook_delivery SET state = 'DELIVERED', last_status = ?, last_fault = NULL, ended_at = ?
       WHERE seq = ? AND state = 'PENDING'`,
      [verdict.status, now, seq],
    );
    return changed === 1;
  }
  const dead = verdict.kind === 'DEAD';
  const changed = await tx.run(
    `UPDATE webhook_delivery SET state = ?, due_at = ?, last_status = ?, last_fault = ?, ended_at = ?
     WHERE seq = ? AND state = 'PENDING' AND attempts = ?`,
    [
      dead ? 'DEAD' : 'PENDING',
      dead ? now : verdict.dueAt,
      verdict.status ?? null,
      verdict.fault,
      dead ? now : null,
      seq,
      attempts,
    ],
  );
  return changed === 1;
}

/** Gives up what is pending for a partner that cannot be told; answers how many. */
export async function buryPending(
  tx: Sql,
  partnerId: Id,
  burial: { readonly now: Instant; readonly fault: string; readonly limit: number },
): Promise<number> {
  const rows = await tx.arrays(
    `SELECT seq FROM webhook_delivery WHERE state = 'PENDING' AND partner_id = ? AND due_at <= ?
     ORDER BY due_at, seq LIMIT ${Math.trunc(burial.limit)}`,
    [idToBytes(partnerId), burial.now],
  );
  if (rows.length === 0) return 0;
  return tx.run(
    `UPDATE webhook_delivery SET state = 'DEAD', last_fault = ?, ended_at = ?
     WHERE state = 'PENDING' AND seq IN (${questionMarks(rows.length)})`,
    [burial.fault.slice(0, 500), burial.now, ...rows.map((row) => Number(row[0]))],
  );
}

export interface DeliveryFilter {
  /** `undefined`: of all partners. */
  readonly partnerId?: Id;
  readonly state?: DeliveryState;
  /** Only those before this event. */
  readonly before?: Id;
  readonly limit: number;
}

/** Newest event first. */
export async function listDeliveries(sql: Sql, filter: DeliveryFilter): Promise<WebhookDelivery[]> {
  const conditions: [string, SqlValue][] = [];
  if (filter.partnerId !== undefined) conditions.push(['partner_id = ?', idToBytes(filter.partnerId)]);
  if (filter.state !== undefined) conditions.push(['state = ?', filter.state]);
  if (filter.before !== undefined) conditions.push(['event_id < ?', idToBytes(filter.before)]);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([text]) => text).join(' AND ')}`;
  const rows = await sql.arrays(
    `SELECT ${COLUMNS} FROM webhook_delivery ${where} ORDER BY event_id DESC LIMIT ${Math.trunc(filter.limit)}`,
    conditions.map(([, value]) => value),
  );
  return rows.map(fromRow);
}

/** Of one partner, or of any where none is told. */
export async function readDelivery(sql: Sql, eventId: Id, partnerId?: Id): Promise<WebhookDelivery | undefined> {
  const scope = partnerId === undefined ? '' : ' AND partner_id = ?';
  const [row] = await sql.arrays(`SELECT ${COLUMNS} FROM webhook_delivery WHERE event_id = ?${scope}`, [
    idToBytes(eventId),
    ...(partnerId === undefined ? [] : [idToBytes(partnerId)]),
  ]);
  return row && fromRow(row);
}

/** Those that were given up since an instant, the oldest first. */
export async function deadSince(sql: Sql, partnerId: Id, since: Instant, limit: number): Promise<number[]> {
  const rows = await sql.arrays(
    `SELECT seq FROM webhook_delivery WHERE state = 'DEAD' AND partner_id = ? AND ended_at >= ?
     ORDER BY seq LIMIT ${Math.trunc(limit)}`,
    [idToBytes(partnerId), since],
  );
  return rows.map((row) => Number(row[0]));
}

/** Makes ended deliveries pending again, with all their attempts before them; answers how many. */
export async function reviveDeliveries(tx: Sql, seqs: readonly number[], now: Instant): Promise<number> {
  if (seqs.length === 0) return 0;
  return tx.run(
    `UPDATE webhook_delivery SET state = 'PENDING', attempts = 0, due_at = ?, ended_at = NULL
     WHERE state IN ('DELIVERED', 'DEAD') AND seq IN (${questionMarks(seqs.length)})`,
    [now, ...seqs],
  );
}

/** Forgets deliveries that ended in this state before an instant; answers how many. */
export async function pruneDeliveries(
  tx: Sql,
  ended: { readonly state: 'DELIVERED' | 'DEAD'; readonly before: Instant; readonly limit: number },
): Promise<number> {
  const rows = await tx.arrays(
    `SELECT seq FROM webhook_delivery WHERE state = ? AND ended_at < ? ORDER BY ended_at
     LIMIT ${Math.trunc(ended.limit)}`,
    [ended.state, ended.before],
  );
  if (rows.length === 0) return 0;
  // The state once more: what was sent again since it was read must stay.
  return tx.run(`DELETE FROM webhook_delivery WHERE state = ? AND seq IN (${questionMarks(rows.length)})`, [
    ended.state,
    ...rows.map((row) => Number(row[0])),
  ]);
}
