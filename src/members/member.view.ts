// A member as the API shows it: built from its rows without any further read, each part only when it is asked for.

import type { Instant } from '../kernel/clock';
import { toGlobalId } from '../kernel/id';
import type { Money } from '../kernel/money';
import { available, EMPTY_BALANCE } from '../ledger/account';
import type { Catalogue } from '../program/catalogue';
import type { CataloguePlan, LevelView, PlanView } from '../program/catalogue-item';
import { debtOf } from './credit';
import { growthOf, levelIsManual, levelKeptUntil, levelOf, nextLevelFrom, nextLevelOf, ratingOf } from './level';
import { type Card, cardStatusAt, shownTerm, type Term } from './member';
import type {
  CardStatuses,
  CardType,
  CostCapType,
  GrowthType,
  MemberType,
  PointsLotType,
  PointsType,
  TermType,
} from './member.type';
import { cardCapAccount } from './member-accounts';
import type { MemberRows } from './member-rows';
import { NEVER, type PointsStanding, pointsOf, startOfDay } from './points';

/** What a request knows of one member: the rows of one read, one catalogue and one instant. */
export interface Standing {
  readonly rows: MemberRows;
  readonly catalogue: Catalogue;
  readonly now: Instant;
}

// Instances, not plain objects: type-graphql copies a plain object that a typed resolver takes as its root. Compiled
// operations read a property once for each part of it that was asked for, so what takes work is kept.
export class MemberView implements MemberType {
  readonly __typename = 'Member';
  private keptLevel?: LevelView | null;
  private keptGrowth?: GrowthType;
  private keptPoints?: PointsView;
  private keptCards?: readonly CardView[];

  constructor(readonly standing: Standing) {}

  private get member() {
    return this.standing.rows.member;
  }
  get id(): string {
    return toGlobalId('member', this.member.id);
  }
  get externalId(): string {
    return this.member.externalId;
  }
  get nickname(): string {
    return this.member.nickname;
  }
  get birthday(): string | null {
    return this.member.birthday ?? null;
  }
  get tags(): readonly string[] {
    return this.member.tags;
  }
  get joinedAt(): Date {
    return new Date(this.member.joinedAt);
  }
  get growthValue(): number {
    return growthOf(this.standing);
  }
  get level(): LevelView | null {
    if (this.keptLevel === undefined) this.keptLevel = levelOf(this.standing)?.view ?? null;
    return this.keptLevel;
  }
  get levelKeptUntil(): Date | null {
    return dateOf(levelKeptUntil(this.standing));
  }
  get levelIsManual(): boolean {
    return levelIsManual(this.standing);
  }
  get rating(): number | null {
    return ratingOf(this.standing) ?? null;
  }
  get growth(): GrowthType {
    this.keptGrowth ??= this.readGrowth();
    return this.keptGrowth;
  }
  private readGrowth(): GrowthType {
    const value = this.growthValue;
    const next = nextLevelOf(this.standing);
    const debt = debtOf(this.standing, 'GROWTH');
    return {
      value,
      debt,
      nextLevel: next?.view ?? null,
      toNextLevel: next ? Math.max(0, next.threshold - value) : null,
      ratingToNextLevel: next ? Math.max(0, next.minRating - (this.rating ?? 0)) : null,
      nextLevelFrom: next ? dateOf(nextLevelFrom(this.standing)) : null,
    };
  }
  get points(): PointsView {
    this.keptPoints ??= new PointsView(this.standing);
    return this.keptPoints;
  }
  get cards(): readonly CardView[] {
    this.keptCards ??= cardViews(this.standing);
    return this.keptCards;
  }
}

function dateOf(instant: Instant | undefined): Date | null {
  return instant === undefined ? null : new Date(instant);
}

export class PointsView implements PointsType {
  readonly __typename = 'Points';
  readonly standing: PointsStanding;

  constructor(private readonly judging: Standing) {
    this.standing = pointsOf(judging);
  }

  get balance(): number {
    return this.standing.spendable;
  }
  get debt(): number {
    return this.standing.debt;
  }
  get lots(): PointsLotType[] {
    return this.standing.lots.filter(({ left }) => left > 0).map((lot) => this.lotView(lot));
  }

  /** Lots that will be gone within so many days, today included. */
  expiring(withinDays: number): PointsLotType[] {
    const { time } = this.judging.catalogue;
    const { year, month, day } = time.localDate(this.judging.now);
    const until = time.startOfDate(year, month, day + withinDays);
    return this.standing.lots
      .filter((lot) => lot.left > 0 && lot.day !== NEVER && startOfDay(time, lot.day) <= until)
      .map((lot) => this.lotView(lot));
  }

  private lotView({ left, day }: PointsStanding['lots'][number]): PointsLotType {
    const on = day === NEVER ? null : `${day}`.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');
    return { amount: left, on };
  }
}

/** The cards whose plan the catalogue knows, which are all of them unless a row was damaged. */
export function cardViews(standing: Standing): CardView[] {
  return standing.rows.cards.flatMap((card) => {
    const plan = standing.catalogue.plan(card.planId);
    return plan ? [new CardView(standing, card, plan)] : [];
  });
}

export class CardView implements CardType {
  readonly __typename = 'Card';
  private readonly shown: Term;
  private keptTerm?: CardType['term'];

  constructor(
    readonly standing: Standing,
    readonly card: Card,
    private readonly itsPlan: CataloguePlan,
  ) {
    this.shown = shownTerm(card, standing.now);
  }

  get id(): string {
    return toGlobalId('card', this.card.id);
  }
  get kind() {
    return this.itsPlan.kind;
  }
  get status(): keyof typeof CardStatuses {
    return cardStatusAt(this.card, this.standing.now);
  }
  get plan(): PlanView {
    return this.itsPlan.view;
  }
  get term() {
    this.keptTerm ??= toTermType(this.shown);
    return this.keptTerm;
  }
  get terms() {
    return this.card.terms.map(toTermType);
  }
  get parentCard(): string | null {
    return this.card.parentCardId ? toGlobalId('card', this.card.parentCardId) : null;
  }
  get costCap(): CostCapType {
    const { id: termId, currency } = this.shown;
    const account = cardCapAccount({ memberId: this.card.memberId, termId, currency });
    const balance = this.standing.rows.balances.get(account) ?? EMPTY_BALANCE;
    const money = (amount: number): Money => ({ amount, currency });
    const limit = this.shown.costCap - this.shown.withdrawn;
    return {
      limit: money(limit),
      held: money(balance.debitsPending),
      // What was given back (a cancelled redemption) is no new cap: it lowers what was posted.
      posted: money(limit - available(balance) - balance.debitsPending),
      remaining: money(available(balance)),
    };
  }
}

function toTermType({ startsAt, endsAt, price: amount, currency, priceCode }: Term): TermType {
  const price = { amount, currency };
  return { startsAt: new Date(startsAt), endsAt: new Date(endsAt), price, priceCode: priceCode ?? null };
}
