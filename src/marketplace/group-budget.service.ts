// Sums set aside for groups of members: granted for each period as the program says, and a board of what is left.
import type { Database } from '../database/database';
import { assert } from '../kernel/assert';
import type { Clock, Instant } from '../kernel/clock';
import { type Id, namedId, newId } from '../kernel/id';
import type { PeriodNumber } from '../kernel/period';
import { type AccountKey, available, type Balance } from '../ledger/account';
import { companion } from '../ledger/batch';
import { TRANSFER_CODES } from '../ledger/chart';
import type { LedgerService } from '../ledger/ledger.service';
import type { Catalogue } from '../program/catalogue';
import type { CatalogueBudget } from '../program/catalogue-item';
import { alignedWriter, readAccounts, readAligned, StaleStockError } from './stock.store';
import { groupBudgetAccountOf, groupBudgetGrantedOf } from './supply';

/** Each one that fails means that another process aligned the budget in between. */
const ATTEMPTS = 5;

/** A budget in its running period; amounts in the minor unit. */
export interface GroupBudgetLeft {
  readonly budget: CatalogueBudget;
  readonly period: PeriodNumber;
  /** Exclusive. */
  readonly endsAt: Instant;
  readonly granted: number;
  /** By coupons that are issued and may still be used. */
  readonly held: number;
  readonly used: number;
  readonly left: number;
}

export class GroupBudgetService {
  private board: ReadonlyMap<AccountKey, number> = new Map();

  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly clock: Clock,
  ) {}

  /**
   * Brings the running period of each budget to what the program says now, once for each version, in whatever process
   * comes first. Less takes back at most what is left. Later periods open with their first claim.
   */
  async align(next: Catalogue): Promise<void> {
    for (const budget of next.budgets) await this.alignBudget(next, budget);
    await this.look(next);
  }

  private async alignBudget(catalogue: Catalogue, budget: CatalogueBudget): Promise<void> {
    const { id, version, amount } = budget;
    const { account, source, period } = accountsOf(catalogue, budget, this.clock.now());
    const name = `group-budget:${id}:${period}`;
    for (let attempt = 1; ; attempt += 1) {
      const from = (await readAligned(this.database.read, [name])).get(name) ?? 0;
      if (from >= version) return;
      assert(attempt <= ATTEMPTS, `the budget ${budget.code} changed during each of ${ATTEMPTS} attempts to align it`);
      // Open first: from then on nothing but an alignment changes what was granted.
      const openKey = namedId('open-group-budget', id, String(period));
      const opening = { account, grant: amount, from: source };
      await this.submit(openKey, { openings: [opening], transfers: [] });
      const granted = grantedBy((await this.ledger.contraSums()).get(source));
      const missing = amount - granted;
      const [debit, credit] = missing > 0 ? [source, account] : [account, source];
      const code = TRANSFER_CODES.STOCK;
      const move = { kind: 'TRANSFER', debit, credit, amount: Math.abs(missing), code, flexible: missing < 0 } as const;
      const key = namedId('group-budget', id, String(period), String(version), String(from));
      try {
        const row = companion(alignedWriter, { name, from, to: version });
        await this.submit(key, { openings: [], transfers: missing === 0 ? [] : [move] }, [row]);
      } catch (error) {
        if (!(error instanceof StaleStockError)) throw error;
      }
    }
  }

  private submit(
    key: Id,
    parts: Pick<Parameters<LedgerService['submit']>[0], 'openings' | 'transfers'>,
    companions: Parameters<LedgerService['submit']>[1] = [],
  ) {
    const id = newId(this.clock.now());
    return this.ledger.submit({ key, fingerprint: key, id, flexibleFloor: 0, ...parts }, companions);
  }

  /** Reads the board again: one statement, none without budgets. */
  async look(catalogue: Catalogue): Promise<void> {
    const { budgets } = catalogue;
    const now = this.clock.now();
    const accounts = budgets.map((budget) => accountsOf(catalogue, budget, now).account);
    const balances = await readAccounts(this.database.read, accounts);
    this.board = new Map([...balances].map(([account, balance]) => [account, available(balance)]));
  }

  /** As of the last look; `undefined` for what is no budget, or was not touched in its period. */
  leftOn(account: AccountKey): number | undefined {
    return this.board.get(account);
  }

  /** Straight from the ledger. */
  async list(catalogue: Catalogue): Promise<GroupBudgetLeft[]> {
    const now = this.clock.now();
    const found = catalogue.budgets.map((budget) => ({ budget, ...accountsOf(catalogue, budget, now) }));
    const balances = await readAccounts(
      this.database.read,
      found.map(({ account }) => account),
    );
    const sums = await this.ledger.contraSums();
    return found.map(({ budget, account, source, period }) => {
      const balance = balances.get(account);
      const granted = balance ? grantedBy(sums.get(source)) : budget.amount;
      const left = balance ? available(balance) : budget.amount;
      const held = balance?.debitsPending ?? 0;
      const endsAt = catalogue.time.nextPeriodAt(budget.period, now)!;
      return { budget, period, endsAt, granted, held, used: granted - held - left, left };
    });
  }
}

function accountsOf(
  { settings, time }: Catalogue,
  { id, period: kind }: CatalogueBudget,
  now: Instant,
): { account: AccountKey; source: AccountKey; period: PeriodNumber } {
  const period = time.periodAt(kind, now);
  const { currency } = settings;
  const [account, source] = [groupBudgetAccountOf(id, period, currency), groupBudgetGrantedOf(id, period, currency)];
  return { account, source, period };
}

function grantedBy(sum: Balance | undefined): number {
  return sum ? sum.debitsPosted - sum.creditsPosted : 0;
}
