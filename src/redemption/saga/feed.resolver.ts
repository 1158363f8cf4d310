// The subscription to a redemption, for who was told that it is still open.
import type { GraphQLSchema } from 'graphql';
import { Arg, Ctx, ID, Resolver, Root, Subscription } from 'type-graphql';
import { assert } from '../../kernel/assert';
import { fromGlobalId } from '../../kernel/id';
import type { Catalogue } from '../../program/catalogue';
import type { RequestContext } from '../../request/context';
import { Allow, SIGNED_IN } from '../../request/policy';
import { maySee } from '../end.service';
import type { Redemption } from '../redemption';
import type { RedemptionService } from '../redemption.service';
import { RedemptionType } from '../redemption.type';
import { RedemptionView } from '../redemption.view';
import type { RedemptionFeed } from './redemption-feed';

/** One value of the stream; without a redemption when there is none that the actor may see. */
interface Update {
  readonly redemption: Redemption | undefined;
}

@Resolver()
export class FeedResolver {
  constructor(
    private readonly redemptions: RedemptionService,
    private readonly feed: RedemptionFeed,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow(SIGNED_IN)
  @Subscription(() => RedemptionType, {
    nullable: true,
    description: 'At /graphql/stream: the redemption now and in each state that it comes to. Null as for `redemption`.',
    // Where it is asked for, no instance is at hand; `serveFeed` puts the instance's own in place of it.
    subscribe: () => {
      throw new Error('the feed of redemptions is not served');
    },
  })
  redemptionUpdated(
    @Root() { redemption }: Update,
    @Arg('id', () => ID) _id: string,
    @Ctx() { clock }: RequestContext,
  ): RedemptionView | null {
    return redemption ? new RedemptionView(redemption, this.redemptions.show(this.catalogue(), clock.now())) : null;
  }

  async *updatesOf(id: string, { actor }: RequestContext): AsyncGenerator<Update> {
    const redemptionId = fromGlobalId('redemption', id);
    const found = redemptionId === undefined ? undefined : await this.redemptions.find(redemptionId);
    if (!found || !actor || !maySee(actor, found)) yield { redemption: undefined };
    else for await (const redemption of this.feed.watch(found)) yield { redemption };
  }
}

/** Ties the subscription of a schema to the resolver that serves it. */
export function serveFeed(schema: GraphQLSchema, resolver: FeedResolver): GraphQLSchema {
  const field = schema.getSubscriptionType()?.getFields().redemptionUpdated;
  assert(field, 'the schema has no subscription to redemptions');
  field.subscribe = (_source, { id }: { id: string }, context: RequestContext) => resolver.updatesOf(id, context);
  return schema;
}
