// The operations of what members do, as the test of all operations runs them, with the parts of the program they need.
import { DAY } from '../../src/kernel/clock';
import { dateOfDay } from '../../src/kernel/period';
import { SHOP } from './gateway';
import type { Story } from './gateway-story';

export const ACTIVITY_PARTS = {
  settings: {
    checkIn: { daily: { points: 1 }, makeUp: { withinDays: 7, freePerMonth: 1 } },
    referral: { on: 'PURCHASE', windowDays: 7, inviterReward: { points: 1 } },
  },
  tasks: [
    { code: 'spend', name: 'Spend', kind: 'ONCE', on: 'PURCHASE', target: 1, openTo: 'ASSIGNED', windowDays: 7 },
    { code: 'share', name: 'Share', kind: 'DAILY', on: 'SHARE', target: 2, reward: { points: 5 } },
  ],
  draws: [
    {
      ...{ code: 'wheel', name: 'Wheel', chancePrice: 0, nothing: 0 },
      prizes: [{ code: 'points', name: 'Points', weight: 1, reward: { points: 5 } }],
    },
  ],
};

export async function activityRuns(story: Story) {
  const { gateway } = story;
  const { clock } = gateway;
  const [who, inviter] = [await story.member({ joinedAt: new Date(clock.now() - 2 * DAY) }), await story.member()];
  const key = { idempotencyKey: 'the key of this operation' };
  const { time } = gateway.gateway.catalogue.current();
  const dayOf = (ago: number) => dateOfDay(time.periodAt('DAY', clock.now() - ago * DAY));
  const { referrals } = await gateway.run<{ referrals: { code: string } }>(inviter, 'my-activities');
  const drawing = await gateway.run<{ id: string }>(who, 'draw', { input: { draw: 'wheel', idempotencyKey: 'first' } });
  const assignments = [{ member: who.subject, task: 'spend', ...key }];
  return {
    'assign-tasks': { who: SHOP, variables: { assignments }, answers: { assigned: 1, refused: 0 } },
    'check-in': { who, answers: { __typename: 'CheckIn', date: dayOf(0), madeUp: false } },
    'make-up-check-in': { who, variables: { date: dayOf(1) }, answers: { date: dayOf(1), madeUp: true } },
    draw: { who, variables: { input: { draw: 'wheel', ...key } }, answers: { draw: 'wheel', given: { points: 5 } } },
    'audit-drawing': { who, variables: { id: drawing.id }, answers: { agrees: true, won: 'points', seed: null } },
    'accept-referral': {
      who,
      variables: { code: referrals.code },
      answers: { __typename: 'AcceptedReferral', earnedAt: null },
    },
    'my-activities': { who: inviter, answers: { referrals: { earned: 0 }, draws: [{ chances: 0 }] } },
  };
}
