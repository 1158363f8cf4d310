// Impressions, the funnel and the time to use at the API; a partner sees those of its own offers.
import { Arg, Ctx, Int, Mutation, Query, Resolver } from 'type-graphql';
import { fromGlobalId, toGlobalId } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import { dayFromText, dayText } from '../../kernel/period';
import { isRefusal } from '../../kernel/refusal';
import type { Catalogue } from '../../program/catalogue';
import { connectionPage } from '../../request/connection';
import type { RequestContext } from '../../request/context';
import { OncePerRequest } from '../../request/once';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, NeedsScope, STAFF } from '../../request/policy';
import { toRefusalType } from '../../request/shared.type';
import type { FunnelService } from './funnel.service';
import type { FunnelKey, FunnelRow } from './funnel.store';
import {
  FunnelFilter,
  FunnelResult,
  RecordImpressionsRequest,
  RecordImpressionsResult,
  TimeToUseResult,
} from './funnel.type';
import type { ImpressionService } from './impression.service';
import { scopeFor } from './tracking-scope';

const CURSOR = 'funnel';

@Resolver()
export class FunnelResolver {
  constructor(
    private readonly service: FunnelService,
    private readonly impressions: ImpressionService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @OncePerRequest()
  @Allow('SERVER')
  @Mutation(() => RecordImpressionsResult, {
    description: 'Tells how often offers were shown. All of the batch counts, or nothing of it. Once in a request.',
  })
  async recordImpressions(
    @Arg('input') { idempotencyKey, impressions }: RecordImpressionsRequest,
    @Ctx() { actor }: RequestContext,
  ): Promise<object> {
    const entries = impressions.map(({ offer, day, shown }) => ({ offerId: fromGlobalId('offer', offer), day, shown }));
    const recorded = await this.impressions.record(actor!, idempotencyKey, entries);
    return isRefusal(recorded) ? toRefusalType(recorded) : { __typename: 'RecordedImpressions', ...recorded };
  }

  @NeedsScope('REDEMPTIONS_READ')
  @Allow('PARTNER', STAFF)
  @Query(() => FunnelResult, {
    description: 'How often offers were shown, and what became of their claims, by offer and day.',
  })
  async redemptionFunnel(
    @Ctx() { actor }: RequestContext,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
    @Arg('filter', () => FunnelFilter, { nullable: true }) filter?: FunnelFilter | null,
  ): Promise<object> {
    const size = pageSize(first);
    const key = afterKey(CURSOR, after, /^\d{4}-\d{2}-\d{2} [0-9a-f]{32}$/);
    const days = this.service.days(filter?.from, filter?.to);
    if (isRefusal(days)) return toRefusalType(days);
    const scope = scopeFor(actor!, wordsOf(filter), this.catalogue());
    const found = await this.service.funnel(scope, days, {
      after: key === undefined ? undefined : keyOf(key),
      limit: size + 1,
    });
    const page = connectionPage(found, size, (row) => ({ cursor: cursorOf(row), node: this.step(row) }));
    return { __typename: 'FunnelConnection', ...page };
  }

  @NeedsScope('REDEMPTIONS_READ')
  @Allow('PARTNER', STAFF)
  @Query(() => TimeToUseResult, { description: 'How soon after its claim a coupon is used, by the day of the use.' })
  async timeToUse(
    @Ctx() { actor }: RequestContext,
    @Arg('filter', () => FunnelFilter, { nullable: true }) filter?: FunnelFilter | null,
  ): Promise<object> {
    const days = this.service.days(filter?.from, filter?.to);
    if (isRefusal(days)) return toRefusalType(days);
    const {
      uses,
      median = null,
      p90 = null,
      ...times
    } = await this.service.timeToUse(scopeFor(actor!, wordsOf(filter), this.catalogue()), days);
    const byDay = times.days.map(({ day, ...figures }) => ({ day: dayText(day), ...figures }));
    return { __typename: 'TimeToUse', uses, median, p90, days: byDay };
  }

  private step({ day, offerId, ...steps }: FunnelRow): object {
    const title = this.catalogue().offer(offerId)?.title ?? '';
    return { day: dayText(day), offer: toGlobalId('offer', offerId), title, ...steps };
  }
}

function wordsOf(filter: FunnelFilter | null | undefined) {
  return { offer: filter?.offer, partner: filter?.partner, agreement: filter?.agreement };
}

function cursorOf({ day, offerId }: FunnelRow): string {
  return encodeCursor(CURSOR, `${dayText(day)} ${offerId}`);
}

function keyOf(key: string): FunnelKey {
  const [day, offerId] = key.split(' ') as [string, string];
  return { day: dayFromText(day), offerId };
}
