// Webhooks at the API: a partner's endpoint, its secrets, what was delivered, and sending it again.

import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Arg, Ctx, createUnionType, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { fromGlobalId, type Id, toGlobalId } from '../kernel/id';
import { encodeCursor } from '../kernel/page';
import { isRefusal, type Refusal, refuse } from '../kernel/refusal';
import { shown } from '../members/input-checks';
import { OPERATOR, PARTNER_EVENT_TYPES, type PartnerEventType } from '../partner-port/event.store';
import type { Catalogue } from '../program/catalogue';
import { partnerNamed } from '../program/named-partner';
import { type Connection, connectionPage } from '../request/connection';
import type { RequestContext } from '../request/context';
import { OncePerRequest } from '../request/once';
import { afterKey, pageSize } from '../request/page-input';
import { Allow, NeedsScope, STAFF } from '../request/policy';
import { RefusalType, toRefusalType } from '../request/shared.type';
import {
  type DeliveryState,
  subjectOf,
  type WebhookDelivery,
  type WebhookDirection,
  type WebhookEndpoint,
} from './webhook';
import type { WebhookService } from './webhook.service';
import {
  DeliveryStates,
  SetWebhookEndpointInput,
  WebhookDeliveryConnectionType,
  WebhookDeliveryType,
  WebhookDirections,
  WebhookEndpointSetType,
  WebhookEndpointType,
  WebhookSecretType,
  WebhooksResentType,
} from './webhook.type';

const CURSOR = 'webhook';

const SetResult = createUnionType({
  name: 'SetWebhookEndpointResult',
  types: () => [WebhookEndpointSetType, RefusalType] as const,
});
const EndpointResult = createUnionType({
  name: 'WebhookEndpointResult',
  types: () => [WebhookEndpointType, RefusalType] as const,
});
const SecretResult = createUnionType({
  name: 'WebhookSecretResult',
  types: () => [WebhookSecretType, RefusalType] as const,
});
const DeliveryResult = createUnionType({
  name: 'WebhookDeliveryResult',
  types: () => [WebhookDeliveryType, RefusalType] as const,
});
const ResentResult = createUnionType({
  name: 'WebhooksResentResult',
  types: () => [WebhooksResentType, RefusalType] as const,
});

const NO_PARTNER = refuse('NOT_FOUND', 'There is no such partner.', 'partner');
const NO_DELIVERY = refuse('NOT_FOUND', 'There is no such webhook delivery.', 'delivery');

@Resolver()
export class WebhookResolver {
  constructor(
    private readonly webhooks: WebhookService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow('PARTNER', STAFF)
  @NeedsScope('WEBHOOKS')
  @Query(() => WebhookEndpointType, {
    nullable: true,
    description: "A partner's own; staff name the partner, or see the operator's.",
  })
  async webhookEndpoint(
    @Ctx() context: RequestContext,
    @Arg('partner', () => String, { nullable: true, description: 'A partner, by its code or its id; for staff.' })
    partner?: string | null,
  ): Promise<object | null> {
    const { role, partnerId } = context.actor!;
    const named = partner ? partnerNamed(this.catalogue(), partner)?.id : undefined;
    if (role === 'PARTNER' && partner && named !== partnerId) return null;
    const id = role === 'PARTNER' ? partnerId : partner ? named : OPERATOR;
    const endpoint = id === undefined ? undefined : await this.webhooks.endpointOf(id);
    return endpoint ? this.endpointType(endpoint) : null;
  }

  @Allow('PARTNER', STAFF)
  @NeedsScope('WEBHOOKS')
  @Query(() => WebhookDeliveryConnectionType, { description: "A partner's own, or those of all for staff." })
  async webhookDeliveries(
    @Ctx() context: RequestContext,
    @Arg('state', () => DeliveryStates, { nullable: true, description: 'DEAD: what was given up.' })
    state: DeliveryState | null | undefined,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<Connection<WebhookDeliveryType>> {
    const size = pageSize(first);
    const before = afterKey(CURSOR, after, /^[0-9a-f]{32}$/);
    const { role, partnerId } = context.actor!;
    const found =
      role === 'PARTNER' && partnerId === undefined
        ? []
        : await this.webhooks.deliveries({
            partnerId: role === 'PARTNER' ? partnerId : undefined,
            state: state ?? undefined,
            before,
            limit: size + 1,
          });
    return connectionPage(found, size, (delivery) => ({
      cursor: encodeCursor(CURSOR, delivery.id),
      node: this.deliveryType(delivery),
    }));
  }

  @Allow('PARTNER', 'ADMIN')
  @NeedsScope('WEBHOOKS')
  @Mutation(() => SetResult, {
    description: 'Says where the partner listens, or the operator (ADMIN), and makes that active.',
  })
  async setWebhookEndpoint(
    @Arg('input') input: SetWebhookEndpointInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const types = eventTypesOf(input.eventTypes);
    if (isRefusal(types)) return toRefusalType(types);
    return this.own(context, async (partnerId) => {
      const outcome = await this.webhooks.setEndpoint(partnerId, { url: input.url, eventTypes: types });
      if (isRefusal(outcome)) return outcome;
      const { endpoint, secret = null } = outcome;
      return { __typename: 'WebhookEndpointSet', endpoint: this.endpointType(endpoint), secret };
    });
  }

  @Allow('PARTNER', 'ADMIN')
  @NeedsScope('WEBHOOKS')
  @Mutation(() => EndpointResult, { description: 'Tells the partner no more; what is pending is dead when it is due.' })
  removeWebhookEndpoint(@Ctx() context: RequestContext): Promise<object> {
    return this.own(context, async (partnerId) => {
      const outcome = await this.webhooks.removeEndpoint(partnerId);
      return isRefusal(outcome) ? outcome : this.endpointType(outcome);
    });
  }

  @OncePerRequest()
  @Allow('PARTNER', 'ADMIN')
  @NeedsScope('WEBHOOKS')
  @Mutation(() => SecretResult, { description: 'A new secret; the one before it is good for another day.' })
  rotateWebhookSecret(
    @Arg('direction', () => WebhookDirections) direction: WebhookDirection,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    return this.own(context, async (partnerId) => {
      const outcome = await this.webhooks.rotateSecret(partnerId, direction);
      if (isRefusal(outcome)) return outcome;
      const { secret, previousEndsAt } = outcome;
      return { __typename: 'WebhookSecret', secret, direction, previousEndsAt: dateOf(previousEndsAt) };
    });
  }

  @Allow('PARTNER', 'ADMIN')
  @NeedsScope('WEBHOOKS')
  @Mutation(() => DeliveryResult, { description: 'Delivers again what was delivered or given up, under its id.' })
  resendWebhook(@Arg('delivery', () => ID) delivery: string, @Ctx() context: RequestContext): Promise<object> {
    return this.own(context, async (partnerId) => {
      const eventId = fromGlobalId('event', delivery);
      const outcome = eventId === undefined ? NO_DELIVERY : await this.webhooks.resend(partnerId, eventId);
      return isRefusal(outcome) ? outcome : this.deliveryType(outcome);
    });
  }

  @OncePerRequest()
  @Allow('PARTNER', 'ADMIN')
  @NeedsScope('WEBHOOKS')
  @Mutation(() => ResentResult, { description: 'Delivers again what was given up since then, 1,000 at most.' })
  resendDeadWebhooks(
    @Arg('since', () => GraphQLDateTimeISO) since: Date,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    return this.own(context, async (partnerId) => {
      const outcome = await this.webhooks.resendDead(partnerId, since.getTime());
      return isRefusal(outcome) ? outcome : { __typename: 'WebhooksResent', ...outcome };
    });
  }

  /** Whatever it is asked for, it is done for the partner that asks, or for the operator itself. */
  private async own(context: RequestContext, act: (partnerId: Id) => Promise<object | Refusal>): Promise<object> {
    const { role, partnerId: own } = context.actor!;
    const partnerId = role === 'ADMIN' ? OPERATOR : own;
    const outcome = partnerId === undefined ? NO_PARTNER : await act(partnerId);
    return isRefusal(outcome) ? toRefusalType(outcome) : outcome;
  }

  private endpointType(endpoint: WebhookEndpoint): object {
    const { partnerId, url, eventTypes, state, disabledReason = null, failingSince, changedAt } = endpoint;
    return {
      __typename: 'WebhookEndpoint',
      partner: this.codeOf(partnerId),
      url,
      eventTypes,
      state,
      disabledReason,
      failingSince: dateOf(failingSince),
      changedAt: new Date(changedAt),
    };
  }

  private deliveryType(delivery: WebhookDelivery): WebhookDeliveryType & { readonly __typename: string } {
    const { id, partnerId, type, state, attempts, dueAt, lastStatus = null, lastFault = null } = delivery;
    return {
      __typename: 'WebhookDelivery',
      id: toGlobalId('event', id),
      partner: this.codeOf(partnerId),
      type,
      subject: subjectOf(delivery),
      state,
      attempts,
      nextAttemptAt: state === 'PENDING' ? new Date(dueAt) : null,
      lastStatus,
      lastFault,
      happenedAt: new Date(delivery.happenedAt),
      endedAt: dateOf(delivery.endedAt),
    };
  }

  /** Empty for the operator itself. */
  private codeOf(partnerId: Id): string {
    return this.catalogue().partner(partnerId)?.code ?? '';
  }
}

function dateOf(instant: number | undefined): Date | null {
  return instant === undefined ? null : new Date(instant);
}

function eventTypesOf(given: readonly string[]): PartnerEventType[] | Refusal {
  const known: readonly string[] = PARTNER_EVENT_TYPES;
  const strange = given.find((type) => !known.includes(type));
  if (strange === undefined) return given as PartnerEventType[];
  const message = `eventTypes has ${shown(strange)}; allowed are ${known.join(', ')}.`;
  return refuse('INVALID_INPUT', message, 'eventTypes');
}
