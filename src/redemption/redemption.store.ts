// The only SQL of redemptions: rows that commit with their chain, guarded changes of state, and lists.
import { padToPowerOfTwo, ReadBatcher } from '../database/batcher';
import { noteChanges } from '../database/change-note.store';
import type { Dialect } from '../database/dialect';
import type { Sql } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, idToBytes, ZERO_ID } from '../kernel/id';
import type { CompanionRow, CompanionWriter } from '../ledger/batch';
import { takeCodes } from '../marketplace/code-pool.store';
import { endEventOf, eventOf, tellPartners } from './partner-events';
import type { DueStep, Redemption, RedemptionStatus } from './redemption';
import { COLUMNS, fromRow, SELECTED, toRow } from './redemption-row';

/** A claim on its way into the table; the writer fills in what only the transaction knows. */
export interface ClaimRow {
  redemption: Redemption;
  readonly fromPool: boolean;
  /** What the flexible transfers did not cover is paid by the member. */
  readonly fullCost: number;
  readonly dueAt: Instant;
  readonly dueStep: DueStep;
  /** For the outbox: the code of the partner's offer. */
  readonly offerCode?: string;
}

/** Writes new redemptions, and hands out pool codes, in the transaction that takes what they cost. */
export const claimWriter: CompanionWriter<ClaimRow> = {
  order: 30,
  async write(tx, rows) {
    await handOutCodes(tx, rows);
    for (const { row, chain } of rows) {
      if (chain.flexibleAmount === undefined) continue;
      const { flexibleAmount: cost } = chain;
      row.redemption = { ...row.redemption, cost, coPay: row.fullCost - cost };
    }
    const values = rows.map(({ row }) => [...toRow(row.redemption), row.dueStep, row.dueAt]);
    await tx.insertMany('redemption', [...COLUMNS, 'due_at'], values);
    await noteChanges(
      tx,
      'REDEMPTION',
      rows.map(({ row }) => row.redemption.id),
    );
    const issued = rows.filter(({ row }) => row.redemption.status === 'ISSUED');
    await tellPartners(
      tx,
      issued.map(({ row, chain }) => eventOf('redemption.issued', row, chain.now)),
    );
  },
};

async function handOutCodes(tx: Sql, rows: readonly CompanionRow<ClaimRow>[]): Promise<void> {
  const byOffer = new Map<Id, ClaimRow[]>();
  for (const { row } of rows) {
    if (!row.fromPool) continue;
    const { itemId } = row.redemption;
    byOffer.set(itemId, [...(byOffer.get(itemId) ?? []), row]);
  }
  // In the order of offers, so that two processes never wait for each other's pool.
  for (const offerId of [...byOffer.keys()].sort()) {
    const claims = byOffer.get(offerId)!;
    const codes = await takeCodes(tx, offerId, claims.length);
    for (const [at, claim] of claims.entries()) {
      const { seq, sealed } = codes[at]!;
      claim.redemption = { ...claim.redemption, poolSeq: seq, sealedCode: sealed };
    }
  }
}

/** Thrown when a redemption is no longer in the state that the chain was built for; its chain then fails whole. */
export class StaleRedemptionError extends Error {
  override readonly name = 'StaleRedemptionError';
}

export interface EndRow {
  readonly id: Id;
  readonly from: RedemptionStatus;
  readonly to: 'USED' | 'CANCELLED' | 'EXPIRED';
  readonly usedAt?: Instant;
  /** For the outbox: the redemption as it was, and the code of the partner's offer. */
  readonly redemption: Redemption;
  readonly offerCode?: string;
}

/** Ends redemptions in the transaction that posts, voids or reverses what they hold. */
export const endWriter: CompanionWriter<EndRow> = {
  order: 31,
  async write(tx, rows) {
    for (const { row, chain } of rows) {
      const changed = await tx.run(
        `UPDATE redemption
         SET status = ?, used_at = ?, ended_at = ?, due_at = NULL, due_step = NULL, step_no = step_no + 1
         WHERE id = ? AND status = ?`,
        [row.to, row.usedAt ?? null, chain.now, idToBytes(row.id), row.from],
      );
      if (changed !== 1) throw new StaleRedemptionError(`redemption ${row.id} is not ${row.from} any more`);
    }
    await noteChanges(
      tx,
      'REDEMPTION',
      rows.map(({ row }) => row.id),
    );
    await tellPartners(
      tx,
      rows.map(({ row, chain }) => endEventOf(row, chain.now)),
    );
  },
};

export interface BreakEvenRow {
  readonly termId: Id;
  /** The account that holds what was saved on the term, and the price to reach. */
  readonly savings: string;
  readonly price: number;
}

/** Keeps on the term the instant at which its savings reached its price. */
export const breakEvenWriter: CompanionWriter<BreakEvenRow> = {
  order: 32,
  async write(tx, rows) {
    for (const { row, chain } of rows) {
      const balance = chain.balanceAfter(row.savings);
      if (!balance || balance.creditsPosted - balance.debitsPosted < row.price) continue;
      await tx.run('UPDATE card_term SET broke_even_at = ? WHERE id = ? AND broke_even_at IS NULL', [
        chain.now,
        idToBytes(row.termId),
      ]);
    }
  },
};

export async function readRedemption(sql: Sql, id: Id): Promise<Redemption | undefined> {
  const [row] = await sql.prepared(`SELECT ${SELECTED} FROM redemption WHERE id = ?`, [idToBytes(id)]);
  return row ? fromRow(row) : undefined;
}

/** Coupons whose time is over, oldest first. */
export async function dueRedemptions(sql: Sql, now: Instant, limit: number): Promise<Redemption[]> {
  const rows = await sql.arrays(
    `SELECT ${SELECTED} FROM redemption WHERE due_at <= ? AND due_step = 'EXPIRE'
     ORDER BY due_at, id LIMIT ${Math.trunc(limit)}`,
    [now],
  );
  return rows.map(fromRow);
}

/** One page of a member's redemptions, newest first. */
export interface WalletKey {
  readonly memberId: Id;
  /** Only those older than this one. */
  readonly before?: Id;
  readonly limit: number;
}

/** Comes after every id that there is. */
export const NEWEST = 'f'.repeat(32);
const WALLET_BATCH = { keysMax: 32, inFlightMax: 2 };

/** Reads members' wallets, batched over requests. Authorise before asking. */
export class WalletStore {
  private readonly batcher: ReadBatcher<WalletKey, readonly Redemption[]>;

  constructor(sql: Sql) {
    this.batcher = new ReadBatcher((keys) => readWallets(sql, keys), WALLET_BATCH);
  }

  load(key: WalletKey): Promise<readonly Redemption[]> {
    return this.batcher.load(key);
  }
}

const statements = new Map<string, string>();

/** One branch a key, each with its own limit: a page is a range of the index on member and id. */
function walletStatement({ name, limitedBranch }: Dialect, width: number, limit: number): string {
  const key = `${name} ${width} ${limit}`;
  let statement = statements.get(key);
  if (!statement) {
    const branch = (at: number) => `SELECT ${SELECTED}, ${at} AS page FROM redemption
      WHERE member_id = ? AND id < ? ORDER BY id DESC LIMIT ${limit}`;
    statement = Array.from({ length: width }, (_, at) => limitedBranch(branch(at), `page${at}`)).join(' UNION ALL ');
    if (statements.size > 256) statements.clear();
    statements.set(key, statement);
  }
  return statement;
}

// A row more than the usual sizes of pages, which tells whether there is a next one.
const LIMITS = [6, 11, 21, 51, 101];

async function readWallets(sql: Sql, keys: readonly WalletKey[]): Promise<Redemption[][]> {
  const width = padToPowerOfTwo(keys).length;
  // One limit for the whole batch, of a few, so that few statements have to be prepared.
  const most = Math.max(...keys.map((key) => key.limit));
  const statement = walletStatement(sql.dialect, width, LIMITS.find((limit) => limit >= most) ?? most);
  const values = keys.flatMap((key) => [idToBytes(key.memberId), idToBytes(key.before ?? NEWEST)]);
  // Nobody's redemptions, for the branches without a key.
  while (values.length < width * 2) values.push(idToBytes(ZERO_ID));
  const pages: Redemption[][] = keys.map(() => []);
  for (const row of await sql.prepared(statement, values)) {
    const at = Number(row[COLUMNS.length]);
    const page = pages[at]!;
    if (page.length < keys[at]!.limit) page.push(fromRow(row));
  }
  return pages;
}
