// The items of the catalogue as the hot path reads them: references resolved, amounts as money, global ids made.
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import type { Money } from '../kernel/money';
import type { PeriodKind } from '../kernel/period';
import type { CatalogueSale } from './catalogue-sale';
import type { Condition, EventCondition } from './condition';
import type { EventType } from './event-type';
import type { LevelGift } from './level-terms';
import type { Saves } from './plan-sale';
import type {
  BenefitClass,
  Code,
  CostBasis,
  EarningCap,
  Fulfilment,
  Funding,
  ItemKind,
  OfferKind,
  PlanKind,
  Quota,
  RuleEarning,
  Term,
} from './program';
import type { JsonObject } from './program-item';
import type { Schedule } from './schedule';

/** An item as it is stored, whatever its kind. */
export interface StoredItem {
  readonly id: Id;
  readonly kind: ItemKind;
  readonly code: Code;
  /** Small, and unique over all items of the catalogue: account keys of the ledger hold it. */
  readonly number: number;
  /** The program version in which it last changed. */
  readonly version: number;
  /** No longer in the program; kept because cards and redemptions point to it. */
  readonly retired: boolean;
  /** Frozen, with every default filled in. */
  readonly definition: JsonObject;
  /** When that version was applied; known of levels and settings, which are counted from then on. */
  readonly appliedAt?: Instant;
  /** Of the settings: the versions before that, as far back as it matters how levels were. */
  readonly earlier?: EarlierVersions;
  /** Comes from somebody else than the operator: a fault of it leaves it out, and nothing else. */
  readonly guest?: boolean;
}

/** A version of the program as it was applied. */
export interface AppliedVersion {
  readonly version: number;
  readonly appliedAt: Instant;
  /** Canonical YAML. */
  readonly text: string;
}

/** Versions before the program in force, the oldest first, and when the next version after them was applied. */
export interface EarlierVersions {
  readonly versions: readonly AppliedVersion[];
  readonly until: Instant;
}

export interface CatalogueItem {
  readonly id: Id;
  readonly globalId: string;
  readonly number: number;
  readonly code: Code;
  readonly version: number;
  readonly retired: boolean;
}

// A view is a finished object of the API, of which `id` is the global id; it holds nothing that a member may not see.
export interface LevelView {
  readonly id: string;
  readonly code: Code;
  readonly name: string;
  readonly rank: number;
  readonly threshold: number;
  readonly minRating: number;
  readonly minDays: number;
}
export interface PlanView {
  readonly id: string;
  readonly code: Code;
  readonly name: string;
  readonly kind: PlanKind;
  readonly price: Money;
  readonly pointsMultiplier: number;
  readonly advertisedValue: Money | null;
  readonly professions: readonly string[];
}
export interface BenefitView {
  readonly id: string;
  readonly code: Code;
  readonly name: string;
  readonly class: BenefitClass;
  readonly description: string | null;
  readonly useConditions: string | null;
  readonly redeemable: boolean;
  readonly faceValue: Money;
  readonly pointsPrice: number;
}
export interface PartnerView {
  readonly id: string;
  readonly code: Code;
  readonly name: string;
}
export interface OfferView {
  readonly id: string;
  readonly code: Code;
  readonly title: string;
  readonly kind: OfferKind;
  readonly partner: PartnerView;
  readonly description: string | null;
  readonly useConditions: string | null;
  readonly faceValue: Money;
  readonly pointsPrice: number;
  readonly minSpend: Money | null;
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
}

export interface Costs {
  /** Integers in the minor unit of the program's currency. */
  readonly unitCost: number;
  readonly faceValue: number;
  /** What the member pays, in points. */
  readonly pointsPrice: number;
  readonly costBasis: CostBasis;
  readonly coPay: boolean;
  readonly couponValidDays: number;
}

export interface CatalogueBenefit extends CatalogueItem, Costs {
  readonly name: string;
  readonly class: BenefitClass;
  readonly redeemable: boolean;
  readonly view: BenefitView;
}

export interface CatalogueEntitlement {
  /** Made of the ids of owner and benefit, so it is the same in every process and version. */
  readonly id: Id;
  readonly globalId: string;
  readonly benefit: CatalogueBenefit;
  /** Absent: not counted. */
  readonly quota?: Quota;
  /** What it is worth on a member's own purchases. */
  readonly saves?: Saves;
}

/** What plans and levels have in common. */
export interface Entitling {
  readonly entitlements: readonly CatalogueEntitlement[];
  readonly entitlementByBenefit: ReadonlyMap<Id, CatalogueEntitlement>;
}

export interface CatalogueLevel extends CatalogueItem, Entitling {
  readonly name: string;
  readonly rank: number;
  readonly threshold: number;
  readonly pointsMultiplier: number;
  readonly growthMultiplier: number;
  readonly minRating: number;
  readonly minDays: number;
  readonly gifts: readonly LevelGift[];
  readonly view: LevelView;
}

export interface CatalogueSubCaps {
  readonly perClass: ReadonlyMap<BenefitClass, number>;
  readonly perMonth?: number;
  /** By the partner's id. */
  readonly perPartner: ReadonlyMap<Id, number>;
  readonly perUse?: number;
}

export interface CataloguePlan extends CatalogueItem, Entitling, CatalogueSale {
  readonly name: string;
  readonly kind: PlanKind;
  readonly price: Money;
  readonly term: Term;
  /** The most that a card may cost in its term, given outright or derived from price and target ROI. */
  readonly costCap: number;
  readonly subCaps: CatalogueSubCaps;
  readonly drawsOnParentCap: boolean;
  /** Ids of membership plans; empty: the card needs no parent. */
  readonly parentPlans: ReadonlySet<Id>;
  readonly pointsMultiplier: number;
  readonly growthMultiplier: number;
  readonly view: PlanView;
}

/** A sum for each period anew; whatever one of its plans' cards bears, or members at one of its levels cost, counts. */
export interface CatalogueBudget extends CatalogueItem {
  readonly name: string;
  /** In the minor unit. */
  readonly amount: number;
  readonly period: 'YEAR' | 'MONTH';
  readonly plans: ReadonlySet<Id>;
  readonly levels: ReadonlySet<Id>;
}

export interface CataloguePartner extends CatalogueItem {
  readonly name: string;
  readonly view: PartnerView;
}

export interface CatalogueAudience {
  /** An empty set lets everybody pass. */
  readonly levels: ReadonlySet<Id>;
  readonly plans: ReadonlySet<Id>;
  readonly tags: ReadonlySet<string>;
  readonly condition?: Condition;
  /** Whether nothing of all this narrows it. */
  readonly everybody: boolean;
}

export interface CatalogueOffer extends CatalogueItem, Costs {
  readonly title: string;
  readonly kind: OfferKind;
  readonly partner: CataloguePartner;
  readonly fulfilment: Fulfilment;
  /** The partner's own id of the offer. */
  readonly offerRef: string;
  readonly funding: Funding;
  readonly audience: CatalogueAudience;
  readonly chargesCard: boolean;
  readonly benefitClass: BenefitClass;
  /** Always a number, so that being open is two comparisons: −Infinity and Infinity where the file gives none. */
  readonly validFrom: Instant;
  readonly validUntil: Instant;
  /** Absent: at all hours. */
  readonly schedule?: Schedule;
  readonly stock?: number;
  readonly dailyStock?: number;
  /** The shortest period first; `EVER` of the file is the period `TERM` here. */
  readonly memberLimits: readonly { readonly limit: number; readonly period: PeriodKind }[];
  /** In the minor unit. */
  readonly minSpend?: number;
  /** What all its redemptions together may cost, in the minor unit. */
  readonly budget?: number;
  readonly view: OfferView;
}

export interface CatalogueEarningRule extends CatalogueItem {
  readonly on: EventType;
  readonly eventName?: string;
  readonly when?: EventCondition;
  readonly earns: RuleEarning;
  /** `FIXED` gives so much an event; the others, so much for each whole step of what they name. */
  readonly by: 'FIXED' | 'AMOUNT' | 'QUANTITY';
  /** 1 for `FIXED`. */
  readonly step: number;
  readonly gives: number;
  readonly byPlan: boolean;
  readonly byLevel: boolean;
  readonly caps: readonly EarningCap[];
  readonly negative: boolean;
  readonly priority: number;
}

/** Live and valid; its hours of the day are another question. */
export function isOpen(offer: CatalogueOffer, now: Instant): boolean {
  return !offer.retired && now >= offer.validFrom && now < offer.validUntil;
}
