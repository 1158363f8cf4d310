// The guard of crowded levels: when it speaks, which cause it names, and the walk over all members that it judges by.
import { benefit, entitles, level, plan, programText } from '../../../test/support/gateway-program';
import { type House, must, openHouse } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { freshEachTest } from '../../../test/support/saved-tables';
import { DAY } from '../../kernel/clock';
import { Catalogue } from '../../program/catalogue';
import { listAlerts } from '../alert/alert.store';
import { lastCensus } from './census.store';
import type { LevelTally } from './level-census';
import { LevelCensusJob } from './level-census.job';
import { crowdedLevels } from './level-guard';

const GUARD = { ...Catalogue.empty().settings.levelGuard, leastMembers: 10 };

function programWith(guard: object, gold = 1_000): string {
  const parts = JSON.parse(
    programText({
      levels: [level('base', 1, 0), level('silver', 2, 200), level('gold', 3, gold)],
      plans: [plan('plus', { entitlements: [entitles('gift', 1)] })],
      benefits: [benefit('gift')],
    }),
  );
  return JSON.stringify({ ...parts, levelGuard: guard });
}

describe('a crowd', () => {
  const levels = ['base', 'silver', 'gold'].map((code, at) => ({ code, rank: at + 1 })) as never;
  const tally = (code: string, members: number, users = 0, climbers = 0): LevelTally => ({
    level: code,
    members,
    users,
    climbers,
  });
  const found = (tallies: LevelTally[], guard = GUARD) => crowdedLevels(tallies, levels, guard);

  test.each<[string, LevelTally[]]>([
    ['too few members for shares to say anything', [tally('base', 9)]],
    ['just the share that is allowed', [tally('base', 75), tally('gold', 25)]],
    ['nobody', []],
  ])('none: %s', (_what, tallies) => {
    expect(found(tallies)).toEqual([]);
  });

  test.each<[string, LevelTally[], object]>([
    ['benefits that few use', [tally('silver', 80, 10, 60), tally('base', 20)], { likelyCause: 'BENEFIT_USE_LOW' }],
    [
      'growth that is slow',
      [tally('silver', 80, 60, 4), tally('base', 20)],
      { growth: 0.05, likelyCause: 'GROWTH_SLOW' },
    ],
    ['both, the worse one first', [tally('silver', 80, 20, 1), tally('base', 20)], { likelyCause: 'GROWTH_SLOW' }],
    ['neither', [tally('silver', 80, 60, 60), tally('base', 20)], { benefitUse: 0.75, likelyCause: 'BAR_LOW' }],
    ['at the top, where growth says nothing', [tally('gold', 80, 60), tally('base', 20)], { likelyCause: 'BAR_LOW' }],
  ])('with its likely cause: %s', (_what, tallies, details) => {
    const [finding, ...others] = found(tallies);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ subject: tallies[0]!.level, details: { share: 0.8, ofMembers: 100, ...details } });
    expect(finding!.message.length).toBeLessThanOrEqual(1_000);
  });

  test('told in words, with both figures and what they are held against', () => {
    const message = found([tally('silver', 80, 8, 12), tally('gold', 20)])[0]?.message;
    expect(message).toBe(
      '80 % of 100 members sit at level silver (more than 75 %). ' +
        '10 % of them claimed a benefit or a perk in the last 90 days (low is under 30 %); ' +
        '15 % reach gold within 52 weeks at their pace so far (slow is under 20 %). ' +
        'Likely cause: BENEFIT_USE_LOW, GROWTH_SLOW. Give the level benefits that its members use. ' +
        'Give more ways to earn growth, or lower the threshold of the next level.',
    );
  });
});

eachDatabase((lane) => {
  freshEachTest(lane);
  let house: House;
  beforeEach(async () => {
    house = await openHouse(lane.database, { program: programWith(GUARD) });
  });
  const jobOf = (of: House, membersAPass = 4) =>
    new LevelCensusJob(of.database, of.memberRows, () => of.catalogue.current(), of.clock, membersAPass);
  const alerts = () => listAlerts(lane.database.read, {}, { limit: 10 });

  async function walk(job = jobOf(house)): Promise<number> {
    let passes = 0;
    while ((await job.run()) > 0) passes += 1;
    return passes;
  }

  test('is found by a daily walk in bounded passes, raised once, followed and resolved', async () => {
    // Given ten members, of whom nine stand at silver, four of them on the way to gold, and two used a benefit.
    for (let at = 0; at < 10; at += 1) {
      const { memberId } = await house.holder();
      if (at > 0) await house.give(memberId, 'GROWTH', at <= 4 ? 999 : 200);
      if (at === 1 || at === 2) await house.claim(memberId, 'gift');
      if (at === 3) must(await house.cancel((await house.claim(memberId, 'gift')).id));
    }
    house.clock.advance(70 * DAY);
    // When the walk is done, then the census says so, and one alert does.
    expect(await walk()).toBe(3);
    expect(await walk()).toBe(0);
    const census = await lastCensus(lane.database.read);
    expect(census).toMatchObject({ members: 10, takenAt: house.now });
    expect(census!.levels.toSorted((left, right) => (left.level < right.level ? -1 : 1))).toEqual([
      { level: 'base', members: 1, users: 0, climbers: 0 },
      { level: 'silver', members: 9, users: 2, climbers: 9 },
    ]);
    expect(await alerts()).toMatchObject([
      { kind: 'LEVEL_CROWDED', subject: 'silver', details: { share: 0.9, benefitUse: 0.222, growth: 1 } },
    ]);
    // When the next day finds the same, then it is the same alert, brought up to date.
    house.clock.advance(30 * DAY);
    expect(await walk()).toBe(3);
    expect(await alerts()).toMatchObject([
      { raisedAt: house.now - 30 * DAY, seenAt: house.now, details: { benefitUse: 0 } },
    ]);
    // When the bar is raised, then it is resolved by itself.
    await house.apply(programWith({ ...GUARD, share: 0.95 }));
    house.clock.advance(DAY);
    await walk();
    expect(await alerts()).toMatchObject([{ resolvedAt: house.now }]);
  });

  test('goes on after a death where it was, and counts nobody twice when two walk at once', async () => {
    for (let at = 0; at < 11; at += 1) await house.member();
    const first = jobOf(house, 3);
    await first.run();
    // Another process goes on, both at once in the end.
    const [left, right] = [jobOf(house, 3), jobOf(house, 3)];
    while ((await Promise.all([left.run(), right.run()])).some((found) => found > 0));
    const census = (await lastCensus(lane.database.read))!;
    expect(census.members).toBe(11);
    expect(census.levels.reduce((sum, { members: at }) => sum + at, 0)).toBe(11);
  });
});
