// `perkgate simulate growth`, as a command: of profiles, of the members of a database, as table, JSON and chart.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY, systemClock } from '../../src/kernel/clock';
import { gatewayEnvironment, NOON, TestGateway } from '../support/gateway';
import { lastJson, perkgateInside } from '../support/gateway-process';
import { benefit, entitles, level, plan, programText } from '../support/gateway-program';
import { Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

const folder = mkdtempSync(join(tmpdir(), 'perkgate-simulate-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

interface Shown {
  readonly ok: boolean;
  readonly members: number;
  readonly source: string;
  readonly levels: { code: string; standing: number[]; share: number; kept?: number[]; fell?: number[] }[];
  readonly without?: number[];
}

async function simulated(...args: string[]): Promise<Shown> {
  const { code, stdout, stderr } = await perkgateInside(['simulate', 'growth', ...args, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return lastJson(stdout) as unknown as Shown;
}

test('the same seed says the same; the preset comes near its target; a chart is written', async () => {
  const chart = join(folder, 'growth.svg');
  const [one, again, other] = [
    await simulated('jd-plus', '--members', '2000', '--chart', chart),
    await simulated('jd-plus', '--members', '2000', '--chart', chart),
    await simulated('jd-plus', '--members', '2000', '--seed', '2', '--chart', chart),
  ];
  expect(again).toEqual(one);
  expect(other.levels).not.toEqual(one.levels);
  const shares = one.levels.map(({ share }) => share);
  expect(Math.abs(shares[2]! - 0.6)).toBeLessThan(0.05);
  expect(Math.abs(shares[3]! + shares[4]! - 0.1)).toBeLessThan(0.05);
  expect(readFileSync(chart, 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  const page = join(folder, 'growth.html');
  await simulated('jd-plus', '--members', '100', '--weeks', '4', '--chart', page);
  expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<svg /);
});

test.each<[string[], RegExp]>([
  [['jd-plus', '--members', '0'], /--members is "0"; allowed is a whole number from 1 to 1000000/],
  [['jd-plus', '--weeks', '521'], /--weeks is "521"/],
  [['jd-plus', '--chart', 'growth.png'], /allowed is a file that ends in .svg or .html/],
  [['jd-plus', '--renewed', '50'], /--renewed is for --from-database; profiles say it themselves, as lapse/],
  [['jd-plus', '--renewed', '101', '--from-database'], /--renewed is "101"; allowed is a whole number from 0 to 100/],
  [['jd-plus', '--profiles', 'x.yaml', '--from-database'], /--profiles or --from-database, not both/],
  [['nowhere'], /The file nowhere cannot be read: there is no such file or folder; presets are .*jd-plus/],
  [['/nowhere.yaml'], /The file \/nowhere.yaml cannot be read/],
])('%j is refused in one line', async (args, message) => {
  const { code, stderr } = await perkgateInside(['simulate', 'growth', ...args]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
});

test('profiles of a file are checked as those of a program are; without any, it says what to give', async () => {
  const plain = file('plain.yaml', programText({}));
  const none = await perkgateInside(['simulate', 'growth', plain]);
  expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/The program has no profiles: add the section/)]);
  const profiles = file('profiles.yaml', 'profiles:\n  - { code: a, name: A, share: 1, activities: [] }\n');
  const faulty = await perkgateInside(['simulate', 'growth', plain, '--profiles', profiles]);
  expect([faulty.code, faulty.stdout]).toEqual([
    1,
    expect.stringMatching(/profiles.yaml:2:47: profiles\[0\].activities[^\n]*\n1 fault\n$/),
  ]);
  const sound = file(
    'sound.yaml',
    'profiles: [{ code: a, name: A, share: 1, activities: [{ code: x, perWeek: 1, growth: 1 }] }]',
  );
  expect(await simulated(plain, '--profiles', sound, '--members', '5')).toMatchObject({ members: 5 });
});

test('a preset with decay tells who fell, and one that keeps levels who is kept', async () => {
  const fell = ({ levels }: Shown) => levels.map((one) => one.fell?.reduce((sum, count) => sum + count, 0));
  const decaying = await simulated('qq-vip', '--members', '50');
  expect(fell(decaying).slice(0, 4)).toEqual([10, expect.any(Number), 0, 0]);
  // Who leaves has fallen to nothing by the end, from 100 and nine weeks of a card.
  expect([decaying.without?.[0], decaying.without?.at(-1)]).toEqual([0, 10]);
  const keeping = await simulated('jd-growth', '--members', '50', '--weeks', '70');
  expect(keeping.levels.some(({ kept }) => kept?.some((count) => count > 0))).toBe(true);
  // No level is lost before it was kept for a year and a month, and then it is.
  const firstFall = keeping.levels.map(({ fell: falls }) => falls!.findIndex((count) => count > 0));
  expect(firstFall.filter((week) => week >= 0).every((week) => week > 52)).toBe(true);
  expect(firstFall.some((week) => week > 52)).toBe(true);
  const following = await simulated('jd-plus', '--members', '20', '--weeks', '2');
  expect(following.levels.map(({ kept, fell: falls }) => [kept, falls])).toEqual(Array(5).fill([undefined, undefined]));
});

eachDatabase((lane) => {
  test('members of the database go on at their own pace under the levels of another program', async () => {
    // Given a member that earned 100 in ten weeks, one that earned nothing, and a plan to ask 130 of silver.
    const parts = { benefits: [benefit('gift')] };
    const levels = [level('base', 1, 0), level('silver', 2, 50, [entitles('gift', 1)])];
    const gateway = await TestGateway.start({ url: lane.url, program: programText({ ...parts, levels }) });
    const story = new Story(gateway);
    gateway.clock.set(systemClock.now() - 70 * DAY);
    const [keen] = [await story.member(), await story.member()];
    await story.give(keen, 'GROWTH', 100);
    await story.claim(keen, 'gift');
    gateway.clock.set(NOON);
    await gateway.stop();
    const next = file('next.yaml', programText({ ...parts, levels: [level('base', 1, 0), level('silver', 2, 130)] }));
    const args = ['simulate', 'growth', next, '--from-database', '--weeks', '6', '--json'];
    const { code, stdout } = await perkgateInside(args, gatewayEnvironment(lane.url));
    const shown = lastJson(stdout) as unknown as Shown;
    expect([code, shown.members, shown.source]).toEqual([0, 2, '2 members of the database, each at its pace so far']);
    // When it goes on at ten a week, then it is silver again from the third week on, or a day later.
    expect(shown.levels.map(({ code: name, standing }) => [name, standing[0], standing.at(-1)])).toEqual([
      ['base', 2, 1],
      ['silver', 0, 1],
    ]);
  });

  test('cards of the database are renewed as often as they were so far, or as often as it is told', async () => {
    // Given a member who renewed once and lapsed then, and one whose card runs; growth comes by the day of a card.
    const card = plan('vip', { term: { days: 30 } });
    const levelPolicy = { daily: { vip: 2 }, plans: ['vip'] };
    const levels = [level('base', 1, 0), level('silver', 2, 100)];
    const text = programText({ levels, plans: [card], settings: { levelPolicy } });
    const gateway = await TestGateway.start({ url: lane.url, program: text });
    const story = new Story(gateway);
    const begin = systemClock.now();
    gateway.clock.set(begin - 100 * DAY);
    const lapsed = await story.holder('vip');
    await story.renew(lapsed.card.id);
    gateway.clock.set(begin - 20 * DAY);
    const running = await story.holder('vip');
    await gateway.settle();
    gateway.clock.set(begin);
    await gateway.settle();
    expect(running.card.status).toBe('ACTIVE');
    await gateway.stop();
    const program = file('cards.yaml', text);
    const told = async (...more: string[]) => {
      const args = ['simulate', 'growth', program, '--from-database', '--weeks', '20', ...more, '--json'];
      const { code, stdout } = await perkgateInside(args, gatewayEnvironment(lane.url));
      const shown = lastJson(stdout) as unknown as Shown;
      expect(code).toBe(0);
      return { source: shown.source, silver: shown.levels.find(({ code: name }) => name === 'silver')!.standing };
    };
    // Then of the two terms that ended one was renewed.
    expect((await told()).source).toMatch(/each at its pace so far; 50.0 % of the terms that end are renewed$/);
    // What has come by the day is no pace: who lapsed has no more, and who goes on has 2 a day until the card ends.
    const [none, all] = [await told('--renewed', '0'), await told('--renewed', '100')];
    expect([Math.max(...none.silver), all.silver.at(-1)]).toEqual([0, 1]);
    expect(all.silver.findIndex((count) => count > 0)).toBe(5);
  });
});
