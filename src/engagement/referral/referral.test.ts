// Referrals on both databases: both are rewarded once, and nobody invites itself, by whatever way round.
import fc from 'fast-check';
import { type Activities, happens, joined, left, openActivities, sideOf } from '../../../test/support/activities';
import { programText } from '../../../test/support/gateway-program';
import { expectBooks, House, must } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { DAY } from '../../kernel/clock';
import { type Id, newId } from '../../kernel/id';
import { isRefusal } from '../../kernel/refusal';
import { memberOfReferralCode, referralCodeOf } from './referral-code';

const PROGRAM = programText({
  settings: {
    referral: {
      on: 'PURCHASE',
      when: 'event.amount >= 100',
      windowDays: 7,
      newForDays: 3,
      maxPerInviter: 3,
      inviterReward: { points: 20 },
      inviteeReward: { points: 50 },
    },
  },
});

test('a code is read back as the member that it was made for, and a slip of one letter is found', () => {
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 41 }), fc.nat({ max: 24 }), fc.nat({ max: 31 }), (now, at, slip) => {
      const memberId = newId(now);
      const code = referralCodeOf(memberId);
      expect(code).toMatch(/^[0-9A-Z]{25}$/);
      expect(memberOfReferralCode(code.toLowerCase())).toBe(memberId);
      if (letters[slip] === code[at]) return;
      expect(memberOfReferralCode(code.slice(0, at) + letters[slip] + code.slice(at + 1))).toBeUndefined();
    }),
    { numRuns: 200 },
  );
  expect(memberOfReferralCode('no code')).toBeUndefined();
});

eachDatabase((lane) => {
  let activities: Activities;
  beforeEach(async () => {
    activities = await openActivities(lane.database, PROGRAM);
  });
  afterEach(async () => {
    expect(activities.house.errors).toEqual([]);
    await expectBooks(lane.database);
  });

  const accept = (invitee: Id, inviter: Id) => activities.referrals.accept(invitee, referralCodeOf(inviter));
  const buys = (memberId: Id, amount = 100) => happens(activities, memberId, { type: 'PURCHASE', amount });
  const points = async (memberId: Id) => (await left(activities, memberId)).points;

  test('both are rewarded by the first event that counts, once', async () => {
    const [inviter, invitee] = [await joined(activities, activities.house.now - 90 * DAY), await joined(activities)];
    const accepted = must(await accept(invitee, inviter));
    expect(await accept(invitee, inviter)).toEqual(accepted);
    await buys(invitee, 99);
    await buys(inviter);
    expect([await points(inviter), await points(invitee)]).toEqual([0, 0]);
    await buys(invitee);
    await buys(invitee);
    expect([await points(inviter), await points(invitee)]).toEqual([20, 50]);
    expect(await activities.referrals.countsOf(inviter)).toEqual({ accepted: 1, earned: 1 });
  });

  test('nothing is earned when the time is over, nor by what happened before', async () => {
    const [inviter, invitee, other] = [await joined(activities), await joined(activities), await joined(activities)];
    const { house } = activities;
    must(await accept(invitee, inviter));
    must(await accept(other, inviter));
    const occurredAt = house.now - 1;
    await happens(activities, invitee, { type: 'PURCHASE', amount: 500, occurredAt });
    house.clock.advance(7 * DAY);
    await buys(other);
    house.clock.advance(1);
    await buys(invitee);
    expect(await Promise.all([inviter, invitee, other].map(points))).toEqual([20, 0, 50]);
  });

  test('self-referral, second acceptances, existing members and made-up codes are refused', async () => {
    const [inviter, other, invitee] = [await joined(activities), await joined(activities), await joined(activities)];
    expect(await accept(invitee, invitee)).toMatchObject({ code: 'NOT_ELIGIBLE' });
    expect(await activities.referrals.accept(invitee, 'HELLO')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await accept(invitee, newId(activities.house.now))).toMatchObject({ code: 'NOT_FOUND' });
    must(await accept(invitee, inviter));
    expect(await accept(invitee, other)).toMatchObject({ code: 'CONFLICT' });
    const old = await joined(activities, activities.house.now - 3 * DAY - 1);
    expect(await accept(old, inviter)).toMatchObject({ code: 'NOT_ELIGIBLE' });
  });

  test('a code is accepted as often as the program lets it, also in a rush', async () => {
    const inviter = await joined(activities);
    const invitees = await Promise.all(Array.from({ length: 6 }, () => joined(activities)));
    const outcomes = await Promise.all(invitees.map((invitee) => accept(invitee, inviter)));
    expect(outcomes.filter(isRefusal).map(({ code }) => code)).toEqual(Array(3).fill('MEMBER_LIMIT_REACHED'));
  });

  test.each([2, 3, 5])('a ring of %d members is refused, one after the other and all at once', async (size) => {
    const members = await Promise.all(Array.from({ length: size }, () => joined(activities)));
    const around = (at: number) => members[(at + 1) % size]!;
    for (let at = 0; at < size - 1; at += 1) must(await accept(members[at]!, around(at)));
    expect(await accept(members[size - 1]!, members[0]!)).toMatchObject({ code: 'NOT_ELIGIBLE' });

    const second = new House(await lane.openAnother(), activities.house.clock, {});
    await second.catalogue.refresh();
    const doors = [activities.referrals, sideOf(second).referrals];
    const others = await Promise.all(Array.from({ length: size }, () => joined(activities)));
    const outcomes = await Promise.all(
      others.map((member, at) => doors[at % 2]!.accept(member, referralCodeOf(others[(at + 1) % size]!))),
    );
    const refused = outcomes.filter(isRefusal);
    expect(refused.map(({ code }) => code)).toEqual(['NOT_ELIGIBLE']);
  });

  test('of two acceptances of one member at once, one counts', async () => {
    const [left1, left2, invitee] = [await joined(activities), await joined(activities), await joined(activities)];
    const outcomes = await Promise.all([accept(invitee, left1), accept(invitee, left2)]);
    expect(outcomes.filter((outcome) => !isRefusal(outcome))).toHaveLength(1);
    await buys(invitee);
    const rewarded = (await Promise.all([left1, left2].map(points))).sort((one, other) => one - other);
    expect([...rewarded, await points(invitee)]).toEqual([0, 20, 50]);
  });
});
