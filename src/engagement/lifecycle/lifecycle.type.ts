// API types of stages and grades.

import { GraphQLDateTimeISO, GraphQLLocalDate, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { STAGES, type Stage } from '../../program/lifecycle';
import { connectionOf } from '../../request/connection';
import { Allow, SIGNED_IN, STAFF } from '../../request/policy';
import { enumOf, MoneyType } from '../../request/shared.type';

export const Stages = enumOf(STAGES);
registerEnumType(Stages, {
  name: 'LifecycleStage',
  description: 'How far a member has come, or gone: by the days since it was last active.',
});

@Allow(STAFF, 'SERVER')
@ObjectType('StageChange', { simpleResolvers: true })
export class StageChangeType {
  @Field(() => ID)
  id!: string;
  @Field(() => Stages, { nullable: true, description: 'Null for the first stage.' })
  from!: Stage | null;
  @Field(() => Stages)
  to!: Stage;
  @Field(() => GraphQLLocalDate, { description: "In the program's time zone." })
  on!: string;
  @Field(() => Int, { description: 'The program version whose thresholds held.' })
  programVersion!: number;
  @Field(() => GraphQLDateTimeISO, { description: 'When it was found; later than `on` after a stop of the worker.' })
  recordedAt!: Date;
}

export const StageChangeConnectionType = connectionOf('StageChange', () => StageChangeType, {
  who: [...STAFF, 'SERVER'],
});

@Allow(SIGNED_IN)
@ObjectType('Grade', { simpleResolvers: true, description: 'A grade by recency, frequency and spend.' })
export class GradeType {
  @Field()
  code!: string;
  @Field()
  name!: string;
}

@Allow(STAFF, 'SERVER')
@ObjectType('Rfm', { simpleResolvers: true, description: 'What a grade is made of, as it was measured last.' })
export class RfmType {
  @Field(() => GraphQLLocalDate, { nullable: true, description: 'Of the last purchase in the window.' })
  lastPurchaseOn!: string | null;
  @Field(() => Int, { description: 'Purchases in the window.' })
  frequency!: number;
  @Field(() => MoneyType, { description: 'Bought in the window less returned, not below 0.' })
  monetary!: MoneyType;
  @Field(() => Int, { description: 'Score of recency, 1 to 5; 0 without purchases or thresholds.' })
  r!: number;
  @Field(() => Int, { description: 'Score of frequency.' })
  f!: number;
  @Field(() => Int, { description: 'Score of spend.' })
  m!: number;
}

@Allow(STAFF)
@ObjectType('StageCount', { simpleResolvers: true })
export class StageCountType {
  @Field(() => Stages, { nullable: true, description: 'Null: not judged yet.' })
  stage!: Stage | null;
  @Field(() => Int)
  members!: number;
}

@Allow(STAFF)
@ObjectType('GradeCount', { simpleResolvers: true })
export class GradeCountType {
  @Field(() => String, { nullable: true, description: 'The code; null: not judged yet.' })
  grade!: string | null;
  @Field(() => Int)
  members!: number;
  @Field(() => GraphQLSafeInt, { description: 'Of all of them, in the window.' })
  purchases!: number;
  @Field(() => MoneyType, { description: 'What all of them bought in the window less what they returned.' })
  monetary!: MoneyType;
}

@Allow(STAFF)
@ObjectType('RfmCell', { simpleResolvers: true, description: 'Members with the same three scores.' })
export class RfmCellType {
  @Field(() => Int)
  r!: number;
  @Field(() => Int)
  f!: number;
  @Field(() => Int)
  m!: number;
  @Field(() => Int)
  members!: number;
}

@Allow(STAFF)
@ObjectType('LifecycleTable', {
  simpleResolvers: true,
  description: 'How many members are in each stage, grade and cell of scores. Counted when it is asked for.',
})
export class LifecycleTableType {
  @Field(() => [StageCountType])
  stages!: StageCountType[];
  @Field(() => [GradeCountType])
  grades!: GradeCountType[];
  @Field(() => [RfmCellType], { description: 'The best first; cells without members are left out.' })
  cells!: RfmCellType[];
}
