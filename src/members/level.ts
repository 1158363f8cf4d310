// Which level a member is at, and the growth that makes it: one answer for every room, from rows that are read anyway.
import type { Instant } from '../kernel/clock';
import type { Catalogue } from '../program/catalogue';
import type { CatalogueLevel } from '../program/catalogue-item';
import { type Advanced, type AdvanceInput, advance } from './level/advance';
import { levelAbove, liveLevel, matchingLevel } from './level/ladder';
import { type LevelState, NEVER_LOOKED } from './level/level-state';
import { growthAccount, leftOn, ratingAccount } from './member-accounts';
import type { MemberRows } from './member-rows';

/** The rows of one member, the catalogue and the instant by which they are judged. */
export interface Judging {
  readonly rows: MemberRows;
  readonly catalogue: Catalogue;
  readonly now: Instant;
}

/** What is known of a member's level at one instant, whether a worker has written it down by then or not. */
export interface LevelStanding {
  readonly growth: number;
  /** The level that shows. */
  readonly level: CatalogueLevel | undefined;
  readonly state: LevelState;
}

// One look at a member asks for its level over and over.
const known = new WeakMap<Judging, LevelStanding>();

export function levelStandingOf(judging: Judging): LevelStanding {
  let standing = known.get(judging);
  if (!standing) {
    standing = look(judging);
    known.set(judging, standing);
  }
  return standing;
}

function look(judging: Judging): LevelStanding {
  const { catalogue, now } = judging;
  const input = advanceInputOf(judging);
  const { state } = input;
  const growth = input.growth + state.unbooked;
  const { plain, since } = catalogue.levelPolicy;
  const quiet = state.dueAt === undefined || state.dueAt > now;
  if (plain && quiet && state.manualId === undefined) {
    return { growth, level: matchingLevel(catalogue, growth, input.rating), state };
  }
  // What was written down under the program in force, and is not due before later, holds as long as growth matches it.
  if (quiet && state.since !== undefined && (state.at ?? 0) >= since) {
    const matching = matchingLevel(catalogue, growth, input.rating);
    const shown = state.shownId === undefined ? undefined : catalogue.level(state.shownId);
    if (matching?.id === state.levelId && !shown?.retired) return { growth, level: shown, state };
  }
  return advance(input, now);
}

/** What a look ahead starts from. */
export function advanceInputOf({ rows, catalogue }: Omit<Judging, 'now'>): AdvanceInput {
  const { member, cards, balances } = rows;
  return {
    catalogue,
    state: member.levelState ?? NEVER_LOOKED,
    cards,
    growth: leftOn(balances, growthAccount(member.id)),
    rating: ratingOf({ rows, catalogue }) ?? 0,
    joinedAt: member.joinedAt,
  };
}

export function advancedOf(judging: Judging): Advanced {
  return advance(advanceInputOf(judging), judging.now);
}

/** The rating that counts; `undefined` in a program without one. */
export function ratingOf({ rows, catalogue }: Omit<Judging, 'now'>): number | undefined {
  const { rating } = catalogue.levelPolicy;
  if (!rating) return undefined;
  const account = ratingAccount(rows.member.id);
  return rows.balances.has(account) ? leftOn(rows.balances, account) : rating.initial;
}

/** The growth value that counts at this instant. */
export function growthOf(judging: Judging): number {
  return levelStandingOf(judging).growth;
}

/** The level at this instant; `undefined` before a program was applied, and where a program lets members have none. */
export function levelOf(judging: Judging): CatalogueLevel | undefined {
  return levelStandingOf(judging).level;
}

/** The level above the one that the member holds; `undefined` at the top. */
export function nextLevelOf(judging: Judging): CatalogueLevel | undefined {
  return levelAbove(judging.catalogue, heldLevelOf(judging));
}

/** The level that the member holds, whether a card lets it show or not. */
export function heldLevelOf(judging: Judging): CatalogueLevel | undefined {
  const { catalogue } = judging;
  const { level, state } = levelStandingOf(judging);
  if (catalogue.levelPolicy.plain && state.manualId === undefined) return level;
  return liveLevel(catalogue, state.levelId);
}

/** Whether a level that staff set is what shows. */
export function levelIsManual(judging: Judging): boolean {
  const { manualUntil } = levelStandingOf(judging).state;
  return manualUntil !== undefined && manualUntil > judging.now;
}

/** Until when the level that shows stays whatever the growth; `undefined` when it follows growth. */
export function levelKeptUntil(judging: Judging): Instant | undefined {
  const { level, state } = levelStandingOf(judging);
  if (levelIsManual(judging)) return state.manualUntil;
  if (judging.catalogue.levelPolicy.plain || level?.id !== state.levelId) return undefined;
  const until = state.fallsAt ?? state.keptUntil;
  return until !== undefined && until > judging.now ? until : undefined;
}

/** When the least time at the level is over that is held; `undefined` when it is, or when there is none. */
export function nextLevelFrom(judging: Judging): Instant | undefined {
  const held = heldLevelOf(judging);
  const { since } = levelStandingOf(judging).state;
  if (!held || held.minDays === 0 || since === undefined) return undefined;
  const from = judging.catalogue.time.addDays(since, held.minDays);
  return from > judging.now ? from : undefined;
}
