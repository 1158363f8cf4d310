// Runs at the API: staff begin them, and both sides follow them.
import { Arg, Ctx, createUnionType, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { Actor } from '../../kernel/actor';
import { fromGlobalId, type Id, toGlobalId } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import { isRefusal } from '../../kernel/refusal';
import type { Catalogue } from '../../program/catalogue';
import { partnerNamed } from '../../program/named-partner';
import { type Connection, connectionPage } from '../../request/connection';
import type { RequestContext } from '../../request/context';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, NeedsScope, STAFF } from '../../request/policy';
import { RefusalType, toRefusalType } from '../../request/shared.type';
import { type SettlementScope, scopeOf } from '../settlement-scope';
import { RECONCILERS } from './feed.resolver';
import { NO_FEED } from './feed.service';
import { OUTCOMES, type Run } from './run';
import type { RunService } from './run.service';
import {
  MatchConnectionType,
  type MatchType,
  ReconcileFeedInput,
  ReconciliationFilter,
  RunConnectionType,
  RunType,
} from './run.type';

const CURSOR = 'reconciliation';
const MATCHES = 'reconciliationMatch';

const ReconciliationResult = createUnionType({
  name: 'ReconciliationResult',
  types: () => [RunType, RefusalType] as const,
});

@Resolver()
export class ReconciliationRunResolver {
  constructor(
    private readonly service: RunService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow(...RECONCILERS)
  @Mutation(() => ReconciliationResult, {
    description: 'Begins to compare a closed feed with our books and the pools; `reconciliation` tells how far it is.',
  })
  async reconcileFeed(@Arg('input') input: ReconcileFeedInput, @Ctx() { actor }: RequestContext): Promise<object> {
    const feedId = fromGlobalId('feed', input.feed);
    if (feedId === undefined) return toRefusalType(NO_FEED);
    const { amount, minutes, days } = input.tolerance;
    const run = await this.service.start(actor!, feedId, { amount, minutes, days });
    return isRefusal(run) ? toRefusalType(run) : { __typename: 'Reconciliation', ...this.view(run) };
  }

  @Allow('PARTNER', STAFF)
  @NeedsScope('SETTLEMENT')
  @Query(() => RunConnectionType, { description: "Reconciliations: of a partner's own feeds, or of all for staff." })
  async reconciliations(
    @Ctx() { actor }: RequestContext,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
    @Arg('filter', () => ReconciliationFilter, { nullable: true }) filter?: ReconciliationFilter | null,
  ): Promise<Connection<RunType>> {
    const size = pageSize(first);
    const before = afterKey(CURSOR, after, /^[0-9a-f]{32}$/);
    const feedId = filter?.feed ? (fromGlobalId('feed', filter.feed) ?? null) : undefined;
    const scope = feedId === null ? { partnerId: null } : narrowed(actor!, filter?.partner, this.catalogue());
    const found = await this.service.list(scope, { feedId: feedId ?? undefined, before, limit: size + 1 });
    return connectionPage(found, size, (run) => ({ cursor: encodeCursor(CURSOR, run.id), node: this.view(run) }));
  }

  @Allow('PARTNER', STAFF)
  @NeedsScope('SETTLEMENT')
  @Query(() => RunType, { nullable: true, description: 'Null unless the actor may see it.' })
  async reconciliation(@Arg('id', () => ID) id: string, @Ctx() { actor }: RequestContext): Promise<RunType | null> {
    const runId = fromGlobalId('reconciliation', id);
    const found = runId && (await this.service.find(scopeOf(actor!), runId));
    return found ? this.view(found) : null;
  }

  @Allow('PARTNER', STAFF)
  @NeedsScope('SETTLEMENT')
  @Query(() => MatchConnectionType, { description: 'Which line of the feed was found to be which redemption.' })
  async reconciliationMatches(
    @Arg('reconciliation', () => ID) id: string,
    @Ctx() { actor }: RequestContext,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<Connection<MatchType>> {
    const size = pageSize(first);
    const line = Number(afterKey(MATCHES, after, /^\d{1,10}$/) ?? 0);
    const runId = fromGlobalId('reconciliation', id);
    const run = runId && (await this.service.find(scopeOf(actor!), runId));
    const found = run ? await this.service.matches(run.id, line, size + 1) : [];
    return connectionPage(found, size, (match) => ({
      cursor: encodeCursor(MATCHES, String(match.line)),
      node: { line: match.line, redemption: toGlobalId('redemption', match.redemptionId) },
    }));
  }

  private view(run: Run): RunType {
    const catalogue = this.catalogue();
    const { currency } = catalogue.settings;
    const totals = OUTCOMES.flatMap((outcome) => {
      const total = run.totals[outcome];
      if (!total) return [];
      const [ours, theirs] = [total.ours, total.theirs].map((amount) => ({ amount, currency }));
      return [{ outcome, count: total.count, ours: ours!, theirs: theirs! }];
    });
    return {
      id: toGlobalId('reconciliation', run.id),
      feed: toGlobalId('feed', run.feedId),
      partner: catalogue.partner(run.partnerId)?.code ?? '',
      state: run.state,
      tolerance: run.tolerance,
      done: run.done,
      total: run.total,
      totals,
      startedAt: new Date(run.startedAt),
      endedAt: run.endedAt === undefined ? null : new Date(run.endedAt),
    };
  }
}

/** A partner's scope comes from its token; what it names besides can narrow that, never leave it. */
export function narrowed(actor: Actor, partner: string | null | undefined, catalogue: Catalogue): SettlementScope {
  const own = scopeOf(actor);
  if (!partner) return own;
  const named: Id | null = partnerNamed(catalogue, partner)?.id ?? null;
  return { partnerId: own.partnerId === undefined || own.partnerId === named ? named : null };
}
