// Which redemptions an actor asks for: the words of a filter as ids, and never more than its own for a partner.
import type { Actor } from '../../kernel/actor';
import { fromGlobalId } from '../../kernel/id';
import { shown } from '../../members/input-checks';
import { campaignSource } from '../../program/campaign';
import type { Catalogue } from '../../program/catalogue';
import { partnerNamed } from '../../program/named-partner';
import type { RedemptionStatus } from '../redemption';
import type { OfferScope } from '../redemption.service';

/** As it is written; what is null or absent narrows nothing. */
export interface TrackingWords {
  /** The global id of an offer. */
  readonly offer?: string | null;
  /** The global id of an agreement. */
  readonly agreement?: string | null;
  /** The code of a partner, or its global id. */
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

/**
 * What is named and is not there, in words; for callers who would take an empty list for an answer. What is named by an
 * id is not looked for: an offer or an agreement that is over keeps its redemptions.
 */
export function nameFault(words: TrackingWords, catalogue: Catalogue): string | undefined {
  const { offer, agreement, partner, level, plan } = words;
  const none = (what: string, name: string) => `There is no ${what} ${shown(name)} in the program.`;
  if (offer && fromGlobalId('offer', offer) === undefined) {
    const meant = catalogue.offerByCode(offer)?.globalId;
    const rule = meant ? `an id, and this code is of ${meant}` : 'an id such as offer_0198…';
    return `offer is ${shown(offer)}; allowed is ${rule}.`;
  }
  if (agreement && fromGlobalId('agreement', agreement) === undefined) {
    return `agreement is ${shown(agreement)}; allowed is an id such as agreement_0198….`;
  }
  if (partner && !partnerNamed(catalogue, partner)) return none('partner', partner);
  if (level && !catalogue.levelByCode(level)) return none('level', level);
  return plan && !catalogue.planByCode(plan) ? none('plan', plan) : undefined;
}

/** A partner's scope comes from its token; what it names besides can narrow that, never leave it. */
export function scopeFor(
  { role, partnerId }: Pick<Actor, 'role' | 'partnerId'>,
  words: TrackingWords,
  catalogue: Catalogue,
): OfferScope {
  const own = role === 'PARTNER' ? (partnerId ?? null) : undefined;
  const named = found(words.partner, (name) => partnerNamed(catalogue, name)?.id);
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
