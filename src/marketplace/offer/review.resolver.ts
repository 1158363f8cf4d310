// The review of offers at the API of staff: the queue and the decision.
import { GraphQLDateTimeISO } from 'graphql-scalars';
import {
  Arg,
  Ctx,
  Field,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  registerEnumType,
} from 'type-graphql';
import { fromGlobalId } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import type { Catalogue } from '../../program/catalogue';
import type { RequestContext } from '../../request/context';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, STAFF } from '../../request/policy';
import { enumOf, PageInfoType, toRefusalType } from '../../request/shared.type';
import type { StockService } from '../stock.service';
import { exposureView, OfferExposureType } from './exposure.type';
import { NO_OFFER, type RegisteredOffer } from './offer';
import { OfferResult } from './offer.resolver';
import { OfferType } from './offer.type';
import { registeredOfferView } from './offer.view';
import type { OfferReviewService } from './review.service';

const CURSOR = 'review';

const Decisions = enumOf(['APPROVE', 'REJECT']);
registerEnumType(Decisions, { name: 'OfferDecision' });

@InputType('ReviewOfferInput')
export class ReviewOfferInput {
  @Field(() => ID)
  offer!: string;
  @Field(() => Int, { description: 'The revision that was looked at; another one is not decided by this.' })
  revision!: number;
  @Field(() => Decisions)
  decision!: keyof typeof Decisions;
  @Field(() => String, {
    nullable: true,
    description: 'As the partner reads it; needed to reject. 1 to 500 characters.',
  })
  reason?: string | null;
}

@Allow(STAFF)
@ObjectType('OfferInReviewEdge', { simpleResolvers: true })
export class OfferInReviewEdgeType {
  @Field()
  cursor!: string;
  @Field(() => GraphQLDateTimeISO)
  waitingSince!: Date;
  @Field(() => OfferType, { description: 'Its open revision is the one to decide on.' })
  node!: OfferType;
  @Field(() => OfferExposureType, {
    nullable: true,
    description: 'The worst case of the open revision. Null when the program has not any more what it refers to.',
  })
  exposure!: OfferExposureType | null;
}

@Allow(STAFF)
@ObjectType('OfferInReviewConnection', { simpleResolvers: true })
export class OfferInReviewConnectionType {
  @Field(() => [OfferInReviewEdgeType], { description: 'The longest waiting first.' })
  edges!: readonly OfferInReviewEdgeType[];
  @Field(() => PageInfoType)
  pageInfo!: PageInfoType;
}

@Resolver(() => OfferInReviewEdgeType)
export class OfferReviewResolver {
  constructor(
    private readonly reviews: OfferReviewService,
    private readonly stock: StockService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow(STAFF)
  @Query(() => OfferInReviewConnectionType, { description: 'Offers of which a revision waits for review.' })
  async offersInReview(
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<OfferInReviewConnectionType> {
    const size = pageSize(first);
    const key = afterKey(CURSOR, after, /^\d{1,16}-[0-9a-f]{32}$/)?.split('-');
    const found = await this.reviews.waiting(key && { since: Number(key[0]), id: key[1]! }, size + 1);
    const shown = found.slice(0, size).filter(({ open }) => open);
    const views = await this.views(shown);
    const edges = views.map((node, at) => {
      const { waitingSince } = shown[at]!.offer;
      return {
        cursor: cursorOf(shown[at]!),
        waitingSince: new Date(waitingSince!),
        node,
        exposure: this.exposureOf(shown[at]!),
      };
    });
    const last = found.slice(0, size).at(-1);
    const endCursor = last ? cursorOf(last) : null;
    return { edges, pageInfo: { hasNextPage: found.length > size, endCursor } };
  }

  @Allow(STAFF)
  @Query(() => OfferExposureType, {
    nullable: true,
    description: 'The worst case of the open revision of an offer, or of the live one. Null when there is none.',
  })
  async offerExposure(@Arg('offer', () => ID) offer: string): Promise<OfferExposureType | null> {
    const offerId = fromGlobalId('offer', offer);
    const found = offerId && (await this.reviews.find({}, offerId));
    return found ? this.exposureOf(found) : null;
  }

  @Allow('BD', 'OPERATIONS', 'ADMIN')
  @Mutation(() => OfferResult, { description: 'Approves or rejects the revision that waits for review.' })
  async reviewOffer(@Arg('input') input: ReviewOfferInput, @Ctx() context: RequestContext): Promise<object> {
    const offerId = fromGlobalId('offer', input.offer);
    if (offerId === undefined) return toRefusalType(NO_OFFER);
    const { revision, decision, reason } = input;
    const review = { offerId, revision, approve: decision === 'APPROVE', reason: reason ?? undefined };
    const refusal = await this.reviews.review(context.actor!, review);
    if (refusal) return toRefusalType(refusal);
    const found = await this.reviews.find({}, offerId);
    return found ? { __typename: 'Offer', ...(await this.views([found]))[0]! } : toRefusalType(NO_OFFER);
  }

  private exposureOf({ live, open }: RegisteredOffer): OfferExposureType | null {
    const revision = open ?? live;
    const exposure = revision && this.reviews.exposure(revision);
    return exposure ? exposureView(exposure, this.catalogue().settings.currency) : null;
  }

  private async views(found: readonly RegisteredOffer[]): Promise<OfferType[]> {
    const catalogue = this.catalogue();
    const known = found.flatMap(({ offer }) => catalogue.offer(offer.id) ?? []);
    const supplies = await this.stock.supplies(known, catalogue);
    return found.map((registered) => registeredOfferView(registered, { catalogue, supplies }));
  }
}

function cursorOf({ offer }: RegisteredOffer): string {
  return encodeCursor(CURSOR, `${offer.waitingSince}-${offer.id}`);
}
