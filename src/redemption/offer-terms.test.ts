// What the terms of an offer ask of a claim: hours, conditions, several limits, supplies, and who bears the cost.

import { offer, plan, programText } from '../../test/support/gateway-program';
import {
  type AskingParts,
  askingOf,
  balanceOf,
  cardOf,
  catalogueOf,
  claimOf,
  MEMBER_ID,
} from '../../test/support/house-asking';
import { NOW } from '../../test/support/ledger-fixtures';
import { ZERO_ID } from '../kernel/id';
import { isRefusal } from '../kernel/refusal';
import { accountParts } from '../ledger/account';
import { ACCOUNT_KINDS } from '../ledger/chart';
import { cardCapAccount } from '../members/member-accounts';
import { type Claim, resolveClaim } from './claim';
import { claimChain } from './claim-chain';
import { limitsOf } from './limits';
import { quoteOf } from './quote';
import { outlookOf } from './usability';

const FREE = { unitCost: 0, card: 'NONE' };
const OFFICE = [{ days: ['MON', 'TUE', 'WED', 'THU', 'FRI'], from: '09:00', until: '17:30' }];
const NIGHT = [{ days: ['SUN'], from: '22:00', until: '02:00' }];
const catalogue = catalogueOf(
  programText({
    levels: [
      { code: 'base', name: 'Base', rank: 1, threshold: 0 },
      { code: 'gold', name: 'Gold', rank: 2, threshold: 100 },
    ],
    plans: [plan('plus', { costCap: 1_000 }), plan('tight', { costCap: 1_000 })],
    offers: [
      offer('office', { ...FREE, schedule: OFFICE }),
      offer('night', { ...FREE, schedule: NIGHT }),
      offer('all-day', { ...FREE, schedule: [{ from: '00:00', until: '00:00' }] }),
      offer('rank', { ...FREE, audience: { condition: 'member.rank >= 2 && member.level != "base"' } }),
      offer('tags', { ...FREE, audience: { condition: 'member.tags.exists(t, t.startsWith("pet"))' } }),
      offer('rich', { ...FREE, audience: { condition: 'member.points > 10 || size(member.tags) > 2' } }),
      offer('new-card', { ...FREE, audience: { condition: 'card.plan == "plus" && card.daysLeft <= 90' } }),
      offer('no-card', { ...FREE, audience: { condition: 'card.kind == ""' } }),
      offer('divided', { ...FREE, audience: { condition: '1 / (member.points - 5) > 0' } }),
      offer('limits', {
        ...FREE,
        memberLimit: { limit: 5, period: 'MONTH' },
        memberLimits: [
          { limit: 9, period: 'EVER' },
          { limit: 1, period: 'DAY' },
        ],
      }),
      offer('daily', { ...FREE, dailyStock: 3, stock: 9 }),
      offer('budget', { budget: 250, coPay: true }),
      offer('firm', { budget: 250 }),
      offer('donated', { funding: 'PARTNER', unitCost: 5_000, budget: 12_000 }),
      offer('spend', { ...FREE, minSpend: 300 }),
    ],
  }),
);
const plus = cardOf('plus');
const CAP = cardCapAccount({ memberId: MEMBER_ID, termId: plus.terms[0]!.id, currency: 'CNY' });
const CARD: AskingParts = { cards: [plus], left: { [CAP]: 1_000 } };
const at = (text: string) => Date.parse(`${text}+08:00`);
const claim = (item: string, parts: AskingParts = {}) => claimOf(askingOf({ catalogue, ...parts }), item);
const outcome = (item: string, parts: AskingParts = {}) => {
  const claimed = claim(item, parts);
  return isRefusal(claimed) ? claimed.code : 'CLAIMED';
};
const claimed = (item: string, parts: AskingParts = {}): Claim => {
  const found = claim(item, parts);
  if (isRefusal(found)) throw new Error(found.message);
  return found;
};

describe('the hours of an offer', () => {
  // The 23rd of November 2026 is a Monday.
  test.each([
    ['office', '2026-11-23T08:59:59', 'OFFER_NOT_LIVE'],
    ['office', '2026-11-23T09:00:00', 'CLAIMED'],
    ['office', '2026-11-27T17:29:59', 'CLAIMED'],
    ['office', '2026-11-27T17:30:00', 'OFFER_NOT_LIVE'],
    ['office', '2026-11-28T12:00:00', 'OFFER_NOT_LIVE'],
    ['night', '2026-11-22T21:59:59', 'OFFER_NOT_LIVE'],
    ['night', '2026-11-22T22:00:00', 'CLAIMED'],
    ['night', '2026-11-23T01:59:59', 'CLAIMED'],
    ['night', '2026-11-23T02:00:00', 'OFFER_NOT_LIVE'],
    ['night', '2026-11-24T00:30:00', 'OFFER_NOT_LIVE'],
    ['all-day', '2026-11-25T23:59:59', 'CLAIMED'],
  ])('%s at %s: %s', (item, now, expected) => {
    expect(outcome(item, { now: at(now) })).toBe(expected);
  });

  test('are shown as a reason, with what is left', () => {
    const { usability } = outlookOf(claim('office', { now: at('2026-11-28T12:00:00') }), undefined);
    expect(usability).toMatchObject({ usable: false, reasons: [{ code: 'OFFER_NOT_LIVE' }] });
  });
});

describe('the condition of an offer', () => {
  test.each<[string, AskingParts, string]>([
    ['rank', {}, 'NOT_ELIGIBLE'],
    ['rank', { growth: 100 }, 'CLAIMED'],
    ['tags', { tags: ['petrol'] }, 'CLAIMED'],
    ['tags', { tags: ['cars'] }, 'NOT_ELIGIBLE'],
    ['rich', { points: 11 }, 'CLAIMED'],
    ['rich', { points: 10 }, 'NOT_ELIGIBLE'],
    ['new-card', {}, 'NOT_ELIGIBLE'],
    ['new-card', CARD, 'CLAIMED'],
    ['new-card', { cards: [cardOf('tight')] }, 'NOT_ELIGIBLE'],
    ['no-card', {}, 'CLAIMED'],
    ['no-card', CARD, 'NOT_ELIGIBLE'],
    // What cannot be worked out holds for nobody.
    ['divided', { points: 5 }, 'NOT_ELIGIBLE'],
    ['divided', { points: 6 }, 'CLAIMED'],
  ])('%s with %j: %s', (item, parts, expected) => {
    expect(outcome(item, parts)).toBe(expected);
  });
});

describe('the limits of an offer', () => {
  const limits = (item: string, parts?: AskingParts) =>
    limitsOf(claimed(item, parts), ZERO_ID).map(({ kind, amount, unit, grant, account, resetsAt }) => [
      `${kind} ${amount} ${unit}`,
      grant,
      accountParts(account).period,
      resetsAt,
    ]);
  const now = at('2026-11-22T23:00:00');

  test('of a member are all there, each in its own period, the shortest first', () => {
    expect(limits('limits', { now })).toEqual([
      ['MEMBER_LIMIT 1 #COUNT', 1, 20261122, at('2026-11-23T00:00:00')],
      ['MEMBER_LIMIT 1 #COUNT', 5, 20261100, at('2026-12-01T00:00:00')],
      ['MEMBER_LIMIT 1 #COUNT', 9, 0, undefined],
    ]);
  });

  test('of its supply: a stock, that of the day, and the budget before the caps', () => {
    expect(limits('daily', { now })).toEqual([
      ['STOCK 1 #COUNT', undefined, 0, undefined],
      ['DAILY_STOCK 1 #COUNT', 3, 20261122, at('2026-11-23T00:00:00')],
    ]);
    expect(limits('firm', CARD).map(([limit]) => limit)).toEqual(['BUDGET 100 CNY', 'CARD_CAP 100 CNY']);
  });

  test.each<[string, string, object | undefined, (string | number | null)[]]>([
    ['the least of stock and day', 'daily', { stock: 9, today: 2 }, [2]],
    ['nothing today', 'daily', { stock: 9, today: 0 }, [0, 'OUT_OF_STOCK']],
    ['nothing at all', 'daily', { stock: 0, today: 3 }, [0, 'OUT_OF_STOCK']],
    ['a board that nobody looked at', 'daily', undefined, [0, 'OUT_OF_STOCK', 'OUT_OF_STOCK']],
    ['room in the budget', 'firm', { budget: 100 }, [null]],
    ['too little in the budget', 'firm', { budget: 99 }, [null, 'BUDGET_EXHAUSTED']],
    ['too little, where the member may pay', 'budget', { budget: 99 }, [null]],
  ])('as they are shown: %s', (_title, item, supply, [remaining, ...reasons]) => {
    const outlook = outlookOf(claim(item, CARD), supply && { asOf: NOW, ...supply });
    expect([outlook.remaining, outlook.usability.reasons.map(({ code }) => code)]).toEqual([remaining, reasons]);
  });

  test('a budget covers a part as a cap does, and the member the rest', () => {
    const partly = claimed('budget', CARD);
    const [budget] = limitsOf(partly, ZERO_ID);
    const balances = new Map([...partly.rows.balances, [budget!.account, balanceOf(30)] as const]);
    expect(quoteOf(partly, balances)).toMatchObject({ cost: 30, coPay: 70, refusals: [] });
  });
});

describe('what the partner bears', () => {
  test('is charged to no cap, counted whole, and saved on the card', () => {
    const donated = claimed('donated', CARD);
    expect(limitsOf(donated, ZERO_ID).map(({ kind }) => kind)).toEqual(['BUDGET']);
    expect(donated.bearer?.card.id).toBe(plus.id);
    const key = { key: ZERO_ID, fingerprint: ZERO_ID, id: ZERO_ID, maxCoPay: 0 };
    const { transfers } = claimChain(donated, key, NOW + 1);
    const moved = transfers.flatMap((transfer) =>
      'debit' in transfer
        ? [[accountParts(transfer.debit).kind, accountParts(transfer.credit).kind, transfer.amount]]
        : [],
    );
    const { BUDGET, BUDGET_USED, PARTNER_FUNDS, PARTNER_COST, SAVINGS_SOURCE, SAVINGS } = ACCOUNT_KINDS;
    expect(moved).toEqual([
      [BUDGET, BUDGET_USED, 5_000],
      [PARTNER_FUNDS, PARTNER_COST, 5_000],
      [SAVINGS_SOURCE, SAVINGS, 500],
    ]);
    expect(transfers.every((transfer) => !('flexible' in transfer && transfer.flexible))).toBe(true);
    expect(quoteOf(donated, new Map())).toMatchObject({ cost: 0, coPay: 0 });
  });
});

test('an order is looked at when it is known', () => {
  const asking = askingOf({ catalogue });
  const wanted = { itemKind: 'OFFER' as const, itemId: catalogue.offerByCode('spend')!.id };
  const answers = [undefined, 299, 300].map((orderAmount) => resolveClaim(asking, { ...wanted, orderAmount }));
  expect(answers.map((answer) => (isRefusal(answer) ? answer.code : 'CLAIMED'))).toEqual([
    'CLAIMED',
    'MIN_SPEND_NOT_REACHED',
    'CLAIMED',
  ]);
});
