// Sales on both databases: the price is the member's, once where it says so, within its window, whoever asks at once.
import { expectBooks, House, must, openHouse, unique } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { SALE_PROGRAM } from '../../../test/support/sale-program';
import { DAY } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { isRefusal } from '../../kernel/refusal';
import type { CardAndMember } from '../card.service';
import { cardCapAccount, leftOn, pointsAccount } from '../member-accounts';
import { quotesOf } from './quote';

eachDatabase((lane) => {
  let house: House;
  let other: House;
  beforeAll(async () => {
    house = await openHouse(lane.database, { program: SALE_PROGRAM });
    const door = lane.name === 'mysql' ? await lane.openAnother() : lane.database;
    other = await openHouse(door, { clock: house.clock, program: null });
  });
  afterEach(async () => {
    expect([...house.errors, ...other.errors]).toEqual([]);
    await expectBooks(lane.database);
  });

  const open = (memberId: Id, priceCode?: string, by = house, plan = 'club') =>
    by.cards.open({ memberId, planId: by.planId(plan), orderId: unique('order'), priceCode });
  const renew = (cardId: Id, priceCode?: string) => house.cards.renew({ cardId, orderId: unique('order'), priceCode });
  type Sold = Awaited<ReturnType<typeof open>>;
  /** The code of a refusal, or the price that it was sold at. */
  const soldAt = (sold: Sold): string => {
    if (isRefusal(sold)) return sold.code;
    const last = sold.card.terms.at(-1)!;
    return `${last.priceCode} ${last.price}`;
  };
  const termOf = (sold: Sold) => (must(sold) as CardAndMember).card.terms.at(-1)!;
  const quote = async (memberId: Id, plan = 'club') => {
    const judging = { rows: await house.rows(memberId), catalogue: house.catalogue.current(), now: house.now };
    const latest = await house.applications.of(memberId);
    const known = new Map(latest.toReversed().map((one) => [one.planId, one]));
    return quotesOf(judging, known).find((one) => one.plan.code === plan)!;
  };
  const priceOf = async (memberId: Id) => {
    const { price, reasons } = await quote(memberId);
    return reasons[0]?.code ?? `${price.code} ${price.price.amount}`;
  };

  test('what is quoted is what is sold, and the cap follows from the price of the sale', async () => {
    const memberId = await house.member();
    expect(await priceOf(memberId)).toBe('trial 100');
    const trial = await open(memberId);
    expect(soldAt(trial)).toBe('trial 100');
    const { startsAt, endsAt, costCap } = termOf(trial);
    expect([(endsAt - startsAt) / DAY, costCap]).toEqual([7, 300]);
    // The renewal of a trial is a renewal: 9000 ÷ 1.2.
    expect(await priceOf(memberId)).toBe('early 9000');
    const year = await renew(must(trial as CardAndMember).card.id);
    expect([soldAt(year), termOf(year).costCap]).toEqual(['early 9000', 7_500]);
    const ref = { memberId, termId: termOf(year).id, currency: 'CNY' };
    expect(leftOn((await house.rows(memberId)).balances, cardCapAccount(ref))).toBe(7_500);
  });

  test('a trial is sold once, to whoever of many asks first, in whatever process', async () => {
    const memberId = await house.member();
    const answers = await Promise.all([house, other, house, other].map((by) => open(memberId, 'trial', by)));
    expect(answers.map(soldAt).toSorted()).toEqual(['NOT_ELIGIBLE', 'NOT_ELIGIBLE', 'NOT_ELIGIBLE', 'trial 100']);
    const { cards } = await house.rows(memberId);
    expect(cards.flatMap(({ terms }) => terms)).toHaveLength(1);
    // Without a code they get what is theirs then: nobody fails.
    const second = await house.member();
    const free = await Promise.all([house, other, house].map((by) => open(second, undefined, by)));
    expect(free.map(soldAt).toSorted()).toEqual(['list 10000', 'list 10000', 'trial 100']);
  });

  test('the same order again is the same card at the same price, though nobody is a newcomer twice', async () => {
    const memberId = await house.member();
    const order = { memberId, planId: house.planId('club'), orderId: unique('order') };
    const first = must(await house.cards.open(order));
    house.clock.advance(1);
    expect(must(await house.cards.open(order)).card).toEqual(first.card);
    expect(soldAt(await house.cards.open({ ...order, priceCode: 'list' }))).toBe('IDEMPOTENCY_MISMATCH');
  });

  test.each([
    ['back', 'NOT_ELIGIBLE'],
    ['early', 'NOT_ELIGIBLE'],
    ['gold', 'NOT_ELIGIBLE'],
    ['nothing', 'NOT_FOUND'],
    ['list', 'list 10000'],
  ])('a newcomer without growth who names the price %s gets %s', async (code, outcome) => {
    expect(soldAt(await open(await house.member(), code))).toBe(outcome);
  });

  test('a price with a threshold is open from exactly there, and once only', async () => {
    const memberId = await house.member();
    await house.give(memberId, 'GROWTH', 999);
    expect(soldAt(await open(memberId, 'gold'))).toBe('NOT_ELIGIBLE');
    await house.give(memberId, 'GROWTH', 1);
    expect(soldAt(await open(memberId, 'gold'))).toBe('gold 8000');
    expect(soldAt(await open(memberId, 'gold'))).toBe('NOT_ELIGIBLE');
  });

  test('a card is renewed within its window, with a gift for each renewed term', async () => {
    const { memberId, card } = await houseHolder();
    const end = card.terms[0]!.endsAt;
    const points = async () => leftOn((await house.rows(memberId)).balances, pointsAccount(memberId));
    house.clock.set(end - 30 * DAY - 1);
    expect([await priceOf(memberId), soldAt(await renew(card.id))]).toEqual(['RENEWAL_NOT_OPEN', 'RENEWAL_NOT_OPEN']);
    house.clock.set(end - 30 * DAY);
    const order = { cardId: card.id, orderId: unique('order') };
    const asked = await Promise.all([1, 2, 3].map(() => house.cards.renew(order)));
    expect(asked.map(soldAt)).toEqual(Array(3).fill('early 9000'));
    expect(await points()).toBe(50);
    expect((await house.wallet(memberId)).map(({ faceValue }) => faceValue)).toEqual([900]);
    // One term a window: the next one opens thirty days before the new end.
    expect(soldAt(await renew(card.id))).toBe('RENEWAL_NOT_OPEN');
    const last = termOf(asked[0]!).endsAt;
    house.clock.set(last + 15 * DAY - 1);
    expect(soldAt(await renew(card.id))).toBe('early 9000');
    expect(await points()).toBe(100);
  });

  test('after the window a new card is opened, cheaper for who stayed away long', async () => {
    const { memberId, card } = await houseHolder();
    const end = card.terms[0]!.endsAt;
    house.clock.set(end + 15 * DAY);
    expect([await priceOf(memberId), soldAt(await renew(card.id))]).toEqual(['list 10000', 'RENEWAL_NOT_OPEN']);
    house.clock.set(end + 31 * DAY - 1);
    expect(await priceOf(memberId)).toBe('list 10000');
    house.clock.set(end + 31 * DAY);
    expect(await priceOf(memberId)).toBe('back 6000');
    const back = await open(memberId);
    expect(soldAt(back)).toBe('back 6000');
    expect(leftOn((await house.rows(memberId)).balances, pointsAccount(memberId))).toBe(66);
    // Who holds a card need not be won back.
    expect(soldAt(await open(memberId, 'back'))).toBe('NOT_ELIGIBLE');
  });

  test('a gift that its process did not live to give is given by the next pass, once', async () => {
    const { memberId, card } = await houseHolder();
    house.clock.set(card.terms[0]!.endsAt);
    house.cards.onSold(async () => undefined);
    expect(soldAt(await renew(card.id))).toBe('early 9000');
    house.cards.onSold((termId) => house.termGifts.settle(termId));
    const points = async () => leftOn((await house.rows(memberId)).balances, pointsAccount(memberId));
    expect(await points()).toBe(0);
    await Promise.all([house.termGifts.settleDue(50), other.termGifts.settleDue(50)]);
    expect(await points()).toBe(50);
    expect(await house.termGifts.settleDue(50)).toBe(0);
  });

  test('a gift that fails each time holds up no other', async () => {
    const holders = [await houseHolder(), await houseHolder()];
    house.clock.set(holders[0]!.card.terms[0]!.endsAt);
    house.cards.onSold(async () => undefined);
    for (const { card } of holders) {
      house.clock.advance(1);
      expect(soldAt(await renew(card.id))).toBe('early 9000');
    }
    house.cards.onSold((termId) => house.termGifts.settle(termId));
    const points = () =>
      Promise.all(
        holders.map(async ({ memberId }) => leftOn((await house.rows(memberId)).balances, pointsAccount(memberId))),
      );
    const { give } = house.rewards;
    const broken = jest.spyOn(house.rewards, 'give').mockImplementation((giving) => {
      if (giving.memberId === holders[0]!.memberId) return Promise.reject(new Error('damaged'));
      return give.call(house.rewards, giving);
    });
    for (let pass = 0; pass < 2; pass += 1) await expect(house.termGifts.settleDue(50)).rejects.toThrow('damaged');
    expect(await points()).toEqual([0, 50]);
    broken.mockRestore();
    expect(await house.termGifts.settleDue(50)).toBe(1);
    expect(await points()).toEqual([50, 50]);
  });

  test('a quote tells whom the plan suits, and what stands in the way of one that is not open', async () => {
    const baker = await house.member({ tags: ['baker'] });
    expect([(await quote(baker)).suits, (await quote(baker, 'plain')).suits]).toEqual([true, false]);
    const { reasons, price } = await quote(baker, 'guild');
    expect(reasons.map(({ code, message }) => [code, message])).toEqual([
      ['NOT_ELIGIBLE', 'For founders only.'],
      ['APPLICATION_NEEDED', 'This plan is sold to who applied for it. Apply first.'],
    ]);
    expect(price.code).toBe('list');
    expect(soldAt(await open(baker, undefined, house, 'guild'))).toBe('NOT_ELIGIBLE');
  });

  async function houseHolder() {
    const memberId = await house.member();
    return { memberId, card: must(await open(memberId, 'list')).card };
  }
});
