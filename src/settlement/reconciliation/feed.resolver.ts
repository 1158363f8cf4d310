// Feeds at the API: a partner sends its own, staff those of all.
import { Arg, Ctx, createUnionType, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { Actor } from '../../kernel/actor';
import { fromGlobalId, toGlobalId } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import { isRefusal, type Refusal } from '../../kernel/refusal';
import type { Catalogue } from '../../program/catalogue';
import { partnerNamed } from '../../program/named-partner';
import { type Connection, connectionPage } from '../../request/connection';
import type { RequestContext } from '../../request/context';
import { OncePerRequest } from '../../request/once';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, NeedsScope, STAFF } from '../../request/policy';
import { RefusalType, toRefusalType } from '../../request/shared.type';
import { scopeOf } from '../settlement-scope';
import type { ClearLine, Feed } from './feed';
import { CloseFeedInput, clearLine, mappingOf, OpenFeedInput, RecordFeedLinesInput } from './feed.input';
import { type FeedService, LINES_A_CALL, NO_FEED } from './feed.service';
import { FeedConnectionType, FeedLinesRecordedType, FeedType } from './feed.type';

const CURSOR = 'feed';
export const RECONCILERS = ['BD', 'OPERATIONS', 'ADMIN'] as const;

const FeedResult = createUnionType({ name: 'FeedResult', types: () => [FeedType, RefusalType] as const });
const RecordFeedLinesResult = createUnionType({
  name: 'RecordFeedLinesResult',
  types: () => [FeedLinesRecordedType, RefusalType] as const,
});

@Resolver()
export class PartnerFeedResolver {
  constructor(
    private readonly service: FeedService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow('PARTNER', STAFF)
  @NeedsScope('SETTLEMENT')
  @Query(() => FeedConnectionType, { description: "Feeds: a partner's own, or those of all for staff." })
  async feeds(
    @Ctx() { actor }: RequestContext,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<Connection<FeedType>> {
    const size = pageSize(first);
    const before = afterKey(CURSOR, after, /^[0-9a-f]{32}$/);
    const found = await this.service.list(scopeOf(actor!), { before, limit: size + 1 });
    return connectionPage(found, size, (feed) => ({ cursor: encodeCursor(CURSOR, feed.id), node: this.view(feed) }));
  }

  @Allow('PARTNER', STAFF)
  @NeedsScope('SETTLEMENT')
  @Query(() => FeedType, { nullable: true, description: 'Null unless the actor may see it.' })
  async feed(@Arg('id', () => ID) id: string, @Ctx() { actor }: RequestContext): Promise<FeedType | null> {
    const feedId = fromGlobalId('feed', id);
    const found = feedId && (await this.service.find(scopeOf(actor!), feedId));
    return found ? this.view(found) : null;
  }

  @Allow('PARTNER', ...RECONCILERS)
  @NeedsScope('SETTLEMENT')
  @Mutation(() => FeedResult, { description: 'Opens a feed for lines. The same again answers the same feed.' })
  async openFeed(@Arg('input') input: OpenFeedInput, @Ctx() { actor }: RequestContext): Promise<object> {
    const { name, basis, matchBy, amountIs } = input;
    const mapping = input.mapping ? mappingOf(input.mapping) : undefined;
    if (isRefusal(mapping)) return toRefusalType(mapping);
    const offerId = input.offer ? (fromGlobalId('offer', input.offer) ?? '') : undefined;
    const timeZone = input.timeZone ?? undefined;
    const terms = { basis, matchBy, amountIs, timeZone, offerId, mapping };
    const period = { periodFrom: input.from.getTime(), periodBefore: input.before.getTime() };
    const asked = { partnerId: this.partnerOf(actor!, input.partner), name, terms, ...period };
    return this.answer(await this.service.open(actor!, scopeOf(actor!), asked));
  }

  @OncePerRequest()
  @Allow('PARTNER', ...RECONCILERS)
  @NeedsScope('SETTLEMENT')
  @Mutation(() => RecordFeedLinesResult, {
    description:
      `Adds at most ${LINES_A_CALL} lines to an open feed, each by itself. ` +
      'A line that was sent before is known by its number. Once in a request.',
  })
  async recordFeedLines(@Arg('input') input: RecordFeedLinesInput, @Ctx() { actor }: RequestContext): Promise<object> {
    const feedId = fromGlobalId('feed', input.feed);
    if (feedId === undefined) return toRefusalType(NO_FEED);
    const lines: ClearLine[] = [];
    for (const [at, line] of input.lines.entries()) {
      const clear = clearLine(line, at);
      if (isRefusal(clear)) return toRefusalType(clear);
      lines.push(clear);
    }
    const report = await this.service.record(scopeOf(actor!), feedId, lines);
    return isRefusal(report) ? toRefusalType(report) : { __typename: 'FeedLinesRecorded', ...report };
  }

  @Allow('PARTNER', ...RECONCILERS)
  @NeedsScope('SETTLEMENT')
  @Mutation(() => FeedResult, { description: 'No more lines are taken; the feed can be reconciled from then on.' })
  async closeFeed(@Arg('input') input: CloseFeedInput, @Ctx() { actor }: RequestContext): Promise<object> {
    const feedId = fromGlobalId('feed', input.feed);
    if (feedId === undefined) return toRefusalType(NO_FEED);
    return this.answer(await this.service.close(actor!, scopeOf(actor!), feedId, input.lines ?? undefined));
  }

  private answer(outcome: Feed | Refusal): object {
    return isRefusal(outcome) ? toRefusalType(outcome) : { __typename: 'Feed', ...this.view(outcome) };
  }

  private view(feed: Feed): FeedType {
    const { terms } = feed;
    return {
      id: toGlobalId('feed', feed.id),
      partner: this.catalogue().partner(feed.partnerId)?.code ?? '',
      name: feed.name,
      state: feed.state,
      basis: terms.basis,
      matchBy: terms.matchBy,
      amountIs: terms.amountIs,
      timeZone: terms.timeZone,
      offer: terms.offerId === undefined ? null : toGlobalId('offer', terms.offerId),
      from: new Date(feed.periodFrom),
      before: new Date(feed.periodBefore),
      lines: feed.lines,
      openedAt: new Date(feed.openedAt),
      closedAt: feed.closed ? new Date(feed.closed.at) : null,
    };
  }

  /** A partner's own, unless it names one; whose it names is judged by its scope. */
  private partnerOf({ role, partnerId }: Actor, named: string | null | undefined): string {
    if (named) return partnerNamed(this.catalogue(), named)?.id ?? '';
    return role === 'PARTNER' ? (partnerId ?? '') : '';
  }
}
