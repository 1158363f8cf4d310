// Events at the API: the operator's server tells them, members and staff read them.

import { Arg, createUnionType, FieldResolver, Int, Mutation, Resolver, Root } from 'type-graphql';
import { isRefusal, refuse } from '../../kernel/refusal';
import { MemberType } from '../../members/member.type';
import { MemberView } from '../../members/member.view';
import type { Catalogue } from '../../program/catalogue';
import { type Connection } from '../../request/connection';
import { OncePerRequest } from '../../request/once';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow } from '../../request/policy';
import { RefusalType, toRefusalType } from '../../request/shared.type';
import type { ReturnService } from '../return/return.service';
import type { EventInput, MemberEvent } from './event';
import type { EventService } from './event.service';
import { MemberEventConnectionType, MemberEventRequest, type MemberEventType, RecordedEventsType } from './event.type';
import { EVENT_CURSOR, eventPage, type TakenBackBy, toResultType } from './event.view';

const EVENTS_A_CALL = 1_000;

const RecordEventsResult = createUnionType({
  name: 'RecordEventsResult',
  types: () => [RecordedEventsType, RefusalType] as const,
});

@Resolver(() => MemberType)
export class EventResolver {
  constructor(
    private readonly service: EventService,
    private readonly returns: ReturnService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @OncePerRequest()
  @Allow('SERVER', 'OPERATIONS', 'ADMIN')
  @Mutation(() => RecordEventsResult, {
    description: `Tells what members did: at most ${EVENTS_A_CALL}, each recorded once, by itself. Once in a request.`,
  })
  async recordEvents(@Arg('events', () => [MemberEventRequest]) requests: MemberEventRequest[]): Promise<object> {
    if (requests.length === 0 || requests.length > EVENTS_A_CALL) {
      const message = `events has ${requests.length} entries; allowed are 1 to ${EVENTS_A_CALL}.`;
      return toRefusalType(refuse('INVALID_INPUT', message, 'events'));
    }
    const inputs = requests.map(fromRequest);
    const outcomes = await this.service.record(inputs);
    const { currency } = this.catalogue().settings;
    const refused = outcomes.filter(isRefusal).length;
    const takenBack = await this.takenBack(outcomes.flatMap((outcome) => (isRefusal(outcome) ? [] : [outcome])));
    const results = inputs.map((input, at) => toResultType(input, outcomes[at]!, currency, takenBack));
    return { __typename: 'RecordedEvents', recorded: outcomes.length - refused, refused, results };
  }

  @Allow('MEMBER', 'SERVER', 'OPERATIONS', 'ADMIN', 'AUDITOR')
  @FieldResolver(() => MemberEventConnectionType, { description: 'What the member did, the latest first.' })
  async events(
    @Root() member: MemberView,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: 'The endCursor of the page before.' })
    after?: string | null,
  ): Promise<Connection<MemberEventType>> {
    const size = pageSize(first);
    const key = afterKey(EVENT_CURSOR, after, /^-?\d{1,16} [0-9a-f]{32}$/);
    const [occurredAt, id] = key?.split(' ') ?? [];
    const before = occurredAt === undefined || id === undefined ? undefined : { occurredAt: Number(occurredAt), id };
    const { rows, catalogue } = member.standing;
    const found = await this.service.eventsOf({ memberId: rows.member.id, before, limit: size + 1 });
    return eventPage(found, size, catalogue.settings.currency, await this.takenBack(found));
  }

  private takenBack(events: readonly { readonly event: MemberEvent }[]): Promise<TakenBackBy> {
    return this.returns.takenBack(events.flatMap(({ event }) => (event.type === 'RETURN' ? [event.id] : [])));
  }
}

function fromRequest(request: MemberEventRequest): EventInput {
  const { source, eventId, member, type, name, occurredAt, amount, quantity, orderId, attributes } = request;
  return {
    source,
    eventId,
    member,
    type,
    name: name ?? undefined,
    occurredAt: occurredAt.getTime(),
    amount: amount ?? undefined,
    quantity: quantity ?? undefined,
    orderId: orderId ?? undefined,
    attributes: attributes ?? undefined,
  };
}
