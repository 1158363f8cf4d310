// Watchers: rooms that must know, with the commit, of whatever moves accounts of some kinds, whoever moves them.
import type { Sql } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type AccountKey, type Balance, kindOf } from './account';
import type { AccountKind } from './chart';
import type { Books, Decision } from './decide';
import type { Transfer } from './transfer';

/** What one chain moved on one account. */
export interface BalanceMove {
  readonly account: AccountKey;
  /** After the chain. */
  readonly balance: Balance;
  /** Those of the chain that touch the account. */
  readonly transfers: readonly Transfer[];
  readonly now: Instant;
}

/** Called once a batch, after all companions; as with them, it runs again when the transaction does. */
export interface BalanceWatcher {
  /** Enforced kinds. */
  readonly kinds: ReadonlySet<AccountKind>;
  /** In the order of the chains. The accounts are locked until the commit. */
  write(tx: Sql, moves: readonly BalanceMove[]): Promise<void>;
}

/** Gathers, while a batch is decided, what its watchers will be told. */
export class BalanceWatch {
  private readonly moves = new Map<BalanceWatcher, BalanceMove[]>();

  constructor(private readonly watchers: readonly BalanceWatcher[]) {}

  /** To be called right after the chain was decided, before the next one changes the books. */
  note(decision: Decision, books: Books, now: Instant): void {
    if (this.watchers.length === 0 || decision.transfers.length === 0) return;
    for (const watcher of this.watchers) {
      const touched = new Map<AccountKey, Transfer[]>();
      for (const transfer of decision.transfers) {
        for (const account of [transfer.debit, transfer.credit]) {
          if (!watcher.kinds.has(kindOf(account))) continue;
          const known = touched.get(account);
          if (known) known.push(transfer);
          else touched.set(account, [transfer]);
        }
      }
      for (const [account, transfers] of touched) {
        const moves = this.moves.get(watcher) ?? [];
        moves.push({ account, balance: books.accounts.get(account)!, transfers, now });
        this.moves.set(watcher, moves);
      }
    }
  }

  async tell(tx: Sql): Promise<void> {
    for (const watcher of this.watchers) {
      const moves = this.moves.get(watcher);
      if (moves) await watcher.write(tx, moves);
    }
  }
}
