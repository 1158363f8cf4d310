// Offers at the API of partners and staff: the lists, and what a partner does with its own.

import { Arg, Ctx, createUnionType, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { Actor } from '../../kernel/actor';
import { fromGlobalId, type Id } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import { isRefusal, type Refusal } from '../../kernel/refusal';
import type { Catalogue } from '../../program/catalogue';
import type { CatalogueOffer } from '../../program/catalogue-item';
import { partnerNamed } from '../../program/named-partner';
import { type Connection } from '../../request/connection';
import type { RequestContext } from '../../request/context';
import { OncePerRequest } from '../../request/once';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, NeedsScope, STAFF } from '../../request/policy';
import { RefusalType, toRefusalType } from '../../request/shared.type';
import type { StockService } from '../stock.service';
import { isDamaged, NO_OFFER, type OfferState, type RegisteredOffer } from './offer';
import { OfferChanges, OfferInput, termsOf } from './offer.input';
import type { OfferService } from './offer.service';
import type { OfferScope } from './offer.store';
import { OfferConnectionType, OfferStates, OfferType } from './offer.type';
import { catalogueOfferView, registeredOfferView } from './offer.view';
import type { OfferReviewService } from './review.service';

/** Staff that may stop an offer; its terms are the partner's. */
const OPERATORS = ['BD', 'OPERATIONS', 'ADMIN'] as const;
const CURSOR = 'offer';

export const OfferResult = createUnionType({ name: 'OfferResult', types: () => [OfferType, RefusalType] as const });

export function offerScope({ role, partnerId }: Actor): OfferScope {
  return role === 'PARTNER' ? { partnerId: partnerId ?? null } : {};
}

@Resolver(() => OfferType)
export class OfferResolver {
  constructor(
    private readonly catalogue: () => Catalogue,
    private readonly stock: StockService,
    private readonly registered: OfferService,
    private readonly reviews: OfferReviewService,
  ) {}

  @Allow('PARTNER', STAFF)
  @NeedsScope('OFFERS_READ')
  @Query(() => [OfferType], { description: "Offers that are live: a partner's own, or those that staff asks for." })
  async offers(
    @Ctx() context: RequestContext,
    @Arg('partner', () => String, { nullable: true, description: 'A partner, by its code or its id; all unless told.' })
    partner?: string | null,
  ): Promise<OfferType[]> {
    const { role, partnerId } = context.actor!;
    const catalogue = this.catalogue();
    const own = catalogue.offers.filter((offer) => role !== 'PARTNER' || offer.partner.id === partnerId);
    const named = partner ? partnerNamed(catalogue, partner) : undefined;
    const asked = own.filter((offer) => !partner || offer.partner.id === named?.id);
    const registered = await this.reviews.among(asked.map(({ id }) => id));
    const supplies = this.suppliesOf(asked, catalogue, context.now);
    return asked.map((offer) => catalogueOfferView(offer, { catalogue, supplies }, registered.get(offer.id)));
  }

  @Allow('PARTNER', STAFF)
  @NeedsScope('OFFERS_READ')
  @Query(() => OfferConnectionType, {
    description: "Offers that partners registered, in whatever state: a partner's own, or of all for staff.",
  })
  async registeredOffers(
    @Ctx() context: RequestContext,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
    @Arg('state', () => OfferStates, { nullable: true }) state?: OfferState | null,
  ): Promise<Connection<OfferType>> {
    const size = pageSize(first);
    const before = afterKey(CURSOR, after, /^[0-9a-f]{32}$/);
    const page = { before, limit: size + 1, state: state ?? undefined };
    const found = await this.reviews.list(offerScope(context.actor!), page);
    const shown = found.slice(0, size).filter((registered) => !isDamaged(registered));
    const last = found.slice(0, size).at(-1);
    const nodes = await this.views(shown);
    const edges = nodes.map((node, at) => ({ cursor: encodeCursor(CURSOR, shown[at]!.offer.id), node }));
    return {
      edges,
      pageInfo: { hasNextPage: found.length > size, endCursor: last ? encodeCursor(CURSOR, last.offer.id) : null },
    };
  }

  @Allow('PARTNER', STAFF)
  @NeedsScope('OFFERS_READ')
  @Query(() => OfferType, { nullable: true, description: 'A registered offer. Null unless the actor may see it.' })
  async registeredOffer(@Arg('id', () => ID) id: string, @Ctx() context: RequestContext): Promise<OfferType | null> {
    const offerId = fromGlobalId('offer', id);
    const found = offerId && (await this.reviews.find(offerScope(context.actor!), offerId));
    return found && !isDamaged(found) ? (await this.views([found]))[0]! : null;
  }

  @Allow('PARTNER')
  @NeedsScope('OFFERS_WRITE')
  @Mutation(() => OfferResult, { description: 'Registers an offer of the partner, as a draft.' })
  async createOffer(@Arg('input') input: OfferInput, @Ctx() context: RequestContext): Promise<object> {
    const { code, ...terms } = termsOf(input);
    const created = await this.registered.create(context.actor!, String(code), withoutNulls(terms));
    return isRefusal(created) ? toRefusalType(created) : this.answer(created, undefined, context);
  }

  @OncePerRequest()
  @Allow('PARTNER')
  @NeedsScope('OFFERS_WRITE')
  @Mutation(() => OfferResult, {
    description:
      'Changes a draft. Of a live offer, a change of cost, worth or terms waits for review; others hold at once.',
  })
  async reviseOffer(
    @Arg('offer', () => ID) offer: string,
    @Arg('changes') changes: OfferChanges,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    return this.change(offer, context, (actor, id) => this.registered.revise(actor, id, termsOf(changes)));
  }

  @Allow('PARTNER')
  @NeedsScope('OFFERS_WRITE')
  @Mutation(() => OfferResult, { description: 'Hands a draft in for review.' })
  async submitOffer(@Arg('offer', () => ID) offer: string, @Ctx() context: RequestContext): Promise<object> {
    return this.change(offer, context, (actor, id) => this.registered.submit(actor, id));
  }

  @Allow('PARTNER')
  @NeedsScope('OFFERS_WRITE')
  @Mutation(() => OfferResult, { description: 'Takes what waits for review back.' })
  async withdrawOffer(@Arg('offer', () => ID) offer: string, @Ctx() context: RequestContext): Promise<object> {
    return this.change(offer, context, (actor, id) => this.registered.withdraw(actor, id));
  }

  @OncePerRequest()
  @Allow('PARTNER', ...OPERATORS)
  @NeedsScope('OFFERS_WRITE')
  @Mutation(() => OfferResult, { description: 'Nobody can take it until it is resumed. Coupons stay good.' })
  async pauseOffer(@Arg('offer', () => ID) offer: string, @Ctx() context: RequestContext): Promise<object> {
    return this.change(offer, context, (actor, id) => this.registered.pause(actor, id));
  }

  @OncePerRequest()
  @Allow('PARTNER', ...OPERATORS)
  @NeedsScope('OFFERS_WRITE')
  @Mutation(() => OfferResult, { description: 'What staff paused, only staff resumes.' })
  async resumeOffer(@Arg('offer', () => ID) offer: string, @Ctx() context: RequestContext): Promise<object> {
    return this.change(offer, context, (actor, id) => this.registered.resume(actor, id));
  }

  @OncePerRequest()
  @Allow('PARTNER', ...OPERATORS)
  @NeedsScope('OFFERS_WRITE')
  @Mutation(() => OfferResult, { description: 'Ends it for good. Coupons stay good.' })
  async endOffer(@Arg('offer', () => ID) offer: string, @Ctx() context: RequestContext): Promise<object> {
    return this.change(offer, context, (actor, id) => this.registered.end(actor, id));
  }

  private async change(
    offer: string,
    context: RequestContext,
    work: (actor: Actor, id: Id) => Promise<Refusal | undefined>,
  ): Promise<object> {
    const id = fromGlobalId('offer', offer);
    if (id === undefined) return toRefusalType(NO_OFFER);
    return this.answer(id, await work(context.actor!, id), context);
  }

  private async answer(id: Id, refusal: Refusal | undefined, context: RequestContext): Promise<object> {
    if (refusal) return toRefusalType(refusal);
    const found = await this.reviews.find(offerScope(context.actor!), id);
    return found && !isDamaged(found) ? this.offerAnswer(found) : toRefusalType(NO_OFFER);
  }

  private async offerAnswer(found: RegisteredOffer): Promise<object> {
    const [view] = await this.views([found]);
    return { __typename: 'Offer', ...view };
  }

  private async views(found: readonly RegisteredOffer[]): Promise<OfferType[]> {
    const catalogue = this.catalogue();
    const known = found.flatMap(({ offer }) => catalogue.offer(offer.id) ?? []);
    const supplies = await this.stock.supplies(known, catalogue);
    return found.map((registered) => registeredOfferView(registered, { catalogue, supplies }));
  }

  private suppliesOf(offers: readonly CatalogueOffer[], catalogue: Catalogue, now: number) {
    return new Map(
      offers.flatMap((offer) => {
        const supply = this.stock.supply(offer, catalogue, now);
        return supply ? [[offer.id, supply] as const] : [];
      }),
    );
  }
}

function withoutNulls(terms: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== null));
}
