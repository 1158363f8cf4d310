// The textbook stack's mutation: the types of what goes in and comes out, and the resolvers of a redemption.
import {
  Arg,
  Ctx,
  createUnionType,
  Field,
  FieldResolver,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import { fromGlobalId, toGlobalId } from '../../../src/kernel/id';
import type { TextbookContext } from './loaders';
import { RedemptionEntity } from './redemption-entities';
import { redeem } from './redemption-service';
import { MoneyType } from './types';

@InputType('RedeemInput')
export class RedeemInput {
  @Field(() => ID)
  item!: string;
  @Field()
  idempotencyKey!: string;
}

@ObjectType('Refusal')
export class RefusalType {
  @Field()
  code!: string;
  @Field()
  message!: string;
  @Field(() => String, { nullable: true })
  field!: string | null;
  @Field()
  retry!: boolean;
}

const RedemptionResult = createUnionType({
  name: 'RedemptionResult',
  types: () => [RedemptionEntity, RefusalType] as const,
});

function refused(code: string, message: string): RefusalType {
  return Object.assign(new RefusalType(), { code, message, field: null, retry: false });
}

@Resolver(() => RedemptionEntity)
export class RedemptionResolver {
  @Mutation(() => RedemptionResult)
  async redeem(
    @Arg('input', () => RedeemInput) { item, idempotencyKey }: RedeemInput,
    @Ctx() context: TextbookContext,
  ): Promise<RedemptionEntity | RefusalType> {
    const offerKey = fromGlobalId('offer', item);
    if (offerKey === undefined) return refused('NOT_FOUND', `there is no offer ${item}`);
    const redemption = await redeem(context, offerKey, idempotencyKey);
    return redemption ?? refused('NOT_ELIGIBLE', 'the member has no running card of a plan that the offer is for');
  }

  @FieldResolver(() => ID)
  id(@Root() redemption: RedemptionEntity): string {
    return toGlobalId('redemption', redemption.key);
  }

  @FieldResolver(() => ID)
  item(@Root() redemption: RedemptionEntity): string {
    return toGlobalId('offer', redemption.itemKey);
  }

  @FieldResolver(() => String)
  async title(@Root() redemption: RedemptionEntity, @Ctx() context: TextbookContext): Promise<string> {
    return (await context.offers.load(redemption.itemKey)).title;
  }

  @FieldResolver(() => ID)
  card(@Root() redemption: RedemptionEntity): string {
    return toGlobalId('card', redemption.cardKey);
  }

  @FieldResolver(() => String)
  couponCode(@Root() redemption: RedemptionEntity, @Ctx() context: TextbookContext): string {
    return context.house.cipher.open(redemption.itemKey, redemption.sealed);
  }

  @FieldResolver(() => String, { nullable: true })
  couponLink(): string | null {
    return null;
  }

  @FieldResolver(() => MoneyType)
  faceValue(@Root() { worth, currency }: RedemptionEntity): MoneyType {
    return { amount: worth, currency };
  }

  @FieldResolver(() => MoneyType)
  coPay(@Root() { memberPays, currency }: RedemptionEntity): MoneyType {
    return { amount: memberPays, currency };
  }

  @FieldResolver(() => Date)
  claimedAt(@Root() redemption: RedemptionEntity): Date {
    return new Date(redemption.claimed);
  }

  @FieldResolver(() => Date)
  expiresAt(@Root() redemption: RedemptionEntity): Date {
    return new Date(redemption.expires);
  }

  @FieldResolver(() => Date, { nullable: true })
  usedAt(@Root() { used }: RedemptionEntity): Date | null {
    return used === null ? null : new Date(used);
  }
}
