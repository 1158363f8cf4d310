// The services of engagement, put together: events, and who takes part in them.
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { LedgerService } from '../ledger/ledger.service';
import type { StockService } from '../marketplace/stock.service';
import type { CardService } from '../members/card.service';
import type { MemberService } from '../members/member.service';
import type { MemberRowsStore } from '../members/member-rows.store';
import type { PointsService } from '../members/points.service';
import type { CatalogueService } from '../program/catalogue.service';
import type { RedemptionService } from '../redemption/redemption.service';
import { CheckInService } from './check-in/check-in.service';
import { DrawService } from './draw/draw.service';
import { EventService } from './event/event.service';
import type { EventConsumer } from './event/event-consumer';
import { GiveLevelGiftsJob } from './level-gift/give-level-gifts.job';
import { LevelGiftService } from './level-gift/level-gift.service';
import { type LifecycleSide, makeLifecycleSide } from './lifecycle-side';
import { ReferralService } from './referral/referral.service';
import { ReturnService } from './return/return.service';
import { SettleReturnsJob } from './return/settle-returns.job';
import { GiveRewardsJob } from './reward/give-rewards.job';
import { RewardService } from './reward/reward.service';
import { StoredValueService } from './stored-value/stored-value.service';
import { TaskConsumer } from './task/task.consumer';
import { TaskService } from './task/task.service';
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
  readonly stock: StockService;
  readonly members: MemberService;
  readonly clock: Clock;
  readonly log: TermGiftLog;
}

export interface EngagementSide extends LifecycleSide {
  readonly rewards: RewardService;
  readonly events: EventService;
  readonly returns: ReturnService;
  readonly storedValue: StoredValueService;
  readonly engagementJobs: readonly { readonly name: string; run(): Promise<number> }[];
  readonly tasks: TaskService;
  readonly checkIns: CheckInService;
  readonly draws: DrawService;
  readonly referrals: ReferralService;
  readonly levelGifts: LevelGiftService;
}

export function makeEngagementSide(parts: EngagementParts): EngagementSide {
  const { database, ledger, memberRows, catalogue, points, redemptions, cards, clock, log } = parts;
  const current = () => catalogue.current();
  const rewards = new RewardService(database, ledger, memberRows, redemptions, current, clock);
  const shared = { database, ledger, memberRows, points, catalogue: current, rewards, clock };
  const tasks = new TaskService(database, ledger, current, clock);
  const checkIns = new CheckInService(shared);
  const draws = new DrawService({ ...shared, stock: parts.stock });
  const referrals = new ReferralService(shared);
  catalogue.onChange((next, previous) => draws.align(next, previous));
  // Each takes part in every event, in this order.
  const returns = new ReturnService(database, ledger, points, current, clock);
  const storedValue = new StoredValueService(database, ledger, memberRows, current, clock);
  const lifecycleSide = makeLifecycleSide({ database, ledger, memberRows, catalogue: current, clock, rewards });
  const consumers: readonly EventConsumer[] = [
    storedValue,
    returns,
    new TaskConsumer(rewards),
    referrals,
    ...lifecycleSide.consumers,
  ];
  const events = new EventService(database, ledger, memberRows, current, clock, log, consumers);
  const termGifts = new TermGiftService(database, rewards, clock, log);
  cards.onSold((termId) => termGifts.settle(termId));
  const levelGifts = new LevelGiftService(database, memberRows, rewards, current, clock);
  const engagementJobs = [
    new SettleReturnsJob(returns),
    new TermGiftsJob(termGifts),
    new GiveRewardsJob(rewards),
    new GiveLevelGiftsJob(levelGifts),
    ...lifecycleSide.lifecycleJobs,
  ];
  const activities = { storedValue, tasks, checkIns, draws, referrals, levelGifts };
  return { rewards, events, returns, ...activities, ...lifecycleSide, engagementJobs };
}
