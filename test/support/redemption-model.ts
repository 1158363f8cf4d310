// A naive model of redemptions: a list of what happened, and every limit counted anew from that list at each question.
import { DAY, HOUR, type Instant } from '../../src/kernel/clock';
import { HOUSE_PROGRAM } from './house-program';

interface ModelItem {
  readonly code: string;
  readonly unitCost: number;
  readonly faceValue: number;
  readonly pointsPrice?: number;
  readonly costBasis?: 'USE';
  readonly coPay?: true;
  readonly couponValidDays?: number;
  /** Of benefits only. */
  readonly class?: string;
  /** Of offers only. */
  readonly partner?: string;
  readonly card?: 'NONE';
  readonly audience?: { readonly plans?: readonly string[] };
  readonly fulfilment?: 'CODE_POOL';
  readonly stock?: number;
  readonly memberLimit?: Counted;
  readonly memberLimits?: readonly Counted[];
  readonly dailyStock?: number;
  readonly budget?: number;
  readonly funding?: 'PARTNER';
}

interface Counted {
  readonly limit: number;
  readonly period: string;
}

interface ModelPlan {
  readonly code: string;
  readonly kind: 'MEMBERSHIP' | 'PRIVILEGE';
  readonly price: number;
  readonly costCap: number;
  readonly drawsOnParentCap?: true;
  readonly entitlements: readonly { readonly benefit: string; readonly quota?: Counted }[];
  readonly subCaps?: {
    readonly perClass?: Record<string, number>;
    readonly perPartner?: Record<string, number>;
    readonly perMonth?: number;
    readonly perUse?: number;
  };
}

interface Program {
  readonly plans: readonly ModelPlan[];
  readonly benefits: readonly ModelItem[];
  readonly offers: readonly ModelItem[];
}

// The file as it is written, without the product's reading of it.
const PROGRAM = JSON.parse(HOUSE_PROGRAM) as Program;

export interface ModelTerm {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  brokeEvenAt?: Instant;
}

export interface ModelCard {
  readonly plan: string;
  readonly terms: ModelTerm[];
  readonly parent?: ModelCard;
  closed: boolean;
}

export interface ModelClaim {
  readonly item: ModelItem;
  readonly card?: ModelCard;
  readonly term?: ModelTerm;
  readonly parentTerm?: ModelTerm;
  readonly at: Instant;
  readonly cost: number;
  readonly coPay: number;
  readonly expiresAt: Instant;
  status: 'ISSUED' | 'USED' | 'CANCELLED' | 'EXPIRED';
  usedAt?: Instant;
}

interface Bearer {
  readonly card: ModelCard;
  readonly plan: ModelPlan;
  readonly term: ModelTerm;
  readonly parentTerm?: ModelTerm;
}

/** Shanghai is eight hours ahead, always. */
function label(period: string, at: Instant): string {
  const local = at + 8 * HOUR;
  const date = new Date(local).toISOString();
  if (period === 'MONTH') return date.slice(0, 7);
  if (period === 'DAY') return date.slice(0, 10);
  // The first day of 1970 was a Thursday.
  if (period === 'WEEK') return `week ${Math.floor((Math.floor(local / DAY) + 3) / 7)}`;
  return 'ever';
}

function sum(claims: readonly ModelClaim[]): number {
  return claims.reduce((total, { cost }) => total + cost, 0);
}

export class RedemptionModel {
  readonly cards: ModelCard[] = [];
  readonly claims: ModelClaim[] = [];
  points = 0;

  constructor(
    /** What is in stock for this member, by the code of the offer. */
    private readonly stocks: Readonly<Record<string, number>>,
    /** What is left of an offer's budget, and of its stock on the day on which this life begins. */
    private readonly supplies: Readonly<Record<string, { budget?: number; today?: number; day: string }>> = {},
  ) {}

  private leftToday(item: ModelItem, now: Instant): number {
    if (item.dailyStock === undefined) return Number.POSITIVE_INFINITY;
    const today = label('DAY', now);
    const begin = this.supplies[item.code];
    const had = begin?.day === today ? begin.today! : item.dailyStock;
    return had - this.taken(item).filter(({ at }) => label('DAY', at) === today).length;
  }

  /** A cap like any other, but of the offer. */
  private budgetLeft(item: ModelItem): [string, number][] {
    if (item.budget === undefined) return [];
    const spent = sum(this.counted().filter((claim) => claim.item === item));
    return [['BUDGET_EXHAUSTED', this.supplies[item.code]!.budget! - spent]];
  }

  /** Claims whose cost counts: issued or used; and what was spent at issue stays spent unless it was taken back. */
  private counted(): ModelClaim[] {
    return this.claims.filter(({ item, status }) => {
      if (item.costBasis === 'USE') return status === 'ISSUED' || status === 'USED';
      return status !== 'CANCELLED' || item.fulfilment === 'CODE_POOL';
    });
  }

  private taken(item: ModelItem): ModelClaim[] {
    return this.claims.filter((claim) => claim.item === item && claim.status !== 'CANCELLED');
  }

  pointsLeft(): number {
    const spent = this.claims.filter(({ status }) => status !== 'CANCELLED');
    return this.points - spent.reduce((total, { item }) => total + (item.pointsPrice ?? 0), 0);
  }

  capLeft(card: ModelCard, term: ModelTerm): number {
    const plan = planOf(card);
    const own = this.counted().filter((claim) => claim.term === term || claim.parentTerm === term);
    return plan.costCap - sum(own);
  }

  /** What is left of each cap that a claim draws on, the one that is refused first first. */
  private capsLeft(item: ModelItem, { card, plan, term, parentTerm }: Bearer, now: Instant): [string, number][] {
    const ofTerm = this.counted().filter((claim) => claim.term === term);
    const { perClass, perMonth, perPartner, perUse } = plan.subCaps ?? {};
    const itsClass = classOf(item);
    const caps: [string, number][] = [];
    const add = (code: string, cap: number | undefined, drawn: readonly ModelClaim[]): void => {
      if (cap !== undefined) caps.push([code, cap - sum(drawn)]);
    };
    const sub = 'SUB_CAP_REACHED';
    add(
      sub,
      perClass?.[itsClass],
      ofTerm.filter((claim) => classOf(claim.item) === itsClass),
    );
    add(
      sub,
      perMonth,
      ofTerm.filter(({ at }) => label('MONTH', at) === label('MONTH', now)),
    );
    if (item.partner)
      add(
        sub,
        perPartner?.[item.partner],
        ofTerm.filter((claim) => claim.item.partner === item.partner),
      );
    add(sub, perUse, []);
    caps.push(['CARD_CAP_REACHED', this.capLeft(card, term)]);
    if (parentTerm) caps.push(['CARD_CAP_REACHED', this.capLeft(card.parent!, parentTerm)]);
    return caps;
  }

  private bearer(card: ModelCard, now: Instant): Bearer | undefined {
    const term = running(card, now);
    const plan = planOf(card);
    if (!term || !plan.drawsOnParentCap) return term && { card, plan, term };
    const parentTerm = running(card.parent!, now);
    return parentTerm && { card, plan, term, parentTerm };
  }

  private bearerFor(item: ModelItem, named: ModelCard | undefined, now: Instant): Bearer | string | undefined {
    const plans = item.audience?.plans ?? [];
    const entitling = item.partner
      ? this.cards.filter((card) => (named ? card === named : plans.length === 0 || plans.includes(card.plan)))
      : this.cards.filter((card) => (!named || card === named) && entitlementOf(card, item));
    const able = entitling.flatMap((card) => this.bearer(card, now) ?? []);
    const first = item.partner ? able.find(({ plan }) => plan.kind === 'MEMBERSHIP') : undefined;
    const bearer = first ?? able[0];
    const needed = named !== undefined || !item.partner || item.card !== 'NONE' || plans.length > 0;
    if (!bearer && needed) return entitling.length > 0 ? 'CARD_NOT_ACTIVE' : 'NOT_ELIGIBLE';
    if (plans.length > 0 && !plans.includes(bearer!.card.plan)) return 'NOT_ELIGIBLE';
    return item.card === 'NONE' ? undefined : bearer;
  }

  /** A claim that went through is added to the list; a refusal is answered by its code. */
  claim(code: string, named: ModelCard | undefined, maxCoPay: number, now: Instant): ModelClaim | string {
    const item = itemOf(code);
    const bearer = this.bearerFor(item, named, now);
    if (typeof bearer === 'string') return bearer;
    const quota = bearer && entitlementOf(bearer.card, item)?.quota;
    for (const counted of [item.memberLimit, ...(item.memberLimits ?? []), quota]) {
      if (!counted) continue;
      const { limit, period } = counted;
      const same = this.taken(item).filter(({ at }) => label(period, at) === label(period, now));
      const ofTerm = item.partner ? same : same.filter(({ term }) => term === bearer!.term);
      if (ofTerm.length >= limit) return item.partner ? 'MEMBER_LIMIT_REACHED' : 'QUOTA_EXHAUSTED';
    }
    const gone = item.fulfilment ? this.claims.filter((claim) => claim.item === item) : this.taken(item);
    if ((item.stock !== undefined || item.fulfilment) && gone.length >= this.stocks[code]!) return 'OUT_OF_STOCK';
    if (this.leftToday(item, now) < 1) return 'OUT_OF_STOCK';
    if (this.pointsLeft() < (item.pointsPrice ?? 0)) return 'INSUFFICIENT_POINTS';
    const charged = bearer && item.unitCost > 0 && item.funding !== 'PARTNER';
    const caps = charged ? [...this.budgetLeft(item), ...this.capsLeft(item, bearer, now)] : [];
    const short = caps.find(([, left]) => left < item.unitCost);
    if (short && !item.coPay) return short[0];
    const full = item.funding === 'PARTNER' ? 0 : item.unitCost;
    const cost = caps.reduce((least, [, left]) => Math.min(least, left), full);
    if (full - cost > maxCoPay) return 'CO_PAY_REQUIRED';
    const expiresAt = now + (item.couponValidDays ?? 30) * DAY;
    const parts = { card: bearer?.card, term: bearer?.term, parentTerm: bearer?.parentTerm };
    const claim: ModelClaim = {
      item,
      ...parts,
      at: now,
      cost,
      coPay: full - cost,
      expiresAt,
      status: 'ISSUED',
    };
    this.claims.push(claim);
    return claim;
  }

  end(claim: ModelClaim, to: 'USED' | 'CANCELLED', now: Instant): string {
    if (claim.status !== 'ISSUED' || now >= claim.expiresAt) return to === 'USED' ? 'NOT_USABLE' : 'NOT_CANCELLABLE';
    claim.status = to;
    if (to !== 'USED') return to;
    claim.usedAt = now;
    const { term, card } = claim;
    const saved = this.saved().filter((other) => other.term === term);
    const worth = saved.reduce((total, { item, coPay }) => total + item.faceValue - coPay, 0);
    if (term && card && claim.item.faceValue > claim.coPay && worth >= planOf(card).price) term.brokeEvenAt ??= now;
    return to;
  }

  expire(now: Instant): void {
    for (const claim of this.claims) if (claim.status === 'ISSUED' && claim.expiresAt <= now) claim.status = 'EXPIRED';
  }

  private saved(): ModelClaim[] {
    return this.claims.filter(({ status }) => status === 'USED');
  }

  savings(now: Instant): { total: number; thisMonth: number; potential: number } {
    const worth = (claims: readonly ModelClaim[]) =>
      claims.reduce((total, { item, coPay }) => total + item.faceValue - coPay, 0);
    const inMonth = this.saved().filter(({ usedAt }) => label('MONTH', usedAt!) === label('MONTH', now));
    const open = this.claims.filter(({ status }) => status === 'ISSUED');
    const potential = open.reduce((total, { item }) => total + item.faceValue, 0);
    return { total: worth(this.saved()), thisMonth: worth(inMonth), potential };
  }
}

function planOf(card: ModelCard): ModelPlan {
  return PROGRAM.plans.find(({ code }) => code === card.plan)!;
}

function itemOf(wanted: string): ModelItem {
  return [...PROGRAM.offers, ...PROGRAM.benefits].find(({ code }) => code === wanted)!;
}

function classOf(item: ModelItem): string {
  return item.class ?? 'PARTNER';
}

function entitlementOf(card: ModelCard, item: ModelItem) {
  return planOf(card).entitlements?.find(({ benefit }) => benefit === item.code);
}

function running(card: ModelCard, now: Instant): ModelTerm | undefined {
  return card.closed ? undefined : card.terms.find(({ startsAt, endsAt }) => startsAt <= now && now < endsAt);
}
