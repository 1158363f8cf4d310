// Who lives in the demo and what they did.
import type { EventInput } from '../engagement/event/event';

export const DEMO_MEMBER = 'lin';
export const DEMO_PARTNER = 'kinolume-cinemas';

/** How far back the story begins. */
export const HISTORY_DAYS = 400;

export const DEMO_MEMBERS = [
  {
    externalId: 'lin',
    nickname: '林小满',
    tags: ['pet-owner', 'films'],
    birthday: '1992-04-18',
    growth: 12_600,
    points: 5_200,
  },
  { externalId: 'wei', nickname: 'Wei', tags: ['cycling'], birthday: '1988-11-02', growth: 2_300, points: 640 },
  { externalId: 'chen', nickname: '陈一诺', tags: ['books'], birthday: '1979-07-30', growth: 620, points: 90 },
  { externalId: 'zhao', nickname: 'Zhao', tags: [], growth: 0, points: 0 },
] as const;

export interface DemoCard {
  readonly order: string;
  readonly member: string;
  readonly plan: string;
  /** The order of the card that it hangs on. */
  readonly parent?: string;
  readonly daysAgo: number;
}

/** Chen's card is past its term; Zhao has none. */
export const DEMO_CARDS: readonly DemoCard[] = [
  { order: 'chen-plus', member: 'chen', plan: 'plus-year', daysAgo: 390 },
  { order: 'lin-plus', member: 'lin', plan: 'plus-year', daysAgo: 62 },
  { order: 'lin-medical', member: 'lin', plan: 'medical-card', parent: 'lin-plus', daysAgo: 40 },
  { order: 'lin-pet', member: 'lin', plan: 'pet-card', parent: 'lin-plus', daysAgo: 35 },
  { order: 'wei-plus', member: 'wei', plan: 'plus-year', daysAgo: 20 },
];

export interface DemoClaim {
  readonly member: string;
  /** The code of a benefit or an offer. */
  readonly item: string;
  readonly daysAgo: number;
  readonly used: boolean;
}

function freight(member: string, used: boolean, ...daysAgo: readonly number[]): DemoClaim[] {
  return daysAgo.map((days) => ({ member, item: 'freight-coupon', daysAgo: days, used }));
}

/** Something that a member did, of which the shop tells. */
export interface DemoEvent extends Pick<EventInput, 'type' | 'amount' | 'orderId' | 'attributes'> {
  readonly member: string;
  readonly daysAgo: number;
}

function orders(member: string, ...yuanAndDaysAgo: readonly (readonly [number, number])[]): DemoEvent[] {
  return yuanAndDaysAgo.map(([yuan, daysAgo]) => {
    return { member, type: 'PURCHASE', amount: yuan * 100, orderId: `demo-${member}-${daysAgo}`, daysAgo };
  });
}

export const DEMO_EVENTS: readonly DemoEvent[] = [
  ...orders('lin', [318, 60], [89, 52], [149, 41], [264, 29], [72, 17], [128, 8], [66, 2], [93, 1]),
  ...orders('wei', [79, 19], [215, 6]),
  ...orders('chen', [45, 75], [160, 33]),
  // One of two pairs of shoes went back.
  { member: 'lin', type: 'RETURN', amount: 13_200, orderId: 'demo-lin-29', daysAgo: 25 },
  { member: 'lin', type: 'REVIEW', orderId: 'demo-lin-8', attributes: { photos: 3 }, daysAgo: 5 },
  { member: 'lin', type: 'SHARE', daysAgo: 3 },
  { member: 'lin', type: 'SIGN_IN', daysAgo: 1 },
];

/** Days on which members checked in; today is still open. */
export const DEMO_CHECK_INS: readonly { readonly member: string; readonly daysAgo: number }[] = [
  ...[9, 7, 6, 5, 4, 3, 2, 1].map((daysAgo) => ({ member: 'lin', daysAgo })),
  ...[4, 2, 1].map((daysAgo) => ({ member: 'wei', daysAgo })),
];

/** In the order of time, because the clock only goes forward. */
export const DEMO_CLAIMS: readonly DemoClaim[] = [
  ...freight('lin', true, 61, 58, 55, 51, 47, 44, 42, 39, 36, 33, 30, 27, 24),
  ...freight('lin', false, 3, 1),
  { member: 'lin', item: 'brewmaro-second-cup', daysAgo: 52, used: true },
  { member: 'lin', item: 'kinolume-weekday', daysAgo: 41, used: true },
  { member: 'lin', item: 'stayvelle-upgrade', daysAgo: 45, used: true },
  { member: 'lin', item: 'doctor-call', daysAgo: 38, used: true },
  { member: 'lin', item: 'pet-wash', daysAgo: 34, used: true },
  { member: 'lin', item: 'kinolume-popcorn', daysAgo: 2, used: false },
  ...freight('wei', true, 18, 12),
  ...freight('wei', false, 4),
].sort((left, right) => right.daysAgo - left.daysAgo);
