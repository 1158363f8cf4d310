// API types of campaigns; for staff only, since they tell what things cost.

import { GraphQLDateTimeISO } from 'graphql-scalars';
import { createUnionType, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf } from '../../request/connection';
import { Allow, STAFF } from '../../request/policy';
import { enumOf, MoneyType, RefusalType } from '../../request/shared.type';

export const Triggers = enumOf(['SCHEDULE', 'MONTHLY', 'FESTIVAL', 'BIRTHDAY', 'STAGE', 'EVENT']);
registerEnumType(Triggers, { name: 'CampaignTrigger', description: 'What sets a campaign off.' });
export const RunStates = enumOf(['RUNNING', 'DONE', 'OUT_OF_BUDGET']);
registerEnumType(RunStates, {
  name: 'CampaignRunState',
  description: 'OUT_OF_BUDGET ended for want of money; it goes on when the budget is raised.',
});
export const GiftStates = enumOf(['DUE', 'GIVEN']);
registerEnumType(GiftStates, { name: 'CampaignGiftState', description: 'DUE: decided, and handed out soon.' });

@Allow(STAFF)
@ObjectType('CampaignRun', { simpleResolvers: true, description: 'One occasion of a campaign.' })
export class CampaignRunType {
  @Field()
  occasion!: string;
  @Field(() => RunStates)
  state!: keyof typeof RunStates;
  @Field(() => GraphQLDateTimeISO)
  dueAt!: Date;
  @Field(() => Int, { description: 'Members that were looked at so far.' })
  looked!: number;
  @Field(() => Int, { description: 'Members that were given to.' })
  given!: number;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  finishedAt!: Date | null;
}

@Allow(STAFF)
@ObjectType('Campaign', { simpleResolvers: true })
export class CampaignType {
  @Field(() => ID)
  id!: string;
  @Field()
  code!: string;
  @Field()
  name!: string;
  @Field(() => Triggers)
  trigger!: keyof typeof Triggers;
  @Field(() => MoneyType, { description: 'What the reward costs at worst, for one member.' })
  costPerMember!: MoneyType;
  @Field(() => MoneyType, { nullable: true, description: 'Null: not limited.' })
  budget!: MoneyType | null;
  @Field(() => MoneyType, { nullable: true, description: 'Null: not limited.' })
  budgetLeft!: MoneyType | null;
  @Field(() => Int, { description: 'How often it gave, counted when it is asked for.' })
  given!: number;
  @Field(() => [CampaignRunType], { description: 'The last ten; none for those by STAGE or EVENT.' })
  runs!: CampaignRunType[];
}

@Allow(STAFF)
@ObjectType('CampaignPreview', {
  simpleResolvers: true,
  description: 'Who would be given to now, and what that costs at worst. Nothing is given.',
})
export class CampaignPreviewType {
  @Field(() => Int, { description: 'In the segment, of those who were looked at. For BIRTHDAY: in a whole year.' })
  members!: number;
  @Field(() => Int)
  looked!: number;
  @Field({ description: 'False: there are more members; `perkgate campaign preview` looks at all of them.' })
  complete!: boolean;
  @Field(() => MoneyType, { description: 'Of the members counted, once each, within the budget.' })
  worstCost!: MoneyType;
  @Field(() => CampaignType)
  campaign!: CampaignType;
}

export const CampaignPreviewResult = createUnionType({
  name: 'CampaignPreviewResult',
  types: () => [CampaignPreviewType, RefusalType] as const,
});

@Allow(STAFF)
@ObjectType('CampaignGift', { simpleResolvers: true, description: 'What a campaign gave to a member on an occasion.' })
export class CampaignGiftType {
  @Field(() => ID)
  id!: string;
  @Field(() => ID)
  member!: string;
  @Field()
  occasion!: string;
  @Field(() => GiftStates)
  state!: keyof typeof GiftStates;
  @Field(() => MoneyType, { description: 'At worst.' })
  cost!: MoneyType;
  @Field(() => Int, { description: 'The program version under which it was promised.' })
  programVersion!: number;
  @Field(() => GraphQLDateTimeISO)
  decidedAt!: Date;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  givenAt!: Date | null;
}

export const CampaignGiftConnectionType = connectionOf('CampaignGift', () => CampaignGiftType, { who: STAFF });
