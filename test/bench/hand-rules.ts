// The rules of MemberHome written by hand, for the limit and for the textbook stack: what is left, and why not.
import type { PeriodKind } from '../../src/kernel/period';
import { ACCOUNT_KINDS as KIND } from '../../src/ledger/chart';
import type {
  CatalogueBenefit,
  CatalogueEntitlement,
  CatalogueOffer,
  CataloguePlan,
} from '../../src/program/catalogue-item';
import { BENEFIT_CLASSES, type BenefitClass } from '../../src/program/program';

/** What the rules look at of a plan, an offer and a benefit, wherever they come from. */
export type RulePlan = Pick<CataloguePlan, 'id' | 'kind' | 'subCaps' | 'drawsOnParentCap'>;
type RuleCosts = Pick<CatalogueBenefit, 'unitCost' | 'coPay' | 'pointsPrice'>;
export type RuleOffer = RuleCosts &
  Pick<CatalogueOffer, 'number' | 'memberLimits' | 'chargesCard' | 'benefitClass'> & {
    readonly audience: Pick<CatalogueOffer['audience'], 'levels' | 'plans' | 'tags'>;
    readonly partner: { readonly number: number };
  };
export type RuleEntitlement = Pick<CatalogueEntitlement, 'quota'> & {
  readonly benefit: RuleCosts & Pick<CatalogueBenefit, 'number' | 'class' | 'redeemable'>;
};

export interface HandTerm {
  readonly id: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly price: number;
  readonly currency: string;
  readonly brokeEvenAt: number | null;
}

export interface HandCard {
  readonly id: string;
  readonly plan: RulePlan;
  readonly parentCardId: string | null;
  /** The term that runs now, of an open card. */
  readonly running: HandTerm | undefined;
}

/** One account: what may still be taken, and what is reserved of it. */
export interface HandBalance {
  readonly left: number;
  readonly held: number;
}

export interface Holder {
  readonly levelId: string;
  readonly tags: readonly string[];
  readonly cards: readonly HandCard[];
  /** `ref` is the id of a term, or ''. */
  balance(kind: number, ref: string, item: number, period: number): HandBalance | undefined;
}

/** The periods of now, by kind, and the instants at which they end. */
export interface Calendar {
  readonly period: Readonly<Record<PeriodKind, number>>;
  readonly resetsAt: Readonly<Record<PeriodKind, string | null>>;
}

export interface Reason {
  readonly code: string;
  readonly message: string;
}

const reason = (code: string, message: string): Reason => ({ code, message });
const OTHER_LEVEL = reason('NOT_ELIGIBLE', 'This perk is for members of another level.');
const OTHER_CARD = reason('NOT_ELIGIBLE', 'This perk is for holders of another card.');
const OTHER_GROUP = reason('NOT_ELIGIBLE', 'This perk is for another group of members.');
const NO_CARD = reason('NOT_ELIGIBLE', 'This perk needs a card that the member does not hold.');
const LIMIT_REACHED = reason('MEMBER_LIMIT_REACHED', 'The member took this perk as often as the period allows.');
const OUT_OF_STOCK = reason('OUT_OF_STOCK', 'This perk is out of stock.');
const FEW_POINTS = reason('INSUFFICIENT_POINTS', 'The member has too few points for this perk.');
const QUOTA_USED = reason('QUOTA_EXHAUSTED', 'The benefit is used up for this period.');
const CLASS_CAP = reason('SUB_CAP_REACHED', 'The card has nothing left for benefits of this class.');
const MONTH_CAP = reason('SUB_CAP_REACHED', 'The card has nothing left for this month.');
const PARTNER_CAP = reason('SUB_CAP_REACHED', 'The card has nothing left for this partner.');
const USE_CAP = reason('SUB_CAP_REACHED', 'This is more than the card covers in one use.');
const CARD_CAP = reason('CARD_CAP_REACHED', 'The card has nothing left for this term.');
const PARENT_CAP = reason('CARD_CAP_REACHED', 'The parent card has nothing left for this term.');

export interface PerkState {
  readonly remaining: number | null;
  readonly reasons: Reason[];
}

export function perkState(offer: RuleOffer, holder: Holder, calendar: Calendar, stock: number | null): PerkState {
  const { plans } = offer.audience;
  const able = holder.cards.filter(({ plan, running }) => running && (plans.size === 0 || plans.has(plan.id)));
  const bearer = able.find(({ plan }) => plan.kind === 'MEMBERSHIP') ?? able[0];
  const outside = outsideOf(offer, holder, bearer);
  if (outside) return { remaining: stock, reasons: [outside] };
  const reasons: Reason[] = [];
  let remaining = stock;
  for (const { limit, period } of offer.memberLimits) {
    const balance = holder.balance(KIND.MEMBER_LIMIT, '', offer.number, calendar.period[period]);
    const left = balance ? balance.left : limit;
    remaining = remaining === null ? left : Math.min(remaining, left);
    if (left < 1) reasons.push(LIMIT_REACHED);
  }
  if (stock !== null && stock < 1) reasons.push(OUT_OF_STOCK);
  addPointsReason(offer, holder, reasons);
  if (offer.chargesCard && bearer) {
    addCapReasons(offer, offer.benefitClass, offer.partner.number, bearer, holder, calendar, reasons);
  }
  return { remaining, reasons };
}

function outsideOf(offer: RuleOffer, holder: Holder, bearer: HandCard | undefined): Reason | undefined {
  const { levels, plans, tags } = offer.audience;
  if (levels.size > 0 && !levels.has(holder.levelId)) return OTHER_LEVEL;
  if (plans.size > 0 && !bearer) return OTHER_CARD;
  if (tags.size > 0 && !holder.tags.some((tag) => tags.has(tag))) return OTHER_GROUP;
  return offer.chargesCard && !bearer ? NO_CARD : undefined;
}

function addPointsReason({ pointsPrice }: RuleCosts, holder: Holder, reasons: Reason[]): void {
  if (pointsPrice === 0) return;
  const points = holder.balance(KIND.POINTS, '', 0, 0)?.left ?? 0;
  if (points < pointsPrice) reasons.push(FEW_POINTS);
}

function addCapReasons(
  costs: RuleCosts,
  benefitClass: BenefitClass,
  partner: number | undefined,
  card: HandCard,
  holder: Holder,
  calendar: Calendar,
  reasons: Reason[],
): void {
  const { unitCost } = costs;
  // Where the member may pay the rest, a cap is no obstacle.
  if (unitCost === 0 || costs.coPay) return;
  const { subCaps, drawsOnParentCap } = card.plan;
  const term = card.running!.id;
  const short = (kind: number, item: number, period: number, otherwise: number) =>
    (holder.balance(kind, term, item, period)?.left ?? otherwise) < unitCost;
  const never = Number.POSITIVE_INFINITY;
  const classNumber = BENEFIT_CLASSES.indexOf(benefitClass) + 1;
  if (subCaps.perClass.size > 0 && short(KIND.CAP_CLASS, classNumber, 0, never)) reasons.push(CLASS_CAP);
  if (subCaps.perMonth !== undefined && short(KIND.CAP_MONTH, 0, calendar.period.MONTH, subCaps.perMonth)) {
    reasons.push(MONTH_CAP);
  }
  if (partner !== undefined && subCaps.perPartner.size > 0 && short(KIND.CAP_PARTNER, partner, 0, never)) {
    reasons.push(PARTNER_CAP);
  }
  if (subCaps.perUse !== undefined && subCaps.perUse < unitCost) reasons.push(USE_CAP);
  if (short(KIND.CARD_CAP, 0, 0, 0)) reasons.push(CARD_CAP);
  const parent = drawsOnParentCap ? holder.cards.find(({ id }) => id === card.parentCardId) : undefined;
  if (!parent?.running) return;
  const ofParent = holder.balance(KIND.CARD_CAP, parent.running.id, 0, 0)?.left ?? 0;
  if (ofParent < unitCost) reasons.push(PARENT_CAP);
}

export interface BenefitState {
  readonly quota: {
    readonly period: PeriodKind;
    readonly limit: number;
    readonly used: number;
    readonly held: number;
    readonly remaining: number;
    readonly resetsAt: string | null;
  } | null;
  readonly reasons: Reason[];
}

/** Of a benefit on a card whose term runs. */
export function benefitState(
  { benefit, quota }: RuleEntitlement,
  card: HandCard,
  holder: Holder,
  calendar: Calendar,
): BenefitState {
  const reasons: Reason[] = [];
  if (!benefit.redeemable) return { quota: null, reasons };
  let shown: BenefitState['quota'] = null;
  if (quota) {
    const { limit, period } = quota;
    const balance = holder.balance(KIND.QUOTA, card.running!.id, benefit.number, calendar.period[period]);
    const remaining = balance ? balance.left : limit;
    const held = balance?.held ?? 0;
    const used = Math.max(0, limit - remaining - held);
    shown = { period, limit, used, held, remaining, resetsAt: calendar.resetsAt[period] };
    if (remaining < 1) reasons.push(QUOTA_USED);
  }
  addPointsReason(benefit, holder, reasons);
  addCapReasons(benefit, benefit.class, undefined, card, holder, calendar, reasons);
  return { quota: shown, reasons };
}
