// The services of engagement, put together: events, and who takes part in them.
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { LedgerService } from '../ledger/ledger.service';
import type { CardService } from '../members/card.service';
import type { MemberRowsStore } from '../members/member-rows.store';
import type { PointsService } from '../members/points.service';
import type { Catalogue } from '../program/catalogue';
import type { CatalogueService } from '../program/catalogue.service';
import type { RedemptionService } from '../redemption/redemption.service';
import { EventResolver } from './event/event.resolver';
import { EventService } from './event/event.service';
import type { EventConsumer } from './event/event-consumer';
import { type LifecycleSide, makeLifecycleSide } from './lifecycle-side';
import { ReturnService } from './return/return.service';
import { SettleReturnsJob } from './return/settle-returns.job';
import { RewardService } from './reward/reward.service';
import { type TermGiftLog, TermGiftService } from './term-gift/term-gift.service';
import { TermGiftsJob } from './term-gift/term-gifts.job';

export interface EngagementParts {
  readonly database: Database;
  readonly ledger: LedgerService;
  readonly memberRows: MemberRowsStore;
  readonly catalogue: CatalogueService;
  readonly points: PointsService;
  readonly redemptions: RedemptionService;
  readonly cards: CardService;
  readonly clock: Clock;
  readonly log: TermGiftLog;
}

export interface EngagementSide extends LifecycleSide {
  readonly rewards: RewardService;
  readonly events: EventService;
  readonly returns: ReturnService;
  readonly engagementJobs: readonly { readonly name: string; run(): Promise<number> }[];
}

export function makeEngagementSide(parts: EngagementParts): EngagementSide {
  const { database, ledger, memberRows, catalogue, points, redemptions, cards, clock, log } = parts;
  const current = () => catalogue.current();
  const rewards = new RewardService(database, ledger, redemptions, current, clock);
  // Each takes part in every event, in this order.
  const returns = new ReturnService(database, ledger, points, current, clock);
  const lifecycleSide = makeLifecycleSide({ database, ledger, memberRows, catalogue: current, clock, rewards });
  const consumers: readonly EventConsumer[] = [returns, ...lifecycleSide.consumers];
  const events = new EventService(database, ledger, memberRows, current, clock, consumers);
  const termGifts = new TermGiftService(database, rewards, clock, log);
  cards.onSold((termId) => termGifts.settle(termId));
  const jobs = [new SettleReturnsJob(returns), new TermGiftsJob(termGifts), ...lifecycleSide.lifecycleJobs];
  return { rewards, events, returns, ...lifecycleSide, engagementJobs: jobs };
}

export const ENGAGEMENT_RESOLVERS = [EventResolver] as const;

type Instance = readonly [(typeof ENGAGEMENT_RESOLVERS)[number], object];

export function engagementResolvers(
  { events, returns }: EngagementSide,
  catalogue: () => Catalogue,
): readonly Instance[] {
  return [[EventResolver, new EventResolver(events, returns, catalogue)]];
}
