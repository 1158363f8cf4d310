// Quotas and limits begin anew with each day, week, month or term of the program's time zone, and hold under a rush.
import type { Instant } from '../../src/kernel/clock';
import { NOON, TestGateway, type Who } from '../support/gateway';
import { benefit, entitles, level, offer, plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, outcomeOf, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

const FREE = { unitCost: 0 };
const PERIODS = ['day', 'week', 'month', 'term'] as const;

const programIn = (timeZone: string) =>
  programText({
    timeZone,
    levels: [level('registered', 1, 0), level('silver', 2, 100, [entitles('festival', 2, 'DAY')])],
    plans: [
      plan('plus', { entitlements: PERIODS.map((period) => entitles(`per-${period}`, 2, period.toUpperCase())) }),
    ],
    benefits: [...PERIODS.map((period) => benefit(`per-${period}`, FREE)), benefit('festival', FREE)],
    offers: [
      ...PERIODS.slice(0, 3).map((period) =>
        offer(`per-${period}-offer`, { ...FREE, memberLimit: { limit: 2, period: period.toUpperCase() } }),
      ),
      offer('ever-offer', { ...FREE, card: 'NONE', memberLimit: { limit: 2, period: 'EVER' } }),
    ],
  });

/** Item, the last millisecond of its period, and when the quota that is shown resets. */
const SHANGHAI_EDGES: readonly [item: string, last: string][] = [
  ['per-day', '2026-03-10T23:59:59.999+08:00'],
  ['per-week', '2026-03-15T23:59:59.999+08:00'],
  ['per-month', '2026-03-31T23:59:59.999+08:00'],
  ['per-day-offer', '2026-03-10T23:59:59.999+08:00'],
  ['per-week-offer', '2026-03-15T23:59:59.999+08:00'],
  ['per-month-offer', '2026-03-31T23:59:59.999+08:00'],
];

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: programIn('Asia/Shanghai') });
    story = new Story(gateway);
  });
  beforeEach(() => gateway.clock.set(NOON));
  afterAll(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const thrice = async (who: Who, item: string) => [
    outcomeOf(await story.redeem(who, item)),
    outcomeOf(await story.redeem(who, item)),
    outcomeOf(await story.redeem(who, item)),
  ];
  const reached = (item: string) => (item.endsWith('offer') ? 'MEMBER_LIMIT_REACHED' : 'QUOTA_EXHAUSTED');
  const resetsAt = async (who: Who, item: string): Promise<Instant> => {
    const quote = await story.quote(who, item);
    if (quote.__typename === 'Refusal') throw new Error(quote.message);
    return Date.parse((quote.limits[0] as unknown as { resetsAt: string }).resetsAt);
  };

  test.each(SHANGHAI_EDGES)('%s begins anew after %s', async (item, last) => {
    const { who } = await story.holder('plus');
    gateway.clock.set(Date.parse(last));
    expect(await thrice(who, item)).toEqual(['ISSUED', 'ISSUED', reached(item)]);
    expect(await resetsAt(who, item)).toBe(Date.parse(last) + 1);
    gateway.clock.advance(1);
    expect(await thrice(who, item)).toEqual(['ISSUED', 'ISSUED', reached(item)]);
  });

  test.each(SHANGHAI_EDGES)('%s of noon still counts just before %s', async (item, last) => {
    const { who } = await story.holder('plus');
    await story.claim(who, item);
    gateway.clock.set(Date.parse(last));
    expect(await thrice(who, item)).toEqual(['ISSUED', reached(item), reached(item)]);
  });

  test('per-term begins anew with each term, and not before', async () => {
    const { who, card } = await story.holder('plus');
    expect(await thrice(who, 'per-term')).toEqual(['ISSUED', 'ISSUED', 'QUOTA_EXHAUSTED']);
    const renewed = await story.renew(card.id);
    expect(renewed.term.endsAt).toBe(card.term.endsAt);
    gateway.clock.set(Date.parse(card.term.endsAt) - 1);
    expect(outcomeOf(await story.redeem(who, 'per-term'))).toBe('QUOTA_EXHAUSTED');
    gateway.clock.advance(1);
    expect(await thrice(who, 'per-term')).toEqual(['ISSUED', 'ISSUED', 'QUOTA_EXHAUSTED']);
  });

  test('ever is for ever', async () => {
    const who = await story.member();
    expect(await thrice(who, 'ever-offer')).toEqual(['ISSUED', 'ISSUED', 'MEMBER_LIMIT_REACHED']);
    gateway.clock.set(Date.parse('2036-01-01T00:00:00Z'));
    expect(outcomeOf(await story.redeem(who, 'ever-offer'))).toBe('MEMBER_LIMIT_REACHED');
  });

  test('the quota of a level counts by member, and goes with the level', async () => {
    const who = await story.member();
    await story.give(who, 'GROWTH', 100);
    expect(await thrice(who, 'festival')).toEqual(['ISSUED', 'ISSUED', 'QUOTA_EXHAUSTED']);
    await story.give(who, 'GROWTH', -1);
    expect(outcomeOf(await story.redeem(who, 'festival'))).toBe('NOT_ELIGIBLE');
    await story.give(who, 'GROWTH', 1);
    gateway.clock.set(Date.parse('2026-03-11T00:00:00+08:00'));
    expect(outcomeOf(await story.redeem(who, 'festival'))).toBe('ISSUED');
  });

  test('of a rush of twenty exactly the quota gets in', async () => {
    const { who } = await story.holder('plus');
    for (const item of ['per-day', 'per-day-offer']) {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => story.redeem(who, item)));
      expect(outcomes.map(outcomeOf).filter((outcome) => outcome === 'ISSUED')).toHaveLength(2);
    }
  });
});

eachDatabase((lane) => {
  test.each([
    ['America/New_York', '2026-03-08T23:59:59.999-04:00', 'the day that is an hour short'],
    ['Asia/Kathmandu', '2026-03-10T23:59:59.999+05:45', 'a zone off by a quarter of an hour'],
    ['Pacific/Kiritimati', '2026-03-10T23:59:59.999+14:00', 'the zone furthest ahead'],
  ])('a program in %s follows its own midnight: %s (%s)', async (timeZone, last) => {
    const gateway = await TestGateway.start({ url: lane.url, program: programIn(timeZone) });
    const story = new Story(gateway);
    gateway.clock.set(Date.parse(last) - 1_000);
    const { who } = await story.holder('plus');
    await story.claim(who, 'per-day');
    await story.claim(who, 'per-day');
    gateway.clock.set(Date.parse(last));
    expect(outcomeOf(await story.redeem(who, 'per-day'))).toBe('QUOTA_EXHAUSTED');
    gateway.clock.advance(1);
    expect(outcomeOf(await story.redeem(who, 'per-day'))).toBe('ISSUED');
    await gateway.stop();
  });
});
