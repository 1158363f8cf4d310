// The list of what the gateway and its partners do not agree on, for staff.

import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Arg, Field, ID, Int, ObjectType, Query, Resolver, registerEnumType } from 'type-graphql';
import { toGlobalId } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import { type Connection, connectionOf, connectionPage } from '../../request/connection';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, STAFF } from '../../request/policy';
import { enumOf } from '../../request/shared.type';
import { ITEM_KINDS, type ItemKind } from './moves';
import type { ReconciliationItem } from './reconciliation.store';
import type { SagaService } from './saga.service';

const CURSOR = 'reconciliationItem';

const ItemKinds = enumOf(ITEM_KINDS);
registerEnumType(ItemKinds, { name: 'ReconciliationKind', description: 'What the two sides do not agree on.' });

@Allow(STAFF)
@ObjectType('ReconciliationItem', {
  simpleResolvers: true,
  description:
    'Something about a redemption that the gateway and the partner do not agree on, and asking cannot repair.',
})
export class ReconciliationItemType {
  @Field(() => ID)
  id!: string;
  @Field(() => ID)
  redemption!: string;
  @Field(() => ID)
  partner!: string;
  @Field(() => ItemKinds)
  kind!: ItemKind;
  @Field({ description: 'In words, in part those of the partner.' })
  detail!: string;
  @Field(() => GraphQLDateTimeISO)
  foundAt!: Date;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  resolvedAt!: Date | null;
}

export const ReconciliationItemConnectionType = connectionOf('ReconciliationItem', () => ReconciliationItemType, {
  who: STAFF,
  order: 'Newest first.',
});

@Resolver()
export class ReconciliationResolver {
  constructor(private readonly saga: SagaService) {}

  @Allow(STAFF)
  @Query(() => ReconciliationItemConnectionType, {
    description: 'What the gateway and its partners do not agree on about redemptions.',
  })
  async reconciliationItems(
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<Connection<ReconciliationItemType>> {
    const size = pageSize(first);
    const before = afterKey(CURSOR, after, /^[0-9a-f]{32}$/);
    const found = await this.saga.items({ before, limit: size + 1 });
    return connectionPage(found, size, (item) => ({ cursor: encodeCursor(CURSOR, item.id), node: toType(item) }));
  }
}

function toType(item: ReconciliationItem): ReconciliationItemType {
  const { id, redemptionId, partnerId, kind, detail, foundAt, resolvedAt } = item;
  return {
    id: toGlobalId('reconciliationItem', id),
    redemption: toGlobalId('redemption', redemptionId),
    partner: toGlobalId('partner', partnerId),
    kind,
    detail,
    foundAt: new Date(foundAt),
    resolvedAt: resolvedAt === undefined ? null : new Date(resolvedAt),
  };
}
