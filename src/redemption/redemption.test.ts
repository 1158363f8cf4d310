// The states of a redemption: which may follow which, and which one the clock makes of it.
import { mayBecome, NEXT_STATUSES, REDEMPTION_STATUSES, type Redemption, statusAt } from './redemption';

const ALLOWED = [
  'HELD ISSUED',
  'HELD FAILED',
  'HELD UNKNOWN',
  'HELD CANCELLED',
  'UNKNOWN ISSUED',
  'UNKNOWN FAILED',
  'ISSUED USED',
  'ISSUED CANCELLED',
  'ISSUED EXPIRED',
];

test.each(REDEMPTION_STATUSES.flatMap((from) => REDEMPTION_STATUSES.map((to) => [from, to] as const)))(
  'from %s to %s',
  (from, to) => {
    expect(mayBecome(from, to)).toBe(ALLOWED.includes(`${from} ${to}`));
  },
);

test('what has ended stays as it is', () => {
  const final = REDEMPTION_STATUSES.filter((status) => NEXT_STATUSES[status].length === 0);
  expect(final).toEqual(['USED', 'FAILED', 'CANCELLED', 'EXPIRED']);
});

test.each(REDEMPTION_STATUSES)('%s and the clock', (status) => {
  const redemption = { status, expiresAt: 100 } as Redemption;
  expect(statusAt(redemption, 99)).toBe(status);
  expect(statusAt(redemption, 100)).toBe(status === 'ISSUED' ? 'EXPIRED' : status);
});
