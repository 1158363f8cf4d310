// The story of jd-plus through the API: tried, bought at 109, worn out, renewed with a gift, left, and won back.
import { DAY } from '../../src/kernel/clock';
import { expectBooksInOrder, outcomeOf } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { SaleStory } from '../support/sale-story';

const CARDS = '{ me { cards { status benefits { benefit { code useConditions } usability { usable } } } } }';
const MEMBER_PRICE = { benefit: { code: 'member-price' }, usability: { usable: true } };
const FREIGHT = { benefit: { code: 'freight-coupon', useConditions: expect.stringContaining('at least 59 yuan') } };

eachDatabase((lane) => {
  let story: SaleStory;
  beforeAll(async () => {
    story = await SaleStory.start(lane.url, 'jd-plus');
  });
  afterAll(async () => {
    await story.gateway.stop();
    await expectBooksInOrder(lane.database);
  });
  const at = (text: string) => story.gateway.clock.set(Date.parse(`${text}+08:00`));

  test('a member tries, buys, earns tenfold, renews, leaves and comes back', async () => {
    at('2026-01-10T10:00:00');
    const who = await story.member();

    // Anyone may buy at 109, and try a week first, once.
    expect(await story.priceOf(who, 'plus-year')).toBe('list 10900');
    expect(await story.priceOf(who, 'plus-trial')).toBe('trial 100');
    expect(await story.sell('open-card', { member: who.subject, plan: 'plus-trial' })).toBe('trial 100');
    expect(await story.priceOf(who, 'plus-trial')).toBe('NOT_ELIGIBLE');
    expect(await story.sell('open-card', { member: who.subject, plan: 'plus-trial' })).toBe('NOT_ELIGIBLE');
    at('2026-01-18T10:00:00');
    expect(await story.priceOf(who, 'plus-trial')).toBe('NOT_ELIGIBLE');

    // Purchases, two of 59 yuan or more and one of 99: a point a yuan without a card, and what a year would have saved.
    for (const yuan of [60, 100, 40]) await story.buy(who, yuan, 3);
    expect(await story.points(who)).toBe(2_000);
    const quote = await story.quoteOf(who, 'plus-year');
    expect(quote.plan.advertisedValue).toEqual({ amount: 69_900 });
    expect(quote.wouldHaveSaved).toEqual({ amount: 2 * 500 + (120 + 200 + 80) + 300 });

    // The card: 109 ÷ 1.2 = 90.83 at most, tenfold points.
    const card = await story.open(who, 'plus-year');
    expect([card.term.priceCode, (await story.cap(who, card.id)).limit]).toEqual(['list', 9_083]);
    await story.buy(who, 100);
    expect(await story.points(who)).toBe(3_000);

    // 100 yuan of freight coupons a month, and no more; each says when it may be used.
    const freight = [];
    for (let count = 1; count <= 21; count += 1) freight.push(outcomeOf(await story.redeem(who, 'freight-coupon')));
    expect(freight).toEqual([...Array(20).fill('ISSUED'), 'QUOTA_EXHAUSTED']);
    const { body } = await story.gateway.ask<{ me: { cards: object[] } }>(who, CARDS);
    expect(body.data!.me.cards).toMatchObject([
      { status: 'EXPIRED' },
      { status: 'ACTIVE', benefits: [FREIGHT, MEMBER_PRICE, {}, {}, {}, {}] },
    ]);
    expect(outcomeOf(await story.redeem(who, 'renewal-gift'))).toBe('NOT_ELIGIBLE');
    // The next month brings as many again.
    at('2026-02-01T00:00:00');
    expect(outcomeOf(await story.redeem(who, 'freight-coupon'))).toBe('ISSUED');

    // Renewed too early, then in the last month: 99, a cap of its own, points and a coupon, once.
    expect(await story.sell('renew-card', { card: card.id })).toBe('RENEWAL_NOT_OPEN');
    at('2026-12-20T10:00:00');
    expect((await story.quoteOf(who, 'plus-year')).renews).toBe(card.id);
    const order = { card: card.id, orderId: 'the renewal' };
    expect(await story.sell('renew-card', order)).toBe('renewal 9900');
    expect(await story.sell('renew-card', order)).toBe('renewal 9900');
    expect(await story.points(who)).toBe(3_500);
    expect((await story.coupons(who)).filter((coupon) => /Renewal/.test(coupon))).toEqual(['Renewal gift: ISSUED']);
    at('2027-01-20T10:00:00');
    expect((await story.cap(who, card.id)).limit).toBe(8_250);

    // It lapses. For 15 days it could be renewed, then a new one is bought, and after 30 days it is cheaper.
    at('2028-02-10T10:00:00');
    expect(await story.priceOf(who, 'plus-year')).toBe('list 10900');
    expect(await story.sell('renew-card', { card: card.id })).toBe('RENEWAL_NOT_OPEN');
    at('2028-02-18T11:00:00');
    expect(await story.priceOf(who, 'plus-year')).toBe('come-back 8900');
    expect(await story.sell('open-card', { member: who.subject, plan: 'plus-year' })).toBe('come-back 8900');
    expect(await story.points(who)).toBe(3_800);
    expect(await story.coupons(who)).toContain('Second cup at half price: ISSUED');
  });

  test('the year is taken back within 30 days, less what was used', async () => {
    at('2028-03-01T10:00:00');
    const { who, card } = await story.holder('plus-year');
    const used = await story.claim(who, 'freight-coupon');
    await story.use(used.id);
    await story.claim(who, 'freight-coupon');
    story.gateway.clock.advance(29 * DAY);
    const answer = await story.refund(card.id);
    expect(answer).toMatchObject({ settled: true, amount: { amount: 10_400 }, couponsVoided: 1, couponsUsed: 1 });
    expect(outcomeOf(await story.redeem(who, 'freight-coupon'))).toBe('CARD_NOT_ACTIVE');
  });

  test.each([
    ['plus-month', 1_500, '2028-07-10T10:00:00+08:00'],
    ['plus-quarter', 3_900, '2028-09-10T10:00:00+08:00'],
    ['plus-year', 10_900, '2029-06-10T10:00:00+08:00'],
  ])('%s is sold at %d and ends at %s', async (plan, price, endsAt) => {
    at('2028-06-10T10:00:00');
    const { term } = await story.open(await story.member(), plan);
    expect([term.price.amount, Date.parse(term.endsAt)]).toEqual([price, Date.parse(endsAt)]);
  });

  test('what a plan would have saved is told of the last 90 days, less what was returned', async () => {
    at('2028-06-10T10:00:00');
    const who = await story.member();
    const saved = async () => (await story.quoteOf(who, 'plus-year')).wouldHaveSaved?.amount;
    await story.buy(who, 100, 91);
    expect(await saved()).toBe(0);
    // A freight coupon of 5 yuan, 2 % and 3 yuan off the deal of the week.
    await story.buy(who, 100, 90);
    expect(await saved()).toBe(500 + 200 + 300);
    const order = await story.buy(who, 200, 10);
    expect(await saved()).toBe(1_000 + 500 + 400 + 300);
    // 60 yuan are left of it, which pay their freight but are no deal of the week; then nothing.
    await story.giveBack(who, order, 140);
    expect(await saved()).toBe(1_000 + 500 + 120);
    await story.giveBack(who, order);
    expect(await saved()).toBe(1_000);
  });

  test('privilege cards hang on the membership: medical and pet need one, black gold stands alone', async () => {
    const who = await story.member();
    expect(await story.priceOf(who, 'medical-card')).toBe('CARD_NOT_ACTIVE');
    expect(await story.priceOf(who, 'black-gold-card')).toBe('list 29900');
    const { id: parentCard } = await story.open(who, 'plus-year');
    for (const plan of ['medical-card', 'pet-card']) {
      expect(await story.priceOf(who, plan)).toMatch(/^list/);
      await story.open(who, plan, { parentCard });
    }
    // A doctor by the medical card, a lounge by the black gold one: each bears its own cost.
    const blackGold = await story.open(who, 'black-gold-card');
    expect(Date.parse(blackGold.term.endsAt) - Date.parse(blackGold.term.startsAt)).toBe(30 * DAY);
    const whole = (await story.cap(who, parentCard)).remaining;
    expect(outcomeOf(await story.redeem(who, 'doctor-call'))).toBe('ISSUED');
    const lounges = [];
    for (let visit = 1; visit <= 3; visit += 1) lounges.push(outcomeOf(await story.redeem(who, 'lounge-visit')));
    expect(lounges).toEqual(['ISSUED', 'ISSUED', 'QUOTA_EXHAUSTED']);
    expect((await story.cap(who, blackGold.id)).remaining).toBe(20_000 - 2 * 8_500);
    expect((await story.cap(who, parentCard)).remaining).toBe(whole);
    // What the pet card costs counts on the membership as well.
    const before = (await story.cap(who, parentCard)).remaining;
    await story.claim(who, 'vet-chat');
    expect((await story.cap(who, parentCard)).remaining).toBe(before - 10);
  });
});
