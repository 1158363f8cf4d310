// API types of the dashboard about people.
import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { LevelType } from '../../members/member.type';
import { Allow } from '../../request/policy';
import { MoneyType } from '../../request/shared.type';
import { FIGURE_READERS, FractionType } from './figure.type';

@Allow(...FIGURE_READERS)
@ObjectType('LevelFlow', { simpleResolvers: true })
export class LevelFlowType {
  @Field(() => String, { nullable: true, description: 'The code of the level before; null for none.' })
  from!: string | null;
  @Field(() => String, { nullable: true, description: 'The code of the level after; null for none.' })
  to!: string | null;
  @Field(() => GraphQLSafeInt, { description: 'How often it happened.' })
  moves!: number;
}

@Allow(...FIGURE_READERS)
@ObjectType('LevelChanges', { simpleResolvers: true, description: 'Changes of the levels that show.' })
export class LevelChangesType {
  @Field(() => FractionType, {
    description: 'Upgrade rate: changes to a higher level in the span ÷ members who had a level before its first day.',
  })
  upgrades!: FractionType;
  @Field(() => FractionType, { description: 'Changes to a lower level ÷ the same members.' })
  downgrades!: FractionType;
  @Field(() => [LevelFlowType])
  moves!: LevelFlowType[];
}

@Allow(...FIGURE_READERS)
@ObjectType('LevelPart', { simpleResolvers: true })
export class LevelPartType {
  @Field(() => LevelType)
  level!: LevelType;
  @Field(() => FractionType, { description: 'Members at it ÷ members with a level of the program.' })
  members!: FractionType;
}

@Allow(...FIGURE_READERS)
@ObjectType('BandPart', {
  simpleResolvers: true,
  description: 'Neighbouring levels, as the design of the program has them.',
})
export class BandPartType {
  @Field()
  name!: string;
  @Field(() => FractionType, { description: 'Members at its levels ÷ members with a level of the program.' })
  members!: FractionType;
  @Field(() => Float, { description: 'The part that the design wants, 0 to 1: its share of the shares of all bands.' })
  target!: number;
}

@Allow(...FIGURE_READERS)
@ObjectType('LevelStructure', {
  simpleResolvers: true,
  description: 'Where members stand at the end of the last day, as their levels were written down.',
})
export class LevelStructureType {
  @Field(() => [LevelPartType], { description: 'The lowest first.' })
  levels!: LevelPartType[];
  @Field(() => [BandPartType], { description: 'Empty where the program has no target.' })
  bands!: BandPartType[];
}

@Allow(...FIGURE_READERS)
@ObjectType('SpendCompared', {
  simpleResolvers: true,
  description: 'Members whose first membership became 90 days old in the span, and what they spent before and after.',
})
export class SpendComparedType {
  @Field(() => GraphQLSafeInt)
  members!: number;
  @Field(() => MoneyType, { description: 'Purchases less returns in the 90 days before the first membership began.' })
  before!: MoneyType;
  @Field(() => MoneyType, { description: 'Purchases less returns in the 90 days from its first day on.' })
  after!: MoneyType;
  @Field(() => FractionType, { description: 'Before, in the minor unit ÷ members.' })
  beforePerMember!: FractionType;
  @Field(() => FractionType, { description: 'After, in the minor unit ÷ members.' })
  afterPerMember!: FractionType;
}

@Allow(...FIGURE_READERS)
@ObjectType('StageFlow', {
  simpleResolvers: true,
  description: 'Members who went from one stage of the lifecycle to another.',
})
export class StageFlowType {
  @Field(() => String, { nullable: true, description: 'Null for their first stage.' })
  from!: string | null;
  @Field()
  to!: string;
  @Field(() => GraphQLSafeInt, { description: 'Changes in the span, by the day from which the stage holds.' })
  members!: number;
}

@Allow(...FIGURE_READERS)
@ObjectType('PointsFigures', { simpleResolvers: true, description: 'The liability in points, and how it changed.' })
export class PointsFiguresType {
  @Field(() => GraphQLSafeInt, { description: 'Points that members hold at the end of the last day.' })
  outstanding!: number;
  @Field(() => GraphQLSafeInt, { description: 'Points that came to members in the span.' })
  came!: number;
  @Field(() => GraphQLSafeInt, { description: 'Points that left them: spent, expired, taken back.' })
  left!: number;
}

@Allow(...FIGURE_READERS)
@ObjectType('RetentionPoint', { simpleResolvers: true })
export class RetentionPointType {
  @Field(() => Int)
  months!: number;
  @Field(() => FractionType, {
    description: 'Members with a running membership so many calendar months after their first began ÷ the cohort.',
  })
  members!: FractionType;
}

@Allow(...FIGURE_READERS)
@ObjectType('RetentionCurve', { simpleResolvers: true })
export class RetentionCurveType {
  @Field({ description: 'The month in which their first membership began: `2026-11`.' })
  month!: string;
  @Field(() => GraphQLSafeInt)
  members!: number;
  @Field(() => [RetentionPointType], {
    description: 'After 1 to 24 months, as far as they are over for the whole cohort on the last day of the span.',
  })
  kept!: RetentionPointType[];
}
