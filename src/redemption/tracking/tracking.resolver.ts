// The list of redemptions and its sums, for partners, who see those of their own offers, and for staff, who see all.

import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import { encodeCursor } from '../../kernel/page';
import type { Catalogue } from '../../program/catalogue';
import { type Connection, connectionPage } from '../../request/connection';
import type { RequestContext } from '../../request/context';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, NeedsScope, STAFF } from '../../request/policy';
import type { Redemption } from '../redemption';
import type { OfferScope, RedemptionService } from '../redemption.service';
import type { RedemptionType } from '../redemption.type';
import { RedemptionView } from '../redemption.view';
import { RedemptionConnectionType, RedemptionFilter, RedemptionTotalsType } from './tracking.type';
import { scopeFor } from './tracking-scope';

const CURSOR = 'redemption';

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
    @Arg('filter', () => RedemptionFilter, { nullable: true }) filter?: RedemptionFilter | null,
  ): Promise<Connection<RedemptionType>> {
    const size = pageSize(first);
    const before = afterKey(CURSOR, after, /^[0-9a-f]{32}$/);
    const found = await this.redemptions.list(this.scopeOf(context, filter), { before, limit: size + 1 });
    const show = { catalogue: this.catalogue(), now: context.now, codeOf: () => undefined, linkOf: () => undefined };
    return connectionPage(found, size, (redemption: Redemption) => ({
      cursor: encodeCursor(CURSOR, redemption.id),
      node: new RedemptionView(redemption, show),
    }));
  }

  @NeedsScope('REDEMPTIONS_READ')
  @Allow('PARTNER', STAFF)
  @Query(() => RedemptionTotalsType, {
    description: 'What the redemptions that the filter lets pass sum up to. Counted when it is asked for.',
  })
  async redemptionTotals(
    @Ctx() context: RequestContext,
    @Arg('filter', () => RedemptionFilter, { nullable: true }) filter?: RedemptionFilter | null,
  ): Promise<RedemptionTotalsType> {
    const { redemptions, members, ...sums } = await this.redemptions.totals(this.scopeOf(context, filter));
    const { currency } = this.catalogue().settings;
    const [faceValue, cost] = [sums.faceValue, sums.cost].map((amount) => ({ amount, currency }));
    return { redemptions, members, faceValue: faceValue!, cost: cost! };
  }

  private scopeOf({ actor }: RequestContext, filter: RedemptionFilter | null | undefined): OfferScope {
    return scopeFor(actor!, filter ?? {}, this.catalogue());
  }
}
