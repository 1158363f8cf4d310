// The resolvers of reconciliation, put together.
import type { Catalogue } from '../../program/catalogue';
import { PartnerFeedResolver } from './feed.resolver';
import { ReconciliationItemResolver } from './item.resolver';
import type { ReconciliationSide } from './reconciliation-side';
import { ReconciliationRunResolver } from './run.resolver';

export const RECONCILIATION_RESOLVERS = [
  PartnerFeedResolver,
  ReconciliationRunResolver,
  ReconciliationItemResolver,
] as const;

type Instance = readonly [(typeof RECONCILIATION_RESOLVERS)[number], object];

export function reconciliationResolvers(side: ReconciliationSide, catalogue: () => Catalogue): readonly Instance[] {
  return [
    [PartnerFeedResolver, new PartnerFeedResolver(side.feeds, catalogue)],
    [ReconciliationRunResolver, new ReconciliationRunResolver(side.reconciliations, catalogue)],
    [ReconciliationItemResolver, new ReconciliationItemResolver(side.reconciliationItems, catalogue)],
  ];
}
