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
  valuesConfig: {
    LEVEL_CROWDED: { description: 'Too large a part of the members sits at one level, its subject.' },
    AGREEMENT_IMBALANCE: { description: 'One side of an agreement is further ahead than was allowed.' },
    AGREEMENT_ENDING: { description: 'An active agreement ends soon.' },
    CEILING_NEAR: { description: 'Most of a ceiling of an agreement is used or held.' },
    CEILING_REACHED: { description: 'All of a ceiling of an agreement is used or held.' },
    CEILING_PACE: { description: 'At its pace, a ceiling is used up before its period ends.' },
    PARTNER_ERRORS: { description: 'Too many calls to a partner come to nothing, as this gateway process sees it.' },
    STOCK_LOW: { description: 'Few pieces or codes of an offer are left.' },
    UNRECONCILED: { description: 'What a partner and the gateway do not agree on waits for too long.' },
  },
});

@Allow('PARTNER', STAFF)
@ObjectType('AlertFigure', { simpleResolvers: true })
export class AlertFigureType {
  @Field({ description: 'The message says what it means.' })
  name!: string;
  @Field({ description: 'A figure or a word; parts are from 0 to 1.' })
  value!: string;
}

@Allow('PARTNER', STAFF)
@ObjectType('Alert', { simpleResolvers: true, description: 'Something to look at, raised once while it lasts.' })
export class AlertType {
  @Field(() => ID)
  id!: string;
  @Field(() => AlertKinds)
  kind!: keyof typeof AlertKinds;
  @Field({ description: 'What it is about, such as the code of a level or of an agreement.' })
  subject!: string;
  @Field(() => String, { nullable: true, description: 'The code of the partner that it concerns.' })
  partner!: string | null;
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

export const AlertConnectionType = connectionOf('Alert', () => AlertType, { who: ['PARTNER', ...STAFF] });
