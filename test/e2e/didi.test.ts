// The story of the preset didi, told through the API: growth by distance alone, and red packets on both sides.
import { DAY } from '../../src/kernel/clock';
import { NOON, type Who } from '../support/gateway';
import { expectBooksInOrder } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { PresetStory } from '../support/preset-story';

interface Accepted {
  readonly __typename: string;
  readonly code?: string;
  readonly message?: string;
}

eachDatabase((lane) => {
  let story: PresetStory;
  beforeAll(async () => {
    story = await PresetStory.begin(lane.url, 'didi');
  });
  beforeEach(() => story.gateway.clock.set(NOON));
  afterAll(async () => {
    await story.gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const rides = (who: Who, metres: number) => story.tells(who, 'DISTANCE', { quantity: metres });
  const codeOf = async (who: Who) => (await story.activities(who)).referrals.code;
  const accepts = async (who: Who, code: string) => story.gateway.run<Accepted>(who, 'accept-referral', { code });

  test('levels come from kilometres and from nothing else', async () => {
    const who = await story.member();
    await rides(who, 99_999);
    await story.tells(who, 'PURCHASE', { amount: 100_000 });
    await story.tells(who, 'SIGN_IN');
    expect(await story.has(who)).toMatchObject({ level: 'Rider', growth: 99, points: 0 });
    await rides(who, 1_000);
    expect(await story.has(who)).toMatchObject({ level: 'Silver', growth: 100 });
    // A bus does not make anybody gold in a day: 300 kilometres a day count.
    await rides(who, 900_000);
    expect(await story.has(who)).toMatchObject({ level: 'Silver', growth: 300 });
    story.gateway.clock.advance(DAY);
    await rides(who, 200_000);
    expect(await story.has(who)).toMatchObject({ level: 'Gold', growth: 500 });
    await story.claim(who, 'airport-coupon');
  });

  test('who invites and who comes get a red packet each, by the first real ride, once', async () => {
    // Given: a rider of long standing, and two people whom it has told.
    const inviter = await story.member({ joinedAt: new Date(NOON - 400 * DAY) });
    const [friend, idler] = [await story.member(), await story.member()];
    const code = await codeOf(inviter);
    expect((await accepts(friend, code)).__typename).toBe('AcceptedReferral');
    expect((await accepts(idler, code.toLowerCase())).__typename).toBe('AcceptedReferral');

    // When the friend rides round the corner, then for real, then again; and the idler only when it is too late.
    await rides(friend, 999);
    expect(await story.has(friend)).toMatchObject({ coupons: [] });
    await rides(friend, 5_200);
    await rides(friend, 8_000);
    story.gateway.clock.advance(15 * DAY);
    await rides(idler, 9_000);

    // Then each has its packet, and it works at the till.
    expect(await story.has(friend)).toMatchObject({ coupons: ['Red packet for the first ride, 12 yuan'] });
    expect(await story.has(inviter)).toMatchObject({ coupons: ['Red packet for sharing, 6 yuan'] });
    expect(await story.has(idler)).toMatchObject({ coupons: [] });
    expect((await story.activities(inviter)).referrals).toEqual({ code, accepted: 2, earned: 1 });
  });

  test('nobody invites itself: not alone, not in a ring, not twice, and not when it is no longer new', async () => {
    const [a, b, c] = [await story.member(), await story.member(), await story.member()];
    const [codeA, codeB, codeC] = [await codeOf(a), await codeOf(b), await codeOf(c)];
    expect(await accepts(a, codeA)).toMatchObject({
      code: 'NOT_ELIGIBLE',
      message: expect.stringContaining('own code'),
    });
    expect((await accepts(b, codeA)).__typename).toBe('AcceptedReferral');
    expect(await accepts(a, codeB)).toMatchObject({
      code: 'NOT_ELIGIBLE',
      message: expect.stringContaining('invited'),
    });
    expect((await accepts(c, codeB)).__typename).toBe('AcceptedReferral');
    expect(await accepts(a, codeC)).toMatchObject({ code: 'NOT_ELIGIBLE' });
    expect(await accepts(c, codeA)).toMatchObject({ code: 'CONFLICT' });
    const old = await story.member({ joinedAt: new Date(NOON - 8 * DAY) });
    expect(await accepts(old, codeA)).toMatchObject({
      code: 'NOT_ELIGIBLE',
      message: expect.stringContaining('7 days'),
    });
    for (const who of [a, b, c, old]) await rides(who, 3_000);
    expect((await story.has(a)).coupons).toEqual(['Red packet for sharing, 6 yuan']);
    expect((await story.has(old)).coupons).toEqual([]);
  });
});
