// The SQL of endpoints and of their secrets.
import { questionMarks } from '../database/dialect';
import type { Sql, SqlRow, SqlValue } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../kernel/id';
import type { PartnerEventType } from '../partner-port/event.store';
import type { EndpointState, WebhookDirection, WebhookEndpoint } from './webhook';

const COLUMNS = 'partner_id, url, event_types, state, disabled_reason, failing_since, resume_at, changed_at';

function fromRow(row: SqlRow): WebhookEndpoint {
  return {
    partnerId: idFromBytes(row[0] as Buffer),
    url: String(row[1]),
    eventTypes: JSON.parse(String(row[2])) as PartnerEventType[],
    state: row[3] as EndpointState,
    disabledReason: row[4] === null ? undefined : String(row[4]),
    failingSince: optional(row[5]),
    resumeAt: optional(row[6]),
    changedAt: Number(row[7]),
  };
}

function optional(value: SqlValue | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

export async function readEndpoints(sql: Sql, partnerIds: readonly Id[]): Promise<Map<Id, WebhookEndpoint>> {
  if (partnerIds.length === 0) return new Map();
  const rows = await sql.arrays(
    `SELECT ${COLUMNS} FROM webhook_endpoint WHERE partner_id IN (${questionMarks(partnerIds.length)})`,
    partnerIds.map(idToBytes),
  );
  return new Map(rows.map(fromRow).map((endpoint) => [endpoint.partnerId, endpoint]));
}

export async function readEndpoint(sql: Sql, partnerId: Id): Promise<WebhookEndpoint | undefined> {
  return (await readEndpoints(sql, [partnerId])).get(partnerId);
}

/** Adds the endpoint or overwrites it, and forgets what was held against the one before. */
export async function saveEndpoint(
  tx: Sql,
  { partnerId, url, eventTypes, changedAt }: Pick<WebhookEndpoint, 'partnerId' | 'url' | 'eventTypes' | 'changedAt'>,
): Promise<void> {
  const columns = COLUMNS.split(', ');
  const tail = tx.dialect.onDuplicateUpdate(['partner_id'], columns.slice(1));
  const row = [idToBytes(partnerId), url, JSON.stringify(eventTypes), 'ACTIVE', null, null, null, changedAt];
  await tx.insertMany('webhook_endpoint', columns, [row], { tail });
}

export async function deleteEndpoint(tx: Sql, partnerId: Id): Promise<void> {
  await tx.run('DELETE FROM webhook_endpoint WHERE partner_id = ?', [idToBytes(partnerId)]);
}

/** Something arrived, so the endpoint fails no more; silence that it asked for is kept. */
export async function markSound(tx: Sql, partnerId: Id): Promise<void> {
  await tx.run('UPDATE webhook_endpoint SET failing_since = NULL WHERE partner_id = ? AND failing_since IS NOT NULL', [
    idToBytes(partnerId),
  ]);
}

/** Only while it still has the URL at which the attempt failed. */
export async function markFailing(
  tx: Sql,
  { partnerId, url }: Pick<WebhookEndpoint, 'partnerId' | 'url'>,
  failure: { readonly now: Instant; readonly resumeAt?: Instant },
): Promise<void> {
  await tx.run(
    `UPDATE webhook_endpoint SET failing_since = COALESCE(failing_since, ?), resume_at = COALESCE(?, resume_at)
     WHERE partner_id = ? AND url = ? AND state = 'ACTIVE'`,
    [failure.now, failure.resumeAt ?? null, idToBytes(partnerId), url],
  );
}

/** Only while it still has this URL, and, where `failingSince` is told, only when it has failed since then. */
export async function disableEndpoint(
  tx: Sql,
  { partnerId, url }: Pick<WebhookEndpoint, 'partnerId' | 'url'>,
  change: { readonly now: Instant; readonly reason: string; readonly failingSince?: Instant },
): Promise<boolean> {
  const since = change.failingSince === undefined ? '' : ' AND failing_since <= ?';
  const changed = await tx.run(
    `UPDATE webhook_endpoint SET state = 'DISABLED', disabled_reason = ?, changed_at = ?
     WHERE partner_id = ? AND url = ? AND state = 'ACTIVE'${since}`,
    [
      change.reason.slice(0, 500),
      change.now,
      idToBytes(partnerId),
      url,
      ...(change.failingSince === undefined ? [] : [change.failingSince]),
    ],
  );
  return changed === 1;
}

export interface StoredSecret {
  readonly id: Id;
  readonly sealed: Buffer;
  readonly endsAt?: Instant;
}

/** Those that are still good, the newest first. `lock` keeps others from changing them until the commit. */
export async function readSecrets(
  sql: Sql,
  key: { readonly partnerId: Id; readonly direction: WebhookDirection; readonly now: Instant; readonly lock?: boolean },
): Promise<StoredSecret[]> {
  const rows = await sql.arrays(
    `SELECT id, sealed, ends_at FROM webhook_secret
     WHERE partner_id = ? AND direction = ? AND (ends_at IS NULL OR ends_at > ?)
     ORDER BY created_at DESC, id DESC${key.lock ? sql.dialect.forUpdate : ''}`,
    [idToBytes(key.partnerId), key.direction, key.now],
  );
  return rows.map((row) => ({
    id: idFromBytes(row[0] as Buffer),
    sealed: row[1] as Buffer,
    endsAt: optional(row[2]),
  }));
}

export async function addSecret(
  tx: Sql,
  secret: {
    readonly partnerId: Id;
    readonly direction: WebhookDirection;
    readonly id: Id;
    readonly sealed: Buffer;
    readonly createdAt: Instant;
  },
): Promise<void> {
  const { partnerId, direction, id, sealed, createdAt } = secret;
  await tx.insertMany(
    'webhook_secret',
    ['partner_id', 'direction', 'id', 'sealed', 'created_at', 'ends_at'],
    [[idToBytes(partnerId), direction, idToBytes(id), sealed, createdAt, null]],
  );
}

export async function endSecret(
  tx: Sql,
  key: { readonly partnerId: Id; readonly direction: WebhookDirection; readonly id: Id },
  endsAt: Instant,
): Promise<void> {
  await tx.run('UPDATE webhook_secret SET ends_at = ? WHERE partner_id = ? AND direction = ? AND id = ?', [
    endsAt,
    idToBytes(key.partnerId),
    key.direction,
    idToBytes(key.id),
  ]);
}

/** Those of one direction that are over, or all of them. */
export async function deleteSecrets(
  tx: Sql,
  key: { readonly partnerId: Id; readonly direction: WebhookDirection; readonly endedBy?: Instant },
): Promise<void> {
  const over = key.endedBy === undefined ? '' : ' AND ends_at <= ?';
  await tx.run(`DELETE FROM webhook_secret WHERE partner_id = ? AND direction = ?${over}`, [
    idToBytes(key.partnerId),
    key.direction,
    ...(key.endedBy === undefined ? [] : [key.endedBy]),
  ]);
}
