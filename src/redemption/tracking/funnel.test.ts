// Figures by offer and day equal a naive count; impressions count once, however often they are told.

import { offer, programText } from '../../../test/support/gateway-program';
import { House, must, openHouse, SHOP } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { type Actor } from '../../kernel/actor';
import { DAY, HOUR, ManualClock, MINUTE } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { type DayNumber, dayText } from '../../kernel/period';
import { isRefusal } from '../../kernel/refusal';
import type { Redemption } from '../redemption';
import { FunnelService } from './funnel.service';
import type { FunnelKey, FunnelRow } from './funnel.store';
import { ImpressionService } from './impression.service';
import { type UseCount, useTimesOf } from './use-times';

/** The Friday before the clocks go forward in Berlin. */
const FRIDAY = Date.parse('2026-03-27T10:00:00+01:00');
const OFFERS = ['latte', 'mug', 'film'] as const;
const PROGRAM = programText({
  timeZone: 'Europe/Berlin',
  offers: OFFERS.map((code) =>
    offer(code, { card: 'NONE', partner: code === 'film' ? 'cinema' : 'brewer', couponValidDays: 2 }),
  ),
});
const SERVER: Actor = SHOP;

describe('the time to use', () => {
  const counts = (...took: number[]): UseCount[] =>
    took.map((minutes) => ({ day: 0, took: minutes * MINUTE, uses: 1 }));
  test.each<[string, UseCount[], object]>([
    ['of nothing', [], { uses: 0, median: undefined, p90: undefined }],
    ['of one', counts(5), { uses: 1, median: 300, p90: 300 }],
    ['of two is the lesser', counts(9, 1), { uses: 2, median: 60, p90: 540 }],
    ['of ten', counts(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), { uses: 10, median: 300, p90: 540 }],
    ['of many alike', [{ day: 0, took: 0, uses: 99 }, ...counts(1)], { uses: 100, median: 0, p90: 0 }],
  ])('%s', (_what, given, expected) => {
    expect(useTimesOf(given)).toEqual(expected);
  });
});

eachDatabase((lane) => {
  let house: House;
  let funnel: FunnelService;
  let impressions: ImpressionService;
  const shownBy = new Map<string, number>();
  /** The last day of the scene. */
  let last: DayNumber;
  const claims: { readonly offerId: Id; readonly at: number; readonly id: Id; usedAt?: number; end?: string }[] = [];
  const offerId = (code: string) => house.item(code).itemId;
  const dayOf = (at: number): DayNumber => house.catalogue.current().time.dayNumber(at);

  beforeAll(async () => {
    house = await openHouse(lane.database, { clock: new ManualClock(FRIDAY), program: PROGRAM });
    const current = () => house.catalogue.current();
    funnel = new FunnelService(lane.database, current, house.clock);
    impressions = new ImpressionService(lane.database, current, house.clock);
    const memberId = await house.member();
    // Claims of every third hour or so, over the days on which the clocks change; by turns used, taken back, and left.
    for (let turn = 0; turn < 36; turn += 1) {
      house.clock.set(FRIDAY + turn * 200 * MINUTE);
      const code = OFFERS[turn % 3]!;
      const claimed: Redemption = must(await house.redeem(memberId, code));
      const claim: (typeof claims)[number] = { offerId: offerId(code), at: house.now, id: claimed.id };
      claims.push(claim);
      const before = claims.at(-2);
      if (turn % 4 === 1 && before) {
        must(await house.use(before.id));
        before.usedAt = house.now;
      }
      if (turn % 4 === 3) {
        must(await house.cancel(claimed.id));
        claim.end = 'CANCELLED';
      }
      if (turn % 5 === 0) {
        const day = dayText(dayOf(house.now));
        const entry = { offerId: offerId('latte'), day, shown: turn + 1 };
        must(await impressions.record(SERVER, `turn ${turn}`, [entry, entry]));
        shownBy.set(day, (shownBy.get(day) ?? 0) + 2 * (turn + 1));
      }
    }
    last = dayOf(house.now);
  });

  const naive = (codes: readonly string[], first: DayNumber, last: DayNumber): FunnelRow[] => {
    const rows: FunnelRow[] = [];
    for (let day = first; day <= last; day += 1) {
      for (const id of codes.map(offerId).sort()) {
        const some = claims.filter((claim) => claim.offerId === id && dayOf(claim.at) === day);
        const shown = id === offerId('latte') ? (shownBy.get(dayText(day)) ?? 0) : 0;
        if (some.length === 0 && shown === 0) continue;
        const used = some.filter(({ usedAt }) => usedAt !== undefined).length;
        const cancelled = some.filter(({ end }) => end === 'CANCELLED').length;
        const open = some.filter(({ at, usedAt, end }) => !usedAt && !end && at + 2 * DAY > house.now).length;
        const expired = some.length - used - cancelled - open;
        const steps = { claims: some.length, issued: some.length, used, expired, cancelled, failed: 0 };
        rows.push({ day, offerId: id, impressions: shown, ...steps });
      }
    }
    return rows;
  };

  test.each([1, 2, 7, 100])('the funnel in pages of %d is what is counted one by one', async (limit) => {
    const days = { first: dayOf(FRIDAY), last };
    const read: FunnelRow[] = [];
    for (let after: FunnelKey | undefined, full = true; full; after = read.at(-1)) {
      const page = await funnel.funnel({}, days, { after, limit });
      read.push(...page);
      full = page.length === limit;
    }
    const expected = naive(OFFERS, days.first, days.last);
    expect(expected.length).toBeGreaterThan(15);
    expect(read).toEqual(expected);
    expect(read.reduce((sum, row) => sum + row.claims, 0)).toBe(claims.length);
  });

  test('is narrowed to days, to a partner and to an offer', async () => {
    const sunday = dayOf(FRIDAY + 2 * DAY);
    const on = (scope: object, first = sunday, last = sunday) => funnel.funnel(scope, { first, last }, { limit: 100 });
    expect(await on({})).toEqual(naive(OFFERS, sunday, sunday));
    expect(await on({ offerId: offerId('latte') })).toEqual(naive(['latte'], sunday, sunday));
    const brewer = house.catalogue.current().partnerByCode('brewer')!.id;
    expect(await on({ partnerId: brewer })).toEqual(naive(['latte', 'mug'], sunday, sunday));
    expect(await on({ partnerId: brewer, offerId: offerId('film') })).toEqual([]);
    expect(await on({ partnerId: null })).toEqual([]);
  });

  test('the time to use is that of the uses of these days, to the step of its length', async () => {
    const days = { first: dayOf(FRIDAY), last };
    const told = await funnel.timeToUse({}, days);
    const used = claims.filter(({ usedAt }) => usedAt !== undefined);
    expect(told.uses).toBe(used.length);
    // Each is used 200 minutes after its claim, which are 3 hours and a quarter, and 5 minutes.
    expect([told.median, told.p90]).toEqual([195 * 60, 195 * 60]);
    const byDay = new Map<DayNumber, number>();
    for (const { usedAt } of used) byDay.set(dayOf(usedAt!), (byDay.get(dayOf(usedAt!)) ?? 0) + 1);
    expect(told.days.map(({ day, uses }) => [day, uses])).toEqual([...byDay]);
    expect(await funnel.timeToUse({ partnerId: null }, days)).toEqual({ uses: 0, days: [] });
  });

  test('days are the last thirty unless told, and not too many', () => {
    const today = dayOf(house.now);
    expect(funnel.days(undefined, null)).toEqual({ first: today - 29, last: today });
    expect(funnel.days('2026-03-01', '2026-03-01')).toMatchObject({ first: dayOf(Date.parse('2026-03-01T12:00:00Z')) });
    for (const [from, to] of [
      ['2026-03-02', '2026-03-01'],
      ['2026-01-01', '2026-04-04'],
    ]) {
      expect(funnel.days(from, to)).toMatchObject({ code: 'INVALID_INPUT', field: 'from' });
    }
  });

  describe('impressions', () => {
    // After the days of the scene, whose sums they would change.
    beforeAll(() => house.clock.advance(2 * DAY));

    const shownOf = async (code: string): Promise<number> => {
      const [first, last] = [dayOf(house.now) - 60, dayOf(house.now)];
      const rows = await funnel.funnel({ offerId: offerId(code) }, { first, last }, { limit: 100 });
      return rows.reduce((sum, row) => sum + row.impressions, 0);
    };
    const entry = (more: object = {}) => ({
      offerId: offerId('mug'),
      day: dayText(dayOf(house.now)),
      shown: 10,
      ...more,
    });

    test('told again count once, at the same moment too; another content is refused', async () => {
      const before = await shownOf('mug');
      const told = await Promise.all([1, 2, 3].map(() => impressions.record(SERVER, 'again', [entry()])));
      expect(told.map((one) => !isRefusal(one) && one.replayed).sort()).toEqual([false, true, true]);
      expect(await impressions.record(SERVER, 'again', [entry({ shown: 11 })])).toMatchObject({
        code: 'IDEMPOTENCY_MISMATCH',
      });
      expect(await shownOf('mug')).toBe(before + 10);
      // The same key of another server is another batch.
      must(await impressions.record({ role: 'SERVER', subject: 'other' }, 'again', [entry()]));
      expect(await shownOf('mug')).toBe(before + 20);
    });

    test('of many batches at once none is lost', async () => {
      const before = await shownOf('mug');
      const both = [entry(), entry({ offerId: offerId('film') })];
      const batches = Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? both : both.toReversed()));
      for (const told of await Promise.all(
        batches.map((batch, at) => impressions.record(SERVER, `many ${at}`, batch)),
      )) {
        must(told);
      }
      expect(await shownOf('mug')).toBe(before + 120);
    });

    test.each<[string, object, string]>([
      ['no offer', { offerId: undefined }, 'impressions.1.offer'],
      ['an offer that is not there', { offerId: '0'.repeat(32) }, 'impressions.1.offer'],
      ['tomorrow', { day: '2026-04-30' }, 'impressions.1.day'],
      ['a day long ago', { day: '2026-03-01' }, 'impressions.1.day'],
      ['no day', { day: '2026-02-30' }, 'impressions.1.day'],
      ['none', { shown: 0 }, 'impressions.1.shown'],
      ['less than none', { shown: -1 }, 'impressions.1.shown'],
      ['a part', { shown: 1.5 }, 'impressions.1.shown'],
      ['too many', { shown: 1_000_000_001 }, 'impressions.1.shown'],
    ])('of %s are refused, and with them the batch', async (_what, fault, field) => {
      const before = await shownOf('mug');
      const answer = await impressions.record(SERVER, `fault ${field} ${_what}`, [entry(), entry(fault)]);
      expect(answer).toMatchObject({ field, code: field.endsWith('offer') ? 'NOT_FOUND' : 'INVALID_INPUT' });
      expect(await shownOf('mug')).toBe(before);
    });

    test('are 1 to 1,000 in a batch', async () => {
      for (const length of [0, 1_001]) {
        const answer = await impressions.record(SERVER, `length ${length}`, Array(length).fill(entry()));
        expect(answer).toMatchObject({ code: 'INVALID_INPUT', field: 'impressions' });
      }
    });

    test('a batch is forgotten when its days are refused anyhow', async () => {
      must(await impressions.record(SERVER, 'old', [entry()]));
      const day = dayText(dayOf(house.now));
      house.clock.advance(7 * DAY);
      await impressions.prune();
      expect(must(await impressions.record(SERVER, 'old', [entry({ day })])).replayed).toBe(true);
      house.clock.advance(DAY);
      await impressions.prune();
      expect(await impressions.record(SERVER, 'old', [entry({ day })])).toMatchObject({ field: 'impressions.0.day' });
      house.clock.advance(2 * DAY + HOUR);
      expect(await impressions.prune()).toBeGreaterThan(0);
      expect(await impressions.prune()).toBe(0);
    });
  });
});
