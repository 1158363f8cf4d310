// What the redemption room hangs on members and cards: perks, coupons, and the benefits of cards and levels.

import { Arg, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { CardType, MemberType } from '../members/member.type';
import { CardView, MemberView } from '../members/member.view';
import { type Connection } from '../request/connection';
import { afterKey, pageSize } from '../request/page-input';
import { Allow, SIGNED_IN } from '../request/policy';
import { EntitledBenefitType, PerkConnectionType, type PerkType } from './perk.type';
import { cardBenefits, levelBenefits, PERK_CURSOR, type PerkSupply, perkPage } from './perk.view';
import type { RedemptionService } from './redemption.service';
import { CouponConnectionType, type CouponType } from './redemption.type';
import { COUPON_CURSOR, couponPage } from './redemption.view';
import type { BudgetBoard } from './usability';

const AFTER = 'The endCursor, or the cursor of an edge, of the page before.';

@Resolver(() => MemberType)
export class MemberWalletResolver {
  constructor(
    private readonly redemptions: RedemptionService,
    private readonly supply: PerkSupply,
  ) {}

  @Allow(SIGNED_IN)
  @FieldResolver(() => PerkConnectionType, { description: 'Live offers, usable or not, with the reasons.' })
  perks(
    @Root() member: MemberView,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after?: string | null,
  ): Connection<PerkType> | Promise<Connection<PerkType>> {
    const size = pageSize(first);
    const key = afterKey(PERK_CURSOR, after, /^\d{1,9}$/);
    return perkPage(member.standing, this.supply, size, key === undefined ? undefined : Number(key));
  }

  @Allow('MEMBER', 'SERVER', 'OPERATIONS', 'ADMIN', 'AUDITOR')
  @FieldResolver(() => CouponConnectionType, { description: 'Coupons of all states, newest first.' })
  async coupons(
    @Root() member: MemberView,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after?: string | null,
  ): Promise<Connection<CouponType>> {
    const size = pageSize(first);
    const before = afterKey(COUPON_CURSOR, after, /^[0-9a-f]{32}$/);
    const { rows, catalogue, now } = member.standing;
    const found = await this.redemptions.walletOf({ memberId: rows.member.id, before, limit: size + 1 });
    return couponPage(found, size, this.redemptions.show(catalogue, now));
  }

  @Allow(SIGNED_IN)
  @FieldResolver(() => [EntitledBenefitType], { description: 'What the level entitles to, besides the cards.' })
  benefits(@Root() member: MemberView): EntitledBenefitType[] {
    return levelBenefits(member, this.supply.budgets);
  }
}

@Resolver(() => CardType)
export class CardBenefitsResolver {
  constructor(private readonly budgets: BudgetBoard) {}

  @Allow(SIGNED_IN)
  @FieldResolver(() => [EntitledBenefitType])
  benefits(@Root() card: CardView): EntitledBenefitType[] {
    return cardBenefits(card, this.budgets);
  }
}
