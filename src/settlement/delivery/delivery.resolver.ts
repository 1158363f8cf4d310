// Deliveries at the API: recorded by the side that gave, disputed by the other, seen by both; staff is the operator.
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type AgreementService, NO_AGREEMENT } from '../../agreements/agreement.service';
import { AgreementType } from '../../agreements/agreement.type';
import type { AgreementView } from '../../agreements/agreement.view';
import { fromGlobalId, type Id } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import { isRefusal, type Refusal } from '../../kernel/refusal';
import type { LedgerService } from '../../ledger/ledger.service';
import { type Connection, connectionPage } from '../../request/connection';
import type { RequestContext } from '../../request/context';
import { OncePerRequest } from '../../request/once';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, NeedsScope, STAFF } from '../../request/policy';
import { toRefusalType } from '../../request/shared.type';
import type { AdjustmentService } from '../adjustment/adjustment.service';
import { scopeOf } from '../settlement-scope';
import type { DeliveryInput } from './delivery';
import { type DeliveryService, type FullDelivery, NO_DELIVERY, type Recorded } from './delivery.service';
import {
  AdjustmentConnectionType,
  type AdjustmentType,
  DeliveryConnectionType,
  type DeliveryEntry,
  DeliveryFilter,
  DeliveryResult,
  DeliveryType,
  DisputeDeliveryInput,
  DisputedBalanceType,
  RecordDeliveriesInput,
  RecordDeliveriesResult,
  ResolveDisputeInput,
} from './delivery.type';
import { type AgreementsById, adjustmentView, deliveryView, itemCode } from './delivery.view';
import type { DisputeService } from './dispute.service';
import { disputedSums } from './disputed-accounts';

const CURSOR = 'delivery';
const ADJUSTMENT_CURSOR = 'adjustment';
const ID_KEY = /^[0-9a-f]{32}$/;
const WRITERS = ['PARTNER', 'BD', 'OPERATIONS', 'ADMIN'] as const;

@Resolver(() => AgreementType)
export class DeliveryResolver {
  constructor(
    private readonly deliveries: DeliveryService,
    private readonly disputes: DisputeService,
    private readonly adjustments: AdjustmentService,
    private readonly agreements: AgreementService,
    private readonly ledger: LedgerService,
  ) {}

  @Allow('PARTNER', STAFF)
  @NeedsScope('SETTLEMENT')
  @Query(() => DeliveryConnectionType, {
    name: 'deliveries',
    description: "What was recorded as given, newest first: of a partner's own agreements, or of all for staff.",
  })
  async list(
    @Ctx() { actor }: RequestContext,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
    @Arg('filter', () => DeliveryFilter, { nullable: true }) filter?: DeliveryFilter | null,
  ): Promise<Connection<DeliveryType>> {
    const size = pageSize(first);
    const page = { before: afterKey(CURSOR, after, ID_KEY), limit: size + 1, ...agreementOf(filter?.agreement) };
    const found = await this.deliveries.list(scopeOf(actor!), { ...page, state: filter?.state ?? undefined });
    const agreements = await this.agreementsOf(found.map(({ delivery }) => delivery));
    return connectionPage(found, size, (full) => ({
      cursor: encodeCursor(CURSOR, full.delivery.id),
      node: deliveryView(full, agreements),
    }));
  }

  @Allow('PARTNER', STAFF)
  @NeedsScope('SETTLEMENT')
  @Query(() => DeliveryType, { nullable: true, description: 'Null unless the actor may see it.' })
  async delivery(@Arg('id', () => ID) id: string, @Ctx() { actor }: RequestContext): Promise<DeliveryType | null> {
    const deliveryId = fromGlobalId('delivery', id);
    const found = deliveryId && (await this.deliveries.find(scopeOf(actor!), deliveryId));
    return found ? deliveryView(found, await this.agreementsOf([found.delivery])) : null;
  }

  @Allow('PARTNER', STAFF)
  @NeedsScope('SETTLEMENT')
  @Query(() => AdjustmentConnectionType, {
    description: 'What was put right in the books of agreements, and why, newest first.',
  })
  async settlementAdjustments(
    @Ctx() { actor }: RequestContext,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
    @Arg('agreement', () => ID, { nullable: true }) agreement?: string | null,
  ): Promise<Connection<AdjustmentType>> {
    const size = pageSize(first);
    const page = { before: afterKey(ADJUSTMENT_CURSOR, after, ID_KEY), limit: size + 1, ...agreementOf(agreement) };
    const found = await this.adjustments.list(scopeOf(actor!), page);
    const agreements = await this.agreementsOf(found);
    return connectionPage(found, size, (adjustment) => ({
      cursor: encodeCursor(ADJUSTMENT_CURSOR, adjustment.id),
      node: adjustmentView(adjustment, agreements),
    }));
  }

  @Allow('PARTNER', STAFF)
  @FieldResolver(() => [DisputedBalanceType], {
    description: 'What of the balances is in dispute. It counts until the dispute ends otherwise.',
  })
  async disputed(@Root() { source }: AgreementView): Promise<DisputedBalanceType[]> {
    const { id, currency } = source.agreement;
    const sums = disputedSums(await this.ledger.contraSumsOf(id));
    return [...sums].map(([item, { quantity, value }]) => {
      return { item: itemCode(source, item), quantity, value: { amount: value, currency } };
    });
  }

  @OncePerRequest()
  @Allow(WRITERS)
  @NeedsScope('SETTLEMENT')
  @Mutation(() => RecordDeliveriesResult, {
    description: "Records what the actor's side gave: at most 1,000, each recorded once, by itself. Once in a request.",
  })
  async recordDeliveries(
    @Arg('input') { agreement, source, deliveries }: RecordDeliveriesInput,
    @Ctx() { actor }: RequestContext,
  ): Promise<object> {
    const agreementId = fromGlobalId('agreement', agreement);
    if (agreementId === undefined) return toRefusalType(NO_AGREEMENT);
    const outcomes = await this.deliveries.record(actor!, agreementId, source, deliveries.map(inputOf));
    if (isRefusal(outcomes)) return toRefusalType(outcomes);
    const agreements = await this.agreements.findAll([agreementId]);
    const results = outcomes.map((outcome, at) => outcomeView(deliveries[at]!.externalId, outcome, agreements));
    const refused = outcomes.filter(isRefusal).length;
    return { __typename: 'RecordedDeliveries', recorded: outcomes.length - refused, refused, results };
  }

  @Allow(WRITERS)
  @NeedsScope('SETTLEMENT')
  @Mutation(() => DeliveryResult, {
    description:
      'The side that did not give it says that it is wrong. It is shown apart from then on, and stops nothing.',
  })
  async disputeDelivery(@Arg('input') input: DisputeDeliveryInput, @Ctx() context: RequestContext): Promise<object> {
    const id = fromGlobalId('delivery', input.delivery);
    return this.answer(id && (await this.disputes.dispute(context.actor!, id, input.reason)));
  }

  @Allow(WRITERS)
  @NeedsScope('SETTLEMENT')
  @Mutation(() => DeliveryResult, {
    description: 'Ends a dispute: each side by giving way. What is taken back is a transfer of its own.',
  })
  async resolveDispute(@Arg('input') input: ResolveDisputeInput, @Ctx() context: RequestContext): Promise<object> {
    const { delivery, resolution, quantity, reason } = input;
    const id = fromGlobalId('delivery', delivery);
    const request = { resolution, reason, quantity: quantity ?? undefined };
    return this.answer(id && (await this.disputes.resolve(context.actor!, id, request)));
  }

  private async answer(found: FullDelivery | Refusal | '' | undefined): Promise<object> {
    if (!found) return toRefusalType(NO_DELIVERY);
    if (isRefusal(found)) return toRefusalType(found);
    return { __typename: 'Delivery', ...deliveryView(found, await this.agreementsOf([found.delivery])) };
  }

  private agreementsOf(parts: readonly { readonly agreementId: Id }[]): Promise<AgreementsById> {
    return this.agreements.findAll(parts.map(({ agreementId }) => agreementId));
  }
}

/** An id that is none names no agreement. */
function agreementOf(agreement: string | null | undefined): { agreementId?: Id } {
  if (agreement === null || agreement === undefined) return {};
  return { agreementId: fromGlobalId('agreement', agreement) ?? '0'.repeat(32) };
}

function inputOf({ externalId, item, quantity, deliveredAt, evidence, note }: DeliveryEntry): DeliveryInput {
  const given = { deliveredAt: deliveredAt?.getTime(), note: note ?? undefined };
  return { externalId, item, quantity, evidence: evidence ?? [], ...given };
}

function outcomeView(externalId: string, outcome: Recorded | Refusal, agreements: AgreementsById) {
  if (isRefusal(outcome)) return { externalId, replayed: false, delivery: null, refusal: toRefusalType(outcome) };
  return { externalId, replayed: outcome.replayed, delivery: deliveryView(outcome, agreements), refusal: null };
}
