// API types of applications for plans: the member's own, and the list of staff.
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { createUnionType, Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { Allow, SIGNED_IN, STAFF } from '../../request/policy';
import { enumOf, PageInfoType, RefusalType } from '../../request/shared.type';
import { APPLICATION_STATES } from './application';

export const ApplicationStates = enumOf(APPLICATION_STATES);
registerEnumType(ApplicationStates, { name: 'PlanApplicationState' });

const Decisions = enumOf(['APPROVE', 'REJECT']);
registerEnumType(Decisions, { name: 'PlanApplicationDecision' });

@InputType('ApplicationFieldInput')
export class ApplicationFieldInput {
  @Field({ description: 'Of the field in the form of the plan.' })
  code!: string;
  @Field({ description: 'As text: `2.5`, `true`, `2020-02-28`, a URL, or words, as the kind of the field asks.' })
  value!: string;
}

@InputType('ApplyForPlanInput')
export class ApplyForPlanInput {
  @Field({ description: 'The code of the plan.' })
  plan!: string;
  @Field(() => [ApplicationFieldInput])
  fields!: ApplicationFieldInput[];
  @Field(() => [String], { defaultValue: [], description: 'http or https links, at most 10; only people follow them.' })
  evidence!: string[];
  @Field({ description: '1 to 128 characters: the same key applies once.' })
  idempotencyKey!: string;
}

@InputType('ReviewPlanApplicationInput')
export class ReviewPlanApplicationInput {
  @Field(() => ID)
  application!: string;
  @Field(() => Decisions)
  decision!: keyof typeof Decisions;
  @Field(() => String, {
    nullable: true,
    description: 'As the member reads it; needed to reject. 1 to 500 characters.',
  })
  reason?: string | null;
}

@Allow(SIGNED_IN)
@ObjectType('FilledInField', { simpleResolvers: true })
export class FilledInFieldType {
  @Field()
  code!: string;
  @Field()
  value!: string;
}

@Allow(SIGNED_IN)
@ObjectType('PlanApplication', {
  simpleResolvers: true,
  description: 'What a member applied with, before a plan is sold to it.',
})
export class PlanApplicationType {
  @Field(() => ID)
  id!: string;
  @Field({ description: 'The code of the plan.' })
  plan!: string;
  @Field(() => ApplicationStates)
  state!: keyof typeof ApplicationStates;
  @Field(() => [FilledInFieldType])
  fields!: readonly FilledInFieldType[];
  @Field(() => [String])
  evidence!: readonly string[];
  @Field(() => GraphQLDateTimeISO)
  appliedAt!: Date;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  reviewedAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'Why, where somebody said so.' })
  reason!: string | null;
  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description: 'Until when (exclusive) a card may be opened with it; null for ever, or while it is not approved.',
  })
  validUntil!: Date | null;
  @Allow(STAFF)
  @Field(() => String, { nullable: true, description: '`role:subject`; null when the check of the plan decided.' })
  reviewedBy!: string | null;
}

@Allow(STAFF)
@ObjectType('PlanApplicationEdge', { simpleResolvers: true })
export class PlanApplicationEdgeType {
  @Field()
  cursor!: string;
  @Field({ description: 'The external id of who applied.' })
  member!: string;
  @Field(() => PlanApplicationType)
  node!: PlanApplicationType;
}

@Allow(STAFF)
@ObjectType('PlanApplicationConnection', { simpleResolvers: true })
export class PlanApplicationConnectionType {
  @Field(() => [PlanApplicationEdgeType], { description: 'The oldest first.' })
  edges!: readonly PlanApplicationEdgeType[];
  @Field(() => PageInfoType)
  pageInfo!: PageInfoType;
}

export const PlanApplicationResult = createUnionType({
  name: 'PlanApplicationResult',
  types: () => [PlanApplicationType, RefusalType] as const,
});
