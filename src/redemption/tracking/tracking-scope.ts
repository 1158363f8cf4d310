// Which redemptions an actor asks for: the words of a filter as ids, and never more than its own for a partner.
import type { Actor } from '../../kernel/actor';
import { fromGlobalId } from '../../kernel/id';
import { campaignSource } from '../../program/campaign';
import type { Catalogue } from '../../program/catalogue';
import type { RedemptionStatus } from '../redemption';
import type { OfferScope } from '../redemption.service';

/** As it is written; what is null or absent narrows nothing. */
export interface TrackingWords {
  /** The global id of an offer. */
  readonly offer?: string | null;
  /** The global id of an agreement. */
  readonly agreement?: string | null;
  /** The code of a partner. */
  readonly partner?: string | null;
  readonly status?: RedemptionStatus | null;
  /** The code of a level, of a plan, of a campaign. */
  readonly level?: string | null;
  readonly plan?: string | null;
  readonly campaign?: string | null;
  readonly claimedFrom?: Date | null;
  readonly claimedBefore?: Date | null;
  readonly usedFrom?: Date | null;
  readonly usedBefore?: Date | null;
  readonly expiresFrom?: Date | null;
  readonly expiresBefore?: Date | null;
}

export const TIMES = [
  'claimedFrom',
  'claimedBefore',
  'usedFrom',
  'usedBefore',
  'expiresFrom',
  'expiresBefore',
] as const satisfies readonly (keyof TrackingWords)[];

/** What tells of members is for staff. */
export const STAFF_WORDS = ['level', 'plan', 'campaign'] as const satisfies readonly (keyof TrackingWords)[];

/** `null` for what is named and not there: then nothing is found. */
function found(name: string | null | undefined, find: (name: string) => string | undefined): string | null | undefined {
  return name === null || name === undefined ? undefined : (find(name) ?? null);
}

/** A partner's scope comes from its token; what it names besides can narrow that, never leave it. */
export function scopeFor(
  { role, partnerId }: Pick<Actor, 'role' | 'partnerId'>,
  words: TrackingWords,
  catalogue: Catalogue,
): OfferScope {
  const own = role === 'PARTNER' ? (partnerId ?? null) : undefined;
  const named = found(words.partner, (code) => catalogue.partnerByCode(code)?.id);
  const offerId = found(words.offer, (id) => fromGlobalId('offer', id));
  const agreementId = found(words.agreement, (id) => fromGlobalId('agreement', id));
  const levelId = found(words.level, (code) => catalogue.levelByCode(code)?.id);
  const planId = found(words.plan, (code) => catalogue.planByCode(code)?.id);
  const leavesOwn = own !== undefined && named !== undefined && named !== own;
  if (leavesOwn || offerId === null || agreementId === null || levelId === null || planId === null) {
    return { partnerId: null };
  }
  return {
    partnerId: named === undefined ? own : named,
    offerId,
    agreementId,
    levelId,
    planId,
    status: words.status ?? undefined,
    source: words.campaign ? campaignSource(words.campaign) : undefined,
    ...Object.fromEntries(TIMES.map((time) => [time, words[time]?.getTime()])),
  };
}
