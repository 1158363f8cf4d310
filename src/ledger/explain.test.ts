// A balance explained: its transfers in order, what each left, and how its holds ended; page by page the same.

import { eachDatabase } from '../../test/support/lanes';
import {
  applied,
  chainOf,
  contraAccount,
  enforcedAccount,
  freshId,
  hold,
  ledgerOn,
  move,
  NOW,
  openingOf,
  post,
  transferId,
  voiding,
} from '../../test/support/ledger-fixtures';
import { DAY, ManualClock } from '../kernel/clock';
import { COUNT } from '../kernel/money';
import { type AccountKey, accountKey } from './account';
import { ACCOUNT_KINDS } from './chart';
import { describeAccount } from './describe';
import { explainAccount, renderExplanation } from './explain';
import { LedgerService } from './ledger.service';

const [HOLDER, TERM] = ['0190aaaaaaaa70008000000000000100', '0190bbbbbbbb70008000000000000200'];

describe('accounts in words', () => {
  test.each<[AccountKey, string]>([
    [
      accountKey({ holder: HOLDER, kind: ACCOUNT_KINDS.CARD_CAP, ref: TERM, unit: 'CNY' }),
      `cost cap of a card (CARD_CAP), member ${HOLDER}, term ${TERM}, in CNY`,
    ],
    [
      accountKey({ holder: HOLDER, kind: ACCOUNT_KINDS.QUOTA, ref: TERM, item: 12, period: 20261100, unit: COUNT }),
      `quota of an entitlement (QUOTA), member ${HOLDER}, term ${TERM}, benefit 12, month 2026-11, in times`,
    ],
    [
      accountKey({ holder: HOLDER, kind: ACCOUNT_KINDS.MEMBER_LIMIT, item: 3, period: 20261122, unit: COUNT }),
      `limit of an offer for a member (MEMBER_LIMIT), member ${HOLDER}, offer 3, day 2026-11-22, in times`,
    ],
    [
      accountKey({ holder: HOLDER, kind: ACCOUNT_KINDS.QUOTA, item: 3, period: 1_020_261_116, unit: COUNT }),
      `quota of an entitlement (QUOTA), member ${HOLDER}, benefit 3, week from 2026-11-16, in times`,
    ],
    [
      accountKey({ holder: HOLDER, kind: ACCOUNT_KINDS.COST, item: 7, unit: 'USD' }),
      `cost of redemptions (COST), partner ${HOLDER}, offer or benefit 7, in USD`,
    ],
    [
      accountKey({ holder: HOLDER, kind: 0x7abc as never, unit: 'CNY' }),
      `account of an unknown kind (kind 31420), holder ${HOLDER}, in CNY`,
    ],
  ])('%s', (key, words) => {
    expect(describeAccount(key).words).toBe(words);
  });

  test('a damaged key is described by its digits', () => {
    const key = `${enforcedAccount().slice(0, 84)}ffff`;
    expect(describeAccount(key).words).toContain(`unknown unit, key ${key}`);
  });
});

eachDatabase((lane) => {
  /** A grant, a transfer, and holds of every end, an hour apart. */
  const history = async () => {
    const [account, contra] = [enforcedAccount(), contraAccount()];
    const clock = new ManualClock(NOW);
    const ledger = new LedgerService(lane.database, clock);
    const holds = [20, 10, 5].map((amount) => hold(account, contra, amount));
    const held = chainOf({ transfers: holds, holdExpiresAt: NOW + 2 * DAY });
    const chains = [
      chainOf({ openings: [openingOf(account, 100, contra)], transfers: [move(account, contra, 30)] }),
      held,
      chainOf({ transfers: [post(transferId(held, 2), 4)] }),
      chainOf({ transfers: [voiding(transferId(held, 3))] }),
      chainOf({ transfers: [move(contra, account, 1)] }),
    ];
    for (const chain of chains) {
      await applied(ledger, chain);
      clock.advance(3_600_000);
    }
    return { account, contra, held, chains };
  };

  test('of an enforced account', async () => {
    const { account, contra, chains, held } = await history();
    const { lines, balance, hasMore } = await explainAccount(lane.database, account);
    const seen = lines.map(({ code, kind, direction, amount, after, end }) => [
      `${code} ${kind} ${direction} ${amount}`,
      [after.creditsPosted, after.creditsPending, after.debitsPosted, after.debitsPending].join(' '),
      end && Object.values(end).join(' '),
    ]);
    expect(seen).toEqual([
      ['GRANT TRANSFER IN 100', '100 0 0 0', undefined],
      ['REDEEM TRANSFER OUT 30', '100 0 30 0', undefined],
      ['REDEEM HOLD OUT 20', '100 0 30 20', `OPEN ${NOW + 2 * DAY}`],
      ['REDEEM HOLD OUT 10', '100 0 30 30', `POST ${NOW + 7_200_000} 4`],
      ['REDEEM HOLD OUT 5', '100 0 30 35', `VOID ${NOW + 10_800_000} 0`],
      ['USE POST OUT 4', '100 0 34 25', undefined],
      ['CANCEL VOID OUT 0', '100 0 34 20', undefined],
      ['REDEEM TRANSFER IN 1', '101 0 34 20', undefined],
    ]);
    expect(lines.at(-1)!.after).toEqual(balance);
    expect(lines.map(({ chain }) => chain)).toEqual([0, 0, 1, 1, 1, 2, 3, 4].map((at) => chains[at]!.id));
    expect(lines.every(({ other }) => other === contra)).toBe(true);
    expect(lines[2]!.id).toBe(transferId(held, 1));
    expect(hasMore).toBe(false);
  });

  test('of a contra account, whether its sums are folded or not', async () => {
    const { contra } = await history();
    const before = await explainAccount(lane.database, contra);
    expect(before.lines.map(({ direction }) => direction).join(' ')).toBe('OUT IN IN IN IN IN IN OUT');
    expect(before.lines.at(-1)!.after).toEqual(before.balance);
    await ledgerOn(lane.database).foldContra();
    expect(await explainAccount(lane.database, contra)).toEqual(before);
    expect(renderExplanation(before)).toContain('stored: -67 posted, 20 pending (CNY');
  });

  test.each([1, 2, 3, 7, 8])('page by page of %i lines it is the same', async (limit) => {
    const { account } = await history();
    const whole = await explainAccount(lane.database, account);
    const pages = [await explainAccount(lane.database, account, { limit })];
    while (pages.at(-1)!.hasMore) {
      pages.push(await explainAccount(lane.database, account, { limit, after: pages.at(-1)!.lines.at(-1)!.id }));
    }
    expect(pages.flatMap(({ lines }) => lines)).toEqual(whole.lines);
    expect(pages).toHaveLength(Math.ceil(8 / limit));
  });

  test('as a table for people', async () => {
    const { account, held } = await history();
    const text = renderExplanation(await explainAccount(lane.database, account, { limit: 4 }));
    expect(text).toContain(`cost cap of a card (CARD_CAP), member ${account.slice(0, 32)}, in CNY`);
    expect(text).toContain('stored: 67 posted, -20 pending, 47 available (CNY, in its smallest part)');
    expect(text).toMatch(
      /2026-11-22 05:00:00.000 {2}REDEEM hold +-10 +70 +-30 +40 +posted 4 at 2026-11-22 06:00:00.000/,
    );
    expect(text).toContain(`open until 2026-11-24 04:00:00.000`);
    expect(text).toContain(`more: go on after ${transferId(held, 2)}`);
  });

  test('of an account that is not there', async () => {
    const explanation = await explainAccount(lane.database, enforcedAccount());
    expect(explanation).toMatchObject({ balance: undefined, lines: [], hasMore: false });
    expect(renderExplanation(explanation)).toContain('there is no such account');
  });

  test('a place that is none of its own is refused', async () => {
    const { account, chains } = await history();
    const other = enforcedAccount();
    const after = transferId(chains[0]!);
    await expect(explainAccount(lane.database, other, { after })).rejects.toThrow(/none of this account/);
    await expect(explainAccount(lane.database, account, { after: freshId() })).rejects.toThrow(/none of this account/);
    await expect(explainAccount(lane.database, account, { limit: 0 })).rejects.toThrow(/limit 0/);
  });
});
