// The SQL of impressions: counts by business day and offer, and the batches that were counted already.
import type { Sql } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { PeriodNumber } from '../../kernel/period';

export interface ShownCount {
  readonly day: PeriodNumber;
  readonly offerId: Id;
  readonly partnerId: Id;
  readonly shown: number;
}

export interface ImpressionBatch {
  readonly id: Id;
  /** Of its content. */
  readonly fingerprint: Id;
  readonly recordedAt: Instant;
}

/** Answers nothing when the batch is new and its counts were added; else the fingerprint that it came with first. */
export async function addImpressions(
  tx: Sql,
  { id, fingerprint, recordedAt }: ImpressionBatch,
  counts: readonly ShownCount[],
): Promise<Id | undefined> {
  const row = [idToBytes(id), idToBytes(fingerprint), recordedAt];
  const head = tx.dialect.insertIgnore;
  const columns = ['id', 'fingerprint', 'recorded_at'];
  if ((await tx.insertMany('impression_batch', columns, [row], { head: `${head} INTO` })) === 0) {
    const [known] = await tx.arrays('SELECT fingerprint FROM impression_batch WHERE id = ?', [idToBytes(id)]);
    return idFromBytes(known![0] as Buffer);
  }
  // In the order of the key, so that two batches never wait for each other.
  const sorted = counts.toSorted((left, right) => left.day - right.day || (left.offerId < right.offerId ? -1 : 1));
  const rows = sorted.map(({ day, offerId, partnerId, shown }) => [
    day,
    idToBytes(offerId),
    idToBytes(partnerId),
    shown,
  ]);
  const tail = tx.dialect.onDuplicateAdd(['day', 'offer_id'], ['shown']);
  await tx.insertMany('impression', ['day', 'offer_id', 'partner_id', 'shown'], rows, { tail });
  return undefined;
}

/** Forgets batches that were recorded before then; answers how many. */
export async function pruneBatches(tx: Sql, before: Instant, limit: number): Promise<number> {
  const rows = await tx.arrays(
    `SELECT id FROM impression_batch WHERE recorded_at < ? ORDER BY recorded_at LIMIT ${Math.trunc(limit)}`,
    [before],
  );
  if (rows.length === 0) return 0;
  return tx.run(`DELETE FROM impression_batch WHERE id IN (${rows.map(() => '?').join(', ')})`, rows.flat());
}
