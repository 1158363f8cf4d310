// Stored value at the API: what a member has, and what the operator's server takes and pays back.
import { GraphQLSafeInt } from 'graphql-scalars';
import {
  Arg,
  Ctx,
  createUnionType,
  Field,
  FieldResolver,
  InputType,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import { type Id, namedId } from '../../kernel/id';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { checkAmount, checkText } from '../../members/input-checks';
import type { MemberService } from '../../members/member.service';
import { MemberType } from '../../members/member.type';
import { MemberView } from '../../members/member.view';
import type { Catalogue } from '../../program/catalogue';
import type { RequestContext } from '../../request/context';
import { Allow } from '../../request/policy';
import { MoneyType, RefusalType, toRefusalType } from '../../request/shared.type';
import { storedValueOf } from './stored-value';
import type { StoredValueMoved, StoredValueRequest, StoredValueService } from './stored-value.service';

const NO_MEMBER = refuse('NOT_FOUND', 'There is no such member.', 'member');
const READERS = ['MEMBER', 'SERVER', 'OPERATIONS', 'ADMIN', 'AUDITOR'] as const;

@Allow(READERS)
@ObjectType('StoredValue', {
  simpleResolvers: true,
  description: 'Money that the member paid in, and what came on top.',
})
export class StoredValueType {
  @Field(() => MoneyType, { description: 'Paid in and not spent.' })
  balance!: MoneyType;
  @Field(() => MoneyType, { description: 'Given on top of it and not spent; it is never paid back.' })
  bonus!: MoneyType;
  @Field(() => MoneyType, {
    description:
      'Owed: value given for returned purchases that was spent already. What is given next settles it first.',
  })
  debt!: MoneyType;
}

@Allow('SERVER', 'OPERATIONS', 'ADMIN')
@ObjectType('StoredValueMoved', { simpleResolvers: true, description: 'What a payment or a refund took.' })
export class StoredValueMovedType {
  @Field(() => MoneyType, { description: 'Of the money that was paid in.' })
  fromBalance!: MoneyType;
  @Field(() => MoneyType, { description: 'Of the bonus: spent by a payment, or lapsed by a refund.' })
  fromBonus!: MoneyType;
  @Field(() => MemberType)
  member!: MemberType;
}

@InputType('SpendStoredValueInput')
export class SpendRequest {
  @Field({ description: 'The external id of the member.' })
  member!: string;
  @Field(() => GraphQLSafeInt, { description: "Above zero, in the minor unit of the program's currency." })
  amount!: number;
  @Field({ description: 'What is paid for: 1 to 128 characters.' })
  orderId!: string;
  @Field({ description: '1 to 128 characters: the same key pays once.' })
  idempotencyKey!: string;
}

@InputType('RefundStoredValueInput')
export class RefundRequest {
  @Field({ description: 'The external id of the member.' })
  member!: string;
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'All that was paid in and is left, unless told.' })
  amount?: number | null;
  @Field({ description: 'The payment by which you pay it back: 1 to 128 characters.' })
  orderId!: string;
  @Field({ description: '1 to 128 characters: the same key pays back once.' })
  idempotencyKey!: string;
}

@InputType('CancelStoredValuePaymentInput')
export class CancelPaymentRequest {
  @Field({ description: 'The external id of the member.' })
  member!: string;
  @Field({ description: 'The idempotencyKey of the payment.' })
  paymentKey!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The subject of the token with which it was paid; your own, unless told. Staff tell it.',
  })
  paidBy?: string | null;
}

@Allow('SERVER', 'OPERATIONS', 'ADMIN')
@ObjectType('StoredValueGivenBack', { simpleResolvers: true, description: 'What came back of a cancelled payment.' })
export class StoredValueGivenBackType {
  @Field(() => MoneyType, { description: 'To the money that was paid in.' })
  toBalance!: MoneyType;
  @Field(() => MoneyType, { description: 'To the bonus; what is owed was settled out of it first.' })
  toBonus!: MoneyType;
  @Field(() => MemberType)
  member!: MemberType;
}

const CancelStoredValuePaymentResult = createUnionType({
  name: 'CancelStoredValuePaymentResult',
  types: () => [StoredValueGivenBackType, RefusalType] as const,
});

const StoredValueResult = createUnionType({
  name: 'StoredValueResult',
  types: () => [StoredValueMovedType, RefusalType] as const,
});

@Resolver(() => MemberType)
export class StoredValueResolver {
  constructor(
    private readonly service: StoredValueService,
    private readonly members: MemberService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow(READERS)
  @FieldResolver(() => StoredValueType)
  storedValue(@Root() member: MemberView): StoredValueType {
    const { balance, bonus, debt } = storedValueOf(member.standing);
    const money = this.money();
    return { balance: money(balance), bonus: money(bonus), debt: money(debt) };
  }

  @Allow('SERVER')
  @Mutation(() => StoredValueResult, { description: 'Pays for an order with stored value: all of it, or nothing.' })
  async spendStoredValue(@Arg('input') input: SpendRequest, @Ctx() context: RequestContext): Promise<object> {
    const request = await this.requestOf(input, context);
    if (isRefusal(request)) return toRefusalType(request);
    return this.answer(await this.service.spend({ ...request, amount: input.amount }), context);
  }

  @Allow('SERVER', 'OPERATIONS', 'ADMIN')
  @Mutation(() => StoredValueResult, {
    description: 'Takes back what was paid in and is left, as the program allows; the money is paid by you.',
  })
  async refundStoredValue(@Arg('input') input: RefundRequest, @Ctx() context: RequestContext): Promise<object> {
    const request = await this.requestOf(input, context);
    return isRefusal(request) ? toRefusalType(request) : this.answer(await this.service.refund(request), context);
  }

  @Allow('SERVER', 'OPERATIONS', 'ADMIN')
  @Mutation(() => CancelStoredValuePaymentResult, {
    description: 'Gives back what a payment took, when its order is cancelled: once, however often it is asked.',
  })
  async cancelStoredValuePayment(
    @Arg('input') { member, paymentKey, paidBy }: CancelPaymentRequest,
    @Ctx() { actor, now }: RequestContext,
  ): Promise<object> {
    const payer = paidBy ?? actor!.subject;
    const fault = checkText('paymentKey', paymentKey) ?? checkText('paidBy', payer);
    if (fault) return toRefusalType(fault);
    const memberId = await this.members.idOf(member);
    if (memberId === undefined) return toRefusalType(NO_MEMBER);
    // Only the operator's servers pay.
    const payment = namedId('SERVER', payer, memberId, paymentKey);
    const outcome = await this.service.giveBack({ memberId, payment });
    if (isRefusal(outcome)) return toRefusalType(outcome);
    const money = this.money();
    const view = new MemberView({ rows: outcome.rows, catalogue: this.catalogue(), now });
    const [toBalance, toBonus] = [money(outcome.balance), money(outcome.bonus)];
    return { __typename: 'StoredValueGivenBack', toBalance, toBonus, member: view };
  }

  private async requestOf(
    { member, amount, orderId, idempotencyKey }: SpendRequest | RefundRequest,
    { actor }: RequestContext,
  ): Promise<StoredValueRequest | Refusal> {
    const told = amount ?? undefined;
    const fault =
      checkText('idempotencyKey', idempotencyKey) ??
      checkText('orderId', orderId) ??
      (told === undefined ? undefined : checkAmount('amount', told, 1));
    if (fault) return fault;
    const memberId: Id | undefined = await this.members.idOf(member);
    if (memberId === undefined) return NO_MEMBER;
    const key = namedId(actor!.role, actor!.subject, memberId, idempotencyKey);
    return { memberId, amount: told, orderId, key };
  }

  private answer(outcome: StoredValueMoved | Refusal, { now }: RequestContext): object {
    if (isRefusal(outcome)) return toRefusalType(outcome);
    const money = this.money();
    const { rows, balance, bonus } = outcome;
    const member = new MemberView({ rows, catalogue: this.catalogue(), now });
    return { __typename: 'StoredValueMoved', fromBalance: money(balance), fromBonus: money(bonus), member };
  }

  private money() {
    const { currency } = this.catalogue().settings;
    return (amount: number): MoneyType => ({ amount, currency });
  }
}
