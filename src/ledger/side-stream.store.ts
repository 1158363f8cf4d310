// The transfers of one side of an account, read a page at a time, and the holds that chains ended.
import type { Sql } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { baseOf, type Id, idToBytes } from '../kernel/id';
import type { AccountKey } from './account';
import { amountOf, bytes, hexOf } from './ledger.store';
import { rowsByKey } from './sorted-streams';
import { TRANSFER_KINDS } from './transfer';

export interface SideTransfer {
  readonly id: Id;
  readonly amount: number;
  readonly code: number;
  readonly createdAt: Instant;
}

const PAGE = 1_000;
const CHAINS_A_STATEMENT = 100;

/** What moved on one side of an account, holds left out, in the order of ids. */
export async function* transfersOnSide(
  sql: Sql,
  side: 'debit' | 'credit',
  account: AccountKey,
): AsyncGenerator<SideTransfer> {
  const page = (after: Buffer) =>
    sql.arrays(
      `SELECT id, amount, code, created_at FROM ledger_transfer
       WHERE ${side} = ? AND id > ? AND kind <> ${TRANSFER_KINDS.HOLD} AND amount > 0 ORDER BY id LIMIT ${PAGE}`,
      [bytes(account), after],
    );
  for await (const row of rowsByKey(page)) {
    yield { id: hexOf(row[0]), amount: amountOf(row[1]), code: Number(row[2]), createdAt: amountOf(row[3]) };
  }
}

/** For each of these chains that posted or voided a hold, the chain that had made it. */
export async function chainsOfEndedHolds(sql: Sql, chains: readonly Id[]): Promise<Map<Id, Id>> {
  const found = new Map<Id, Id>();
  for (let from = 0; from < chains.length; from += CHAINS_A_STATEMENT) {
    const some = chains.slice(from, from + CHAINS_A_STATEMENT);
    const ranges = some.map(() => 'id BETWEEN ? AND ?').join(' OR ');
    const rows = await sql.arrays(
      `SELECT id, pending_id FROM ledger_transfer WHERE (${ranges}) AND pending_id IS NOT NULL`,
      some.flatMap((chain) => [idToBytes(chain), lastOf(chain)]),
    );
    for (const row of rows) found.set(baseOf(hexOf(row[0])), baseOf(hexOf(row[1])));
  }
  return found;
}

/** All that these chains moved, holds left out. */
export async function movesOfChains(
  sql: Sql,
  chains: readonly Id[],
): Promise<{ readonly chain: Id; readonly debit: AccountKey; readonly credit: AccountKey; readonly amount: number }[]> {
  const found = [];
  for (let from = 0; from < chains.length; from += CHAINS_A_STATEMENT) {
    const some = chains.slice(from, from + CHAINS_A_STATEMENT);
    const ranges = some.map(() => 'id BETWEEN ? AND ?').join(' OR ');
    const rows = await sql.arrays(
      `SELECT id, debit, credit, amount FROM ledger_transfer WHERE (${ranges}) AND kind <> ${TRANSFER_KINDS.HOLD}`,
      some.flatMap((chain) => [idToBytes(chain), lastOf(chain)]),
    );
    for (const row of rows) {
      found.push({
        chain: baseOf(hexOf(row[0])),
        debit: hexOf(row[1]),
        credit: hexOf(row[2]),
        amount: amountOf(row[3]),
      });
    }
  }
  return found;
}

function lastOf(chain: Id): Buffer {
  return bytes(`${chain.slice(0, 30)}ff`);
}
