// The resolvers of stages, grades and campaigns; apart from the services: the schema follows the order of loading.
import type { Database } from '../database/database';
import type { Catalogue } from '../program/catalogue';
import { CampaignResolver } from './campaign/campaign.resolver';
import { LifecycleLoader } from './lifecycle/lifecycle.loader';
import { LifecycleResolver } from './lifecycle/lifecycle.resolver';
import type { LifecycleSide } from './lifecycle-side';

export const LIFECYCLE_RESOLVERS = [LifecycleResolver, CampaignResolver] as const;

type Instance = readonly [(typeof LIFECYCLE_RESOLVERS)[number], object];

export function lifecycleResolvers(
  { campaigns }: LifecycleSide,
  database: Database,
  catalogue: () => Catalogue,
): readonly Instance[] {
  return [
    [LifecycleResolver, new LifecycleResolver(database.read, new LifecycleLoader(database.read), catalogue)],
    [CampaignResolver, new CampaignResolver(campaigns, database.read, catalogue)],
  ];
}
