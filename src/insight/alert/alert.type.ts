// API types of alerts.

import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf } from '../../request/connection';
import { Allow, STAFF } from '../../request/policy';
import { enumOf } from '../../request/shared.type';
import { ALERT_KINDS } from './alert';

export const AlertKinds = enumOf(ALERT_KINDS);
registerEnumType(AlertKinds, {
  name: 'AlertKind',
  description: 'What an alert is about.',
  valuesConfig: { LEVEL_CROWDED: { description: 'Too large a part of the members sits at one level, its subject.' } },
});

@Allow(STAFF)
@ObjectType('AlertFigure', { simpleResolvers: true })
export class AlertFigureType {
  @Field({ description: 'The message says what it means.' })
  name!: string;
  @Field({ description: 'A figure or a word; parts are from 0 to 1.' })
  value!: string;
}

@Allow(STAFF)
@ObjectType('Alert', { simpleResolvers: true, description: 'Something to look at, raised once while it lasts.' })
export class AlertType {
  @Field(() => ID)
  id!: string;
  @Field(() => AlertKinds)
  kind!: keyof typeof AlertKinds;
  @Field({ description: 'What it is about, such as the code of a level.' })
  subject!: string;
  @Field({ description: 'What is the matter, and what to do.' })
  message!: string;
  @Field(() => [AlertFigureType], { description: 'As they were when it was last seen.' })
  figures!: AlertFigureType[];
  @Field(() => GraphQLDateTimeISO)
  raisedAt!: Date;
  @Field(() => GraphQLDateTimeISO, { description: 'When it was last found to be so.' })
  seenAt!: Date;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Null while it lasts.' })
  resolvedAt!: Date | null;
}

export const AlertConnectionType = connectionOf('Alert', () => AlertType, { who: STAFF });
