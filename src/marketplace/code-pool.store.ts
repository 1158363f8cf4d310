// The only SQL of code pools. Codes are numbered from 1; the pool's row says how many are loaded and handed out.
import { questionMarks } from '../database/dialect';
import { saveProgress, type WorkProgress } from '../database/progress.store';
import type { Sql } from '../database/sql';
import { assert } from '../kernel/assert';
import { type Id, idToBytes } from '../kernel/id';
import type { CompanionWriter } from '../ledger/batch';

export interface PoolCode {
  readonly seq: number;
  readonly sealed: Buffer;
}

/**
 * Takes the next `count` codes. Call it only in the transaction whose chain took as many from the offer's stock: its
 * lock is what keeps two processes from one code, and its balance is what guarantees that there are enough.
 */
export async function takeCodes(tx: Sql, offerId: Id, count: number): Promise<PoolCode[]> {
  const key = idToBytes(offerId);
  const [pool] = await tx.arrays(`SELECT issued, loaded FROM code_pool WHERE offer_id = ?${tx.dialect.forUpdate}`, [
    key,
  ]);
  assert(pool, `offer ${offerId} has stock but no code pool`);
  const issued = Number(pool[0]);
  const rows = await tx.arrays(
    'SELECT seq, code_cipher FROM pool_code WHERE offer_id = ? AND seq > ? AND seq <= ? ORDER BY seq',
    [key, issued, issued + count],
  );
  assert(rows.length === count, `the pool of offer ${offerId} has ${rows.length} codes where its stock has ${count}`);
  await tx.run('UPDATE code_pool SET issued = ? WHERE offer_id = ?', [issued + count, key]);
  return rows.map((row) => ({ seq: Number(row[0]), sealed: row[1] as Buffer }));
}

export interface NewCode {
  readonly hash: Buffer;
  readonly sealed: Buffer;
}

/** Codes of one chunk of a file, with how far in the file they reach. */
export interface CodeChunk {
  readonly offerId: Id;
  readonly codes: readonly NewCode[];
  readonly progress: WorkProgress;
}

export async function knownHashes(sql: Sql, offerId: Id, hashes: readonly Buffer[]): Promise<Set<string>> {
  if (hashes.length === 0) return new Set();
  const rows = await sql.arrays(
    `SELECT code_hash FROM pool_code WHERE offer_id = ? AND code_hash IN (${questionMarks(hashes.length)})`,
    [idToBytes(offerId), ...hashes],
  );
  return new Set(rows.map((row) => (row[0] as Buffer).toString('hex')));
}

/** Adds codes in the transaction that adds as many to the offer's stock. */
export const codeChunkWriter: CompanionWriter<CodeChunk> = {
  order: 20,
  async write(tx, rows) {
    for (const { row, chain } of rows) {
      const key = idToBytes(row.offerId);
      await tx.insertMany('code_pool', ['offer_id', 'loaded', 'issued'], [[key, 0, 0]], {
        head: `${tx.dialect.insertIgnore} INTO`,
      });
      const [pool] = await tx.arrays(`SELECT loaded FROM code_pool WHERE offer_id = ?${tx.dialect.forUpdate}`, [key]);
      const loaded = Number(pool![0]);
      const codes = row.codes.map((code, at) => [key, loaded + at + 1, code.hash, code.sealed]);
      await tx.insertMany('pool_code', ['offer_id', 'seq', 'code_hash', 'code_cipher'], codes);
      await tx.run('UPDATE code_pool SET loaded = ? WHERE offer_id = ?', [loaded + codes.length, key]);
      await saveProgress(tx, row.progress, chain.now);
    }
  },
};

export interface PoolState {
  readonly loaded: number;
  readonly issued: number;
}

export async function readPool(sql: Sql, offerId: Id): Promise<PoolState | undefined> {
  const [row] = await sql.arrays('SELECT loaded, issued FROM code_pool WHERE offer_id = ?', [idToBytes(offerId)]);
  return row ? { loaded: Number(row[0]), issued: Number(row[1]) } : undefined;
}
