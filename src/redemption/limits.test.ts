// Which limits a claim touches, in which order, with how much of what; and what usability and quotes make of them.
import { type AskingParts, askingOf, balanceOf, cardOf, claimOf, MEMBER_ID } from '../../test/support/house-asking';
import { NOW } from '../../test/support/ledger-fixtures';
import { ZERO_ID } from '../kernel/id';
import { COUNT, POINT } from '../kernel/money';
import { byPrecedence, isRefusal } from '../kernel/refusal';
import type { AccountKey, Balance } from '../ledger/account';
import { accountParts } from '../ledger/account';
import { stockAccountOf } from '../marketplace/supply';
import { cardCapAccount, classCapAccount, monthCapAccount, partnerCapAccount } from '../members/member-accounts';
import type { Claim } from './claim';
import { isCap, LIMIT_KINDS } from './limit';
import { leftOf, limitsOf } from './limits';
import { quoteOf } from './quote';
import { outlookOf, quotaOf } from './usability';

const plus = cardOf('plus');
const tight = cardOf('tight');
const pet = cardOf('pet', { parent: plus.id });
const at = (text: string) => Date.parse(`${text}+08:00`);

const refOf = ({ terms }: typeof plus) => ({ memberId: MEMBER_ID, termId: terms[0]!.id, currency: 'CNY' });
const brewer = askingOf().catalogue.partnerByCode('brewer')!.number;
const TIGHT: Record<AccountKey, number> = {
  [cardCapAccount(refOf(tight))]: 1_000,
  [classCapAccount(refOf(tight), 'SERVICE')]: 300,
  [classCapAccount(refOf(tight), 'PARTNER')]: 250,
  [partnerCapAccount(refOf(tight), brewer)]: 150,
};
const PLUS = { [cardCapAccount(refOf(plus))]: 1_000 };

function claimed(parts: AskingParts, item: string, card?: string): Claim {
  const claim = claimOf(askingOf(parts), item, card);
  if (isRefusal(claim)) throw new Error(`refused: ${claim.message}`);
  return claim;
}

const CARDS = { plus: { cards: [plus], left: PLUS }, tight: { cards: [tight], left: TIGHT } };

describe('the limits of a claim', () => {
  test.each<[string, AskingParts, string, string[]]>([
    ['a quota, then the cap', CARDS.plus, 'ride', ['QUOTA 1 #COUNT', 'CARD_CAP 10 CNY']],
    ['no quota where none is set', CARDS.plus, 'tour', ['CARD_CAP 90 CNY']],
    ['no cap where nothing is spent', CARDS.plus, 'free', []],
    [
      'sub-caps before the cap; no partner for a benefit',
      CARDS.tight,
      'ride',
      ['CLASS_CAP 10 CNY', 'MONTH_CAP 10 CNY', 'USE_CAP 10 CNY', 'CARD_CAP 10 CNY'],
    ],
    [
      'the cap of a partner for its offer, and stock before money',
      CARDS.tight,
      'latte',
      [
        'STOCK 1 #COUNT',
        'CLASS_CAP 20 CNY',
        'MONTH_CAP 20 CNY',
        'PARTNER_CAP 20 CNY',
        'USE_CAP 20 CNY',
        'CARD_CAP 20 CNY',
      ],
    ],
    [
      'no cap of a partner that has none',
      CARDS.tight,
      'ticket',
      ['STOCK 1 #COUNT', 'CLASS_CAP 30 CNY', 'MONTH_CAP 30 CNY', 'USE_CAP 30 CNY', 'CARD_CAP 30 CNY'],
    ],
    [
      'sub-caps that the term was sold without do not reach back',
      { cards: [tight], left: PLUS },
      'latte',
      ['STOCK 1 #COUNT', 'MONTH_CAP 20 CNY', 'USE_CAP 20 CNY', 'CARD_CAP 20 CNY'],
    ],
    ['a limit of the member', CARDS.plus, 'cup', ['MEMBER_LIMIT 1 #COUNT', 'CARD_CAP 4 CNY']],
    ['points, and no cap where no card bears', {}, 'beans', ['MEMBER_LIMIT 1 #COUNT', 'POINTS 100 #POINT']],
    ["the parent's cap last", { cards: [plus, pet] }, 'snack', ['CARD_CAP 50 CNY', 'PARENT_CARD_CAP 50 CNY']],
    ['a quota of the level, which no card bears', { growth: 1_000 }, 'lounge', ['QUOTA 1 #COUNT']],
  ])('%s', (_title, parts, item, expected) => {
    const limits = limitsOf(claimed(parts, item), ZERO_ID);
    expect(limits.map(({ kind, amount, unit }) => `${kind} ${amount} ${unit}`)).toEqual(expected);
  });

  test('stand in the order of precedence of their refusals', () => {
    for (const [parts, item] of [
      [CARDS.tight, 'latte'],
      [CARDS.plus, 'ride'],
      [{ cards: [plus, pet] }, 'snack'],
    ] as const) {
      const limits = limitsOf(claimed(parts, item), ZERO_ID);
      expect(limits.map(({ kind }) => LIMIT_KINDS.indexOf(kind))).toEqual(
        limits.map(({ kind }) => LIMIT_KINDS.indexOf(kind)).sort((left, right) => left - right),
      );
      const refusals = limits.map(({ refusal }) => refusal);
      expect(refusals).toEqual(refusals.toSorted(byPrecedence));
    }
  });

  test.each([
    ['daily', at('2026-11-22T23:59:59'), 20261122, at('2026-11-23T00:00')],
    ['daily', at('2026-11-23T00:00'), 20261123, at('2026-11-24T00:00')],
    ['deal', at('2026-11-22T23:59:59'), 1_020_261_116, at('2026-11-23T00:00')],
    ['deal', at('2026-11-23T00:00'), 1_020_261_123, at('2026-11-30T00:00')],
    ['ride', at('2026-11-30T23:59:59'), 20261100, at('2026-12-01T00:00')],
    ['ride', at('2026-12-31T12:00'), 20261200, at('2027-01-01T00:00')],
    ['gift', at('2026-12-31T12:00'), 0, undefined],
  ])("%s at %d counts in the period %d of the program's zone", (item, now, period, resetsAt) => {
    const [quota] = limitsOf(claimed({ ...CARDS.plus, now }, item), ZERO_ID);
    expect([accountParts(quota!.account).period, quota!.resetsAt]).toEqual([period, resetsAt]);
  });

  test('each takes from the account that it names, in its own unit, and opens only what may be missing', () => {
    for (const item of ['ride', 'latte', 'ticket', 'cup', 'beans', 'snack', 'wash', 'suite']) {
      for (const limit of limitsOf(claimed({ cards: [plus, pet], left: PLUS, points: 500 }, item), ZERO_ID)) {
        expect(accountParts(limit.account).unit).toBe(limit.unit);
        expect(accountParts(limit.to).unit).toBe(limit.unit);
        const opens = !['STOCK', 'CARD_CAP', 'PARENT_CARD_CAP'].includes(limit.kind);
        expect([item, limit.kind, limit.opening !== undefined]).toEqual([item, limit.kind, opens]);
        expect(isCap(limit)).toBe(![COUNT, POINT].includes(limit.unit));
      }
    }
  });

  test('a cap on single uses is an account of each redemption', () => {
    const claim = claimed(CARDS.tight, 'ride');
    const accounts = [ZERO_ID, MEMBER_ID].map(
      (id) => limitsOf(claim, id).find(({ kind }) => kind === 'USE_CAP')!.account,
    );
    expect(new Set(accounts).size).toBe(2);
  });
});

/** Balances with this much left instead of what was read. */
function changed(claim: Claim, left: Readonly<Record<AccountKey, number>>): Map<AccountKey, Balance> {
  const entries = Object.entries(left).map(([account, amount]) => [account, balanceOf(amount)] as const);
  return new Map([...claim.rows.balances, ...entries]);
}

describe('a quote', () => {
  const latte = claimed(CARDS.tight, 'latte');
  const stock = stockAccountOf(latte.itemId);
  const month = monthCapAccount(refOf(tight), 20261100);

  test('says what each limit has left, an untouched one its whole grant', () => {
    const { limits, refusals, cost, coPay } = quoteOf(latte, changed(latte, { [stock]: 7 }));
    expect(limits.map(({ kind, takes, left }) => [kind, takes, left])).toEqual([
      ['STOCK', 1, 7],
      ['CLASS_CAP', 20, 250],
      ['MONTH_CAP', 20, 200],
      ['PARTNER_CAP', 20, 150],
      ['USE_CAP', 20, 100],
      ['CARD_CAP', 20, 1_000],
    ]);
    expect([refusals, cost, coPay]).toEqual([[], 20, 0]);
    expect(limits.find(({ kind }) => kind === 'MONTH_CAP')!.resetsAt).toBe(at('2026-12-01T00:00'));
  });

  test.each<[string, Record<AccountKey, number>, string[]]>([
    ['nothing in stock', { [stock]: 0 }, ['OUT_OF_STOCK']],
    ['one short of a sub-cap', { [stock]: 1, [month]: 19 }, ['SUB_CAP_REACHED']],
    ['just enough of everything', { [stock]: 1, [month]: 20, [cardCapAccount(refOf(tight))]: 20 }, []],
    [
      'nothing of anything',
      { [stock]: 0, [month]: 0, [cardCapAccount(refOf(tight))]: 0 },
      ['OUT_OF_STOCK', 'SUB_CAP_REACHED', 'CARD_CAP_REACHED'],
    ],
  ])('with %s', (_title, left, codes) => {
    const { refusals } = quoteOf(latte, changed(latte, left));
    expect(refusals.map(({ code }) => code)).toEqual(codes);
  });

  test.each([
    [1_000, 90, 0],
    [90, 90, 0],
    [89, 89, 1],
    [0, 0, 90],
  ])('with %d left and a co-pay allowed, the card bears %d and the member %d', (left, cost, coPay) => {
    const tour = claimed(CARDS.plus, 'tour');
    const quote = quoteOf(tour, changed(tour, { [cardCapAccount(refOf(plus))]: left }));
    expect([quote.cost, quote.coPay, quote.refusals]).toEqual([cost, coPay, []]);
    expect(quote.limits.map(({ takes }) => takes)).toEqual([cost]);
  });

  test('the co-pay covers what the tightest cap does not', () => {
    const tour = claimed(CARDS.tight, 'tour');
    const { cost, coPay } = quoteOf(tour, changed(tour, { [month]: 33, [cardCapAccount(refOf(tight))]: 50 }));
    expect([cost, coPay]).toEqual([33, 57]);
  });

  test('held amounts are not left', () => {
    const ride = claimed(CARDS.plus, 'ride');
    const balances = new Map([...ride.rows.balances, [cardCapAccount(refOf(plus)), balanceOf(4, 996)] as const]);
    const { limits, refusals } = quoteOf(ride, balances);
    expect(limits.at(-1)).toMatchObject({ kind: 'CARD_CAP', left: 4 });
    expect(refusals.map(({ code }) => code)).toEqual(['CARD_CAP_REACHED']);
  });
});

describe('usability', () => {
  const outlook = (parts: AskingParts, item: string, stock?: number) => {
    const left = stock === undefined ? undefined : { stock, asOf: NOW };
    const { usability, remaining } = outlookOf(claimOf(askingOf(parts), item), left);
    return [remaining, ...usability.reasons.map(({ code }) => code)];
  };

  test.each<[string, AskingParts, string, number | undefined, (number | string | null)[]]>([
    ['without any limit', CARDS.plus, 'free', undefined, [null]],
    ['of a quota: the wallet shows it, not the list of perks', CARDS.plus, 'ride', undefined, [null]],
    ['of a stock', CARDS.plus, 'ticket', 5, [5]],
    ['of no stock', CARDS.plus, 'ticket', 0, [0, 'OUT_OF_STOCK']],
    ['of a stock not yet looked at', CARDS.plus, 'ticket', undefined, [0, 'OUT_OF_STOCK']],
    ['of a limit', CARDS.plus, 'cup', undefined, [2]],
    ['of too few points', { points: 99 }, 'beans', undefined, [2, 'INSUFFICIENT_POINTS']],
    ['of just enough points', { points: 100 }, 'beans', undefined, [2]],
    ['of a refusal, with the stock of all', {}, 'ticket', 5, [5, 'NOT_ELIGIBLE']],
    ['of a cap', { cards: [plus] }, 'plain', undefined, [null, 'CARD_CAP_REACHED']],
    ['of a cap where the member may pay', { cards: [plus] }, 'suite', undefined, [null]],
  ])('%s', (_title, parts, item, stock, expected) => {
    expect(outlook(parts, item, stock)).toEqual(expected);
  });

  test('agrees with the quote about what stands in the way', () => {
    const parts = { cards: [plus], points: 10, left: { [cardCapAccount(refOf(plus))]: 9 } };
    for (const item of ['ride', 'gift', 'free', 'tour', 'trip', 'cup', 'beans', 'suite', 'plain']) {
      const claim = claimed(parts, item);
      const { usability } = outlookOf(claim, undefined);
      const { refusals } = quoteOf(claim, claim.rows.balances);
      expect([item, usability.reasons.map(({ code }) => code)]).toEqual([item, refusals.map(({ code }) => code)]);
    }
  });

  test('no reason tells an amount', () => {
    for (const item of ['plain', 'ride', 'gift', 'beans', 'snack']) {
      const { usability } = outlookOf(claimOf(askingOf({ cards: [plus, pet] }), item), undefined);
      for (const { message } of usability.reasons) expect(message).not.toMatch(/\d/);
    }
  });
});

describe('a quota as it is shown', () => {
  const shown = (parts: AskingParts, balance?: Balance) => {
    const claim = claimed(parts, 'ride');
    const limits = limitsOf(claim, ZERO_ID);
    const balances = balance ? new Map([[limits[0]!.account, balance]]) : new Map<AccountKey, Balance>();
    const withBalance = { ...claim, rows: { ...claim.rows, balances } };
    return quotaOf(withBalance as Extract<Claim, { itemKind: 'BENEFIT' }>, limits);
  };
  const resetsAt = new Date(at('2026-12-01T00:00'));

  test('untouched', () => {
    expect(shown(CARDS.plus)).toEqual({ period: 'MONTH', limit: 20, used: 0, held: 0, remaining: 20, resetsAt });
  });

  test('used and held in part', () => {
    expect(shown(CARDS.plus, balanceOf(12, 3))).toMatchObject({ limit: 20, used: 5, held: 3, remaining: 12 });
  });

  test('granted when the program was more generous', () => {
    expect(shown(CARDS.plus, balanceOf(30))).toMatchObject({ limit: 20, used: 0, remaining: 30 });
  });

  test('where there is none', () => {
    expect(shown(CARDS.tight)).toBeNull();
  });
});

test('what is left on an account that nobody opened is nothing, unless it opens with a grant', () => {
  const [quota, cap] = limitsOf(claimed(CARDS.plus, 'ride'), ZERO_ID);
  expect([leftOf(quota!, new Map()), leftOf(cap!, new Map())]).toEqual([20, 0]);
});
