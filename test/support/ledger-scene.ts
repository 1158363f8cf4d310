// A small ledger with a bit of everything, for tests that damage it.
import type { Database } from '../../src/database/database';
import { COUNT } from '../../src/kernel/money';
import type { AccountKey } from '../../src/ledger/account';
import { ACCOUNT_KINDS } from '../../src/ledger/chart';
import type { Chain } from '../../src/ledger/transfer';
import {
  applied,
  chainOf,
  contraAccount,
  enforcedAccount,
  granting,
  hold,
  ledgerOn,
  move,
  openingOf,
  post,
  transferId,
  voiding,
} from './ledger-fixtures';

export interface Scene {
  readonly cap: AccountKey;
  readonly cost: AccountKey;
  readonly stock: AccountKey;
  /** Grants 100 to `cap`: transfer 1. */
  readonly grant: Chain;
  /** Moves 30 from `cap` to `cost`: transfer 1. */
  readonly moved: Chain;
  /** Holds 20 (open), 10 (posted 4), 5 (voided): transfers 1 to 3. */
  readonly held: Chain;
  /** Posts 4 of 10: transfer 1. */
  readonly posted: Chain;
  /** Voids 5: transfer 1. */
  readonly voided: Chain;
  readonly refused: Chain;
}

/** Eight transfers of seven chains on two enforced and three contra accounts, the contra sums folded in part. */
export async function setScene(database: Database): Promise<Scene> {
  const [cap, cost, granted] = [enforcedAccount(), contraAccount(), contraAccount({ kind: ACCOUNT_KINDS.CAP_GRANTED })];
  const stock = enforcedAccount({ kind: ACCOUNT_KINDS.STOCK, unit: COUNT });
  const stockGranted = contraAccount({ kind: ACCOUNT_KINDS.STOCK_GRANTED, unit: COUNT });
  const ledger = ledgerOn(database);
  const grant = granting(cap, 100, granted);
  const moved = chainOf({ transfers: [move(cap, cost, 30)] });
  const held = chainOf({ transfers: [hold(cap, cost, 20), hold(cap, cost, 10), hold(cap, cost, 5)] });
  const posted = chainOf({ transfers: [post(transferId(held, 2), 4)] });
  const voided = chainOf({ transfers: [voiding(transferId(held, 3))] });
  const refused = chainOf({ transfers: [move(cap, cost, 1_000)] });
  for (const chain of [grant, moved, held]) await applied(ledger, chain);
  await ledger.foldContra();
  await applied(ledger, posted);
  await applied(ledger, voided);
  await ledger.submit(refused);
  await applied(ledger, chainOf({ openings: [openingOf(stock, 7, stockGranted)], transfers: [] }));
  return { cap, cost, stock, grant, moved, held, posted, voided, refused };
}
