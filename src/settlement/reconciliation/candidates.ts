// Which redemptions of ours a feed may speak of.
import { DAY } from '../../kernel/clock';
import type { Feed } from './feed';
import type { CandidatesOf } from './run.store';

/** A line of the feed's last minute may be ours a moment later. */
export function candidatesOf({ partnerId, terms, periodBefore }: Feed): CandidatesOf {
  return { partnerId, offerId: terms.offerId, claimedBefore: periodBefore + DAY };
}
