// Campaigns on both databases: their occasions, once each, within budget and frequency, after a stop and after a death.
import { expectBooks } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { LifecycleHouse, noon, secondDoor } from '../../../test/support/lifecycle-house';
import { DAY } from '../../kernel/clock';
import type { Giving, RewardGiver } from '../reward/reward';
import { worstCost } from './campaign.service';
import { readRuns } from './campaign.store';

const LIFECYCLE = { activeDays: 30, silentDays: 90, sleepingDays: 180 };
const SEGMENTED = {
  levels: [
    { code: 'base', name: 'Base', rank: 1, threshold: 0 },
    { code: 'silver', name: 'Silver', rank: 2, threshold: 100 },
    { code: 'gold', name: 'Gold', rank: 3, threshold: 200 },
  ],
  plans: [{ code: 'club', name: 'Club', kind: 'MEMBERSHIP', price: 100, term: { months: 12 }, costCap: 50 }],
  rfm: {
    window: 'EVER',
    grades: [
      { code: 'low', name: 'Low', when: { monetary: { below: 1_000 } } },
      { code: 'high', name: 'High', when: { monetary: { atLeast: 1_000 } } },
    ],
    default: 'low',
  },
};
const campaign = (code: string, trigger: object, more: object = {}) => ({
  code,
  name: `Campaign ${code}`,
  trigger,
  reward: { points: 10 },
  ...more,
});

eachDatabase((lane) => {
  /** Another process, in which nothing can be given to this member. */
  const failingFor = async (unlucky: string, { clock, house }: LifecycleHouse): Promise<LifecycleHouse> => {
    const giver: RewardGiver = {
      give: (giving: Giving) =>
        giving.memberId === unlucky ? Promise.reject(new Error('damaged')) : house.rewards.give(giving),
    };
    const other = new LifecycleHouse(await secondDoor(lane), clock, giver);
    await other.house.catalogue.refresh();
    return other;
  };

  afterEach(async () => {
    // Of one test no campaign and no member lives on into the next one.
    const tables = ['campaign_run', 'campaign_trigger', 'campaign_gift', 'member_day', 'stage_change', 'member'];
    await lane.database.transaction(async (tx) => {
      for (const table of tables) await tx.run(`DELETE FROM ${table}`);
      await tx.run('DELETE FROM program_item');
    });
    await expectBooks(lane.database);
  });

  const open = (campaigns: object[], more: object = {}, date = '2026-01-01') =>
    LifecycleHouse.open(lane.database, date, { lifecycle: LIFECYCLE, ...more, campaigns });

  test('a schedule gives once to those who are in the segment, and to nobody who joins afterwards', async () => {
    const days = await open([
      campaign('new-year', { on: 'SCHEDULE', at: '2026-01-03T09:00:00Z' }, { segment: { tags: ['cats'] } }),
    ]);
    const [cats, dogs] = [await days.member({ tags: ['cats'] }), await days.member({ tags: ['dogs'] })];
    await days.goTo('2026-01-02');
    expect(await days.gifts(cats)).toEqual([]);
    await days.goTo('2026-01-04');
    const late = await days.member({ tags: ['cats'] });
    await days.goTo('2026-01-09');
    expect(await Promise.all([cats, dogs, late].map((id) => days.points(id)))).toEqual([10, 0, 0]);
    const [run] = await readRuns(lane.database.read, days.campaigns.find('new-year')!.id, 5);
    expect(run).toMatchObject({ occasion: 'at', state: 'DONE', given: 1 });
  });

  test.each<[string, object, string[]]>([
    ['levels', { levels: ['silver', 'gold'] }, ['silver', 'rich']],
    ['plans', { plans: ['club'] }, ['holder']],
    ['tags', { tags: ['cats', 'dogs'] }, ['cats']],
    ['stages', { stages: ['SILENT'] }, ['cats', 'holder', 'idle', 'silver']],
    ['grades', { grades: ['high'] }, ['rich']],
    ['a condition', { condition: 'member.growth >= 150 && !("cats" in member.tags)' }, ['silver', 'rich']],
    ['all of these at once', { levels: ['silver'], stages: ['SILENT'], condition: 'card.plan == ""' }, ['silver']],
  ])('a segment by %s holds for those alone', async (_what, segment, wanted) => {
    const trigger = { on: 'SCHEDULE', at: '2026-03-10T09:00:00Z' };
    const days = await open([campaign('some', trigger, { segment, reward: { growth: 1_000 } })], SEGMENTED);
    const people = {
      cats: await days.member({ tags: ['cats'] }),
      holder: await days.member(),
      idle: await days.member(),
      silver: await days.member(),
      rich: await days.member(),
    };
    await days.house.open(people.holder, 'club');
    await days.buys(people.idle, 10);
    await days.house.give(people.silver, 'GROWTH', 150);
    await days.house.give(people.rich, 'GROWTH', 200);
    await days.goTo('2026-03-08', { stopped: true });
    await days.buys(people.rich, 5_000);
    await days.goTo('2026-03-11');
    const given: string[] = [];
    for (const [name, id] of Object.entries(people)) if ((await days.gifts(id)).length > 0) given.push(name);
    expect(given).toEqual(wanted);
  });

  test('birthdays are kept each year, those of 29 February too, and a stop of the worker loses none', async () => {
    const days = await open([campaign('cake', { on: 'BIRTHDAY', daysBefore: 2, time: '08:00' })], {}, '2026-02-20');
    const joinedAt = noon('2020-01-01');
    const leap = await days.member({ birthday: '2000-02-29', joinedAt });
    const may = await days.member({ birthday: '1990-05-04', joinedAt });
    await days.goTo('2026-02-27');
    expect(await days.gifts(leap)).toEqual(['cake 2026-02-28']);
    await days.goTo('2028-06-01', { stopped: true });
    expect(await days.gifts(leap)).toEqual(['cake 2026-02-28', 'cake 2027-02-28', 'cake 2028-02-29']);
    expect(await days.gifts(may)).toEqual(['cake 2026-05-04', 'cake 2027-05-04', 'cake 2028-05-04']);
    expect(await days.points(may)).toBe(30);
  });

  test('after a stop, a campaign with a look-back gives for birthdays within it only', async () => {
    const trigger = { on: 'BIRTHDAY', lookBackDays: 7 };
    const days = await open([campaign('cake', trigger)], {}, '2026-02-20');
    const joinedAt = noon('2020-01-01');
    const [past, edge, today] = await Promise.all(
      ['1990-03-02', '1990-05-03', '1990-05-10'].map((birthday) => days.member({ birthday, joinedAt })),
    );
    await days.goTo('2026-02-21');
    await days.goTo('2026-05-10', { stopped: true });
    expect(await Promise.all([past, edge, today].map((id) => days.gifts(id!)))).toEqual([
      [],
      ['cake 2026-05-03'],
      ['cake 2026-05-10'],
    ]);
    // Who is not stopped for long misses none.
    await days.goTo('2027-05-11');
    expect(await days.gifts(past!)).toEqual(['cake 2027-03-02']);
  });

  test('an event sets one off only when its condition holds', async () => {
    const when = 'event.amount >= 5000 && "gift" in event.attributes && member.level == "base"';
    const days = await open([campaign('big-spender', { on: 'EVENT', event: 'PURCHASE', when })]);
    const id = await days.member();
    await days.tell(id, 'PURCHASE', { amount: 4_999, attributes: { gift: true } });
    await days.tell(id, 'PURCHASE', { amount: 5_000 });
    expect(await days.points(id)).toBe(0);
    await days.tell(id, 'PURCHASE', { amount: 5_000, attributes: { gift: true } });
    expect(await days.points(id)).toBe(10);
  });

  test('festivals and days of the month come as the calendar says', async () => {
    const days = await open(
      [
        campaign('spring', { on: 'FESTIVAL', days: ['2026-02-17', '05-01'] }),
        campaign('pay-day', { on: 'MONTHLY', day: 31 }),
      ],
      {},
      '2026-02-01',
    );
    const id = await days.member();
    await days.goTo('2027-02-28', { stopped: true });
    const gifts = (await days.gifts(id)).toSorted();
    expect(gifts.filter((gift) => gift.startsWith('spring'))).toEqual(['spring 2026-02-17', 'spring 2026-05-01']);
    expect(gifts.filter((gift) => /02-28|04-30|12-31/.test(gift))).toHaveLength(4);
  });

  test('a change of stage sets one off, and so does an event, at once', async () => {
    const days = await open([
      campaign('wake-up', { on: 'STAGE', to: ['SILENT'] }),
      campaign('unlock', { on: 'EVENT', event: 'CUSTOM', eventName: 'unlock-by-scan' }, { reward: { points: 1 } }),
    ]);
    const id = await days.member({ joinedAt: noon('2025-12-15') });
    await days.buys(id, 100);
    await days.tell(id, 'CUSTOM', { name: 'unlock-by-scan' });
    // Nobody had to wait for a worker.
    expect(await days.points(id)).toBe(1);
    await days.tell(id, 'CUSTOM', { name: 'something-else' });
    await days.goTo('2026-03-01');
    expect((await days.gifts(id)).at(-1)).toBe('wake-up SILENT 2026-02-01');
    expect(await days.points(id)).toBe(11);
  });

  test('a budget is never overrun, ends the run, and takes it up again when it is raised', async () => {
    const trigger = { on: 'SCHEDULE', at: '2026-01-02T00:00:00Z' };
    const limited = (budget: number) => [campaign('gift', trigger, { costPerMember: 30, budget })];
    const days = await open(limited(100));
    const ids = await Promise.all(Array.from({ length: 6 }, () => days.member()));
    await days.goTo('2026-01-03');
    const given = async () => (await Promise.all(ids.map((id) => days.points(id)))).filter((sum) => sum === 10).length;
    const live = () => days.campaigns.find('gift')!;
    expect(await given()).toBe(3);
    expect(await days.campaigns.budgetLeft(live())).toBe(10);
    expect((await readRuns(lane.database.read, live().id, 1))[0]).toMatchObject({ state: 'OUT_OF_BUDGET', given: 3 });
    await days.apply({ lifecycle: LIFECYCLE, campaigns: limited(200) });
    await days.campaigns.budgetLeft(live());
    await days.settle();
    expect(await given()).toBe(6);
    expect(await days.campaigns.budgetLeft(live())).toBe(20);
    expect((await readRuns(lane.database.read, live().id, 1))[0]).toMatchObject({ state: 'DONE', given: 6 });
    // Less takes back what is left, and no more.
    await days.apply({ lifecycle: LIFECYCLE, campaigns: limited(50) });
    expect(await days.campaigns.budgetLeft(live())).toBe(0);
  });

  test('a frequency cap holds across campaigns, and is free again when its days are over', async () => {
    const cap = { frequencyCap: { times: 1, days: 7, across: 'ALL' } };
    const days = await open([
      campaign('first', { on: 'FESTIVAL', days: ['01-02'] }, cap),
      campaign('second', { on: 'FESTIVAL', days: ['01-05', '01-09'] }, cap),
    ]);
    const id = await days.member();
    await days.goTo('2026-01-12');
    expect(await days.gifts(id)).toEqual(['first 2026-01-02', 'second 2026-01-09']);
  });

  test('two workers give to each member once, and a death between deciding and giving loses nothing', async () => {
    const days = await open([campaign('all', { on: 'SCHEDULE', at: '2026-01-02T00:00:00Z' })]);
    const ids = await Promise.all(Array.from({ length: 30 }, () => days.member()));
    days.clock.set(noon('2026-01-03'));
    let deaths = 0;
    const dying: RewardGiver = {
      give(giving: Giving) {
        deaths += 1;
        return deaths % 3 === 0 ? Promise.reject(new Error('killed')) : days.house.rewards.give(giving);
      },
    };
    const other = new LifecycleHouse(await secondDoor(lane), days.clock, dying);
    await other.house.catalogue.refresh();
    const outcomes = await Promise.allSettled([other.settle(), other.settle(), days.settle()]);
    expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
    await days.settle();
    expect(await Promise.all(ids.map((id) => days.points(id)))).toEqual(Array(30).fill(10));
  });

  test('a gift that cannot be handed over holds up neither other gifts nor other campaigns', async () => {
    const days = await open([
      campaign('first', { on: 'SCHEDULE', at: '2026-01-02T00:00:00Z' }),
      campaign('second', { on: 'SCHEDULE', at: '2026-01-03T00:00:00Z' }),
    ]);
    const [unlucky, lucky] = [await days.member(), await days.member()];
    days.clock.set(noon('2026-01-04'));
    const other = await failingFor(unlucky!, days);
    // Each pass tells of the fault, and goes as far as it can.
    for (let pass = 0; pass < 4; pass += 1) await expect(other.settle()).rejects.toThrow('damaged');
    expect(await Promise.all([unlucky, lucky].map((id) => days.points(id)))).toEqual([0, 20]);
    await days.settle();
    expect(await days.points(unlucky)).toBe(20);
  });

  test('nor does it hold up who fell silent on the same day', async () => {
    const days = await open([campaign('wake-up', { on: 'STAGE', to: ['SILENT'] })]);
    const ids = await Promise.all(Array.from({ length: 40 }, () => days.member()));
    const [unlucky] = ids.toSorted();
    days.clock.set(noon('2026-03-01'));
    const other = await failingFor(unlucky!, days);
    for (let pass = 0; pass < 4; pass += 1) await expect(other.settle()).rejects.toThrow('damaged');
    const given = async () => (await Promise.all(ids.map((id) => days.points(id)))).filter((sum) => sum === 10).length;
    expect(await given()).toBe(39);
    await days.settle();
    expect(await given()).toBe(40);
    expect(await lane.database.read.arrays('SELECT COUNT(*) FROM campaign_trigger')).toEqual([[0]]);
  });

  test('an event is recorded and sets off what it does, though what another member set off fails', async () => {
    const days = await open([campaign('thanks', { on: 'EVENT', event: 'REVIEW' })]);
    const [unlucky, lucky] = [await days.member(), await days.member()];
    const other = await failingFor(unlucky!, days);
    await other.tell(unlucky, 'REVIEW');
    await other.tell(lucky, 'REVIEW');
    expect(await Promise.all([unlucky, lucky].map((id) => days.points(id)))).toEqual([0, 10]);
    // The worker meets the same fault and tells it; without it the gift is handed over.
    await expect(other.settle()).rejects.toThrow('damaged');
    await days.settle();
    expect(await days.points(unlucky)).toBe(10);
  });

  test('a preview counts who would be given to and what that costs at worst, and gives nothing', async () => {
    const days = await open([
      campaign('costly', { on: 'BIRTHDAY' }, { costPerMember: 30, budget: 100, segment: { tags: ['vip'] } }),
    ]);
    await days.member({ tags: ['vip'] });
    for (let at = 0; at < 5; at += 1) await days.member({ tags: ['vip'], birthday: '1990-06-01' });
    await days.member({ birthday: '1990-06-01' });
    const live = days.campaigns.find('costly')!;
    expect(await days.campaigns.preview(live, 1_000)).toEqual({ members: 5, looked: 6 });
    const part = await days.campaigns.preview(live, 4);
    expect(part).toMatchObject({ looked: 4, after: expect.any(String) });
    const rest = await days.campaigns.preview(live, 4, part.after);
    expect(part.members + rest.members).toBe(5);
    expect([worstCost(live, 2), worstCost(live, 5)]).toEqual([60, 90]);
    expect(days.clock.now() % DAY).toBe(DAY / 2);
  });
});
