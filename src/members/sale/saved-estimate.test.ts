// What a plan would have saved: against a naive count of random purchases, and the cases at the edges.
import fc from 'fast-check';
import { DAY } from '../../kernel/clock';
import { BusinessTime } from '../../kernel/period';
import type { CatalogueEntitlement } from '../../program/catalogue-item';
import type { Saves } from '../../program/plan-sale';
import type { Quota } from '../../program/program';
import { wouldHaveSaved } from './saved-estimate';

const NOW = Date.parse('2026-03-10T12:00:00+08:00');
const time = new BusinessTime('Asia/Shanghai');

function planWith(saves: Saves, quota?: Quota): { entitlements: CatalogueEntitlement[] } {
  return { entitlements: [{ id: '', globalId: '', benefit: {} as CatalogueEntitlement['benefit'], saves, quota }] };
}

const at = (text: string, amount: number) => ({ occurredAt: Date.parse(`${text}+08:00`), amount });

test.each<[string, Saves, Quota | undefined, number]>([
  ['a sum for each purchase', { perPurchase: 100, minSpend: 0 }, undefined, 400],
  ['only for purchases of at least so much', { perPurchase: 100, minSpend: 1_000 }, undefined, 300],
  ['a percentage, floored for each', { percent: 2.5, minSpend: 0 }, undefined, 24 + 25 + 50 + 250],
  [
    'both, as often as the quota of each month allows',
    { perPurchase: 10, percent: 1, minSpend: 0 },
    month(1),
    10 + 9 + 10 + 10,
  ],
  ['a quota of the term counts once', { perPurchase: 10, minSpend: 0 }, { limit: 3, period: 'TERM' }, 30],
])('%s', (_name, saves, quota, expected) => {
  const purchases = [
    at('2026-01-31T23:59:59', 999),
    at('2026-02-01T00:00:00', 1_000),
    at('2026-02-28T12:00:00', 2_000),
    at('2026-02-28T12:00:01', 10_000),
  ];
  expect(wouldHaveSaved({ time }, planWith(saves, quota), purchases)).toBe(expected);
});

function month(limit: number): Quota {
  return { limit, period: 'MONTH' };
}

test('is never more than without a quota, nor than what was spent, and grows with each purchase', () => {
  const purchases = fc.array(fc.record({ ago: fc.nat({ max: 90 * DAY }), amount: fc.nat({ max: 1_000_000 }) }));
  const percent = fc.integer({ min: 1, max: 10_000 }).map((hundredths) => hundredths / 100);
  fc.assert(
    fc.property(purchases, percent, fc.integer({ min: 1, max: 5 }), (bought, rate, limit) => {
      const list = bought
        .map(({ ago, amount }) => ({ occurredAt: NOW - ago, amount }))
        .sort((left, right) => left.occurredAt - right.occurredAt);
      const saved = (some: typeof list, quota?: Quota) =>
        wouldHaveSaved({ time }, planWith({ percent: rate, minSpend: 0 }, quota), some);
      const [limited, free] = [saved(list, month(limit)), saved(list)];
      expect(limited).toBeLessThanOrEqual(free);
      expect(free).toBeLessThanOrEqual(list.reduce((sum, { amount }) => sum + amount, 0));
      expect(saved(list.slice(0, -1), month(limit))).toBeLessThanOrEqual(limited);
      expect(Number.isSafeInteger(free)).toBe(true);
    }),
  );
});
