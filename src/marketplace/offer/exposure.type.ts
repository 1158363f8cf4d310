// The worst case of an offer as the reviewer sees it.
import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import type { Money } from '../../kernel/money';
import { Allow, STAFF } from '../../request/policy';
import { MoneyType } from '../../request/shared.type';
import { ASSUMPTIONS, type OfferExposure } from './offer-exposure';

@Allow(STAFF)
@ObjectType('WorstCase', { simpleResolvers: true })
export class WorstCaseType {
  @Field(() => MoneyType, { nullable: true, description: 'Null: nothing but the cap bounds it.' })
  cost!: Money | null;
  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description:
      'Of the cap, rounded up: above 100 the cap is over-subscribed. Null where the cost or the cap is none.',
  })
  percentOfCap!: number | null;
}

@Allow(STAFF)
@ObjectType('PlanExposure', { simpleResolvers: true, description: 'On the cost cap of one card in one term.' })
export class PlanExposureType {
  @Field({ description: 'The code of the plan.' })
  plan!: string;
  @Field(() => MoneyType)
  cap!: Money;
  @Field(() => WorstCaseType, { description: 'Of this revision alone.' })
  alone!: WorstCaseType;
  @Field(() => WorstCaseType, { description: "With all other live offers and the plan's entitlements." })
  together!: WorstCaseType;
}

@Allow(STAFF)
@ObjectType('OfferExposure', { simpleResolvers: true, description: 'The most that a revision of an offer may cost.' })
export class OfferExposureType {
  @Field(() => [PlanExposureType], { description: 'Plans whose cards it may be charged to.' })
  plans!: readonly PlanExposureType[];
  @Field(() => MoneyType, { nullable: true, description: 'By all members together. Null: without bound.' })
  inAll!: Money | null;
  @Field(() => [String], { description: 'What is taken for granted, in words.' })
  assumptions!: readonly string[];
}

export function exposureView(exposure: OfferExposure, currency: string): OfferExposureType {
  const money = (amount: number): Money | null => (Number.isSafeInteger(amount) ? { amount, currency } : null);
  const worst = (cost: number, cap: number): WorstCaseType => {
    const bounded = Number.isSafeInteger(cost) && cap > 0;
    return { cost: money(cost), percentOfCap: bounded ? percentUp(cost, cap) : null };
  };
  return {
    plans: exposure.plans.map(({ plan, cap, alone, together }) => ({
      plan: plan.code,
      cap: { amount: cap, currency },
      alone: worst(alone, cap),
      together: worst(together, cap),
    })),
    inAll: money(exposure.inAll),
    assumptions: ASSUMPTIONS,
  };
}

/** Rounded up; without fractions, which are only almost what they say. */
function percentUp(cost: number, cap: number): number {
  const whole = BigInt(cap);
  return Number((BigInt(cost) * 100n + whole - 1n) / whole);
}
