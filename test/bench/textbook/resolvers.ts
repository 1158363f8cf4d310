// The resolvers of the textbook stack: one a field that is not a column, each asking a repository or a DataLoader.
import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { IsNull, LessThanOrEqual, MoreThan } from 'typeorm';
import { toGlobalId } from '../../../src/kernel/id';
import { encodeCursor } from '../../../src/kernel/page';
import { ACCOUNT_KINDS as KIND } from '../../../src/ledger/chart';
import { benefitState, perkState, type RuleOffer } from '../hand-rules';
import {
  BenefitEntity,
  CardEntity,
  CouponEntity,
  EntitlementEntity,
  LevelEntity,
  MemberEntity,
  OfferEntity,
  PartnerEntity,
  PlanEntity,
  TermEntity,
} from './entities';
import type { TextbookContext } from './loaders';
import {
  AvailabilityType,
  CouponConnectionType,
  GrowthType,
  MoneyType,
  PerkConnectionType,
  PointsType,
  QuotaType,
  SavingsType,
  UsabilityType,
} from './types';

@Resolver(() => MemberEntity)
export class MemberResolver {
  @Query(() => MemberEntity, { nullable: true })
  async me(@Ctx() context: TextbookContext): Promise<MemberEntity | null> {
    return context.memberKey ? context.members.load(context.memberKey) : null;
  }

  @FieldResolver(() => ID)
  id(@Root() member: MemberEntity): string {
    return toGlobalId('member', member.key);
  }

  @FieldResolver(() => LevelEntity)
  async level(@Ctx() context: TextbookContext): Promise<LevelEntity> {
    return context.levelAt(await context.balance(KIND.GROWTH));
  }

  @FieldResolver(() => GrowthType)
  async growth(@Ctx() context: TextbookContext): Promise<GrowthType> {
    const value = await context.balance(KIND.GROWTH);
    const next = (await context.levels()).find(({ threshold }) => threshold > value);
    return { value, nextLevel: next ?? null, toNextLevel: next ? next.threshold - value : null };
  }

  @FieldResolver(() => PointsType)
  async points(@Ctx() context: TextbookContext): Promise<PointsType> {
    return { balance: await context.balance(KIND.POINTS) };
  }

  @FieldResolver(() => [CardEntity])
  cards(@Root() member: MemberEntity, @Ctx() context: TextbookContext): Promise<CardEntity[]> {
    return context.cardsOf.load(member.key);
  }

  @FieldResolver(() => PerkConnectionType)
  async perks(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Ctx() context: TextbookContext,
  ): Promise<PerkConnectionType> {
    const begun = [IsNull(), LessThanOrEqual(context.now)];
    const notOver = [IsNull(), MoreThan(context.now)];
    const offers = await context.house.source.getRepository(OfferEntity).find({
      where: begun.flatMap((from) => notOver.map((until) => ({ from, until }))),
      order: { number: 'ASC' },
      take: first + 1,
    });
    const edges = offers.slice(0, first).map((node) => ({ cursor: encodeCursor('perk', String(node.number)), node }));
    return { edges, pageInfo: { hasNextPage: offers.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
  }

  @FieldResolver(() => CouponConnectionType)
  async coupons(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Root() member: MemberEntity,
    @Ctx() context: TextbookContext,
  ): Promise<CouponConnectionType> {
    const coupons = await context.house.source.getRepository(CouponEntity).find({
      where: { memberKey: member.key },
      order: { key: 'DESC' },
      take: first + 1,
    });
    const edges = coupons.slice(0, first).map((node) => ({ node }));
    const last = edges.at(-1);
    const endCursor = last ? encodeCursor('coupon', last.node.key) : null;
    return { edges, pageInfo: { hasNextPage: coupons.length > first, endCursor } };
  }

  @FieldResolver(() => SavingsType)
  async savings(@Root() member: MemberEntity, @Ctx() context: TextbookContext): Promise<SavingsType> {
    const { currency, time } = context.house;
    const accounts = await context.accountsOf.load(member.key);
    const saved = accounts.filter(({ kind }) => kind === KIND.SAVINGS);
    const cards = await context.cardsOf.load(member.key);
    const plans = await context.plans.loadMany(cards.map(({ planKey }) => planKey));
    const membership = cards.find((_, at) => (plans[at] as PlanEntity).kind === 'MEMBERSHIP');
    const term = membership && context.running(membership, await context.termsOf.load(membership.key));
    return {
      thisMonth: { amount: await context.balance(KIND.SAVINGS_MONTH, context.calendar.period.MONTH), currency },
      total: { amount: saved.reduce((sum, { posted }) => sum + posted, 0), currency },
      cardPrice: term ? { amount: term.price, currency: term.currency } : null,
      brokeEvenOn: term && term.brokeEvenAt !== null ? time.isoDate(term.brokeEvenAt) : null,
    };
  }
}

@Resolver(() => CardEntity)
export class CardResolver {
  @FieldResolver(() => ID)
  id(@Root() card: CardEntity): string {
    return toGlobalId('card', card.key);
  }

  @FieldResolver(() => String)
  async kind(@Root() card: CardEntity, @Ctx() context: TextbookContext): Promise<string> {
    return (await context.plans.load(card.planKey)).kind;
  }

  @FieldResolver(() => String)
  async status(@Root() card: CardEntity, @Ctx() context: TextbookContext): Promise<string> {
    const terms = await context.termsOf.load(card.key);
    if (card.stored === 'CLOSED') return 'CLOSED';
    if (context.running(card, terms)) return 'ACTIVE';
    return terms.some(({ starts }) => starts > context.now) ? 'UPCOMING' : 'EXPIRED';
  }

  @FieldResolver(() => PlanEntity)
  plan(@Root() card: CardEntity, @Ctx() context: TextbookContext): Promise<PlanEntity> {
    return context.plans.load(card.planKey);
  }

  @FieldResolver(() => TermEntity)
  async term(@Root() card: CardEntity, @Ctx() context: TextbookContext): Promise<TermEntity> {
    const terms = await context.termsOf.load(card.key);
    return context.running(card, terms) ?? terms.at(-1)!;
  }

  @FieldResolver(() => [EntitlementEntity])
  async benefits(@Root() card: CardEntity, @Ctx() context: TextbookContext): Promise<EntitlementEntity[]> {
    const entitlements = await context.entitlementsOf.load(card.planKey);
    return entitlements.map((entitlement) =>
      Object.assign(new EntitlementEntity(), entitlement, { cardKey: card.key }),
    );
  }
}

@Resolver(() => TermEntity)
export class TermResolver {
  @FieldResolver(() => Date)
  startsAt(@Root() term: TermEntity): Date {
    return new Date(term.starts);
  }

  @FieldResolver(() => Date)
  endsAt(@Root() term: TermEntity): Date {
    return new Date(term.ends);
  }
}

type OnCard = EntitlementEntity & { readonly cardKey: string };

async function stateOf({ cardKey, benefitKey, quotaLimit, quotaPeriod }: OnCard, context: TextbookContext) {
  const [holder, benefit] = await Promise.all([context.holder(), context.benefits.load(benefitKey)]);
  const card = holder.cards.find(({ id }) => id === cardKey)!;
  if (!card.running) {
    return { quota: null, reasons: [{ code: 'CARD_NOT_ACTIVE', message: 'The card is not active.' }] };
  }
  const quota = quotaLimit !== null && quotaPeriod ? { limit: quotaLimit, period: quotaPeriod } : undefined;
  return benefitState({ benefit, quota }, card, holder, context.calendar);
}

@Resolver(() => EntitlementEntity)
export class EntitlementResolver {
  @FieldResolver(() => BenefitEntity)
  benefit(@Root() entitlement: EntitlementEntity, @Ctx() context: TextbookContext): Promise<BenefitEntity> {
    return context.benefits.load(entitlement.benefitKey);
  }

  @FieldResolver(() => QuotaType, { nullable: true })
  async quota(@Root() entitlement: EntitlementEntity, @Ctx() context: TextbookContext): Promise<QuotaType | null> {
    return (await stateOf(entitlement as OnCard, context)).quota;
  }

  @FieldResolver(() => UsabilityType)
  async usability(@Root() entitlement: EntitlementEntity, @Ctx() context: TextbookContext): Promise<UsabilityType> {
    const { reasons } = await stateOf(entitlement as OnCard, context);
    return { usable: reasons.length === 0, reasons };
  }
}

async function stockOf(offer: OfferEntity, context: TextbookContext): Promise<number | null> {
  if (!offer.counted) return null;
  const [account] = await context.accountsOf.load(offer.key);
  return account ? account.posted - account.held : 0;
}

async function perkOf(offer: OfferEntity, context: TextbookContext) {
  const [partner, stock] = await Promise.all([context.partners.load(offer.partnerKey), stockOf(offer, context)]);
  const { limitCount, limitPeriod, levels, plans, tags } = offer;
  const rule: RuleOffer = {
    ...offer,
    partner,
    audience: { levels: new Set(levels), plans: new Set(plans), tags: new Set(tags) },
    memberLimits: limitCount !== null && limitPeriod ? [{ limit: limitCount, period: limitPeriod }] : [],
  };
  return perkState(rule, await context.holder(), context.calendar, stock);
}

@Resolver(() => OfferEntity)
export class OfferResolver {
  @FieldResolver(() => ID)
  id(@Root() offer: OfferEntity): string {
    return toGlobalId('offer', offer.key);
  }

  @FieldResolver(() => PartnerEntity)
  partner(@Root() offer: OfferEntity, @Ctx() context: TextbookContext): Promise<PartnerEntity> {
    return context.partners.load(offer.partnerKey);
  }

  @FieldResolver(() => MoneyType)
  faceValue(@Root() offer: OfferEntity, @Ctx() context: TextbookContext): MoneyType {
    return { amount: offer.worth, currency: context.house.currency };
  }

  @FieldResolver(() => Date, { nullable: true })
  validUntil(@Root() offer: OfferEntity): Date | null {
    return offer.until === null ? null : new Date(offer.until);
  }

  @FieldResolver(() => Number, { nullable: true })
  async remainingForMe(@Root() offer: OfferEntity, @Ctx() context: TextbookContext): Promise<number | null> {
    return (await perkOf(offer, context)).remaining;
  }

  @FieldResolver(() => AvailabilityType)
  availability(@Root() offer: OfferEntity, @Ctx() context: TextbookContext): AvailabilityType {
    return { source: offer.counted ? 'CACHED' : 'LIVE', asOf: new Date(context.now) };
  }

  @FieldResolver(() => UsabilityType)
  async usability(@Root() offer: OfferEntity, @Ctx() context: TextbookContext): Promise<UsabilityType> {
    const { reasons } = await perkOf(offer, context);
    return { usable: reasons.length === 0, reasons };
  }
}

@Resolver(() => CouponEntity)
export class CouponResolver {
  @FieldResolver(() => ID)
  id(@Root() coupon: CouponEntity): string {
    return toGlobalId('coupon', coupon.key);
  }

  @FieldResolver(() => String)
  async title(@Root() coupon: CouponEntity, @Ctx() context: TextbookContext): Promise<string> {
    if (coupon.itemKind === 'BENEFIT') return (await context.benefits.load(coupon.itemKey)).name;
    return (await context.offers.load(coupon.itemKey)).title;
  }

  @FieldResolver(() => String)
  status(@Root() coupon: CouponEntity, @Ctx() context: TextbookContext): string {
    return coupon.stored === 'ISSUED' && coupon.expires <= context.now ? 'EXPIRED' : coupon.stored;
  }

  @FieldResolver(() => String, { nullable: true })
  code(@Root() coupon: CouponEntity, @Ctx() context: TextbookContext): string | null {
    return coupon.sealed && context.house.cipher.open(coupon.itemKey, coupon.sealed);
  }

  @FieldResolver(() => Date)
  expiresAt(@Root() coupon: CouponEntity): Date {
    return new Date(coupon.expires);
  }
}
