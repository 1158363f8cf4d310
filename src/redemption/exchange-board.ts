// What is left of agreements, as of the last look, so that lists of perks show what a claim would be refused for.

import { stepAccounts } from '../agreements/amended-limits';
import { overdrawnAccount } from '../agreements/exchange-accounts';
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import { type AccountKey, available, kindOf } from '../ledger/account';
import { ACCOUNT_KINDS } from '../ledger/chart';
import { readAccounts } from '../marketplace/stock.store';
import type { Catalogue } from '../program/catalogue';
import type { Limit } from './limit';
import { exchangeLimits, leftOf } from './limits';

const ACCOUNTS_A_STATEMENT = 500;

export class ExchangeBoard {
  private board: ReadonlyMap<AccountKey, number> = new Map();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Reads the board again: a statement for 500 accounts, none without agreements in force. */
  async look({ exchanges, time }: Catalogue): Promise<void> {
    const now = this.clock.now();
    const limits = new Map<AccountKey, Limit>();
    const overdrawn = new Map<AccountKey, AccountKey>();
    for (const exchange of exchanges.all) {
      if (now < exchange.startsAt || now >= exchange.endsAt) continue;
      for (const limit of exchangeLimits(exchange, time, now)) {
        limits.set(limit.account, limit);
        if (limit.kind === 'EXCHANGE_IMBALANCE') {
          overdrawn.set(limit.account, overdrawnAccount(exchange.agreementId, exchange.currency));
        }
      }
    }
    const steps = [...limits.values()].flatMap(({ amended }) => (amended ? stepAccounts(amended) : []));
    const balances = await this.read([...limits.keys(), ...overdrawn.values(), ...steps]);
    this.board = new Map(
      [...limits].map(([account, limit]) => {
        const owed = balances.get(overdrawn.get(account) ?? '');
        return [account, leftOf(limit, balances) - (owed ? available(owed) : 0)];
      }),
    );
  }

  private async read(accounts: readonly AccountKey[]) {
    const balances = new Map<AccountKey, Parameters<typeof available>[0]>();
    for (let from = 0; from < accounts.length; from += ACCOUNTS_A_STATEMENT) {
      const some = accounts.slice(from, from + ACCOUNTS_A_STATEMENT);
      for (const [account, balance] of await readAccounts(this.database.read, some)) balances.set(account, balance);
    }
    return balances;
  }

  /** As of the last look; `undefined` for what was not on the board then, such as a period that has begun since. */
  leftOn(account: AccountKey): number | undefined {
    return this.board.get(account);
  }
}

/** Whether this board, and no other one, may know an account. */
export function isOnExchangeBoard(account: AccountKey): boolean {
  const kind = kindOf(account);
  return kind === ACCOUNT_KINDS.EXCHANGE_CEILING || kind === ACCOUNT_KINDS.EXCHANGE_ROOM;
}
