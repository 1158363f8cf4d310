// The list of redemptions for partners, who see those of their own offers, and for staff, who see all.
import { Arg, Ctx, Field, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { encodeCursor } from '../kernel/page';
import type { Catalogue } from '../program/catalogue';
import type { RequestContext } from '../request/context';
import { afterKey, pageSize } from '../request/page-input';
import { Allow, NeedsScope, STAFF } from '../request/policy';
import { PageInfoType } from '../request/shared.type';
import type { Redemption } from './redemption';
import type { RedemptionService } from './redemption.service';
import { RedemptionType } from './redemption.type';
import { RedemptionView } from './redemption.view';

const CURSOR = 'redemption';

@Allow('PARTNER', STAFF)
@ObjectType('RedemptionEdge', { simpleResolvers: true })
export class RedemptionEdgeType {
  @Field()
  cursor!: string;
  @Field(() => RedemptionType)
  node!: RedemptionType;
}

@Allow('PARTNER', STAFF)
@ObjectType('RedemptionConnection', { simpleResolvers: true })
export class RedemptionConnectionType {
  @Field(() => [RedemptionEdgeType], { description: 'Newest first.' })
  edges!: RedemptionEdgeType[];
  @Field(() => PageInfoType)
  pageInfo!: PageInfoType;
}

@Resolver()
export class TrackingResolver {
  constructor(
    private readonly redemptions: RedemptionService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @NeedsScope('REDEMPTIONS_READ')
  @Allow('PARTNER', STAFF)
  @Query(() => RedemptionConnectionType, {
    name: 'redemptions',
    description: "Redemptions of offers: a partner's own, or of all for staff.",
  })
  async list(
    @Ctx() context: RequestContext,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<RedemptionConnectionType> {
    const size = pageSize(first);
    const before = afterKey(CURSOR, after, /^[0-9a-f]{32}$/);
    const { role, partnerId } = context.actor!;
    const scope = role === 'PARTNER' ? { partnerId: partnerId ?? null } : {};
    const found = await this.redemptions.list(scope, { before, limit: size + 1 });
    const show = { catalogue: this.catalogue(), now: context.now, codeOf: () => undefined };
    const edges = found.slice(0, size).map((redemption: Redemption) => ({
      cursor: encodeCursor(CURSOR, redemption.id),
      node: new RedemptionView(redemption, show),
    }));
    return { edges, pageInfo: { hasNextPage: found.length > size, endCursor: edges.at(-1)?.cursor ?? null } };
  }
}
