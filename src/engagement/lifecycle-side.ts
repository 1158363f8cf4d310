// The services of stages, grades and campaigns, put together.
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { LedgerService } from '../ledger/ledger.service';
import type { MemberRowsStore } from '../members/member-rows.store';
import type { Catalogue } from '../program/catalogue';
import { CampaignJob } from './campaign/campaign.job';
import { CampaignService } from './campaign/campaign.service';
import { CampaignConsumer, triggerByStage } from './campaign/campaign-triggers';
import type { EventConsumer } from './event/event-consumer';
import { LifecycleConsumer } from './lifecycle/lifecycle.consumer';
import { LifecycleJob } from './lifecycle/lifecycle.job';
import { LifecycleService } from './lifecycle/lifecycle.service';
import type { RewardGiver } from './reward/reward';

export interface LifecycleParts {
  readonly database: Database;
  readonly ledger: LedgerService;
  readonly memberRows: MemberRowsStore;
  readonly catalogue: () => Catalogue;
  readonly clock: Clock;
  readonly rewards: RewardGiver;
}

export interface LifecycleSide {
  readonly lifecycle: LifecycleService;
  readonly campaigns: CampaignService;
  readonly lifecycleJobs: readonly [LifecycleJob, CampaignJob];
}

export function makeLifecycleSide(parts: LifecycleParts): LifecycleSide & { consumers: readonly EventConsumer[] } {
  const { database, catalogue, clock } = parts;
  const lifecycle = new LifecycleService(database, catalogue, clock, triggerByStage);
  const campaigns = new CampaignService(parts);
  const campaignJob = new CampaignJob(database, campaigns, catalogue, clock);
  return {
    lifecycle,
    campaigns,
    lifecycleJobs: [new LifecycleJob(database, lifecycle, catalogue, clock), campaignJob],
    consumers: [new LifecycleConsumer(lifecycle), new CampaignConsumer(campaignJob)],
  };
}
