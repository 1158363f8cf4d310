// Figures follow the facts: what happens late, is taken back, or is counted by two at once ends in the same sums.
import { DAY } from '../../../src/kernel/clock';
import { NOON, TestGateway } from '../../../test/support/gateway';
import { benefit, entitles, level, offer, plan, privilege, programText } from '../../../test/support/gateway-program';
import { claimed, fresh, Story } from '../../../test/support/gateway-story';
import { eachDatabase } from '../../../test/support/lanes';
import { isRefusal } from '../../kernel/refusal';
import { dashboardOf } from './dashboard';
import { dashboardPage } from './dashboard-page';
import { dashboardTables } from './dashboard-table';
import { PacedJob } from './paced-job';
import { recountFigures } from './recount';
import { renderRecount } from './recount-table';
import { RollUpJob } from './roll-up.job';

const PROGRAM = programText({
  levels: [level('registered', 1, 0), level('silver', 2, 500)],
  plans: [
    plan('plus', {
      price: 10_000,
      costCap: 300,
      refund: { withinDays: 30, lessUsed: true },
      entitlements: [entitles('freight', 5, 'TERM')],
    }),
    privilege('pet'),
  ],
  benefits: [benefit('freight', { unitCost: 30, faceValue: 500 })],
  offers: [offer('latte'), offer('held', { costBasis: 'USE' })],
  settings: {
    levelDesign: {
      base: 500,
      multipliers: [1],
      target: {
        meaning: 'POPULATION',
        bands: [
          { name: 'high', share: 1, levels: ['silver'] },
          { name: 'low', share: 4, levels: ['registered'] },
        ],
      },
    },
  },
});

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  /** The one card that each test finds sold. */
  let sold: Awaited<ReturnType<Story['holder']>>;
  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM });
    story = new Story(gateway);
    sold = await story.holder('plus');
  });
  afterAll(() => gateway.stop());

  /** The sums of a figure over all its cells, by day of March. */
  const daysOf = async (figure: number) => {
    const rows = await lane.database.read.arrays(
      `SELECT period, SUM(value) FROM figure_roll_up WHERE figure = ? AND period BETWEEN 20260301 AND 20260331
       GROUP BY period HAVING SUM(value) <> 0 ORDER BY period`,
      [figure],
    );
    return rows.map(([day, sum]) => [Number(day), Number(sum)]);
  };
  const recount = () => recountFigures(lane.database, gateway.gateway.catalogue.current());
  const expectTrue = async () => {
    const report = await recount();
    expect(renderRecount(report)).toContain('The roll-up equals the facts.');
    return report;
  };

  test('a card sold, used, and taken back', async () => {
    const { who, card } = sold;
    const coupon = claimed(await story.claim(who, 'freight'));
    expect((await recount()).waiting).toBeGreaterThan(0);
    await expectTrue();
    await gateway.settle();
    expect(await daysOf(2)).toEqual([[20260310, 1]]);
    expect(await daysOf(3)).toEqual([[20260310, 10_000]]);
    expect(await daysOf(5)).toEqual([[20260310, 30]]);
    expect((await expectTrue()).waiting).toBe(0);
    // Given a month later the coupon is given back, then the day of its claim is another one.
    gateway.clock.advance(DAY);
    await story.gateway.run(who, 'cancel', { input: { redemption: coupon.id, idempotencyKey: fresh('key') } });
    await gateway.run({ role: 'SERVER', subject: 'shop' }, 'refund-card', {
      input: { card: card.id, idempotencyKey: fresh('key') },
    });
    await gateway.settle();
    expect(await daysOf(5)).toEqual([]);
    expect(await daysOf(4)).toEqual([[20260311, 10_000]]);
    expect((await expectTrue()).waiting).toBe(0);
    gateway.clock.set(NOON);
  });

  test('the dashboard as tables, and as a page that needs nothing else', async () => {
    await gateway.settle();
    const { insight } = gateway.gateway;
    const dashboard = await dashboardOf(insight, { from: '2026-03-01', to: '2026-03-10' });
    if (isRefusal(dashboard)) throw new Error(dashboard.message);
    const tables = dashboardTables(dashboard);
    expect(tables).toMatch(/^Test: 2026-03-01 to 2026-03-10, days of Asia\/Shanghai\n/);
    expect(tables).toMatch(/NEW +1 +1 of 1, 100.0 % +10000\n/);
    // Shares of a design are set against their sum, here 1 : 4.
    expect(tables).toMatch(/high +0 of 1, 0.0 % +20.0 %\nlow +1 of 1, 100.0 % +80.0 %\n/);
    expect(dashboard.months.REVENUE).toEqual([{ period: '2026-03', value: 10_000 }]);
    const page = dashboardPage({ ...dashboard, program: '<script>' }, tables);
    expect(page).toContain('<svg');
    expect(page).not.toMatch(/<script|src=|href=/);
    // The line in the middle of each picture is labelled with what it stands for: one term sold is no line of 0.5.
    const labels = [...page.matchAll(/text-anchor="end"[^>]*>([\d,]+)</g)].map(([, text]) =>
      Number(text!.replace(',', '')),
    );
    expect(labels).toHaveLength(6 * 3);
    for (let at = 0; at < labels.length; at += 3) expect(labels[at + 1]! * 2).toBe(labels[at + 2]);
    // What cannot be asked for is told.
    for (const [from, to, field, words] of [
      ['2026-03-11', '2026-03-10', 'from', 'from is 2026-03-11, which is after 2026-03-10'],
      ['2026-03-01', '2026-03-11', 'to', 'to is 2026-03-11; allowed is 2026-03-10, which is today, at most'],
      ['2010-03-01', '2026-03-10', 'from', 'is longer than 3660 days'],
      ['0001-01-01', '2026-03-10', 'from', 'from is "0001-01-01"; allowed is a day from 1970-01-01 on'],
      ['2026-03-01', 'today', 'to', 'to is "today"; allowed is a day from 1970-01-01 on'],
    ] as const) {
      const refused = await dashboardOf(insight, { from, to });
      expect(refused).toMatchObject({ code: 'INVALID_INPUT', field, message: expect.stringContaining(words) });
    }
    expect(await dashboardOf(insight, { from: '2026-03-01', to: '2026-03-10', plan: 'no' })).toMatchObject({
      field: 'plan',
      message: 'There is no plan "no" in the program.',
    });
    const asked = { from: '2024-01-01', to: '2026-03-10' };
    expect(await insight.series('SALES', asked, 'DAY')).toMatchObject({ code: 'INVALID_INPUT', field: 'by' });
    const days = await insight.series('HOLDERS', { from: '2026-03-08', to: '2026-03-10', plan: 'pet' }, 'DAY');
    expect(days).toEqual(['2026-03-08', '2026-03-09', '2026-03-10'].map((period) => ({ period, value: 0 })));
  });

  test('what others changed behind its back is found', async () => {
    await gateway.settle();
    const tamper = (statement: string) => lane.database.transaction((tx) => tx.run(statement));
    await tamper('UPDATE figure_roll_up SET value = value + 1 WHERE figure = 2 AND period = 20260310');
    const report = await recount();
    expect(report).toMatchObject({ clean: false, differing: 1 });
    expect(report.differences).toMatchObject([{ figure: 'SALES', period: '2026-03-10', rolledUp: 2, recounted: 1 }]);
    expect(renderRecount(report)).toContain('1 sums differ');
    await tamper('UPDATE figure_roll_up SET value = value - 1 WHERE figure = 2 AND period = 20260310');
    await expectTrue();
  });

  test('counted by two at once, and anew from nothing, it is the same', async () => {
    // Given more changes than a pass takes, in another month than that of the other tests.
    gateway.clock.set(NOON + 60 * DAY);
    const members = await Promise.all(Array.from({ length: 12 }, () => story.holder('plus')));
    await Promise.all(members.map(({ who }) => story.claim(who, 'latte')));
    const other = await TestGateway.start({ url: lane.url, clock: gateway.clock });
    const jobs = [gateway, other].map(({ gateway: { database, catalogue, clock } }) => {
      return new RollUpJob(database, catalogue, clock, 5, 7);
    });
    // When two count at once, then each change counts once.
    await Promise.all(jobs.map((job) => job.drain()));
    expect((await expectTrue()).waiting).toBe(0);
    const before = await lane.database.read.arrays(
      'SELECT * FROM figure_roll_up WHERE value <> 0 ORDER BY 1, 2, 3, 4, 5, 6',
    );
    // And when all was lost but the facts, then the walk finds the same sums; points alone have no other memory.
    await lane.database.transaction(async (tx) => {
      await tx.run("DELETE FROM work_progress WHERE name = 'figures'");
      await tx.run('DELETE FROM figure_part');
      await tx.run('DELETE FROM figure_roll_up WHERE figure NOT IN (25, 26)');
    });
    const fresh = [gateway, other].map(({ gateway: { database, catalogue, clock } }) => {
      return new RollUpJob(database, catalogue, clock, 5, 7);
    });
    await Promise.all(fresh.map((job) => job.drain()));
    await other.stop();
    const after = await lane.database.read.arrays(
      'SELECT * FROM figure_roll_up WHERE value <> 0 ORDER BY 1, 2, 3, 4, 5, 6',
    );
    expect(after).toEqual(before);
    await expectTrue();
    gateway.clock.set(NOON);
  });
});

test('a job that is paced rests four times as long as its pass took', async () => {
  let [now, runs] = [0, 0];
  const run = async () => {
    now += 10;
    runs += 1;
    return runs;
  };
  const job = new PacedJob({ name: 'any', run }, () => now);
  expect([await job.run(), await job.run()]).toEqual([1, 0]);
  now = 49;
  expect(await job.run()).toBe(0);
  now = 50;
  expect([await job.run(), job.name]).toEqual([2, 'any']);
});
