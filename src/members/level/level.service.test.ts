// Levels through the doors of the house: written down with whatever moves growth, and booked late as well as daily.
import { House, must, openHouse } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { expectClean, NOW } from '../../../test/support/ledger-fixtures';
import { freshEachTest } from '../../../test/support/saved-tables';
import { DAY, HOUR, ManualClock } from '../../kernel/clock';
import { type Id, newId } from '../../kernel/id';
import { growthOf, levelOf } from '../level';
import { growthAccount, leftOn, pointsAccount } from '../member-accounts';

function program(policy: object, levels: readonly object[] = LEVELS): string {
  const plan = { code: 'vip', name: 'V', kind: 'MEMBERSHIP', price: 100, term: { days: 30 }, costCap: 1 };
  return JSON.stringify({ name: 'T', currency: 'CNY', levelPolicy: policy, levels, plans: [plan] });
}
const LEVELS = [
  { code: 'base', name: 'Base', rank: 1, threshold: 0 },
  { code: 'silver', name: 'Silver', rank: 2, threshold: 100 },
  { code: 'gold', name: 'Gold', rank: 3, threshold: 200, gifts: [gift('cup'), gift('badge', true)] },
];
const DECAY = { activation: { vip: 20 }, daily: { vip: 10 }, decay: { plans: ['vip'], step: 5 } };

function gift(code: string, auto = false) {
  return { code, name: code, auto, reward: { points: 7 } };
}

eachDatabase((lane) => {
  freshEachTest(lane);
  let house: House;
  let clock: ManualClock;
  beforeEach(async () => {
    clock = new ManualClock(NOW);
    house = await openHouse(lane.database, { clock, program: program({}) });
  });
  afterEach(async () => {
    expect(house.errors).toEqual([]);
    await expectClean(lane.database);
  });

  const use = async (policy: object, levels = LEVELS) => {
    await house.apply(program(policy, levels));
    await settle();
  };
  const settle = async () => {
    while ((await house.levelsJob.run()) > 0);
  };
  const seen = async (memberId: Id) => {
    const judging = { rows: await house.rows(memberId), catalogue: house.catalogue.current(), now: clock.now() };
    return [levelOf(judging)?.code, growthOf(judging)];
  };
  const booked = async (memberId: Id) => leftOn((await house.rows(memberId)).balances, growthAccount(memberId));
  const history = async (memberId: Id) => {
    const code = (id?: Id) => (id === undefined ? undefined : house.catalogue.current().level(id)?.code);
    const changes = await house.levels.historyOf({ memberId, limit: 100 });
    return changes.toReversed().map(({ from, to, why, at }) => [code(from), code(to), why, (at - NOW) / DAY]);
  };

  test('a rise is written down with what reached the level, and gifts fall due', async () => {
    await use({});
    const memberId = await house.member();
    await house.give(memberId, 'GROWTH', 99);
    expect(await history(memberId)).toEqual([]);
    await house.give(memberId, 'GROWTH', 101);
    expect(await seen(memberId)).toEqual(['gold', 200]);
    expect(await history(memberId)).toEqual([['base', 'gold', 'RISEN', 0]]);
    await house.levelGifts.giveDue(10);
    await house.levelGifts.giveDue(10);
    const judging = { rows: await house.rows(memberId), catalogue: house.catalogue.current(), now: clock.now() };
    const gifts = await house.levelGifts.giftsOf(judging);
    expect(gifts.map(({ gift: { code }, state }) => [code, state])).toEqual([
      ['cup', 'AVAILABLE'],
      ['badge', 'CLAIMED'],
    ]);
    const claims = await Promise.all([1, 2, 3].map(() => house.levelGifts.claim(memberId, 'gold', 'cup')));
    expect(claims.map((claim) => must(claim).given.points)).toEqual([7, 7, 7]);
    const { balances } = await house.rows(memberId);
    expect([...balances.values()].some(({ creditsPosted }) => creditsPosted === 14)).toBe(true);
  });

  test('a gift of a level that the member does not have is refused', async () => {
    await use({});
    const memberId = await house.member();
    expect(await house.levelGifts.claim(memberId, 'gold', 'cup')).toMatchObject({
      code: 'NOT_ELIGIBLE',
      field: 'gift',
    });
    expect(await house.levelGifts.claim(memberId, 'gold', 'no')).toMatchObject({ code: 'NOT_FOUND', field: 'gift' });
  });

  test('what a read shows is what is booked, daily or after a hundred days', async () => {
    await use(DECAY);
    const [daily, late] = [await house.member(), await house.member()];
    for (const memberId of [daily, late]) await house.open(memberId, 'vip');
    await settle();
    expect([await seen(daily), await booked(daily)]).toEqual([['base', 20], 20]);
    for (let day = 1; day <= 100; day += 1) {
      clock.set(NOW + day * DAY);
      expect(await seen(late)).toEqual(await seen(daily));
      await house.levels.bringUpToDate([daily]);
      expect(await booked(daily)).toBe((await seen(daily))[1]);
    }
    // 20 for the payment, 30 days of 10; the first of 63 losses of 5 falls on day 38.
    expect([await seen(daily), await booked(late)]).toEqual([['base', 320 - 63 * 5], 20]);
    await settle();
    expect(await booked(late)).toBe(5);
    expect(await history(late)).toEqual(await history(daily));
    const changes = (await history(late)).map(([from, to, why]) => `${from} ${to} ${why}`);
    expect(changes).toEqual(['base silver RISEN', 'silver gold RISEN', 'gold silver FALLEN', 'silver base FALLEN']);
  });

  test('what is earned in between neither hides a loss nor brings it twice', async () => {
    await use({ decay: { plans: ['vip'], step: 50 } });
    const memberId = await house.member();
    await house.open(memberId, 'vip');
    await house.give(memberId, 'GROWTH', 120);
    // Lapsed at day 30, so 50 are lost on each of the days 38, 39 and 40, of which the last finds 20.
    clock.set(NOW + 40 * DAY);
    await house.give(memberId, 'GROWTH', 60);
    expect(await seen(memberId)).toEqual(['base', 60]);
    expect(await booked(memberId)).toBe(180);
    await settle();
    expect([await seen(memberId), await booked(memberId)]).toEqual([['base', 60], 60]);
    clock.set(NOW + 41 * DAY);
    await settle();
    expect(await booked(memberId)).toBe(10);
  });

  test('what is earned after decay has taken all is not taken for days before it was earned', async () => {
    // Given a level that is looked at again sooner than decay would come by.
    const keeps = { mayHaveNone: true, when: 'AT_KEEP_END', keep: { days: 3 } };
    await use({ ...keeps, decay: { plans: ['vip'], graceDays: 0, step: 5 } });
    const memberId = await house.member();
    const card = await house.open(memberId, 'vip');
    await house.give(memberId, 'GROWTH', 5);
    clock.set(NOW + DAY);
    must(await house.cards.close(card.id));
    clock.set(NOW + 2 * DAY);
    await settle();
    expect(await seen(memberId)).toEqual(['base', 0]);
    // When it earns in the night after that, then only later nights take of it.
    clock.set(NOW + 2 * DAY + 18 * HOUR);
    await house.give(memberId, 'GROWTH', 7);
    expect(await seen(memberId)).toEqual(['base', 7]);
    await settle();
    expect(await booked(memberId)).toBe(7);
    clock.set(NOW + 4 * DAY);
    expect(await seen(memberId)).toEqual(['base', 2]);
  });

  test.each<[string, object, [number, string][]]>([
    ['never falls', { downgrade: 'NEVER' }, [[2_000, 'gold']]],
    ['falls to what matches at once', {}, [[1, 'base']]],
    [
      'falls to what matches after grace',
      { graceDays: 5 },
      [
        [5, 'gold'],
        [6, 'base'],
      ],
    ],
    [
      'falls a step a month of grace',
      { downgrade: 'ONE_STEP', graceDays: 30 },
      [
        [30, 'gold'],
        [31, 'silver'],
        [61, 'base'],
      ],
    ],
    [
      'falls when its time is over',
      { when: 'AT_KEEP_END', keep: { days: 90 } },
      [
        [89, 'gold'],
        [90, 'base'],
      ],
    ],
    [
      'falls on a day of the year',
      { when: 'AT_DATE', date: { month: 12, day: 1 } },
      [
        [8, 'gold'],
        [9, 'base'],
      ],
    ],
  ])('a level that growth no longer reaches %s, booked late as seen before', async (_what, policy, wanted) => {
    await use(policy);
    const memberId = await house.member();
    await house.give(memberId, 'GROWTH', 250);
    clock.set(NOW + DAY);
    await house.give(memberId, 'GROWTH', -250);
    for (const [day, level] of wanted) {
      clock.set(NOW + day * DAY);
      expect([day, ...(await seen(memberId))]).toEqual([day, level, 0]);
    }
    // The worker comes by at the end, and writes down what everybody has seen meanwhile.
    await settle();
    const steps = (await history(memberId)).map(([, to]) => to);
    expect(steps).toEqual(['gold', ...new Set(wanted.map(([, level]) => level).filter((level) => level !== 'gold'))]);
  });

  test('several who book at once book once', async () => {
    await use(DECAY);
    const memberId = await house.member();
    await house.open(memberId, 'vip');
    const other = new House(lane.name === 'mysql' ? await lane.openAnother() : lane.database, clock);
    await other.catalogue.refresh();
    clock.set(NOW + 9 * DAY);
    const all = [house, other, house, other].map((one) => one.levels.bringUpToDate([memberId]));
    await Promise.all([...all, house.give(memberId, 'GROWTH', 3)]);
    await settle();
    expect([await seen(memberId), await booked(memberId)]).toEqual([['silver', 113], 113]);
    expect(await history(memberId)).toEqual([['base', 'silver', 'RISEN', expect.any(Number)]]);
  });

  test('a manual level shows until its end, with growth beneath it', async () => {
    await use({});
    const memberId = await house.member();
    const by = { reason: 'a friend', notedBy: 'OPERATIONS olga' };
    const manual = { memberId, level: 'gold', until: NOW + 10 * DAY, ...by };
    must(await house.levels.setManual(manual));
    must(await house.levels.setManual(manual));
    await house.give(memberId, 'GROWTH', 150);
    expect(await seen(memberId)).toEqual(['gold', 150]);
    clock.set(NOW + 10 * DAY);
    expect(await seen(memberId)).toEqual(['silver', 150]);
    await settle();
    expect(await history(memberId)).toEqual([
      ['base', 'gold', 'MANUAL_SET', 0],
      ['gold', 'silver', 'MANUAL_ENDED', 10],
    ]);
    clock.advance(DAY);
    must(await house.levels.setManual({ ...manual, until: NOW + 20 * DAY }));
    clock.advance(DAY);
    must(await house.levels.clearManual(memberId, by));
    expect(await seen(memberId)).toEqual(['silver', 150]);
    expect((await history(memberId)).slice(2).map(([, , why]) => why)).toEqual(['MANUAL_SET', 'MANUAL_CLEARED']);
  });

  test.each([
    ['until', { until: NOW }],
    ['until', { until: NOW + 6 * 366 * DAY }],
    ['until', { until: Number.NaN }],
    ['reason', { reason: '' }],
    ['level', { level: 'none' }],
    ['member', { memberId: newId(NOW) }],
  ])('a manual level with a faulty %s is refused', async (field, fault) => {
    const memberId = await house.member();
    const manual = { memberId, level: 'gold', until: NOW + DAY, reason: 'r', notedBy: 'OPERATIONS olga' };
    expect(await house.levels.setManual({ ...manual, ...fault })).toMatchObject({ field });
    expect(await history(memberId)).toEqual([]);
  });

  test('another program moves members when it is applied, with its version', async () => {
    await use({});
    const memberId = await house.member();
    await house.give(memberId, 'GROWTH', 150);
    clock.set(NOW + HOUR);
    await use({}, [...LEVELS.slice(0, 1), { ...LEVELS[1]!, threshold: 160 }, LEVELS[2]!]);
    expect(await seen(memberId)).toEqual(['base', 150]);
    expect(await history(memberId)).toEqual([
      ['base', 'silver', 'RISEN', 0],
      ['silver', 'base', 'FALLEN', 1 / 24],
    ]);
    const [last, first] = await house.levels.historyOf({ memberId, limit: 2 });
    expect(last!.programVersion).toBeGreaterThan(first!.programVersion);
  });

  test('a level that was there before a program keeps levels is kept from when that was applied', async () => {
    await use({});
    const memberId = await house.member();
    await house.give(memberId, 'GROWTH', 150);
    // When a program keeps levels for ten days, and asks more of this one.
    clock.set(NOW + 5 * DAY);
    const dearer = [LEVELS[0]!, { ...LEVELS[1]!, threshold: 160 }, LEVELS[2]!];
    await use({ when: 'AT_KEEP_END', keep: { days: 10 } }, dearer);
    clock.set(NOW + 15 * DAY - 1);
    expect(await seen(memberId)).toEqual(['silver', 150]);
    // Then it is lost when they are over, whether somebody looks or not.
    clock.set(NOW + 40 * DAY);
    expect(await seen(memberId)).toEqual(['base', 150]);
    await settle();
    expect(await history(memberId)).toEqual([
      ['base', 'silver', 'RISEN', 0],
      ['silver', 'base', 'FALLEN', 15],
    ]);
  });

  test('what happened before another program was applied follows the one in force then, early or late', async () => {
    // Given one at whom the worker looks each day, and one of whom it hears nothing until the end.
    const first = { ...DECAY, when: 'AT_KEEP_END', keep: { days: 9 }, downgrade: 'ONE_STEP' };
    await use(first);
    const [daily, late] = [await house.member(), await house.member()];
    for (const memberId of [daily, late]) {
      await house.open(memberId, 'vip');
      await house.give(memberId, 'GROWTH', 70);
    }
    const second = { ...first, daily: { vip: 1 }, decay: { plans: ['vip'], step: 30, graceDays: 2 } };
    const dearer = { ...LEVELS[2]!, threshold: 300 };
    const programs = new Map<number, string>([
      // Less a day, more decay, and no gifts; then no gold; then a day of grace, and gold again; then nobody falls.
      [12, program(second, [...LEVELS.slice(0, 2), { ...LEVELS[2]!, gifts: [] }])],
      [33, program(second, LEVELS.slice(0, 2))],
      [36, program({ ...second, graceDays: 1 }, [...LEVELS.slice(0, 2), dearer])],
      [44, program({ downgrade: 'NEVER' })],
    ]);
    for (let day = 1; day <= 50; day += 1) {
      clock.set(NOW + day * DAY);
      await house.levels.bringUpToDate([daily]);
      clock.set(NOW + day * DAY + 5 * HOUR);
      const next = programs.get(day);
      if (next) await house.apply(next);
      expect([day, ...(await seen(late))]).toEqual([day, ...(await seen(daily))]);
    }
    await settle();
    expect(await booked(late)).toBe(await booked(daily));
    const told = await history(late);
    expect(told).toEqual(await history(daily));
    expect(told.map(([from, to, why, at]) => [`${from} ${to} ${why}`, at])).toEqual([
      ['base silver RISEN', 0.5],
      ['silver gold RISEN', 10.5],
      ['gold silver PROGRAM', 33 + 5 / 24],
      ['silver base FALLEN', 38.5],
    ]);
    const versions = async (memberId: Id) =>
      (await house.levels.historyOf({ memberId, limit: 9 })).map(({ programVersion }) => programVersion);
    expect(await versions(late)).toEqual(await versions(daily));
    // The badge of gold is that of the program under which it was reached.
    while ((await house.levelGifts.giveDue(10)) > 0);
    const points = async (memberId: Id) => leftOn((await house.rows(memberId)).balances, pointsAccount(memberId));
    expect([await points(daily), await points(late)]).toEqual([7, 7]);
  });
});
