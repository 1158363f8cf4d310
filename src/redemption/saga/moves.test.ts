// Each answer of a partner, in each state of a redemption, gives one move: the whole table.
import { DAY, HOUR, MINUTE } from '../../kernel/clock';
import { confirmed, declined, type Outcome, type RemoteRedemption, unknown } from '../../partner-port/connector';
import { type DueStep, mayBecome, REDEMPTION_STATUSES, type Redemption, type RedemptionStatus } from '../redemption';
import { afterCancel, afterIssue, afterLookUp, afterUndo, afterWatch, isSound, type Move, onNews } from './moves';
import { ABSENCES, backOff, givesUpAt, UNDO_ATTEMPTS, watchAt } from './timing';

const NOW = Date.UTC(2026, 10, 22, 4);
const ISSUED = { partnerRef: 'ref', code: 'CODE' };

function redemptionOf(status: RedemptionStatus, dueStep?: DueStep, attempts = 0): Redemption {
  const partnerRef = status === 'FAILED' ? undefined : 'ref';
  return {
    id: '1',
    memberId: '2',
    itemKind: 'OFFER',
    itemId: '3',
    status,
    costBasis: 'ISSUE',
    currency: 'CNY',
    cost: 1,
    coPay: 0,
    faceValue: 2,
    points: 0,
    claimedAt: NOW,
    expiresAt: NOW + 2 * DAY,
    atPartner: { offerRef: 'offer', partnerRef, dueStep, attempts, stepNo: 1 },
  };
}

/** A move in one word or two. */
function wordOf(move: Move): string {
  if (move.do === 'TRY') return `TRY ${move.step}`;
  if (move.do === 'FAIL') return `FAIL${move.undo ? ' UNDO' : ''}${move.item ? ` ${move.item.kind}` : ''}`;
  if (move.do === 'CLOSE' || move.do === 'REPORT') return [move.do, move.item?.kind].filter(Boolean).join(' ');
  return move.do;
}

const remoteOf = (state: RemoteRedemption['state']): RemoteRedemption =>
  state === 'DECLINED' ? { state, reason: 'OTHER' } : ({ state, issued: ISSUED } as RemoteRedemption);
const REMOTE = ['ABSENT', 'PENDING', 'DECLINED', 'ISSUED', 'CANCELLED', 'EXPIRED', 'USED'] as const;

describe('news', () => {
  test.each<[RedemptionStatus, DueStep | undefined, ...string[]]>([
    ['HELD', 'LOOK_UP', 'NOTHING', 'NOTHING', 'FAIL', 'ISSUE', 'FAIL', 'FAIL', 'ISSUE'],
    ['UNKNOWN', 'LOOK_UP', 'NOTHING', 'NOTHING', 'FAIL', 'ISSUE', 'FAIL', 'FAIL', 'ISSUE'],
    ['ISSUED', 'EXPIRE', 'NOTHING', 'NOTHING', 'REPORT CONTRADICTION', 'NOTHING', 'CANCEL', 'EXPIRE', 'USE'],
    ['ISSUED', 'CANCEL', 'NOTHING', 'NOTHING', 'REPORT CONTRADICTION', 'NOTHING', 'CANCEL', 'EXPIRE', 'USE'],
    ['FAILED', undefined, 'NOTHING', 'NOTHING', 'NOTHING', 'TRY UNDO', 'NOTHING', 'NOTHING', 'REPORT USED_AFTER_VOID'],
    ['FAILED', 'UNDO', 'NOTHING', 'NOTHING', 'CLOSE', 'NOTHING', 'CLOSE', 'CLOSE', 'CLOSE USED_AFTER_VOID'],
    [
      'CANCELLED',
      undefined,
      'NOTHING',
      'NOTHING',
      'NOTHING',
      'TRY UNDO',
      'NOTHING',
      'NOTHING',
      'REPORT USED_AFTER_VOID',
    ],
    ['CANCELLED', 'UNDO', 'NOTHING', 'NOTHING', 'CLOSE', 'NOTHING', 'CLOSE', 'CLOSE', 'CLOSE USED_AFTER_VOID'],
    ['EXPIRED', undefined, 'NOTHING', 'NOTHING', 'NOTHING', 'NOTHING', 'NOTHING', 'NOTHING', 'REPORT USED_TOO_LATE'],
    ['USED', undefined, 'NOTHING', 'NOTHING', 'NOTHING', 'NOTHING', 'REPORT CONTRADICTION', 'NOTHING', 'NOTHING'],
  ])('of a redemption that is %s with the step %s', (status, step, ...expected) => {
    const moves = REMOTE.map((state) => onNews(redemptionOf(status, step), remoteOf(state), NOW));
    expect(moves.map(wordOf)).toEqual(expected);
  });

  test('make only changes of state that are allowed', () => {
    const becomes = { ISSUE: 'ISSUED', FAIL: 'FAILED', CANCEL: 'CANCELLED', USE: 'USED', EXPIRE: 'EXPIRED' } as const;
    for (const status of REDEMPTION_STATUSES) {
      for (const state of REMOTE) {
        const move = onNews(redemptionOf(status), remoteOf(state), NOW);
        const next = becomes[move.do as keyof typeof becomes];
        if (next) expect([status, next, mayBecome(status, next)]).toEqual([status, next, true]);
      }
    }
  });

  test('that come when nothing can be posted any more let go of it', () => {
    const late = NOW + 2 * DAY;
    expect(wordOf(onNews(redemptionOf('UNKNOWN'), remoteOf('ISSUED'), late))).toBe('FAIL UNDO');
    expect(wordOf(onNews(redemptionOf('UNKNOWN'), remoteOf('USED'), late))).toBe('FAIL USED_AFTER_VOID');
    expect(wordOf(onNews(redemptionOf('ISSUED'), remoteOf('USED'), late))).toBe('REPORT USED_TOO_LATE');
    const over = { state: 'ISSUED', issued: { ...ISSUED, expiresAt: NOW } } as const;
    expect(wordOf(onNews(redemptionOf('UNKNOWN'), over, NOW))).toBe('FAIL UNDO');
  });

  test('of a second coupon are told to staff', () => {
    const second = { state: 'ISSUED', issued: { partnerRef: 'another' } } as const;
    expect(wordOf(onNews(redemptionOf('ISSUED', 'EXPIRE'), second, NOW))).toBe('REPORT ISSUED_TWICE');
  });
});

describe('an issue', () => {
  test.each<[string, Outcome<typeof ISSUED>, string]>([
    ['confirmed', confirmed(ISSUED), 'ISSUE'],
    ['declined', declined('OUT_OF_STOCK', 'none'), 'FAIL'],
    ['not sent', unknown('UNREACHABLE', 'refused'), 'TRY ISSUE'],
    ['not tried', unknown('NOT_TRIED', 'open circuit'), 'TRY ISSUE'],
    ['without an answer', unknown('TIMED_OUT', 'hangs'), 'TRY LOOK_UP'],
    ['answered with garbage', unknown('UNREADABLE', '<html>'), 'TRY LOOK_UP'],
    ['answered without a name', confirmed({ ...ISSUED, partnerRef: '' }), 'TRY LOOK_UP'],
  ])('%s', (_what, outcome, expected) => {
    expect(wordOf(afterIssue(redemptionOf('HELD', 'LOOK_UP'), outcome, NOW))).toBe(expected);
  });
});

const WORDS: readonly [string, Outcome<RemoteRedemption>][] = [
  ...REMOTE.map((state) => [state, confirmed(remoteOf(state))] as [string, Outcome<RemoteRedemption>]),
  ['declined NOT_FOUND', declined('NOT_FOUND', 'never heard')],
  ['declined ALREADY_USED', declined('ALREADY_USED', 'used')],
  ['declined ENDED', declined('ENDED', 'over')],
  ['declined OTHER', declined('OTHER', 'no')],
  ['unknown', unknown('TIMED_OUT', 'hangs')],
];
const table = (act: (outcome: Outcome<RemoteRedemption>) => Move) =>
  Object.fromEntries(WORDS.map(([word, outcome]) => [word, wordOf(act(outcome))]));

test('a look-up', () => {
  const act = (attempts: number, now: number) =>
    table((outcome) => afterLookUp(redemptionOf('UNKNOWN', 'LOOK_UP', attempts), outcome, now));
  const first = {
    ABSENT: 'TRY LOOK_UP',
    PENDING: 'TRY LOOK_UP',
    DECLINED: 'FAIL',
    ISSUED: 'ISSUE',
    CANCELLED: 'FAIL',
    EXPIRED: 'FAIL',
    USED: 'ISSUE',
    'declined NOT_FOUND': 'TRY LOOK_UP',
    'declined ALREADY_USED': 'TRY LOOK_UP',
    'declined ENDED': 'TRY LOOK_UP',
    'declined OTHER': 'TRY LOOK_UP',
    unknown: 'TRY LOOK_UP',
  };
  expect(act(1, NOW)).toEqual(first);
  // That it never heard of it is believed when it has said so often enough.
  expect(act(ABSENCES, NOW)).toEqual({ ...first, ABSENT: 'TRY ISSUE', 'declined NOT_FOUND': 'TRY ISSUE' });
  // The last one: what is not known then is let go of.
  const last = Object.entries(first).map(([word, move]) => [word, move === 'TRY LOOK_UP' ? 'FAIL UNDO' : move]);
  expect(act(1, givesUpAt(redemptionOf('UNKNOWN')))).toEqual(Object.fromEntries(last));
});

test('a look whether it was used', () => {
  const issued = redemptionOf('ISSUED', 'WATCH', 1);
  const act = (now: number) => table((outcome) => afterWatch(issued, outcome, now));
  const answers = act(NOW);
  expect(answers).toEqual({
    ...Object.fromEntries(Object.keys(answers).map((word) => [word, 'TRY WATCH'])),
    USED: 'USE',
    CANCELLED: 'CANCEL',
    EXPIRED: 'EXPIRE',
  });
  // At its end it expires, whatever the partner says; what it says is learnt as news.
  expect(new Set(Object.values(act(issued.expiresAt)))).toEqual(new Set(['EXPIRE']));
});

test('a cancel', () => {
  expect(table((outcome) => afterCancel(redemptionOf('ISSUED', 'CANCEL', 1), outcome, NOW))).toEqual({
    ABSENT: 'CANCEL',
    PENDING: 'TRY CANCEL',
    DECLINED: 'CANCEL',
    ISSUED: 'TRY CANCEL',
    CANCELLED: 'CANCEL',
    EXPIRED: 'EXPIRE',
    USED: 'USE',
    'declined NOT_FOUND': 'CANCEL',
    'declined ALREADY_USED': 'KEEP',
    'declined ENDED': 'KEEP',
    'declined OTHER': 'KEEP',
    unknown: 'TRY CANCEL',
  });
});

test('an undo', () => {
  const act = (attempts: number) => table((outcome) => afterUndo(redemptionOf('FAILED', 'UNDO', attempts), outcome));
  const first = {
    ABSENT: 'TRY UNDO',
    PENDING: 'TRY UNDO',
    DECLINED: 'CLOSE',
    ISSUED: 'TRY UNDO',
    CANCELLED: 'CLOSE',
    EXPIRED: 'CLOSE',
    USED: 'CLOSE USED_AFTER_VOID',
    'declined NOT_FOUND': 'TRY UNDO',
    'declined ALREADY_USED': 'CLOSE USED_AFTER_VOID',
    'declined ENDED': 'CLOSE',
    'declined OTHER': 'CLOSE UNDO_DECLINED',
    unknown: 'TRY UNDO',
  };
  expect(act(1)).toEqual(first);
  expect(act(ABSENCES)).toEqual({ ...first, ABSENT: 'CLOSE', 'declined NOT_FOUND': 'CLOSE' });
  const tired = Object.entries(first).map(([word, move]) => {
    if (word === 'ABSENT' || word === 'declined NOT_FOUND') return [word, 'CLOSE'];
    return [word, move === 'TRY UNDO' ? 'CLOSE UNDO_UNANSWERED' : move];
  });
  expect(act(UNDO_ATTEMPTS)).toEqual(Object.fromEntries(tired));
});

test.each<[string, object, boolean]>([
  ['a code', {}, true],
  ['only a name', { code: undefined }, true],
  ['a link', { link: 'https://shop.example/c' }, true],
  ['a link without encryption', { link: 'http://shop.example/c' }, false],
  ['a script for a link', { link: 'javascript:alert(1)' }, false],
  ['no name', { partnerRef: '' }, false],
  ['a name too long', { partnerRef: 'r'.repeat(191) }, false],
  ['an empty code', { code: '' }, false],
  ['a code too long', { code: 'c'.repeat(257) }, false],
  ['no instant as its end', { expiresAt: Number.NaN }, false],
])('of what a partner issued, %s', (_what, change, sound) => {
  expect(isSound({ ...ISSUED, ...change })).toBe(sound);
});

test('tries become rarer, and what is due is a fifth more or less', () => {
  const seconds = (attempts: number, random: number) => backOff(attempts, () => random) / 1_000;
  expect([1, 2, 3, 4, 5, 40, 41, 999].map((attempts) => seconds(attempts, 0.5))).toEqual([
    2, 5, 15, 30, 45, 45, 300, 300,
  ]);
  expect([seconds(2, 0), seconds(2, 1)]).toEqual([4, 6]);
  // A hold of a day, the shortest, outlives the last look-up.
  expect(givesUpAt(redemptionOf('HELD'))).toBeLessThanOrEqual(NOW + DAY - HOUR);
});

test('looks for uses become rarer with age, and come once more before the end and at it', () => {
  const coupon = redemptionOf('ISSUED');
  const { expiresAt } = coupon;
  const waitAt = (age: number, random = 0.5) => watchAt(coupon, NOW + age, () => random) - NOW - age;
  expect([0, 10 * MINUTE, HOUR, 20 * HOUR].map((age) => waitAt(age))).toEqual([
    2 * MINUTE,
    2 * MINUTE,
    6 * MINUTE,
    2 * HOUR,
  ]);
  expect([waitAt(HOUR, 0), waitAt(HOUR, 1)]).toEqual([4.8 * MINUTE, 7.2 * MINUTE]);
  const old = { claimedAt: NOW, expiresAt: NOW + 300 * DAY };
  expect(watchAt(old, NOW + 200 * DAY, () => 0.5)).toBe(NOW + 200 * DAY + 6 * HOUR);
  expect(watchAt(coupon, expiresAt - HOUR, () => 0.5)).toBe(expiresAt - MINUTE);
  expect(watchAt(coupon, expiresAt - MINUTE, () => 0.5)).toBe(expiresAt);
  expect(watchAt(coupon, expiresAt - 1, () => 0.5)).toBe(expiresAt);
});
