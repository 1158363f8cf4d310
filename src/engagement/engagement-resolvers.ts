// The resolvers of engagement, each made by hand. Apart from the services, so that who needs these loads no schema.
import type { MemberService } from '../members/member.service';
import type { Catalogue } from '../program/catalogue';
import { CheckInResolver } from './check-in/check-in.resolver';
import { DrawResolver } from './draw/draw.resolver';
import type { EngagementSide } from './engagement-side';
import { EventResolver } from './event/event.resolver';
import { LevelGiftResolver } from './level-gift/level-gift.resolver';
import { ReferralResolver } from './referral/referral.resolver';
import { StoredValueResolver } from './stored-value/stored-value.resolver';
import { TaskResolver } from './task/task.resolver';

export const ENGAGEMENT_RESOLVERS = [
  EventResolver,
  StoredValueResolver,
  TaskResolver,
  CheckInResolver,
  DrawResolver,
  ReferralResolver,
  LevelGiftResolver,
] as const;

type Instance = readonly [(typeof ENGAGEMENT_RESOLVERS)[number], object];

export function engagementResolvers(
  side: EngagementSide & { readonly members: MemberService },
  catalogue: () => Catalogue,
): readonly Instance[] {
  const { events, returns, storedValue, tasks, checkIns, draws, referrals, levelGifts, members } = side;
  return [
    [EventResolver, new EventResolver(events, returns, catalogue)],
    [StoredValueResolver, new StoredValueResolver(storedValue, members, catalogue)],
    [TaskResolver, new TaskResolver(tasks)],
    [CheckInResolver, new CheckInResolver(checkIns, members)],
    [DrawResolver, new DrawResolver(draws, members, catalogue)],
    [ReferralResolver, new ReferralResolver(referrals, members)],
    [LevelGiftResolver, new LevelGiftResolver(levelGifts, members)],
  ];
}
