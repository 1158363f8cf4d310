// This room's part of `ledger verify` for code pools: each code was handed out once, to the redemption that says so.
import type { Sql, SqlRow } from '../database/sql';
import { type Id, idFromBytes } from '../kernel/id';
import { available } from '../ledger/account';
import type { VerifyCheck } from '../ledger/verify';
import { readAccounts } from '../marketplace/stock.store';
import { stockAccountOf } from '../marketplace/supply';

const SHOWN = 20;

/** What is loaded, handed out, redeemed and left in stock must be the same story told four times. */
export const poolCheck: VerifyCheck = {
  name: 'each code of a pool was handed out at most once, and the stock counts the rest',
  async run(sql: Sql): Promise<string[]> {
    const pools = await sql.arrays(
      `SELECT p.offer_id, p.loaded, p.issued,
         (SELECT COUNT(*) FROM pool_code c WHERE c.offer_id = p.offer_id),
         (SELECT COUNT(DISTINCT r.pool_seq) FROM redemption r WHERE r.item_id = p.offer_id AND r.pool_seq IS NOT NULL),
         (SELECT COUNT(*) FROM redemption r WHERE r.item_id = p.offer_id AND r.pool_seq IS NOT NULL)
       FROM code_pool p ORDER BY p.offer_id`,
    );
    const offerIds = pools.map((row) => idFromBytes(row[0] as Buffer));
    const stocks = await readAccounts(sql, offerIds.map(stockAccountOf));
    const faults = pools.flatMap((row, at) => {
      const balance = stocks.get(stockAccountOf(offerIds[at]!));
      return poolFaults(offerIds[at]!, row, balance ? available(balance) : 0);
    });
    return [...faults, ...(await swappedCodes(sql))].slice(0, SHOWN);
  },
};

function poolFaults(offerId: Id, row: SqlRow, inStock: number): string[] {
  const [loaded = 0, issued = 0, codes, seqs, redemptions] = row.slice(1).map(Number);
  const faults: string[] = [];
  if (codes !== loaded) faults.push(`the pool of offer ${offerId} says ${loaded} codes were loaded, it holds ${codes}`);
  if (seqs !== redemptions) faults.push(`the pool of offer ${offerId} handed a code out twice`);
  if (seqs !== issued) {
    faults.push(`the pool of offer ${offerId} says ${issued} codes were handed out, redemptions have ${seqs}`);
  }
  if (inStock !== loaded - issued) {
    faults.push(`offer ${offerId} has a stock of ${inStock}, its pool has ${loaded - issued} codes left`);
  }
  return faults;
}

async function swappedCodes(sql: Sql): Promise<string[]> {
  const rows = await sql.arrays(
    `SELECT r.id FROM redemption r LEFT JOIN pool_code c ON c.offer_id = r.item_id AND c.seq = r.pool_seq
     WHERE r.pool_seq IS NOT NULL AND (c.seq IS NULL OR c.code_cipher <> r.code_cipher) LIMIT ${SHOWN}`,
  );
  return rows.map((row) => `redemption ${idFromBytes(row[0] as Buffer)} holds another code than its pool says`);
}
