// Whether an event is one of those that a task or the referral is about.
import type { Instant } from '../kernel/clock';
import { DAY } from '../kernel/clock';
import { type Id, namedId } from '../kernel/id';
import type { Judging } from '../members/level';
import type { CatalogueEventFilter } from '../program/catalogue-engagement';
import type { MemberEvent } from './event/event';
import { eventFactsOf } from './event/facts';

export function isMeant(filter: CatalogueEventFilter, event: MemberEvent, judging: Judging): boolean {
  if (filter.on !== event.type) return false;
  if (filter.eventName !== undefined && filter.eventName !== event.name) return false;
  return filter.condition?.(eventFactsOf(event, judging)) ?? true;
}

/** A time in which events count, both ends included. */
export interface Window {
  readonly from: Instant;
  readonly until: Instant;
}

/**
 * The `ref` of an account that has a window: 6 bytes for its begin in milliseconds, 2 for its days of 24 hours, 8 made
 * of `words`. So whoever reads the account knows the window, whatever the program says by then.
 */
export function windowRef(from: Instant, days: number, ...words: readonly string[]): Id {
  return from.toString(16).padStart(12, '0') + days.toString(16).padStart(4, '0') + namedId(...words).slice(0, 16);
}

export function windowOf(ref: Id): Window {
  const from = Number.parseInt(ref.slice(0, 12), 16);
  return { from, until: from + Number.parseInt(ref.slice(12, 16), 16) * DAY };
}

/** For so long after its end, an event that comes late is still counted in a window. */
export const LATENESS = 7 * DAY;
