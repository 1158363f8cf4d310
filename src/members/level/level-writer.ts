// Writes levels down: with whatever moves growth or ratings, when time has passed, and when staff sets one by hand.
import type { Sql } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { type AccountKey, available, kindOf } from '../../ledger/account';
import { ACCOUNT_KINDS, TRANSFER_CODES } from '../../ledger/chart';
import type { Transfer } from '../../ledger/transfer';
import type { BalanceMove, BalanceWatcher } from '../../ledger/watch';
import type { Catalogue } from '../../program/catalogue';
import { growthAccount, ratingAccount } from '../member-accounts';
import { type Advanced, type AdvanceInput, advance, settleAt } from './advance';
import type { CoveringCard } from './coverage';
import { rankOf } from './ladder';
import {
  type DueGift,
  type HistoryRow,
  insertDueGifts,
  insertHistory,
  type LockedMember,
  lockLevels,
  readAccounts,
  readCoverage,
  writeLevelState,
} from './level.store';
import { type LevelChange, type LevelState, NEVER_LOOKED } from './level-state';

/** Transfers that only bring into the ledger what was counted by the calendar already. */
const BOOKINGS: ReadonlySet<number> = new Set([TRANSFER_CODES.DAILY_GROWTH, TRANSFER_CODES.DECAY]);

export interface ManualLevel {
  /** Absent: the manual level is taken back. */
  readonly levelId?: Id;
  readonly until?: Instant;
  readonly notedBy: string;
  readonly reason?: string;
}

/** A member as a transaction finds it, under its lock. */
interface Found {
  readonly memberId: Id;
  readonly before: LevelState;
  readonly input: AdvanceInput;
}

export class LevelWriter implements BalanceWatcher {
  readonly kinds = new Set([ACCOUNT_KINDS.GROWTH, ACCOUNT_KINDS.RATING]);

  constructor(private readonly catalogue: () => Catalogue) {}

  async write(tx: Sql, moves: readonly BalanceMove[]): Promise<void> {
    const byMember = new Map<Id, BalanceMove[]>();
    for (const move of moves) {
      const memberId = move.account.slice(0, 32);
      const own = byMember.get(memberId);
      if (own) own.push(move);
      else byMember.set(memberId, [move]);
    }
    const pages = new Pages();
    for (const found of await this.find(tx, [...byMember.keys()], byMember)) {
      const own = byMember.get(found.memberId)!;
      const booked = own.some(({ transfers }) => transfers.some(({ code }) => BOOKINGS.has(code)));
      const advanced = follow(found.input, own);
      await this.keep(tx, found, advanced, pages, booked || beginsToDecay(found.input, advanced));
    }
    await pages.write(tx);
  }

  /** Looks at members because of the time; those that have something for the ledger are left to be booked. */
  async review(tx: Sql, memberIds: readonly Id[], now: Instant): Promise<void> {
    const pages = new Pages();
    for (const found of await this.find(tx, memberIds)) {
      await this.keep(tx, found, advance(found.input, Math.max(now, found.before.at ?? now)), pages, false);
    }
    await pages.write(tx);
  }

  /** Sets a level by hand or takes it back; answers false when there is no such member. */
  async setManual(tx: Sql, memberId: Id, manual: ManualLevel, now: Instant): Promise<boolean> {
    const [found] = await this.find(tx, [memberId]);
    if (!found) return false;
    const advanced = advance(found.input, Math.max(now, found.before.at ?? now));
    const state = { ...advanced.state, manualId: manual.levelId, manualUntil: manual.until };
    const settled = advance({ ...found.input, state }, advanced.state.at!);
    const pages = new Pages();
    const noted = {
      from: advanced.level?.id,
      to: settled.level?.id,
      why: manual.levelId === undefined ? ('MANUAL_CLEARED' as const) : ('MANUAL_SET' as const),
      at: now,
      programVersion: found.input.catalogue.levelPolicy.version,
      notedBy: manual.notedBy,
      reason: manual.reason,
    };
    await this.keep(tx, found, { ...settled, changes: [...advanced.changes, noted] }, pages, true);
    await pages.write(tx);
    return true;
  }

  private async find(
    tx: Sql,
    memberIds: readonly Id[],
    moves: ReadonlyMap<Id, readonly BalanceMove[]> = new Map(),
  ): Promise<Found[]> {
    const catalogue = this.catalogue();
    const { rating, since } = catalogue.levelPolicy;
    const locked = await lockLevels(tx, memberIds);
    const ids = [...locked.keys()];
    const touched = new Set([...moves.values()].flat().map(({ account }) => account));
    const asked = ids.flatMap((id) => [growthAccount(id), ...(rating ? [ratingAccount(id)] : [])]);
    const balances = await readAccounts(
      tx,
      asked.filter((account) => !touched.has(account)),
    );
    const stale = [...locked.values()].some(({ state }) => state?.at !== undefined && state.at < since);
    const rules = [catalogue, ...(stale ? catalogue.earlier.map((one) => one.catalogue) : [])];
    const cards = rules.some(countsCards) ? await readCoverage(tx, ids) : new Map<Id, CoveringCard[]>();
    return [...locked].map(([memberId, { joinedAt, state = NEVER_LOOKED }]: [Id, LockedMember]) => {
      const before = (account: AccountKey) => balanceBefore(moves.get(memberId), account) ?? balances.get(account);
      const input: AdvanceInput = {
        catalogue,
        state,
        cards: cards.get(memberId) ?? [],
        growth: before(growthAccount(memberId)) ?? 0,
        rating: rating ? (before(ratingAccount(memberId)) ?? rating.initial) : 0,
        joinedAt,
      };
      return { memberId, before: state, input };
    });
  }

  private async keep(tx: Sql, found: Found, advanced: Advanced, pages: Pages, always: boolean): Promise<void> {
    const { memberId, before, input } = found;
    const { catalogue } = input;
    const { unbooked, at, dueAt } = advanced.state;
    // What is not in the ledger yet is due there at once.
    const state = { ...advanced.state, dueAt: unbooked === 0 ? dueAt : at };
    if (always || advanced.changes.length > 0 || differs(before, state) || isOutdated(before, catalogue)) {
      await writeLevelState(tx, memberId, state);
      pages.add(memberId, advanced.changes, catalogue);
    }
  }
}

/** Whether there is anything to remember; how far it was looked at is not, by itself. */
function differs(before: LevelState, after: LevelState): boolean {
  if (before.since === undefined) return before.at !== undefined || after.unbooked !== 0 || after.dueAt !== undefined;
  return (Object.keys(after) as (keyof LevelState)[]).some((key) => key !== 'at' && before[key] !== after[key]);
}

/** Whether decay has something to take only from now on: else it would take it for days before it was there. */
function beginsToDecay({ catalogue, growth, state }: AdvanceInput, after: Advanced): boolean {
  const { decay } = catalogue.levelPolicy;
  return decay !== undefined && growth + state.unbooked <= decay.floor && after.growth > decay.floor;
}

/** Whether it was looked at under another program: once it was under this one, no earlier one matters any more. */
function isOutdated({ at }: LevelState, { levelPolicy: { plain, since } }: Catalogue): boolean {
  return !plain && at !== undefined && at < since;
}

function countsCards({ levelPolicy: { plans, decay, daily } }: Catalogue): boolean {
  return plans.size > 0 || decay !== undefined || daily.size > 0;
}

/** The balance before the first of the moves on this account, among a member's moves. */
function balanceBefore(moves: readonly BalanceMove[] | undefined, account: AccountKey): number | undefined {
  const first = moves?.find((move) => move.account === account);
  // What it was opened with was there before, in a manner of speaking.
  const moved = first?.transfers.filter(({ code }) => code !== TRANSFER_CODES.GRANT);
  return first && available(first.balance) - changeOf(moved!, account);
}

function changeOf(transfers: readonly Transfer[], account: AccountKey): number {
  return transfers.reduce((sum, { debit, credit, amount }) => {
    return sum + (credit === account ? amount : 0) - (debit === account ? amount : 0);
  }, 0);
}

/** Carries a member through its moves, one after the other. */
function follow(input: AdvanceInput, moves: readonly BalanceMove[]): Advanced {
  const now = Math.max(moves[0]!.now, input.state.at ?? 0);
  let advanced = advance(input, now);
  let { growth, rating } = input;
  for (const { account, balance, transfers } of moves) {
    const left = available(balance);
    if (kindOf(account) === ACCOUNT_KINDS.GROWTH) {
      const booked = transfers.filter(({ code }) => BOOKINGS.has(code));
      const earned = changeOf(transfers, account) - changeOf(booked, account);
      growth = left;
      advanced = settleAt({ ...input, growth, rating }, advanced, Math.max(0, advanced.growth + earned), now);
    } else {
      rating = left;
      advanced = settleAt({ ...input, growth, rating }, advanced, advanced.growth, now);
    }
  }
  return advanced;
}

/** History and gifts of one transaction, written together at its end. */
class Pages {
  private readonly history: HistoryRow[] = [];
  private readonly gifts: DueGift[] = [];

  add(memberId: Id, changes: readonly LevelChange[], catalogue: Catalogue): void {
    for (const change of changes) {
      this.history.push({ ...change, memberId });
      this.gifts.push(...giftsOf(memberId, change, followedBy(change, catalogue)));
    }
  }

  async write(tx: Sql): Promise<void> {
    await insertHistory(tx, this.history);
    await insertDueGifts(tx, this.gifts);
  }
}

/** The catalogue whose levels the change followed: that in force, or an earlier one that it was brought up to. */
function followedBy({ programVersion }: LevelChange, catalogue: Catalogue): Catalogue {
  if (programVersion === catalogue.levelPolicy.version) return catalogue;
  const earlier = catalogue.earlier.find((one) => one.catalogue.levelPolicy.version === programVersion);
  return earlier?.catalogue ?? catalogue;
}

/** The automatic gifts of all levels that were risen through. */
function giftsOf(memberId: Id, { from, to, at }: LevelChange, catalogue: Catalogue): DueGift[] {
  const [low, high] = [from, to].map((id) => rankOf(id === undefined ? undefined : catalogue.level(id)));
  return catalogue.levels.flatMap(({ id: levelId, rank, gifts, version: programVersion }) => {
    if (rank <= low! || rank > high!) return [];
    const auto = gifts.filter((gift) => gift.auto);
    return auto.map(({ code, reward }) => ({ memberId, levelId, code, reward, programVersion, dueAt: at }));
  });
}
