// The SQL of partners' keys.
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow } from '../../database/sql';
import type { StoredKey } from '../../identity/api-key-ring';
import type { PartnerScope } from '../../kernel/actor';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { Credential } from './credential';

const COLUMNS = [
  'id',
  'partner_id',
  'key_prefix',
  'label',
  'scopes',
  'created_at',
  'created_by',
  'ends_at',
  'last_used_at',
  'replaced_by',
  'revoked_at',
  'revoked_by',
];
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM partner_credential`;

export async function insertCredential(tx: Sql, credential: Credential, hash: Buffer): Promise<void> {
  const { id, partnerId, prefix, label, scopes, createdAt, createdBy, endsAt } = credential;
  const values = [idToBytes(id), idToBytes(partnerId), prefix, label, scopes.join(' '), createdAt, createdBy, endsAt];
  await tx.insertMany('partner_credential', [...COLUMNS, 'key_hash'], [[...values, null, null, null, null, hash]]);
}

/** What a request with this key is judged by. */
export async function findKey(sql: Sql, prefix: string): Promise<StoredKey | undefined> {
  const [row] = await sql.arrays(
    `SELECT id, partner_id, key_hash, scopes, ends_at, last_used_at FROM partner_credential WHERE key_prefix = ?`,
    [prefix],
  );
  if (!row) return undefined;
  return {
    id: idFromBytes(row[0] as Buffer),
    partnerId: idFromBytes(row[1] as Buffer),
    hash: row[2] as Buffer,
    scopes: new Set(scopesOf(row[3])),
    endsAt: Number(row[4]),
    lastUsedAt: row[5] === null ? undefined : Number(row[5]),
  };
}

/** Later uses win, whatever the order in which they are written. */
export async function noteUse(sql: Sql, id: Id, at: Instant): Promise<void> {
  await sql.run(
    'UPDATE partner_credential SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)',
    [at, idToBytes(id), at],
  );
}

export async function readCredential(sql: Sql, id: Id): Promise<Credential | undefined> {
  const [row] = await sql.arrays(`${SELECT} WHERE id = ?`, [idToBytes(id)]);
  return row && fromRow(row);
}

/** Of each partner, the newest first. */
export async function readCredentials(sql: Sql, partnerIds: readonly Id[]): Promise<Map<Id, Credential[]>> {
  const credentials = new Map<Id, Credential[]>(partnerIds.map((id) => [id, []]));
  if (partnerIds.length === 0) return credentials;
  const rows = await sql.arrays(
    `${SELECT} WHERE partner_id IN (${questionMarks(partnerIds.length)}) ORDER BY partner_id, id DESC`,
    partnerIds.map(idToBytes),
  );
  for (const row of rows) {
    const credential = fromRow(row);
    credentials.get(credential.partnerId)!.push(credential);
  }
  return credentials;
}

export async function countActive(sql: Sql, partnerId: Id, now: Instant): Promise<number> {
  const [row] = await sql.arrays('SELECT COUNT(*) FROM partner_credential WHERE partner_id = ? AND ends_at > ?', [
    idToBytes(partnerId),
    now,
  ]);
  return Number(row![0]);
}

/** It ends at `at` at the latest, and says what took its place. */
export async function replaceCredential(tx: Sql, id: Id, replacedBy: Id, at: Instant): Promise<void> {
  await tx.run(
    `UPDATE partner_credential SET replaced_by = ?, ends_at = CASE WHEN ends_at < ? THEN ends_at ELSE ? END
     WHERE id = ?`,
    [idToBytes(replacedBy), at, at, idToBytes(id)],
  );
}

export async function revokeCredential(tx: Sql, id: Id, at: Instant, by: string): Promise<void> {
  await tx.run(
    `UPDATE partner_credential
     SET revoked_at = ?, revoked_by = ?, ends_at = CASE WHEN ends_at < ? THEN ends_at ELSE ? END
     WHERE id = ? AND revoked_at IS NULL`,
    [at, by, at, at, idToBytes(id)],
  );
}

function scopesOf(value: unknown): PartnerScope[] {
  return String(value).split(' ') as PartnerScope[];
}

function fromRow(row: SqlRow): Credential {
  const [id, partnerId, prefix, label, scopes, createdAt, createdBy, endsAt, usedAt, replacedBy, revokedAt, by] = row;
  return {
    id: idFromBytes(id as Buffer),
    partnerId: idFromBytes(partnerId as Buffer),
    prefix: String(prefix),
    label: String(label),
    scopes: scopesOf(scopes),
    createdAt: Number(createdAt),
    createdBy: String(createdBy),
    endsAt: Number(endsAt),
    lastUsedAt: usedAt === null ? undefined : Number(usedAt),
    replacedBy: replacedBy === null ? undefined : idFromBytes(replacedBy as Buffer),
    revokedAt: revokedAt === null ? undefined : Number(revokedAt),
    revokedBy: by === null ? undefined : String(by),
  };
}
