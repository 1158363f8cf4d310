// API types of webhooks: endpoints, secrets, deliveries.

import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { PARTNER_EVENT_TYPES } from '../partner-port/event.store';
import { connectionOf } from '../request/connection';
import { Allow, STAFF } from '../request/policy';
import { enumOf } from '../request/shared.type';
import {
  DELIVERY_STATES,
  type DeliveryState,
  ENDPOINT_STATES,
  type EndpointState,
  WEBHOOK_DIRECTIONS,
  type WebhookDirection,
} from './webhook';

export const DeliveryStates = enumOf(DELIVERY_STATES);
registerEnumType(DeliveryStates, {
  name: 'WebhookDeliveryState',
  description: 'PENDING: being tried. DELIVERED: answered with 2xx. DEAD: given up, until it is sent again.',
});
const EndpointStates = enumOf(ENDPOINT_STATES);
registerEnumType(EndpointStates, {
  name: 'WebhookEndpointState',
  description: 'DISABLED by the gateway, which says why; setting the endpoint makes it ACTIVE again.',
});
export const WebhookDirections = enumOf(WEBHOOK_DIRECTIONS);
registerEnumType(WebhookDirections, {
  name: 'WebhookDirection',
  description: 'OUTGOING: signed by the gateway. INCOMING: signed by the partner.',
});

@Allow('PARTNER', STAFF)
@ObjectType('WebhookEndpoint', { simpleResolvers: true, description: 'Where a partner listens.' })
export class WebhookEndpointType {
  @Field({ description: 'The code of the partner.' })
  partner!: string;
  @Field()
  url!: string;
  @Field(() => [String], { description: 'What is told, such as redemption.used; empty: everything.' })
  eventTypes!: readonly string[];
  @Field(() => EndpointStates)
  state!: EndpointState;
  @Field(() => String, { nullable: true, description: 'Why it is disabled.' })
  disabledReason!: string | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'The first failure since the last success.' })
  failingSince!: Date | null;
  @Field(() => GraphQLDateTimeISO)
  changedAt!: Date;
}

@Allow('PARTNER', 'ADMIN')
@ObjectType('WebhookEndpointSet', { simpleResolvers: true })
export class WebhookEndpointSetType {
  @Field(() => WebhookEndpointType)
  endpoint!: WebhookEndpointType;
  @Field(() => String, {
    nullable: true,
    description: 'What messages to it are signed with. Shown once, when the first endpoint is set; null afterwards.',
  })
  secret!: string | null;
}

@Allow('PARTNER', 'ADMIN')
@ObjectType('WebhookSecret', { simpleResolvers: true, description: 'Shown once, and never again.' })
export class WebhookSecretType {
  @Field()
  secret!: string;
  @Field(() => WebhookDirections)
  direction!: WebhookDirection;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Until when the one before it is good.' })
  previousEndsAt!: Date | null;
}

@Allow('PARTNER', STAFF)
@ObjectType('WebhookDelivery', { simpleResolvers: true, description: 'One event on its way to its partner.' })
export class WebhookDeliveryType {
  @Field(() => ID, { description: 'The webhook-id, the same for each attempt.' })
  id!: string;
  @Field({ description: 'The code of the partner.' })
  partner!: string;
  @Field({ description: 'Such as redemption.used.' })
  type!: string;
  @Field(() => ID, { description: 'The redemption or offer that it is about.' })
  subject!: string;
  @Field(() => DeliveryStates)
  state!: DeliveryState;
  @Field(() => Int, { description: 'Attempts that were begun, since it was last sent again.' })
  attempts!: number;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Of a pending one: not before this.' })
  nextAttemptAt!: Date | null;
  @Field(() => Int, { nullable: true, description: 'What the last attempt was answered; null: nothing.' })
  lastStatus!: number | null;
  @Field(() => String, { nullable: true, description: 'What was wrong with the last attempt.' })
  lastFault!: string | null;
  @Field(() => GraphQLDateTimeISO)
  happenedAt!: Date;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it was delivered or given up.' })
  endedAt!: Date | null;
}

export const WebhookDeliveryConnectionType = connectionOf('WebhookDelivery', () => WebhookDeliveryType, {
  who: ['PARTNER', ...STAFF],
  order: 'Newest event first.',
});

@Allow('PARTNER', 'ADMIN')
@ObjectType('WebhooksResent', { simpleResolvers: true })
export class WebhooksResentType {
  @Field(() => Int)
  resent!: number;
  @Field({ description: 'Whether there are more: ask again.' })
  more!: boolean;
}

@InputType('SetWebhookEndpointInput')
export class SetWebhookEndpointInput {
  @Field({ description: 'https, on a public address, at most 2,000 characters.' })
  url!: string;
  @Field(() => [String], {
    defaultValue: [],
    description: `What to tell; empty: everything. ${PARTNER_EVENT_TYPES.join(', ')}.`,
  })
  eventTypes!: string[];
}
