// API types of refunds, for the operator's server and operations.
import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Allow } from '../../request/policy';
import { MoneyType, RefusalType } from '../../request/shared.type';

@InputType('RefundCardInput')
export class RefundCardInput {
  @Field(() => ID)
  card!: string;
  @Field(() => String, { nullable: true, description: 'The payment order of the term; the last one unless told.' })
  orderId?: string | null;
  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'The most to pay back, in the minor unit; as much as the plan allows unless told.',
  })
  amount?: number | null;
  @Field({ description: '1 to 128 characters: the same key refunds once, and answers how far it is.' })
  idempotencyKey!: string;
}

@Allow('SERVER', 'OPERATIONS')
@ObjectType('CardRefund', { simpleResolvers: true, description: 'A term that was taken back.' })
export class CardRefundType {
  @Field(() => ID)
  card!: string;
  @Field({ description: 'The payment order of the term.' })
  orderId!: string;
  @Field({
    description: 'False while a partner still has to say what became of a coupon; ask again with the same key.',
  })
  settled!: boolean;
  @Field(() => MoneyType, { description: 'What the term was sold for.' })
  price!: MoneyType;
  @Field(() => MoneyType, { nullable: true, description: 'What to pay back; null until it is settled.' })
  amount!: MoneyType | null;
  @Field(() => MoneyType, {
    nullable: true,
    description: 'Face value of what was used, and of codes that were handed out; null until it is settled.',
  })
  usedValue!: MoneyType | null;
  @Field(() => Int, { description: 'Coupons that were cancelled.' })
  couponsVoided!: number;
  @Field(() => Int, { description: 'Coupons that had been used, or handed out for good.' })
  couponsUsed!: number;
  @Field(() => GraphQLDateTimeISO)
  requestedAt!: Date;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  settledAt!: Date | null;
}

export const RefundResult = createUnionType({
  name: 'RefundResult',
  types: () => [CardRefundType, RefusalType] as const,
});
