// API types of levels: how a member's level changed, and what staff sets by hand.

import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf } from '../../request/connection';
import { Allow, SIGNED_IN, STAFF } from '../../request/policy';
import { enumOf } from '../../request/shared.type';
import { LevelType } from '../member.type';
import { LEVEL_CHANGES, type LevelChangeReason } from './level-state';

const LevelChangeReasons = enumOf(LEVEL_CHANGES);
registerEnumType(LevelChangeReasons, {
  name: 'LevelChangeReason',
  description: 'Why the level that shows became another one.',
  valuesConfig: {
    RISEN: { description: 'Growth and rating reached it.' },
    FALLEN: { description: 'Growth or rating no longer reached the one before.' },
    CARD_BEGAN: { description: 'A card lets the level show that is held.' },
    CARD_ENDED: { description: 'No card lets it show any more.' },
    MANUAL_SET: { description: 'Staff set it by hand.' },
    MANUAL_CLEARED: { description: 'Staff took it back.' },
    MANUAL_ENDED: { description: 'The time is over for which it was set.' },
    PROGRAM: { description: 'Another program took a level out.' },
  },
});

@Allow(SIGNED_IN)
@ObjectType('LevelChange', { simpleResolvers: true, description: 'One change of the level that showed.' })
export class LevelChangeType {
  @Field(() => LevelType, { nullable: true, description: 'Null when there was none.' })
  from!: LevelType | null;
  @Field(() => LevelType, { nullable: true, description: 'Null when there is none since.' })
  to!: LevelType | null;
  @Field(() => LevelChangeReasons)
  why!: LevelChangeReason;
  @Field(() => GraphQLDateTimeISO)
  at!: Date;
  @Field(() => Int, { description: 'The version of the program whose levels it followed.' })
  programVersion!: number;
  @Allow(STAFF)
  @Field(() => String, { nullable: true, description: 'Who set it by hand: role and name.' })
  notedBy!: string | null;
  @Allow(STAFF)
  @Field(() => String, { nullable: true, description: 'The reason that was given for it.' })
  reason!: string | null;
}

export const LevelChangeConnectionType = connectionOf('LevelChange', () => LevelChangeType, { who: SIGNED_IN });

@InputType('SetManualLevelInput')
export class SetManualLevelRequest {
  @Field({ description: 'The external id of the member.' })
  member!: string;
  @Field({ description: 'The code of the level.' })
  level!: string;
  @Field(() => GraphQLDateTimeISO, { description: 'Until when it shows, exclusive; at most five years ahead.' })
  until!: Date;
  @Field({ description: '1 to 128 characters, for the history.' })
  reason!: string;
}

@InputType('ClearManualLevelInput')
export class ClearManualLevelRequest {
  @Field({ description: 'The external id of the member.' })
  member!: string;
  @Field({ description: '1 to 128 characters, for the history.' })
  reason!: string;
}
