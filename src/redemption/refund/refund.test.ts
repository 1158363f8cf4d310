// Refunds on both databases: the term is closed, unused coupons are void, and what was used is taken off.
import { FakePartner, timedOut } from '../../../test/support/fake-partner';
import { expectBooks, type House, must, openHouse, outcomeOf, SHOP, unique } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { SALE_PROGRAM } from '../../../test/support/sale-program';
import { DAY, MINUTE } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { isRefusal } from '../../kernel/refusal';
import { type Card, cardStatusAt } from '../../members/member';
import { cardCapAccount, leftOn } from '../../members/member-accounts';
import { declined } from '../../partner-port/connector';
import type { RefundInput } from './refund.service';

eachDatabase((lane) => {
  let house: House;
  let partner: FakePartner;
  beforeAll(async () => {
    await openHouse(lane.database, { program: SALE_PROGRAM });
  });
  beforeEach(async () => {
    partner = new FakePartner();
    house = await openHouse(lane.database, { program: null, partners: partner });
  });
  afterEach(async () => {
    await house.saga.drain();
    expect(house.errors).toEqual([]);
    await expectBooks(lane.database);
  });

  const holder = async (plan = 'club', orderId = unique('order')) => {
    const memberId = await house.member();
    const priceCode = plan === 'club' ? 'list' : undefined;
    const order = { memberId, planId: house.planId(plan), orderId, priceCode };
    return { memberId, orderId, card: must(await house.cards.open(order)).card };
  };
  const refund = (cardId: Id, more: Partial<RefundInput> = {}) =>
    house.refunds.refund(SHOP, { cardId, idempotencyKey: unique('key'), ...more });
  const cardOf = async ({ id, memberId }: Card) => (await house.rows(memberId)).cards.find((card) => card.id === id)!;
  const capLeft = async ({ memberId, terms }: Card, term = 0) =>
    leftOn(
      (await house.rows(memberId)).balances,
      cardCapAccount({ memberId, termId: terms[term]!.id, currency: 'CNY' }),
    );

  test('of a term that nobody used pays all of it back', async () => {
    const { memberId, card, orderId } = await holder();
    const answer = must(await refund(card.id));
    expect(answer).toMatchObject({ orderId, price: 10_000, amount: 10_000, usedValue: 0, voided: 0, used: 0 });
    const closed = await cardOf(card);
    expect([closed.status, cardStatusAt(closed, house.now)]).toEqual(['CLOSED', 'CLOSED']);
    expect(closed.terms).toMatchObject([{ endsAt: house.now, withdrawn: 8_333 }]);
    expect(await capLeft(card)).toBe(0);
    expect(outcomeOf(await house.redeem(memberId, 'ride', { card: card.id }))).toBe('CARD_NOT_ACTIVE');
  });

  test('takes off the face value of what was used, and voids the rest', async () => {
    const { memberId, card } = await holder();
    const [used, unused] = [await house.claim(memberId, 'ride'), await house.claim(memberId, 'ride')];
    const gift = await house.claim(memberId, 'gift');
    must(await house.use(used.id));
    const answer = must(await refund(card.id));
    expect(answer).toMatchObject({ amount: 9_500, usedValue: 500, voided: 2, used: 1 });
    const statuses = (await house.wallet(memberId)).map(({ id, status }) => [id, status]);
    expect(Object.fromEntries(statuses)).toEqual({
      [used.id]: 'USED',
      [unused.id]: 'CANCELLED',
      [gift.id]: 'CANCELLED',
    });
    // What the coupons gave back is taken back as well: the used ride cost 30 of 8333.
    expect([await capLeft(card), (await cardOf(card)).terms[0]!.withdrawn]).toEqual([0, 8_303]);
  });

  test('counts a code that was handed out as used, since nobody can take it back', async () => {
    await house.fillPool('code', 1);
    const { memberId, card } = await holder();
    await house.claim(memberId, 'code', { card: card.id });
    expect(must(await refund(card.id))).toMatchObject({ amount: 9_300, usedValue: 700, voided: 1, used: 1 });
  });

  test('waits for a partner that takes its time, and is settled when it is known', async () => {
    const { memberId, card } = await holder();
    const remote = await house.claim(memberId, 'remote', { card: card.id });
    partner.next('cancel', timedOut);
    partner.next('status', timedOut);
    const idempotencyKey = unique('key');
    const first = must(await refund(card.id, { idempotencyKey }));
    expect([first.settledAt, first.amount]).toEqual([undefined, undefined]);
    // Nothing can be claimed on it meanwhile.
    expect(cardStatusAt(await cardOf(card), house.now)).toBe('CLOSED');
    house.clock.advance(5 * MINUTE);
    await house.runSaga();
    expect((await house.redemptions.find(remote.id))!.status).toBe('CANCELLED');
    expect(await house.refunds.settleDue(20)).toBe(1);
    const known = must(await refund(card.id, { idempotencyKey }));
    expect(known).toMatchObject({ amount: 10_000, usedValue: 0, voided: 1, used: 0, settledAt: house.now });
    expect(await house.refunds.settleDue(20)).toBe(0);
    expect(await capLeft(card)).toBe(0);
  });

  test('counts a coupon that its partner keeps as used', async () => {
    const { memberId, card } = await holder();
    await house.claim(memberId, 'remote', { card: card.id });
    partner.next('cancel', declined('OTHER', 'too late'));
    expect(must(await refund(card.id))).toMatchObject({ amount: 9_700, usedValue: 300, voided: 0, used: 1 });
  });

  test('the same request is one refund, however often and at once; another one is too late', async () => {
    const { memberId, card } = await holder();
    must(await house.use((await house.claim(memberId, 'ride')).id));
    const idempotencyKey = unique('key');
    const same = await Promise.all([1, 2, 3].map(() => refund(card.id, { idempotencyKey })));
    expect(new Set(same.map((one) => must(one).id)).size).toBe(1);
    expect(must(await refund(card.id, { idempotencyKey }))).toMatchObject({ amount: 9_500 });
    expect(await refund(card.id, { idempotencyKey, amount: 1 })).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    expect(await refund(card.id)).toMatchObject({ code: 'NOT_REFUNDABLE' });
    const rival = await holder();
    const two = await Promise.all([refund(rival.card.id), refund(rival.card.id)]);
    expect(two.filter(isRefusal)).toMatchObject([{ code: 'NOT_REFUNDABLE' }]);
  });

  test('the same request that comes between the looks of another is its answer too', async () => {
    const { card } = await holder();
    const idempotencyKey = unique('key');
    const find = house.cards.find.bind(house.cards);
    jest.spyOn(house.cards, 'find').mockImplementationOnce(async (id) => {
      must(await refund(card.id, { idempotencyKey }));
      return find(id);
    });
    expect(await refund(card.id, { idempotencyKey })).toMatchObject({ cardId: card.id, amount: 10_000 });
  });

  test('never pays more than was asked for, and refuses to be asked for more than is left', async () => {
    const { memberId, card } = await holder();
    must(await house.use((await house.claim(memberId, 'ride')).id));
    expect(await refund(card.id, { amount: 9_501 })).toMatchObject({ code: 'NOT_REFUNDABLE', field: 'amount' });
    expect(await refund(card.id, { amount: -1 })).toMatchObject({ code: 'INVALID_INPUT', field: 'amount' });
    expect((await cardOf(card)).status).toBe('ACTIVE');
    expect(must(await refund(card.id, { amount: 4_000 })).amount).toBe(4_000);
  });

  test('a renewal that has not begun is taken back, and the running term goes on', async () => {
    const { memberId, card } = await holder();
    house.clock.set(card.terms[0]!.endsAt - DAY);
    const orderId = unique('order');
    const renewed = must(await house.cards.renew({ cardId: card.id, orderId })).card;
    expect(await refund(card.id, { orderId: 'an order of nobody' })).toMatchObject({ code: 'NOT_FOUND' });
    expect(must(await refund(card.id, { orderId }))).toMatchObject({ price: 9_000, amount: 9_000 });
    expect(await capLeft(renewed, 1)).toBe(0);
    const left = await cardOf(card);
    expect(cardStatusAt(left, house.now)).toBe('ACTIVE');
    expect(outcomeOf(await house.redeem(memberId, 'ride'))).toBe('ISSUED');
    expect(await refund(card.id, { orderId })).toMatchObject({ code: 'NOT_REFUNDABLE' });
    // It may be renewed anew, from the end of the running term.
    const again = must(await house.cards.renew({ cardId: card.id, orderId: unique('order') })).card;
    expect(again.terms.at(-1)!.startsAt).toBe(card.terms[0]!.endsAt);
  });

  test.each<[string, number, string]>([
    ['club', 30 * DAY - 1, 'refunded'],
    ['club', 30 * DAY, 'NOT_REFUNDABLE'],
    ['plain', 0, 'NOT_REFUNDABLE'],
  ])('of %s after %d ms is %s', async (plan, after, outcome) => {
    const { card } = await holder(plan);
    house.clock.advance(after);
    const answer = await refund(card.id);
    expect(isRefusal(answer) ? answer.code : 'refunded').toBe(outcome);
  });
});
