// Counts of the rows that an import adds, so that it can say what a run changed.
import type { Sql } from '../database/sql';

export interface StoredRows {
  readonly members: number;
  readonly cards: number;
  /** Redemptions that were accepted. */
  readonly redemptions: number;
  /** Chains of the ledger: caps granted, redemptions accepted and refused. */
  readonly chains: number;
}

export async function countStored(sql: Sql): Promise<StoredRows> {
  const [row] = await sql.arrays(
    `SELECT (SELECT COUNT(*) FROM member), (SELECT COUNT(*) FROM card), (SELECT COUNT(*) FROM redemption),
            (SELECT COUNT(*) FROM ledger_chain)`,
  );
  const [members, cards, redemptions, chains] = row!.map(Number) as [number, number, number, number];
  return { members, cards, redemptions, chains };
}
