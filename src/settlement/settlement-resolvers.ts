// The resolvers of this room, put together.
import { DeliveryResolver } from './delivery/delivery.resolver';
import type { SettlementParts, SettlementSide } from './settlement-side';
import { StatementResolver } from './statement/statement.resolver';

export const SETTLEMENT_RESOLVERS = [DeliveryResolver, StatementResolver] as const;

type Instance = readonly [(typeof SETTLEMENT_RESOLVERS)[number], object];

export function settlementResolvers(side: SettlementSide & Pick<SettlementParts, 'agreements' | 'ledger'>): Instance[] {
  const { deliveries, disputes, adjustments, agreements, ledger } = side;
  return [
    [DeliveryResolver, new DeliveryResolver(deliveries, disputes, adjustments, agreements, ledger)],
    [StatementResolver, new StatementResolver(side.statements)],
  ];
}
