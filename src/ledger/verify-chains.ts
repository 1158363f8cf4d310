// Proves that chains and transfers tell of the same: each applied chain has its transfers, each transfer its chain.
import type { Sql } from '../database/sql';
import { baseOf, type Id } from '../kernel/id';
import { hexOf } from './ledger.store';
import { rowsByKey } from './sorted-streams';
import { chainPage, transferIdPage } from './verify.store';
import type { Tally } from './verify-tally';

const APPLIED = 0;
const BUCKETS = 4_096;
/** Buckets looked at row by row; more of them are counted as violations without naming their chains. */
const BUCKETS_NAMED = 64;

/**
 * Chains lie in the order of their keys, transfers in the order of the chains' ids, and no index brings the two
 * together, because the hot path would pay for it. So both are read once, each in its own order, into sums of hashes
 * of (chain id, number of transfers), one sum a bucket of ids. Sums that differ name the buckets to look at closely.
 * A sum holds two hashes of 32 bits, so two million chains a bucket stay within the safe integers.
 */
export class ChainDigest {
  private readonly first = new Float64Array(BUCKETS);
  private readonly second = new Float64Array(BUCKETS);

  add(chain: Id, transfers: number): void {
    const bucket = bucketOf(chain);
    this.first[bucket] = this.first[bucket]! + hash(chain, transfers, 0x9747b28c);
    this.second[bucket] = this.second[bucket]! + hash(chain, transfers, 0x3c6ef372);
  }

  /** The buckets in which the two digests differ. */
  differences(other: ChainDigest): Set<number> {
    const buckets = new Set<number>();
    for (let at = 0; at < BUCKETS; at += 1) {
      if (this.first[at] !== other.first[at] || this.second[at] !== other.second[at]) buckets.add(at);
    }
    return buckets;
  }
}

function bucketOf(chain: Id): number {
  return hash(chain, 0, 0x1b873593) % BUCKETS;
}

/** MurmurHash3 (32 bits) of the id and the number. */
function hash(chain: Id, transfers: number, seed: number): number {
  let state = seed;
  for (const word of [0, 8, 16, 24].map((from) => Number.parseInt(chain.slice(from, from + 8), 16)).concat(transfers)) {
    let mixed = Math.imul(word, 0xcc9e2d51);
    mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
    state ^= mixed;
    state = Math.imul((state << 13) | (state >>> 19), 5) + 0xe6546b64;
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** `transferred` is the digest of what the transfers themselves say. */
export async function verifyChains(sql: Sql, tally: Tally, transferred: ChainDigest, onRow: () => void): Promise<void> {
  const recorded = new ChainDigest();
  for await (const row of rowsByKey((after) => chainPage(sql, after))) {
    tally.look();
    onRow();
    const [key, id, transfers] = [hexOf(row[0]), hexOf(row[1]), Number(row[3])];
    if (row[2] !== APPLIED && transfers !== 0) {
      tally.violate(() => `chain ${id} (key ${key}): it was refused, but ${transfers} transfers are recorded`);
    }
    if (row[2] === APPLIED && transfers > 0) recorded.add(id, transfers);
  }
  const buckets = [...recorded.differences(transferred)];
  const named = new Set(buckets.slice(0, BUCKETS_NAMED));
  if (named.size > 0) await nameDifferences(sql, tally, named);
  for (const bucket of buckets.slice(BUCKETS_NAMED)) {
    tally.violate(() => `some chain whose id falls into bucket ${bucket} of ${BUCKETS}`);
  }
}

async function nameDifferences(sql: Sql, tally: Tally, buckets: ReadonlySet<number>): Promise<void> {
  const there = new Map<Id, number>();
  for await (const row of rowsByKey((after) => transferIdPage(sql, after))) {
    const chain = baseOf(hexOf(row[0]));
    if (buckets.has(bucketOf(chain))) there.set(chain, (there.get(chain) ?? 0) + 1);
  }
  for await (const row of rowsByKey((after) => chainPage(sql, after))) {
    const [key, id, transfers] = [hexOf(row[0]), hexOf(row[1]), Number(row[3])];
    if (row[2] !== APPLIED || !buckets.has(bucketOf(id))) continue;
    const found = there.get(id) ?? 0;
    there.delete(id);
    if (found === transfers) continue;
    tally.violate(() => `chain ${id} (key ${key}): ${transfers} transfers are recorded, ${found} are there`);
  }
  for (const [chain, found] of there) {
    tally.violate(() => `chain ${chain}: ${found} transfers are there, but it is not recorded as applied`);
  }
}
