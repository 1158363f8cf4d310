// What does not match, at the API: staff decide, partners answer what is theirs.
import { Arg, Ctx, createUnionType, Int, Mutation, Query, Resolver } from 'type-graphql';
import { fromGlobalId, toGlobalId } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import { dayText } from '../../kernel/period';
import { isRefusal, type Refusal } from '../../kernel/refusal';
import type { Catalogue } from '../../program/catalogue';
import { type Connection, connectionPage } from '../../request/connection';
import type { RequestContext } from '../../request/context';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, NeedsScope, STAFF } from '../../request/policy';
import { RefusalType, toRefusalType } from '../../request/shared.type';
import { scopeOf } from '../settlement-scope';
import { RECONCILERS } from './feed.resolver';
import type { ReconciliationItem } from './item';
import { NO_ITEM_FOUND, type ReconciliationItemService } from './item.service';
import { AnswerItemInput, DecideItemInput, ItemConnectionType, ItemFilter, ItemType } from './item.type';
import { narrowed } from './run.resolver';

const CURSOR = 'reconciliationItem';

const ReconciliationItemResult = createUnionType({
  name: 'ReconciliationItemResult',
  types: () => [ItemType, RefusalType] as const,
});

@Resolver()
export class ReconciliationItemResolver {
  constructor(
    private readonly service: ReconciliationItemService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow('PARTNER', STAFF)
  @NeedsScope('SETTLEMENT')
  @Query(() => ItemConnectionType, {
    description:
      'What the gateway and its partners do not agree on: what reconciliations found, and what partners said.',
  })
  async reconciliationItems(
    @Ctx() { actor }: RequestContext,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
    @Arg('filter', () => ItemFilter, { nullable: true }) filter?: ItemFilter | null,
  ): Promise<Connection<ItemType>> {
    const size = pageSize(first);
    const before = afterKey(CURSOR, after, /^[0-9a-f]{32}$/);
    const { reconciliation, partner, kind, open } = filter ?? {};
    const runId = reconciliation ? (fromGlobalId('reconciliation', reconciliation) ?? null) : undefined;
    const scope = runId === null ? { partnerId: null } : narrowed(actor!, partner, this.catalogue());
    const page = {
      runId: runId ?? undefined,
      kind: kind ?? undefined,
      open: open ?? undefined,
      before,
      limit: size + 1,
    };
    const found = await this.service.list(scope, page);
    return connectionPage(found, size, (item) => ({ cursor: encodeCursor(CURSOR, item.id), node: this.view(item) }));
  }

  @Allow(...RECONCILERS)
  @Mutation(() => ReconciliationItemResult, {
    description:
      'Accepts, disputes or writes off an item. An adjustment is a transfer beside what stands in the books.',
  })
  async decideReconciliationItem(
    @Arg('input') { item, decision, reason, adjustment }: DecideItemInput,
    @Ctx() { actor }: RequestContext,
  ): Promise<object> {
    const id = fromGlobalId('reconciliationItem', item);
    if (id === undefined) return toRefusalType(NO_ITEM_FOUND);
    const adjusts = adjustment && {
      agreementId: fromGlobalId('agreement', adjustment.agreement) ?? '',
      ...{ item: adjustment.item, quantity: adjustment.quantity, value: adjustment.value },
    };
    return this.answerOf(await this.service.decide(actor!, id, { decision, reason, adjustment: adjusts ?? undefined }));
  }

  @Allow('PARTNER')
  @NeedsScope('SETTLEMENT')
  @Mutation(() => ReconciliationItemResult, { description: "The partner's word on an item that is not closed." })
  async answerReconciliationItem(
    @Arg('input') { item, answer, text }: AnswerItemInput,
    @Ctx() { actor }: RequestContext,
  ): Promise<object> {
    const id = fromGlobalId('reconciliationItem', item);
    if (id === undefined) return toRefusalType(NO_ITEM_FOUND);
    return this.answerOf(await this.service.answer(actor!, scopeOf(actor!), id, { answer, text }));
  }

  private answerOf(outcome: ReconciliationItem | Refusal): object {
    return isRefusal(outcome) ? toRefusalType(outcome) : { __typename: 'ReconciliationItem', ...this.view(outcome) };
  }

  private view(item: ReconciliationItem): ItemType {
    const catalogue = this.catalogue();
    const { currency } = catalogue.settings;
    const { ours, theirs, pool, repeats } = item.sides;
    const { decision, answer } = item;
    const money = (amount: number) => ({ amount, currency });
    const date = (at: number | undefined) => (at === undefined ? null : new Date(at));
    return {
      id: toGlobalId('reconciliationItem', item.id),
      redemption: item.redemptionId === undefined ? null : toGlobalId('redemption', item.redemptionId),
      partner: catalogue.partner(item.partnerId)?.code ?? '',
      kind: item.kind,
      detail: item.detail,
      foundAt: new Date(item.foundAt),
      reconciliation: item.runId === undefined ? null : toGlobalId('reconciliation', item.runId),
      line: item.line ?? null,
      repeats: repeats ?? null,
      differs: item.differs,
      ours: ours ? { amount: money(ours.amount), at: date(ours.at), status: ours.status } : null,
      theirs: theirs
        ? {
            amount: theirs.amount === undefined ? null : money(theirs.amount),
            at: date(theirs.at),
            day: theirs.day === undefined ? null : dayText(theirs.day),
            state: theirs.state ?? null,
          }
        : null,
      pool: pool ? { offer: toGlobalId('offer', pool.offerId), number: pool.seq, issued: pool.issued } : null,
      decision: decision?.decision ?? null,
      reason: decision?.reason ?? null,
      decidedAt: date(decision?.at),
      decidedBy: decision?.by ?? null,
      adjustment: decision?.adjustment === undefined ? null : toGlobalId('adjustment', decision.adjustment),
      answer: answer?.answer ?? null,
      answerText: answer?.text ?? null,
      answeredAt: date(answer?.at),
      resolvedAt: date(item.resolvedAt),
    };
  }
}
