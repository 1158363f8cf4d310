// The packed read: each asker gets its own rows and no others, in one statement, without what is past.
import { House, openHouse } from '../../test/support/house';
import { eachDatabase } from '../../test/support/lanes';
import { DAY } from '../kernel/clock';
import { newId } from '../kernel/id';
import { accountParts } from '../ledger/account';
import { ACCOUNT_KINDS } from '../ledger/chart';
import type { MemberRows } from './member-rows';

const { QUOTA, MEMBER_LIMIT, CARD_CAP, CAP_CLASS, CAP_MONTH, CAP_PARTNER } = ACCOUNT_KINDS;
const COUNTED_BY_PERK: readonly number[] = [QUOTA, MEMBER_LIMIT];
const CAPS: readonly number[] = [CARD_CAP, CAP_CLASS, CAP_MONTH, CAP_PARTNER];

function without(rows: MemberRows, kinds: readonly number[]): MemberRows {
  const kept = [...rows.balances].filter(([account]) => !kinds.includes(accountParts(account).kind));
  return { ...rows, balances: new Map(kept), items: new Set(kept.map(([account]) => accountParts(account).item)) };
}

eachDatabase((lane) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(lane.database);
  });

  test('many who ask at once get each their own, an unknown one nothing', async () => {
    const holders = await Promise.all(Array.from({ length: 13 }, () => house.holder('plus')));
    for (const { memberId } of holders.slice(0, 3)) await house.give(memberId, 'POINTS', 5);
    const asked = [...holders.map(({ memberId }) => memberId), newId(0), holders[0]!.memberId];
    const before = lane.database.counter.statements;
    const answers = await Promise.all(asked.map((memberId) => house.memberRows.load(memberId)));
    expect(lane.database.counter.statements - before).toBe(1);
    expect(answers.map((rows) => rows?.member.id)).toEqual([
      ...holders.map(({ memberId }) => memberId),
      undefined,
      holders[0]!.memberId,
    ]);
    for (const [at, { card }] of holders.entries()) {
      expect(answers[at]!.cards.map(({ id }) => id)).toEqual([card.id]);
      const held = [...answers[at]!.balances.keys()].map((account) => accountParts(account).holder);
      expect(new Set(held)).toEqual(new Set([card.memberId]));
      expect(held).toHaveLength(at < 3 ? 3 : 2);
    }
  });

  test('for a claim come the same rows, without what is counted by perk, and for an event without caps', async () => {
    const holders = await Promise.all(Array.from({ length: 33 }, () => house.holder('plus')));
    await house.give(holders[7]!.memberId, 'POINTS', 5);
    await house.claim(holders[8]!.memberId, 'daily', { card: holders[8]!.card.id });
    const asked = [await house.member(), newId(0), ...holders.map(({ memberId }) => memberId)];
    const before = lane.database.counter.statements;
    const forClaims = await Promise.all(asked.map((memberId) => house.memberRows.loadForClaim(memberId)));
    const forEvents = await Promise.all(asked.map((memberId) => house.memberRows.loadForEvent(memberId)));
    expect(lane.database.counter.statements - before).toBe(2);
    for (const [at, memberId] of asked.entries()) {
      const all = await house.memberRows.load(memberId);
      expect(forClaims[at]).toEqual(all && without(all, COUNTED_BY_PERK));
      expect(forEvents[at]).toEqual(all && without(all, [...COUNTED_BY_PERK, ...CAPS]));
    }
    expect(forClaims[10]!.balances.size).toBeLessThan((await house.rows(asked[10]!)).balances.size);
  });

  test('a member without cards and balances has empty ones', async () => {
    const memberId = await house.member();
    expect(await house.rows(memberId)).toMatchObject({ cards: [], balances: new Map() });
  });

  test('cards come in the order of opening, terms in that of time', async () => {
    const { memberId, card } = await house.holder('daily-pass');
    house.clock.advance(5);
    const second = await house.open(memberId, 'plus');
    await house.cards.renew({ cardId: card.id, orderId: `renew-${card.id}` });
    const { cards } = await house.rows(memberId);
    expect(cards.map(({ id, terms }) => [id, terms.length])).toEqual([
      [card.id, 2],
      [second.id, 1],
    ]);
    expect(cards[0]!.terms[0]!.id).toBe(card.terms[0]!.id);
  });

  test('what is counted by day, week and month is left where it is once its time is past', async () => {
    // Given a quota of a day, of a week and of a month, a limit of a month, and a cap of single uses.
    const { memberId, card } = await house.holder('plus');
    await house.give(memberId, 'POINTS', 500);
    const tight = await house.open(memberId, 'tight');
    for (const item of ['daily', 'deal', 'ride']) await house.claim(memberId, item, { card: card.id });
    await house.claim(memberId, 'beans');
    await house.claim(memberId, 'tour', { card: tight.id });
    const kindsOf = async (): Promise<string[]> => {
      const { balances } = await house.rows(memberId);
      const parts = [...balances.keys()].map(accountParts).filter(({ period }) => period > 0);
      return parts.map(({ kind, period }) => `${kind} ${period}`).sort();
    };
    const { QUOTA, MEMBER_LIMIT, CAP_MONTH } = ACCOUNT_KINDS;
    const month = [`${CAP_MONTH} 20261100`, `${QUOTA} 20261100`, `${MEMBER_LIMIT} 20261100`];
    const now = [`${QUOTA} 1020261116`, `${QUOTA} 20261122`, ...month];
    expect(await kindsOf()).toEqual(now.sort());
    // When the next week begins, which is on Monday the 23rd.
    house.clock.advance(DAY);
    expect(await kindsOf()).toEqual([`${QUOTA} 20261122`, ...month].sort());
    // And when the next month does.
    house.clock.advance(9 * DAY);
    expect(await kindsOf()).toEqual([]);
    // Then what has no period is still there, and no account of a single use ever was.
    const kinds = [...(await house.rows(memberId)).balances.keys()].map((account) => accountParts(account).kind);
    expect(kinds).toEqual(expect.arrayContaining([ACCOUNT_KINDS.POINTS, ACCOUNT_KINDS.CARD_CAP]));
    expect(kinds).not.toContain(ACCOUNT_KINDS.CAP_USE);
  });
});
