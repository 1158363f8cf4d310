// The SQL of what partners have sent: remembered by a hash of its id, so that it takes effect once.
import { hash } from 'node:crypto';
import type { Sql } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, idToBytes } from '../kernel/id';

function hashOf(messageId: string): Buffer {
  return hash('sha256', messageId, 'buffer');
}

export async function wasReceived(sql: Sql, partnerId: Id, messageId: string): Promise<boolean> {
  const rows = await sql.arrays('SELECT 1 FROM webhook_received WHERE partner_id = ? AND message_hash = ?', [
    idToBytes(partnerId),
    hashOf(messageId),
  ]);
  return rows.length > 0;
}

/** Once more changes nothing. */
export async function rememberReceived(tx: Sql, partnerId: Id, messageId: string, now: Instant): Promise<void> {
  await tx.insertMany(
    'webhook_received',
    ['partner_id', 'message_hash', 'received_at'],
    [[idToBytes(partnerId), hashOf(messageId), now]],
    { head: `${tx.dialect.insertIgnore} INTO` },
  );
}

/** Answers how many it forgot. */
export async function pruneReceived(tx: Sql, before: Instant, limit: number): Promise<number> {
  const rows = await tx.arrays(
    `SELECT partner_id, message_hash FROM webhook_received WHERE received_at < ? LIMIT ${Math.trunc(limit)}`,
    [before],
  );
  if (rows.length === 0) return 0;
  const pairs = rows.map(() => '(partner_id = ? AND message_hash = ?)').join(' OR ');
  return tx.run(`DELETE FROM webhook_received WHERE ${pairs}`, rows.flat());
}
