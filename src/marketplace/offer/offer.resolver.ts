// Offers as partners and staff see them: a partner its own, staff all, with what members are never shown.
import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Arg, Ctx, Field, ID, ObjectType, Query, Resolver, registerEnumType } from 'type-graphql';
import type { Catalogue } from '../program/catalogue';
import type { CatalogueOffer } from '../program/catalogue-item';
import type { CostBasis, Fulfilment } from '../program/program';
import type { RequestContext } from '../request/context';
import { Allow, STAFF } from '../request/policy';
import { enumOf, MoneyType } from '../request/shared.type';
import type { StockService } from './stock.service';

const Fulfilments = enumOf(['INTERNAL', 'CODE_POOL', 'PARTNER_API']);
registerEnumType(Fulfilments, {
  name: 'Fulfilment',
  description: 'Who makes the coupon: the gateway, a pool of codes, or the partner when it is claimed.',
});
const CostBases = enumOf(['ISSUE', 'USE']);
registerEnumType(CostBases, {
  name: 'CostBasis',
  description: 'Whether a cost counts when a coupon is issued or used.',
});

@Allow('PARTNER', STAFF)
@ObjectType('Offer', { simpleResolvers: true, description: 'What a partner offers, as it and staff see it.' })
export class OfferType {
  @Field(() => ID)
  id!: string;
  @Field()
  code!: string;
  @Field()
  title!: string;
  @Field({ description: 'The code of the partner.' })
  partner!: string;
  @Field(() => Fulfilments)
  fulfilment!: Fulfilment;
  @Field(() => MoneyType)
  faceValue!: MoneyType;
  @Allow(STAFF)
  @Field(() => MoneyType, { description: 'What one redemption costs the operator.' })
  unitCost!: MoneyType;
  @Field(() => CostBases)
  costBasis!: CostBasis;
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Null: unlimited. At most a second old.' })
  stockLeft!: number | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  validFrom!: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Exclusive.' })
  validUntil!: Date | null;
}

@Resolver(() => OfferType)
export class OfferResolver {
  constructor(
    private readonly catalogue: () => Catalogue,
    private readonly stock: StockService,
  ) {}

  @Allow('PARTNER', STAFF)
  @Query(() => [OfferType], { description: "Offers in the program: a partner's own, or those that staff asks for." })
  offers(
    @Ctx() context: RequestContext,
    @Arg('partner', () => String, { nullable: true, description: 'The code of a partner; all unless told.' })
    partner?: string | null,
  ): OfferType[] {
    const { role, partnerId } = context.actor!;
    const catalogue = this.catalogue();
    const own = catalogue.offers.filter((offer) => role !== 'PARTNER' || offer.partner.id === partnerId);
    const asked = own.filter((offer) => !partner || offer.partner.code === partner);
    return asked.map((offer) => this.toType(offer, catalogue.settings.currency));
  }

  private toType(offer: CatalogueOffer, currency: string): OfferType {
    const { view } = offer;
    return {
      id: view.id,
      code: offer.code,
      title: view.title,
      partner: offer.partner.code,
      fulfilment: offer.fulfilment,
      faceValue: view.faceValue,
      unitCost: { amount: offer.unitCost, currency },
      costBasis: offer.costBasis,
      stockLeft: this.stock.left(offer)?.left ?? null,
      validFrom: view.validFrom,
      validUntil: view.validUntil,
    };
  }
}
