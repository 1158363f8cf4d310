// Which level a member is at, and the growth that makes it: one answer for every room, from rows that are read anyway.
import type { Instant } from '../kernel/clock';
import type { Catalogue } from '../program/catalogue';
import type { CatalogueLevel } from '../program/catalogue-item';
import { growthAccount, leftOn } from './member-accounts';
import type { MemberRows } from './member-rows.store';

/** The rows of one member, the catalogue and the instant by which they are judged. */
export interface Judging {
  readonly rows: MemberRows;
  readonly catalogue: Catalogue;
  readonly now: Instant;
}

/** The growth value that counts at this instant. */
export function growthOf({ rows }: Judging): number {
  return leftOn(rows.balances, growthAccount(rows.member.id));
}

/** The level at this instant; `undefined` only before a program was applied. */
export function levelOf(judging: Judging): CatalogueLevel | undefined {
  return judging.catalogue.levelForGrowth(growthOf(judging));
}

/** The level above the member's; `undefined` at the top. */
export function nextLevelOf(judging: Judging): CatalogueLevel | undefined {
  const level = levelOf(judging);
  return level && judging.catalogue.nextLevel(level);
}
