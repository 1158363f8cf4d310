// The rules of tasks, draws, check-ins and referrals: each file is sound in form, and at fault at the places named.

import { printFault } from '../program-fault';
import { parseProgram } from '../program-file';

const BASE = `name: Demo
currency: CNY
levels: [{ code: base, name: Base, rank: 1, threshold: 0 }]
benefits:
  - { code: coupon, name: C, class: SERVICE, faceValue: 0, unitCost: 3 }
  - { code: badge, name: B, class: BASIC, faceValue: 0, unitCost: 0, redeemable: false }
`;
const task = (rest: string) => `tasks: [{ code: t, name: T, kind: ONCE, on: PURCHASE, target: 1, ${rest} }]\n`;
const draw = (prizes: string, rest = '') => `draws: [{ code: d, name: D, nothing: 1, prizes: [${prizes}]${rest} }]\n`;
const prize = (rest: string) => `{ code: p, name: P, weight: 1, ${rest} }`;

const GIFT = 'reward: { points: 1 }';

// What is given, and for each fault `line:column path` and a part of what it says.
const cases: [string, string, string[]][] = [
  ['a sound task', task('when: "event.amount > 5 && member.rank >= 1", reward: { benefits: [coupon] }'), []],
  ['a name for an event that has none', task('eventName: scan'), ['tasks[0].eventName | only CUSTOM events']],
  [
    'a condition that does not type-check',
    task('when: "event.amount > true"'),
    ['tasks[0].when | at 1:1 no such overload'],
  ],
  ['a condition over nothing known', task('when: "event.colour == 1"'), ['tasks[0].when | at 1:7']],
  [
    'an amount of an event without money',
    `tasks: [{ code: t, name: T, kind: ONCE, on: SHARE, target: 1, count: AMOUNT }]\n`,
    ['tasks[0].count | only PURCHASE, RETURN, RECHARGE have an amount'],
  ],
  [
    'a spend target that counts times',
    `tasks: [{ code: t, name: T, kind: SPEND_TARGET, on: PURCHASE, target: 1 }]\n`,
    ['tasks[0].count | AMOUNT for a SPEND_TARGET'],
  ],
  [
    'a return of what no purchase did',
    `tasks: [{ code: t, name: T, kind: DAILY, on: SHARE, target: 1, takenBack: true }]\n`,
    ['tasks[0].takenBack | only tasks on: PURCHASE'],
  ],
  ['one event that must happen often', task('single: true'), ['tasks[0].single | AMOUNT or QUANTITY']],
  [
    'a streak of one day that asks for more',
    `tasks: [{ code: t, name: T, kind: STREAK, on: SIGN_IN, target: 1, strict: true, count: QUANTITY }]\n`,
    ['tasks[0].count | COUNT for a STREAK', 'tasks[0].target | 2 to 366', 'tasks[0].strict | false for a STREAK'],
  ],
  ['an assignment without a window', task('openTo: ASSIGNED'), ['tasks[0].windowDays | 1 to 365 days']],
  ['a window without an assignment', task('windowDays: 7'), ['tasks[0].windowDays | counted from an assignment']],
  [
    'an assigned task of each day',
    `tasks: [{ code: t, name: T, kind: DAILY, on: SHARE, target: 1, openTo: ASSIGNED, windowDays: 1 }]\n`,
    ['tasks[0].openTo | a kind of ONCE or SPEND_TARGET'],
  ],
  [
    'a task that ends when it begins',
    task('validFrom: "2026-01-01T00:00Z", validUntil: "2026-01-01T08:00+08:00"'),
    ['tasks[0].validUntil | a moment after validFrom'],
  ],
  [
    'rewards of what is not there, or cannot be given',
    task('reward: { benefits: [cupon, badge], offers: [latte], draws: { wheel: 1 }, storedValue: 5 }'),
    [
      'tasks[0].reward.benefits[0] | did you mean coupon?',
      'tasks[0].reward.benefits[1] | one of the redeemable benefits',
      'tasks[0].reward.offers[0] | the code of one of the offers',
      'tasks[0].reward.draws.wheel | the code of one of the draws',
      'tasks[0].reward.storedValue | the program has none',
    ],
  ],
  [
    'a reward of stored value that members can spend',
    `${task('reward: { storedValue: 5, points: 1 }')}storedValue: {}\n`,
    [],
  ],
  [
    'a draw whose prizes share a code',
    draw(`${prize(GIFT)}, ${prize('reward: { draws: { "7": 1, d: 1 } }')}`),
    ['draws[0].prizes[1].reward.draws.7 | the code of one of the draws', 'draws[0].prizes[1].code | each prize once'],
  ],
  [
    'a check-in whose days repeat and leave the cycle',
    `checkIn:
  cycleDays: 7
  makeUp: { withinDays: 3 }
  streaks: [{ day: 3, ${GIFT} }, { day: 3, ${GIFT} }, { day: 8, reward: { offers: [x] } }]
`,
    [
      'checkIn.makeUp | nobody can make up',
      'checkIn.streaks[1].day | each number of days once',
      'checkIn.streaks[2].day | 1 to 7 (cycleDays)',
      'checkIn.streaks[2].reward.offers[0] | the code of one of the offers',
    ],
  ],
  ['a referral for nothing', 'referral: { on: PURCHASE, windowDays: 7 }\n', ['referral | an inviterReward']],
  [
    'a referral with a faulty condition',
    `referral: { on: PURCHASE, windowDays: 7, when: "event.amount", inviterReward: { points: 1 } }\n`,
    ['referral.when | it is a int'],
  ],
];

test.each(cases)('%s', (_title, text, wanted) => {
  const { faults = [] } = parseProgram(BASE + text, 'p.yaml');
  const found = faults.map(printFault).toSorted();
  const sorted = wanted.toSorted((left, right) => (left < right ? -1 : 1));
  expect(found).toHaveLength(wanted.length);
  for (const line of sorted) {
    const [path, words] = line.split(' | ');
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`: ${escaped(path!)}: .*${escaped(words!)}`)));
  }
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
