// The services of engagement, put together: events, and who takes part in them.
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { LedgerService } from '../ledger/ledger.service';
import type { CardService } from '../members/card.service';
import type { MemberService } from '../members/member.service';
import type { MemberRowsStore } from '../members/member-rows.store';
import type { PointsService } from '../members/points.service';
import type { Catalogue } from '../program/catalogue';
import type { CatalogueService } from '../program/catalogue.service';
import type { RedemptionService } from '../redemption/redemption.service';
import { EventResolver } from './event/event.resolver';
import { EventService } from './event/event.service';
import type { EventConsumer } from './event/event-consumer';
import { GiveLevelGiftsJob } from './level-gift/give-level-gifts.job';
import { LevelGiftResolver } from './level-gift/level-gift.resolver';
import { LevelGiftService } from './level-gift/level-gift.service';
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

export interface EngagementSide {
  readonly rewards: RewardService;
  readonly events: EventService;
  readonly returns: ReturnService;
  readonly engagementJobs: readonly { readonly name: string; run(): Promise<number> }[];
  readonly levelGifts: LevelGiftService;
}

export function makeEngagementSide(parts: EngagementParts): EngagementSide {
  const { database, ledger, memberRows, catalogue, points, redemptions, cards, clock, log } = parts;
  const current = () => catalogue.current();
  const rewards = new RewardService(database, ledger, redemptions, current, clock);
  // Each takes part in every event, in this order.
  const returns = new ReturnService(database, ledger, points, current, clock);
  const consumers: readonly EventConsumer[] = [returns];
  const events = new EventService(database, ledger, memberRows, current, clock, consumers);
  const termGifts = new TermGiftService(database, rewards, clock, log);
  cards.onSold((termId) => termGifts.settle(termId));
  const levelGifts = new LevelGiftService(database, memberRows, rewards, current, clock);
  const engagementJobs = [
    new SettleReturnsJob(returns),
    new TermGiftsJob(termGifts),
    new GiveLevelGiftsJob(levelGifts),
  ];
  return { rewards, events, returns, levelGifts, engagementJobs };
}

export const ENGAGEMENT_RESOLVERS = [EventResolver, LevelGiftResolver] as const;

type Instance = readonly [(typeof ENGAGEMENT_RESOLVERS)[number], object];

export function engagementResolvers(
  side: EngagementSide & { readonly members: MemberService },
  catalogue: () => Catalogue,
): readonly Instance[] {
  const { events, returns, levelGifts, members } = side;
  return [
    [EventResolver, new EventResolver(events, returns, catalogue)],
    [LevelGiftResolver, new LevelGiftResolver(levelGifts, members)],
  ];
}
