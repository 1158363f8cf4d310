// What a partner sends of an offer, and what that says in the words of program files.
import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, InputType, Int } from 'type-graphql';
import type {
  BenefitClass,
  CostBasis,
  Fulfilment,
  Funding,
  MemberLimit,
  OfferKind,
  Weekday,
} from '../../program/program';
import {
  BenefitClasses,
  CardUses,
  CostBases,
  Fulfilments,
  Fundings,
  LimitPeriods,
  OfferKinds,
  Weekdays,
} from '../../program/words.type';
import type { OfferTerms } from './offer.service';

const MINOR = 'In the minor unit.';

@InputType('OfferAudienceInput')
export class OfferAudienceInput {
  @Field(() => [String], { nullable: true, description: 'Codes of levels; the member must be at one of them.' })
  levels?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'Codes of plans; the member must hold a card of one of them.' })
  plans?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'The member must have at least one of them.' })
  tags?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'A CEL expression that must be true as well, such as `member.rank >= 2 && card.daysLeft < 30`.',
  })
  condition?: string | null;
}

@InputType('OpenHoursInput')
export class OpenHoursInput {
  @Field(() => [Weekdays], { nullable: true, description: 'Every day unless told.' })
  days?: Weekday[] | null;
  @Field({ description: 'Such as 22:30; inclusive.' })
  from!: string;
  @Field({ description: 'Exclusive; of the next day when it is not after from.' })
  until!: string;
}

@InputType('OfferMemberLimitInput')
export class OfferMemberLimitInput {
  @Field(() => GraphQLSafeInt)
  limit!: number;
  @Field(() => LimitPeriods)
  period!: MemberLimit['period'];
}

@InputType()
class OptionalTermsInput {
  @Field(() => String, { nullable: true })
  description?: string | null;
  @Field(() => String, { nullable: true })
  useConditions?: string | null;
  @Field(() => Fulfilments, { nullable: true })
  fulfilment?: Fulfilment | null;
  @Field(() => String, { nullable: true, description: "The partner's own name of it, for a PARTNER_API." })
  offerRef?: string | null;
  @Field(() => Fundings, { nullable: true })
  funding?: Funding | null;
  @Field(() => OfferAudienceInput, { nullable: true })
  audience?: OfferAudienceInput | null;
  @Field(() => CardUses, { nullable: true })
  card?: 'REQUIRED' | 'NONE' | null;
  @Field(() => BenefitClasses, { nullable: true })
  benefitClass?: BenefitClass | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  validFrom?: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Exclusive.' })
  validUntil?: Date | null;
  @Field(() => [OpenHoursInput], { nullable: true })
  schedule?: OpenHoursInput[] | null;
  @Field(() => GraphQLSafeInt, { nullable: true })
  stock?: number | null;
  @Field(() => GraphQLSafeInt, { nullable: true })
  dailyStock?: number | null;
  @Field(() => [OfferMemberLimitInput], { nullable: true, description: 'Each of another period; all of them hold.' })
  memberLimits?: OfferMemberLimitInput[] | null;
  @Field(() => GraphQLSafeInt, { nullable: true, description: MINOR })
  minSpend?: number | null;
  @Field(() => GraphQLSafeInt, { nullable: true, description: MINOR })
  budget?: number | null;
  @Field(() => GraphQLSafeInt, { nullable: true })
  pointsPrice?: number | null;
  @Field(() => CostBases, { nullable: true })
  costBasis?: CostBasis | null;
  @Field(() => Boolean, { nullable: true })
  coPay?: boolean | null;
  @Field(() => Int, { nullable: true })
  couponValidDays?: number | null;
}

@InputType('OfferInput')
export class OfferInput extends OptionalTermsInput {
  @Field({ description: 'a-z, 0-9 and hyphens; no other offer of the partner has it.' })
  code!: string;
  @Field()
  title!: string;
  @Field(() => OfferKinds)
  kind!: OfferKind;
  @Field(() => GraphQLSafeInt, { description: MINOR })
  unitCost!: number;
  @Field(() => GraphQLSafeInt, { description: MINOR })
  faceValue!: number;
}

@InputType('OfferChanges', { description: 'What is not named stays as it is; null takes it away.' })
export class OfferChanges extends OptionalTermsInput {
  @Field(() => String, { nullable: true })
  title?: string | null;
  @Field(() => OfferKinds, { nullable: true })
  kind?: OfferKind | null;
  @Field(() => GraphQLSafeInt, { nullable: true, description: MINOR })
  unitCost?: number | null;
  @Field(() => GraphQLSafeInt, { nullable: true, description: MINOR })
  faceValue?: number | null;
}

/** As a program file would have it: times as text, nothing that is not there. A `null` of a field itself stays. */
export function termsOf(input: object): OfferTerms {
  const entries = Object.entries(input).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, plain(value)]));
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);
  return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner)]));
}
