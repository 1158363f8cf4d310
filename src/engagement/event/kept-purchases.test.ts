// Purchases less returns: by hand where it is told apart, and never more or less than the difference of the sums.
import fc from 'fast-check';
import { keptPurchases, type Trade } from './kept-purchases';

const bought = (occurredAt: number, amount: number, orderId?: string): Trade => ({
  type: 'PURCHASE',
  occurredAt,
  amount,
  orderId,
});
const returned = (occurredAt: number, orderId?: string, amount?: number): Trade => ({
  type: 'RETURN',
  occurredAt,
  amount,
  orderId,
});

test.each<[string, Trade[], [number, number][]]>([
  [
    'nothing came back',
    [bought(1, 5, 'a'), bought(2, 0), bought(3, 7)],
    [
      [1, 5],
      [2, 0],
      [3, 7],
    ],
  ],
  ['a part came back', [bought(1, 5, 'a'), returned(2, 'a', 2)], [[1, 3]]],
  ['all came back', [bought(1, 5, 'a'), bought(1, 6, 'b'), returned(2, 'a')], [[1, 6]]],
  ['more than all came back', [bought(1, 5, 'a'), returned(2, 'a', 9), bought(3, 4, 'b')], [[3, 4]]],
  ['the latest of an order goes first', [bought(1, 5, 'a'), bought(2, 5, 'a'), returned(3, 'a', 6)], [[1, 4]]],
  ['a return of no order in particular takes nothing', [bought(1, 5), returned(2)], [[1, 5]]],
  ['told of before its purchase', [returned(0, 'a', 5), bought(1, 8, 'a')], [[1, 3]]],
  [
    'of an order that is not among them',
    [returned(0, 'b'), bought(1, 8, 'a'), bought(2, 2)],
    [
      [1, 8],
      [2, 2],
    ],
  ],
])('%s', (_what, trades, kept) => {
  expect(keptPurchases(trades).map(({ occurredAt, amount }) => [occurredAt, amount])).toEqual(kept);
});

test('of every order is kept what was bought less what was returned, and never less than nothing', () => {
  const order = fc.constantFrom('a', 'b', 'c');
  const trade = fc.record({
    type: fc.constantFrom('PURCHASE' as const, 'RETURN' as const),
    amount: fc.nat(100),
    orderId: order,
  });
  fc.assert(
    fc.property(fc.array(trade), (drawn) => {
      const trades = drawn.map((one, occurredAt): Trade => ({ ...one, occurredAt }));
      const sums = ['a', 'b', 'c'].map((orderId) => {
        const sum = (type: Trade['type']) =>
          trades.reduce((total, one) => total + (one.type === type && one.orderId === orderId ? one.amount! : 0), 0);
        return Math.max(0, sum('PURCHASE') - sum('RETURN'));
      });
      const kept = keptPurchases(trades);
      expect(kept.reduce((total, { amount }) => total + amount, 0)).toBe(sums.reduce((total, sum) => total + sum, 0));
      expect(kept.every(({ amount }) => amount >= 0)).toBe(true);
    }),
  );
});
