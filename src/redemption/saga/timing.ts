// When the steps of a saga are due: back-off, leases, and when it gives up.
import { HOUR, type Instant, MINUTE, SECOND } from '../../kernel/clock';
import type { Redemption } from '../redemption';

/** Longer than any call of a partner's API may last, so that who finds a lease run out knows that its call is over. */
export const LEASE_MS = 20 * SECOND;

/**
 * The look-up from which on a partner is believed that it never heard of a redemption: what it was sent may still be on
 * its way through its own queues when the first look-up overtakes it.
 */
export const ABSENCES = 3;

/** Half an hour of tries each 45 s, then a day of tries each 5 minutes; if that was in vain, staff are told. */
export const UNDO_ATTEMPTS = 300;

const FIRST_WAITS = [2 * SECOND, 5 * SECOND, 15 * SECOND, 30 * SECOND];
/** So that what is unknown is settled within a minute of the partner being back, for outages of up to half an hour. */
const WAIT_MS = 45 * SECOND;
const QUICK_ATTEMPTS = 40;
const LONG_WAIT_MS = 5 * MINUTE;

/** How long to wait after so many tries, from 1; a fifth more or less, so that many do not come back at once. */
export function backOff(attempts: number, random: () => number): number {
  const wait = attempts > QUICK_ATTEMPTS ? LONG_WAIT_MS : (FIRST_WAITS[attempts - 1] ?? WAIT_MS);
  return Math.round(wait * (0.8 + 0.4 * random()));
}

/** Coupons live for a day at least, so that what is held outlives the last look-up by an hour. */
const GIVE_UP_AFTER = 23 * HOUR;

export function givesUpAt({ claimedAt }: Redemption): Instant {
  return claimedAt + GIVE_UP_AFTER;
}

const WATCH_LEAST = 2 * MINUTE;
const WATCH_MOST = 6 * HOUR;
const LAST_WATCH = MINUTE;

/**
 * When to look again whether a coupon was used: after a tenth of its age, a fifth more or less, since most are used
 * soon; once more a minute before it ends, and when it ends.
 */
export function watchAt(
  { claimedAt, expiresAt }: Pick<Redemption, 'claimedAt' | 'expiresAt'>,
  now: Instant,
  random: () => number,
): Instant {
  const wait = Math.min(Math.max((now - claimedAt) / 10, WATCH_LEAST), WATCH_MOST);
  const next = now + Math.round(wait * (0.8 + 0.4 * random()));
  const last = expiresAt - LAST_WATCH;
  if (next < last) return next;
  return now < last ? last : expiresAt;
}
