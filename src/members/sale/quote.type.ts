// API types of quotes: what each plan would cost the member who asks, and why one is not open to it.
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { FIELD_KINDS, PRICE_KINDS } from '../../program/plan-sale';
import { Allow, SIGNED_IN } from '../../request/policy';
import { enumOf, MoneyType, ReasonType } from '../../request/shared.type';
import { PlanType } from '../member.type';

const PriceKinds = enumOf(PRICE_KINDS);
registerEnumType(PriceKinds, {
  name: 'PriceKind',
  description: 'For whoever meets its condition, for newcomers, for a renewal, or for who comes back.',
});

const FieldKinds = enumOf(FIELD_KINDS);
registerEnumType(FieldKinds, { name: 'ApplicationFieldKind', description: 'What a field of an application takes.' });

@Allow(SIGNED_IN)
@ObjectType('TermLength', { simpleResolvers: true, description: 'How long a term lasts: months or days.' })
export class TermLengthType {
  @Field(() => Int, { nullable: true })
  months!: number | null;
  @Field(() => Int, { nullable: true })
  days!: number | null;
}

@Allow(SIGNED_IN)
@ObjectType('ApplicationField', { simpleResolvers: true })
export class ApplicationFieldType {
  @Field()
  code!: string;
  @Field({ description: 'What the applicant reads.' })
  name!: string;
  @Field(() => FieldKinds)
  kind!: keyof typeof FieldKinds;
  @Field()
  required!: boolean;
}

@Allow(SIGNED_IN)
@ObjectType('ApplicationForm', { simpleResolvers: true, description: 'What somebody applies with for a plan.' })
export class ApplicationFormType {
  @Field(() => [ApplicationFieldType])
  fields!: readonly ApplicationFieldType[];
  @Field(() => Int, { description: 'How many links to evidence must come with it.' })
  evidence!: number;
}

@Allow(SIGNED_IN)
@ObjectType('PlanQuote', {
  simpleResolvers: true,
  description: 'What a plan would cost the member now. Send priceCode with openCard or renewCard.',
})
export class PlanQuoteType {
  @Field(() => PlanType)
  plan!: PlanType;
  @Field({ description: 'Whether it can be bought now.' })
  open!: boolean;
  @Field(() => [ReasonType], { description: 'Why it cannot, in order of precedence.' })
  reasons!: readonly ReasonType[];
  @Field(() => MoneyType, { description: 'For this member, for one term.' })
  price!: MoneyType;
  @Field({ description: '`list` is the price of the plan itself.' })
  priceCode!: string;
  @Field(() => PriceKinds)
  priceKind!: keyof typeof PriceKinds;
  @Field(() => TermLengthType)
  term!: TermLengthType;
  @Field(() => ID, { nullable: true, description: 'The card that it would renew; null when it would open one.' })
  renews!: string | null;
  @Field({ description: "Whether the plan is made for members with one of this member's tags." })
  suits!: boolean;
  @Field(() => MoneyType, {
    nullable: true,
    description:
      "Estimated on the member's purchases of the last 90 days, less what was returned: for each entitlement that " +
      'says what it saves, a sum for each purchase and a percentage of it, within the quota. Null when the plan says ' +
      'nothing to estimate by.',
  })
  wouldHaveSaved!: MoneyType | null;
  @Field(() => ApplicationFormType, { nullable: true, description: 'Null when nobody need apply.' })
  application!: ApplicationFormType | null;
}
