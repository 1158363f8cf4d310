// Points that expire: oldest first, at any clock as if they were taken away day by day, and proven by the ledger.
import { EventScene } from '../../test/support/event-scene';
import { offer } from '../../test/support/gateway-program';
import { expectBooks, outcomeOf } from '../../test/support/house';
import { eachDatabase } from '../../test/support/lanes';
import { freshEachTest } from '../../test/support/saved-tables';
import { DAY, type Instant, ManualClock } from '../kernel/clock';
import { BusinessTime } from '../kernel/period';
import { ExpirePointsJob } from './expire-points.job';
import { lotCheck } from './lot.check';
import { expiryDay, lotAccount, NEVER } from './points';

const OFFERS = [
  offer('cup', { card: 'NONE', pointsPrice: 30, unitCost: 0 }),
  offer('mug', { card: 'NONE', pointsPrice: 100, unitCost: 0 }),
];
const EXPIRING = {
  settings: { points: { expireAfter: { months: 12 }, roundTo: 'MONTH' } },
  offers: OFFERS,
  earningRules: [{ code: 'beans', on: 'PURCHASE', earns: 'POINTS', per: { amount: 1, gives: 1 } }],
};

const at = (text: string): Instant => Date.parse(`${text}+08:00`);

test.each([
  ['DAY', { days: 30 }, '2026-01-31T23:59:59', 2026_03_03],
  ['DAY', { months: 1 }, '2026-01-31T00:00:00', 2026_03_01],
  ['DAY', { months: 12 }, '2027-02-28T12:00:00', 2028_02_29],
  ['MONTH', { days: 1 }, '2026-01-31T12:00:00', 2026_03_01],
  ['MONTH', { months: 12 }, '2026-12-31T12:00:00', 2028_01_01],
  ['YEAR', { months: 12 }, '2026-01-01T00:00:00', 2028_01_01],
  ['YEAR', { days: 365 }, '2026-12-31T12:00:00', 2028_01_01],
] as const)('to the end of the %s after %j, points of %s are gone on %d', (roundTo, expireAfter, earned, day) => {
  expect(expiryDay(new BusinessTime('Asia/Shanghai'), { expireAfter, roundTo }, at(earned))).toBe(day);
});

eachDatabase((lane) => {
  freshEachTest(lane);
  const open = (clock: ManualClock, parts: object = EXPIRING) => EventScene.open(lane.database, parts, { clock });
  afterEach(() => expectBooks(lane.database));

  test('the oldest are spent first, and what is left of them goes when their day has come', async () => {
    const clock = new ManualClock(at('2026-01-10T10:00:00'));
    const scene = await open(clock);
    const { memberId, member } = await scene.member();
    await scene.earned(member, 'PURCHASE', { amount: 100 });
    clock.set(at('2026-02-10T10:00:00'));
    await scene.earned(member, 'PURCHASE', { amount: 50 });
    await scene.house.claim(memberId, 'cup');
    const lots = [
      { day: 2027_02_01, earned: 100, left: 70 },
      { day: 2027_03_01, earned: 50, left: 50 },
    ];
    expect(await scene.points(memberId)).toMatchObject({ spendable: 120, lots, due: [] });
    // To the last moment of the day before, and not a moment longer, although no job has run.
    clock.set(at('2027-02-01T00:00:00') - 1);
    expect(await scene.points(memberId)).toMatchObject({ spendable: 120 });
    clock.advance(1);
    expect(await scene.points(memberId)).toMatchObject({ spendable: 50, balance: 120, lapsed: 70, lots: [lots[1]] });
    expect(outcomeOf(await scene.house.redeem(memberId, 'mug'))).toBe('INSUFFICIENT_POINTS');
    // The job takes away the same, once.
    const job = new ExpirePointsJob(scene.house.points);
    expect([await job.run(), await job.run()]).toEqual([1, 0]);
    expect(await scene.points(memberId)).toMatchObject({ spendable: 50, balance: 50, lapsed: 0, due: [] });
    clock.set(at('2030-01-01T00:00:00'));
    expect([await job.run(), await job.run()]).toEqual([1, 0]);
    expect(await scene.points(memberId)).toMatchObject({ spendable: 0, balance: 0, due: [] });
  });

  test('before the job has come, a claim takes away what has expired and then spends what has not', async () => {
    const clock = new ManualClock(at('2026-03-10T10:00:00'));
    const scene = await open(clock);
    const { memberId, member } = await scene.member();
    await scene.earned(member, 'PURCHASE', { amount: 100 });
    clock.set(at('2026-04-10T10:00:00'));
    await scene.earned(member, 'PURCHASE', { amount: 40 });
    clock.set(at('2027-04-01T00:00:00'));
    expect(outcomeOf(await scene.house.redeem(memberId, 'cup'))).toBe('ISSUED');
    expect(await scene.points(memberId)).toMatchObject({ spendable: 10, balance: 10, lapsed: 0, due: [] });
    // What was swept by the claim is no more work for the job than to forget it.
    expect(await new ExpirePointsJob(scene.house.points).run()).toBe(1);
    expect(await scene.points(memberId)).toMatchObject({ spendable: 10, balance: 10 });
  });

  test('points from before they began to expire never do', async () => {
    const clock = new ManualClock(at('2026-05-10T10:00:00'));
    const before = await open(clock, { ...EXPIRING, settings: {} });
    const { memberId, member } = await before.member();
    await before.earned(member, 'PURCHASE', { amount: 500 });
    expect((await before.points(memberId)).lots).toEqual([]);
    const after = await open(clock);
    await after.earned(member, 'PURCHASE', { amount: 7 });
    await after.house.give(memberId, 'POINTS', 3);
    const lots = [
      { day: 2027_06_01, earned: 10, left: 10 },
      { day: NEVER, earned: 500, left: 500 },
    ];
    expect(await after.points(memberId)).toMatchObject({ spendable: 510, lots });
    clock.set(at('2027-06-01T00:00:00'));
    expect(await after.points(memberId)).toMatchObject({ spendable: 500 });
    // And when they no longer expire, what is earned joins those.
    const later = await open(clock, { ...EXPIRING, settings: {} });
    await later.earned(member, 'PURCHASE', { amount: 1 });
    expect(await later.points(memberId)).toMatchObject({ spendable: 501, lots: [{ day: NEVER, earned: 501 }] });
  });

  test('points told of too late have expired and are not earned', async () => {
    const clock = new ManualClock(at('2026-06-10T10:00:00'));
    const scene = await open(clock);
    const { memberId, member } = await scene.member();
    const late = at('2025-05-31T23:59:59');
    expect(await scene.earned(member, 'PURCHASE', { amount: 9, occurredAt: late })).toMatchObject({ points: 0 });
    expect(await scene.earned(member, 'PURCHASE', { amount: 9, occurredAt: late + DAY })).toMatchObject({ points: 9 });
    expect(await scene.points(memberId)).toMatchObject({ lots: [{ day: 2026_07_01, left: 9 }] });
  });

  test('a coupon that is taken back gives the points back, also those whose day has come meanwhile', async () => {
    const clock = new ManualClock(at('2026-07-31T10:00:00'));
    const scene = await open(clock);
    const { memberId, member } = await scene.member();
    await scene.earned(member, 'PURCHASE', { amount: 30, occurredAt: at('2025-07-31T10:00:00') });
    await scene.earned(member, 'PURCHASE', { amount: 40 });
    const [used, kept] = [await scene.house.claim(memberId, 'cup'), await scene.house.claim(memberId, 'cup')];
    expect(await scene.points(memberId)).toMatchObject({ spendable: 10, lots: [{ left: 0 }, { left: 10 }] });
    await scene.house.cancel(kept.id);
    expect(await scene.points(memberId)).toMatchObject({ spendable: 40, lots: [{ left: 0 }, { left: 40 }] });
    clock.set(at('2026-08-01T00:00:00'));
    await scene.house.cancel(used.id);
    // The lot of the first thirty is gone: they join the one that runs.
    expect(await scene.points(memberId)).toMatchObject({ spendable: 70, lots: [{ day: 2027_08_01, left: 70 }] });
  });

  test('a sweep that meets a spending of the same points takes no point too many', async () => {
    const clock = new ManualClock(at('2026-09-10T10:00:00'));
    const scene = await open(clock);
    const other = await EventScene.open(await lane.openAnother(), EXPIRING, { clock });
    for (let round = 0; round < 10; round += 1) {
      const { memberId, member } = await scene.member();
      await scene.earned(member, 'PURCHASE', { amount: 100, occurredAt: at('2025-09-10T10:00:00') });
      await scene.earned(member, 'PURCHASE', { amount: 100 });
      clock.set(at('2026-10-01T00:00:00'));
      const [, , claimed] = await Promise.all([
        scene.house.points.tidy(memberId),
        other.house.points.tidy(memberId),
        other.house.redeem(memberId, 'cup'),
        scene.earned(member, 'PURCHASE', { amount: 5 }),
      ]);
      await scene.house.points.tidy(memberId);
      expect(outcomeOf(claimed)).toBe('ISSUED');
      expect(await scene.points(memberId)).toMatchObject({ spendable: 75, balance: 75, due: [] });
      clock.set(at('2026-09-10T10:00:00'));
    }
  });

  test('a member whose points cannot be taken away holds up no other', async () => {
    const clock = new ManualClock(at('2032-01-10T10:00:00'));
    const scene = await open(clock);
    const { points, memberRows } = scene.house;
    while ((await points.expireDue(100)) > 0);
    const members = [await scene.member(), await scene.member(), await scene.member()];
    for (const { member } of members) await scene.earned(member, 'PURCHASE', { amount: 10 });
    clock.set(at('2033-02-01T00:00:00'));
    const [unlucky, ...others] = members.map(({ memberId }) => memberId).toSorted();
    const { load } = memberRows;
    const broken = jest.spyOn(memberRows, 'load').mockImplementation((memberId, ...more) => {
      return memberId === unlucky ? Promise.reject(new Error('damaged')) : load.call(memberRows, memberId, ...more);
    });
    // Two a pass, of which one is always the same.
    for (let pass = 0; pass < 2; pass += 1) await expect(points.expireDue(2)).rejects.toThrow('damaged');
    for (const memberId of others) expect(await scene.points(memberId)).toMatchObject({ balance: 0, due: [] });
    broken.mockRestore();
    expect(await scene.points(unlucky!)).toMatchObject({ balance: 10, spendable: 0 });
    expect([await points.expireDue(2), await points.expireDue(2)]).toEqual([1, 0]);
    expect(await scene.points(unlucky!)).toMatchObject({ balance: 0 });
  });

  test('a lot that was made smaller behind the back of the ledger is found', async () => {
    const scene = await open(new ManualClock(at('2026-11-10T10:00:00')));
    const { memberId, member } = await scene.member();
    await scene.earned(member, 'PURCHASE', { amount: 10 });
    expect(await lotCheck.run(lane.database.read)).toEqual([]);
    const lot = Buffer.from(lotAccount(memberId, 2027_12_01), 'hex');
    const set = (earned: number) =>
      lane.database.transaction((tx) =>
        tx.run('UPDATE ledger_account SET credits_posted = ? WHERE account = ?', [earned, lot]),
      );
    await set(9);
    expect(await lotCheck.run(lane.database.read)).toEqual([`member ${memberId} has 10 points, of which lots hold 9`]);
    await set(10);
    await lane.database.transaction((tx) => tx.run('DELETE FROM points_lot_due WHERE day = 20271201'));
    expect(await lotCheck.run(lane.database.read)).toEqual([expect.stringContaining('no day is noted')]);
    await lane.database.transaction((tx) =>
      tx.run('INSERT INTO points_lot_due (day, member_id) VALUES (20271201, ?)', [Buffer.from(memberId, 'hex')]),
    );
  });
});
