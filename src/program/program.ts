// The words of a program: levels, plans, benefits, partners and the operator's own offers, as one frozen object.
import { assert } from '../kernel/assert';
import { costCapOf, type Unit } from '../kernel/money';
import type { PeriodKind } from '../kernel/period';
import type { AgreementDefinition } from './agreement-definition';
import type { AlertSettings } from './alert-settings';
import type { Campaign } from './campaign';
import type { Amount, Code } from './code';
import type { CheckInSettings, Draw, ReferralSettings, Task } from './engagement';
import type { EventType } from './event-type';
import type { LevelDesign, LevelGuard, Profile } from './level-design';
import type { LevelGift, LevelPolicy } from './level-terms';
import type { LifecyclePolicy, RfmPolicy } from './lifecycle';
import type { MemberLimit } from './member-limit';
import type { Budget, PlanSale, Saves, Term } from './plan-sale';

export type { Amount, Code, MemberLimit, Term };

export const BENEFIT_CLASSES = ['BASIC', 'DISCOUNT', 'SERVICE', 'CONTENT', 'POINTS', 'PARTNER'] as const;
export type BenefitClass = (typeof BENEFIT_CLASSES)[number];
export type CostBasis = 'ISSUE' | 'USE';
export type PlanKind = 'MEMBERSHIP' | 'PRIVILEGE';
export type OfferKind = 'COUPON' | 'DISCOUNT' | 'GIFT' | 'SERVICE' | 'PRIVILEGE_CARD' | 'DRAW_PRIZE';
export const FULFILMENTS = ['INTERNAL', 'CODE_POOL', 'PARTNER_API'] as const;
export type Fulfilment = (typeof FULFILMENTS)[number];
/** Who bears what a redemption costs; an exchange is borne by a barter agreement. */
export const FUNDINGS = ['OPERATOR', 'PARTNER', 'EXCHANGE'] as const;
export type Funding = (typeof FUNDINGS)[number];
/** In the order of the week, which begins on Monday. */
export const WEEKDAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface Quota {
  readonly limit: number;
  readonly period: Exclude<PeriodKind, 'YEAR'>;
}
export interface Entitlement {
  readonly benefit: Code;
  /** Absent: not counted. */
  readonly quota?: Quota;
  readonly saves?: Saves;
}
export interface Level {
  readonly code: Code;
  readonly name: string;
  readonly rank: number;
  readonly threshold: number;
  readonly pointsMultiplier: number;
  readonly growthMultiplier: number;
  /** Needed besides growth, in a program with a rating. */
  readonly minRating?: number;
  /** Days at this level before the next can be reached. */
  readonly minDays?: number;
  readonly gifts: readonly LevelGift[];
  readonly entitlements: readonly Entitlement[];
}

export interface SubCaps {
  readonly perClass: Readonly<Partial<Record<BenefitClass, Amount>>>;
  readonly perMonth?: Amount;
  readonly perPartner: Readonly<Record<Code, Amount>>;
  readonly perUse?: Amount;
}
export interface Plan extends PlanSale {
  readonly code: Code;
  readonly name: string;
  readonly kind: PlanKind;
  readonly price: Amount;
  readonly term: Term;
  /** Exactly one of both is given. */
  readonly targetRoi?: number;
  readonly costCap?: Amount;
  readonly subCaps: SubCaps;
  readonly drawsOnParentCap: boolean;
  readonly parentPlans: readonly Code[];
  readonly pointsMultiplier: number;
  readonly growthMultiplier: number;
  readonly entitlements: readonly Entitlement[];
}

/** What benefits and offers have in common: what one use costs, is worth, and when it counts. */
export interface Priced {
  readonly unitCost: Amount;
  readonly faceValue: Amount;
  /** What the member pays, in points. */
  readonly pointsPrice: number;
  readonly costBasis: CostBasis;
  readonly coPay: boolean;
  readonly couponValidDays: number;
}
export interface Benefit extends Priced {
  readonly code: Code;
  readonly name: string;
  readonly class: BenefitClass;
  readonly description?: string;
  readonly useConditions?: string;
  /** `false`: shown, never claimed. */
  readonly redeemable: boolean;
}

export interface Partner {
  readonly code: Code;
  readonly name: string;
}
export interface Audience {
  readonly levels: readonly Code[];
  readonly plans: readonly Code[];
  readonly tags: readonly string[];
  /** A CEL expression about the member and the card that must be true as well. */
  readonly condition?: string;
}
/** Hours of the day on some days of the week, in the program's time zone. */
export interface OpenHours {
  /** Empty: every day. */
  readonly days: readonly Weekday[];
  /** `HH:MM`; `from` is inclusive, `until` is exclusive and of the next day when it is not after `from`. */
  readonly from: string;
  readonly until: string;
}
export interface OfferDefinition extends Priced {
  readonly code: Code;
  readonly title: string;
  readonly kind: OfferKind;
  readonly partner: Code;
  readonly description?: string;
  readonly useConditions?: string;
  readonly fulfilment: Fulfilment;
  /** For `PARTNER_API`: the partner's own id of the offer; the offer's code unless told. */
  readonly offerRef?: string;
  readonly funding: Funding;
  readonly audience: Audience;
  readonly card: 'REQUIRED' | 'NONE';
  readonly benefitClass: BenefitClass;
  /** ISO 8601 with an offset; from is inclusive, until is exclusive. */
  readonly validFrom?: string;
  readonly validUntil?: string;
  /** Empty: at all hours. */
  readonly schedule: readonly OpenHours[];
  readonly stock?: number;
  /** How many may be redeemed in one day, by whomever. */
  readonly dailyStock?: number;
  readonly memberLimit?: MemberLimit;
  /** Further limits, each of another period; all of them hold. */
  readonly memberLimits: readonly MemberLimit[];
  /** The order that the coupon is used on is worth at least this. */
  readonly minSpend?: Amount;
  /** What all redemptions together may cost. */
  readonly budget?: Amount;
}

export const EARNED_KINDS = ['GROWTH', 'POINTS', 'STORED_VALUE'] as const;
export type EarnedKind = (typeof EARNED_KINDS)[number];
/** What a rule may give or take: balances that are owed when they are taken back too late, and the rating. */
export const RULE_EARNINGS = [...EARNED_KINDS, 'RATING'] as const;
export type RuleEarning = (typeof RULE_EARNINGS)[number];
export type Multiplier = 'PLAN' | 'LEVEL';
export interface EarningCap {
  readonly period: Exclude<PeriodKind, 'TERM'>;
  readonly limit: number;
}
export interface EarningRule {
  readonly code: Code;
  readonly on: EventType;
  /** Such as `unlock-by-scan`. */
  readonly eventName?: string;
  /** A CEL expression over the event, the member and the card. */
  readonly when?: string;
  readonly earns: RuleEarning;
  /** Exactly one of both is given. */
  readonly fixed?: number;
  readonly per?: { readonly amount?: Amount; readonly quantity?: number; readonly gives: number };
  readonly multiplyBy: readonly Multiplier[];
  readonly caps: readonly EarningCap[];
  /** A penalty. */
  readonly negative: boolean;
  readonly priority: number;
}

/** How long points last; without it they never expire. */
export interface PointsPolicy {
  readonly expireAfter: Term;
  /** They last to the end of the day, month or year in which that time ends. */
  readonly roundTo: 'DAY' | 'MONTH' | 'YEAR';
}

export interface RechargeBonus {
  /** The amount of a recharge from which it counts. */
  readonly from: Amount;
  /** Exactly one of both is given. */
  readonly bonus?: Amount;
  readonly rate?: number;
}
/** Money that members pay in and spend later. */
export interface StoredValuePolicy {
  readonly bonuses: readonly RechargeBonus[];
  readonly spend: 'BALANCE_FIRST' | 'BONUS_FIRST';
  readonly refund: {
    readonly allowed: boolean;
    readonly bonus: 'FORFEIT' | 'KEEP';
    /** After the last recharge. */
    readonly withinDays?: number;
  };
}

export interface ProgramSettings {
  readonly name: string;
  readonly currency: Unit;
  readonly timeZone: string;
  readonly points?: PointsPolicy;
  readonly storedValue?: StoredValuePolicy;
  readonly checkIn?: CheckInSettings;
  readonly referral?: ReferralSettings;
  readonly levelPolicy?: LevelPolicy;
  readonly levelDesign?: LevelDesign;
  readonly levelGuard: LevelGuard;
  readonly alerts: AlertSettings;
  readonly lifecycle?: LifecyclePolicy;
  readonly rfm?: RfmPolicy;
}

/**
 * The sections of the file and the kind of item that each holds. A further kind of item is added here, in
 * `DefinitionOf` and in the JSON Schema; parsing, printing, comparing and storing follow.
 */
export const SECTIONS = {
  levels: 'LEVEL',
  plans: 'PLAN',
  budgets: 'BUDGET',
  benefits: 'BENEFIT',
  partners: 'PARTNER',
  offers: 'OFFER',
  earningRules: 'EARNING_RULE',
  tasks: 'TASK',
  draws: 'DRAW',
  profiles: 'PROFILE',
  campaigns: 'CAMPAIGN',
} as const;
export type Section = keyof typeof SECTIONS;
/** Agreements are no part of the file: they are made with partners. */
export type ItemKind = 'PROGRAM' | 'AGREEMENT' | (typeof SECTIONS)[Section];

export interface DefinitionOf {
  readonly PROGRAM: ProgramSettings;
  readonly LEVEL: Level;
  readonly PLAN: Plan;
  readonly BUDGET: Budget;
  readonly BENEFIT: Benefit;
  readonly PARTNER: Partner;
  readonly OFFER: OfferDefinition;
  readonly EARNING_RULE: EarningRule;
  readonly TASK: Task;
  readonly DRAW: Draw;
  readonly PROFILE: Profile;
  readonly CAMPAIGN: Campaign;
  readonly AGREEMENT: AgreementDefinition;
}
type Sections = { readonly [Name in Section]: readonly DefinitionOf[(typeof SECTIONS)[Name]][] };
export interface Program extends ProgramSettings, Sections {}

/** The most that one card of the plan may cost in its term. */
export function costCapOfPlan(plan: Pick<Plan, 'price' | 'targetRoi' | 'costCap'>): Amount {
  if (plan.costCap !== undefined) return plan.costCap;
  assert(plan.targetRoi !== undefined, 'a plan has a targetRoi or a costCap');
  return costCapOf(plan.price, plan.targetRoi);
}
