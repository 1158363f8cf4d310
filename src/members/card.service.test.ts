// Cards opened, renewed and closed, with what their terms grant, on both databases.
import { House, must, openHouse, unique } from '../../test/support/house';
import { changedProgram, HOUSE_PROGRAM } from '../../test/support/house-program';
import { eachDatabase } from '../../test/support/lanes';
import { expectClean } from '../../test/support/ledger-fixtures';
import { secondDoor } from '../../test/support/lifecycle-house';
import { freshEachTest } from '../../test/support/saved-tables';
import type { Database } from '../database/database';
import { DAY } from '../kernel/clock';
import { type Id, newId } from '../kernel/id';
import { isRefusal } from '../kernel/refusal';
import type { CardAndMember, OpenCardInput } from './card.service';
import { type Card, cardStatusAt } from './member';
import { cardCapAccount, classCapAccount, leftOn, partnerCapAccount } from './member-accounts';

const at = (text: string) => Date.parse(`${text}+08:00`);

eachDatabase((lane) => {
  let house: House;
  let other: House;
  let door: Database;
  beforeAll(async () => {
    door = await secondDoor(lane);
    await openHouse(lane.database);
  });
  freshEachTest(lane);
  beforeEach(async () => {
    house = await openHouse(lane.database, { program: null });
    other = await openHouse(door, { clock: house.clock, program: null });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    expect([...house.errors, ...other.errors]).toEqual([]);
    await expectClean(lane.database);
  });

  const orderOf = async (plan: string, more: Partial<OpenCardInput> = {}): Promise<OpenCardInput> => {
    return { memberId: await house.member(), planId: house.planId(plan), orderId: unique('order'), ...more };
  };
  const capLeft = async (card: Card, term = 0): Promise<number> => {
    const { balances } = await house.rows(card.memberId);
    return leftOn(balances, cardCapAccount({ memberId: card.memberId, termId: card.terms[term]!.id, currency: 'CNY' }));
  };
  const renew = (cardId: Id, orderId = unique('order'), by = house) => by.cards.renew({ cardId, orderId });
  const daysOf = ({ card }: CardAndMember) => card.terms.map(({ startsAt, endsAt }) => (endsAt - startsAt) / DAY);

  /** Does something just before the next chain of a house is handed to its ledger: after all that it has read. */
  const justBefore = (ledger: House['ledger'], act: () => Promise<unknown>): void => {
    const submit = ledger.submit.bind(ledger);
    jest.spyOn(ledger, 'submit').mockImplementationOnce(async (...chain) => {
      await act();
      return submit(...chain);
    });
  };

  describe('opening', () => {
    test('sells a term at the price of the program and grants its caps', async () => {
      const { card } = must(await house.cards.open(await orderOf('tight')));
      expect(cardStatusAt(card, house.now)).toBe('ACTIVE');
      expect(card.terms).toMatchObject([
        { startsAt: house.now, endsAt: at('2027-02-22T12:00'), price: 300, costCap: 1_000, withdrawn: 0 },
      ]);
      const ref = { memberId: card.memberId, termId: card.terms[0]!.id, currency: 'CNY' };
      const { balances } = await house.rows(card.memberId);
      const brewer = house.catalogue.current().partnerByCode('brewer')!.number;
      const left = [
        cardCapAccount(ref),
        classCapAccount(ref, 'SERVICE'),
        classCapAccount(ref, 'PARTNER'),
        partnerCapAccount(ref, brewer),
      ].map((account) => leftOn(balances, account));
      expect(left).toEqual([1_000, 300, 250, 150]);
      expect(balances.has(classCapAccount(ref, 'CONTENT'))).toBe(false);
    });

    test('the same order, later or at once in two processes, is one card', async () => {
      const order = await orderOf('plus');
      const answers = await Promise.all([house, other, house, other].map((by) => by.cards.open(order)));
      house.clock.advance(1);
      answers.push(await house.cards.open(order));
      const cards = answers.map((answer) => must(answer).card);
      expect(new Set(cards.map(({ id }) => id)).size).toBe(1);
      const { cards: held } = await house.rows(order.memberId);
      expect(held.map(({ terms }) => terms.length)).toEqual([1]);
      expect(await capLeft(held[0]!)).toBe(1_000);
    });

    test.each(['another member', 'another plan', 'a renewal'])('an order is not good for %s', async (what) => {
      const order = await orderOf('plus');
      const { card } = must(await house.cards.open(order));
      const changes = {
        'another member': { memberId: await house.member() },
        'another plan': { planId: house.planId('tight') },
      };
      const outcome =
        what in changes
          ? await house.cards.open({ ...order, ...changes[what as keyof typeof changes] })
          : await renew(card.id, order.orderId);
      expect(outcome).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH', field: 'orderId' });
      expect((await house.rows(order.memberId)).cards).toHaveLength(1);
    });

    test.each<[string, object, object]>([
      ['a member', { memberId: newId(0) }, { code: 'NOT_FOUND', field: 'member' }],
      ['a plan', { planId: newId(0) }, { code: 'NOT_FOUND', field: 'plan' }],
      ['an order without an id', { orderId: '' }, { code: 'INVALID_INPUT', field: 'orderId' }],
      ['a start before 2000', { startsAt: at('1999-12-31T00:00') }, { code: 'INVALID_INPUT', field: 'startsAt' }],
      ['a start in a quarter of a million years', { startsAt: 8.64e15 }, { code: 'INVALID_INPUT', field: 'startsAt' }],
      ['a start at no time', { startsAt: Number.NaN }, { code: 'INVALID_INPUT', field: 'startsAt' }],
    ])('%s that cannot be is refused', async (_title, change, refusal) => {
      const order = await orderOf('plus', change);
      expect(await house.cards.open(order)).toMatchObject(refusal);
    });

    test.each([
      ['2027-01-31T18:30', '2027-02-28T18:30'],
      ['2028-01-31T00:00', '2028-02-29T00:00'],
      ['2027-02-28T23:59', '2027-03-28T23:59'],
      ['2026-12-31T23:59', '2027-01-31T23:59'],
      ['2027-08-31T08:00', '2027-09-30T08:00'],
    ])('a month from %s ends at %s', async (startsAt, endsAt) => {
      const { card } = must(await house.cards.open(await orderOf('monthly', { startsAt: at(startsAt) })));
      expect(card.terms).toMatchObject([{ startsAt: at(startsAt), endsAt: at(endsAt) }]);
      expect(cardStatusAt(card, house.now)).toBe('UPCOMING');
    });

    test('a day is a day of the calendar', async () => {
      const { card } = must(await house.cards.open(await orderOf('daily-pass')));
      expect(card.terms[0]!.endsAt - house.now).toBe(DAY);
    });

    test('under a plan that left the program is refused, but an order that was sold is answered', async () => {
      const [sold, late] = [await orderOf('monthly'), await orderOf('monthly')];
      const { card } = must(await house.cards.open(sold));
      await house.apply(changedProgram('plans', 'monthly', undefined));
      expect(await house.cards.open(late)).toMatchObject({ code: 'NOT_FOUND', field: 'plan' });
      expect(must(await house.cards.open(sold)).card.id).toBe(card.id);
      expect(await renew(card.id)).toMatchObject({ code: 'CONFLICT', field: 'card' });
      await house.apply(HOUSE_PROGRAM);
      expect(must(await house.cards.open(late)).card.terms).toHaveLength(1);
    });
  });

  describe('a privilege card', () => {
    test('hangs on a running card of its member, of a plan that it may hang on', async () => {
      const { memberId, card: parent } = await house.holder('plus');
      const order = await orderOf('pet', { memberId });
      const { card: strange } = await house.holder('plus');
      const tight = await house.open(memberId, 'tight');
      const ask = (parentCardId?: Id) => house.cards.open({ ...order, parentCardId });
      expect(await ask()).toMatchObject({ code: 'INVALID_INPUT', field: 'parentCard' });
      expect(await ask(strange.id)).toMatchObject({ code: 'NOT_FOUND', field: 'parentCard' });
      expect(await ask(tight.id)).toMatchObject({ code: 'INVALID_INPUT', field: 'parentCard' });
      // A refused order was paid all the same, so it may be sent again with what was missing.
      const { card } = must(await ask(parent.id));
      expect(card.parentCardId).toBe(parent.id);
      expect(await capLeft(card)).toBe(300);
    });

    test('does not open under a card that is closed', async () => {
      const { memberId, card: parent } = await house.holder('plus');
      must(await house.cards.close(parent.id));
      const outcome = await house.cards.open(await orderOf('pet', { memberId, parentCardId: parent.id }));
      expect(outcome).toMatchObject({ code: 'CARD_NOT_ACTIVE', field: 'parentCard' });
    });
  });

  describe('renewing', () => {
    test('adds a term that begins where the last one ends, with a cap of its own', async () => {
      const { card } = await house.holder('daily-pass');
      const renewed = must(await renew(card.id));
      expect(daysOf(renewed)).toEqual([1, 1]);
      expect(renewed.card.terms[1]!.startsAt).toBe(card.terms[0]!.endsAt);
      expect([await capLeft(renewed.card, 0), await capLeft(renewed.card, 1)]).toEqual([100, 100]);
    });

    test('begins now when the last term is past', async () => {
      const { card } = await house.holder('daily-pass');
      house.clock.advance(10 * DAY);
      const renewed = must(await renew(card.id));
      expect(renewed.card.terms[1]!.startsAt).toBe(house.now);
      expect(cardStatusAt(renewed.card, house.now)).toBe('ACTIVE');
    });

    test('by the same order, at once and later, adds one term', async () => {
      const { card } = await house.holder('daily-pass');
      const orderId = unique('order');
      await Promise.all([house, other, house].map((by) => renew(card.id, orderId, by)));
      expect(daysOf(must(await renew(card.id, orderId)))).toEqual([1, 1]);
      // Also when the card was closed since.
      must(await house.cards.close(card.id));
      expect(daysOf(must(await renew(card.id, orderId)))).toEqual([1, 1]);
      expect(await renew(card.id)).toMatchObject({ code: 'CARD_NOT_ACTIVE', field: 'card' });
    });

    test('by several orders at once adds a term each, one behind the other', async () => {
      const { card } = await house.holder('daily-pass');
      const answers = await Promise.all([house, other, house, other].map((by) => renew(card.id, undefined, by)));
      answers.map(must);
      const { terms } = (await house.cards.find(card.id))!.card;
      const begins = terms.map(({ startsAt }) => (startsAt - card.terms[0]!.startsAt) / DAY);
      expect(begins).toEqual([0, 1, 2, 3, 4]);
    });

    test('is built anew when another order came first', async () => {
      const { card } = await house.holder('daily-pass');
      justBefore(house.ledger, () => renew(card.id, undefined, other));
      const { terms } = must(await renew(card.id)).card;
      expect(terms.map(({ startsAt }) => (startsAt - card.terms[0]!.startsAt) / DAY)).toEqual([0, 1, 2]);
    });

    test('a card that is closed at the same moment is refused', async () => {
      const { card } = await house.holder('daily-pass');
      justBefore(house.ledger, () => other.cards.close(card.id));
      expect(await renew(card.id)).toMatchObject({ code: 'CARD_NOT_ACTIVE' });
      expect(daysOf((await house.cards.find(card.id))!)).toEqual([1]);
    });

    test('an unknown card is refused', async () => {
      expect(await renew(newId(0))).toMatchObject({ code: 'NOT_FOUND', field: 'card' });
      expect(await house.cards.close(newId(0))).toMatchObject({ code: 'NOT_FOUND', field: 'card' });
    });
  });

  describe('closing', () => {
    test('takes back what is left of every term that runs or is to come', async () => {
      const { memberId, card } = await house.holder('plus');
      must(await renew(card.id));
      const ride = await house.claim(memberId, 'ride');
      await house.claim(memberId, 'gift');
      const closed = must(await house.cards.close(card.id)).card;
      expect(cardStatusAt(closed, house.now)).toBe('CLOSED');
      // 10 are held by the ride and 40 were spent on the gift.
      expect(closed.terms.map(({ withdrawn }) => withdrawn)).toEqual([950, 1_000]);
      expect([await capLeft(closed, 0), await capLeft(closed, 1)]).toEqual([0, 0]);
      expect(await house.redeem(memberId, 'free')).toMatchObject({ code: 'CARD_NOT_ACTIVE' });
      // What was issued before can still be used.
      expect(must(await house.use(ride.id)).status).toBe('USED');
    });

    test('twice, and in two processes at once, takes back once', async () => {
      const { card } = await house.holder('plus');
      await Promise.all([house, other].map((by) => by.cards.close(card.id)));
      const closed = must(await house.cards.close(card.id)).card;
      expect(closed.terms.map(({ withdrawn }) => withdrawn)).toEqual([1_000]);
    });

    test('that broke off between two terms is completed by closing again', async () => {
      const { card } = await house.holder('plus');
      must(await renew(card.id));
      const submit = house.ledger.submit.bind(house.ledger);
      const spy = jest.spyOn(house.ledger, 'submit');
      spy.mockImplementationOnce(submit).mockRejectedValueOnce(new Error('the connection was lost'));
      await expect(house.cards.close(card.id)).rejects.toThrow('the connection was lost');
      const half = (await house.cards.find(card.id))!.card;
      expect([half.status, ...half.terms.map(({ withdrawn }) => withdrawn)]).toEqual(['CLOSED', 1_000, 0]);
      const closed = must(await house.cards.close(card.id)).card;
      expect(closed.terms.map(({ withdrawn }) => withdrawn)).toEqual([1_000, 1_000]);
    });

    test('takes back the term that a renewal added at the same moment', async () => {
      const { card } = await house.holder('daily-pass');
      justBefore(house.ledger, () => renew(card.id, undefined, other));
      const closed = must(await house.cards.close(card.id)).card;
      expect(closed.terms.map(({ withdrawn }) => withdrawn)).toEqual([100, 100]);
    });

    test('after the last term takes back what that one left', async () => {
      const { card } = await house.holder('daily-pass');
      house.clock.advance(DAY);
      const closed = must(await house.cards.close(card.id));
      expect(isRefusal(closed)).toBe(false);
      expect(closed.card.terms.map(({ withdrawn }) => withdrawn)).toEqual([100]);
    });
  });
});
