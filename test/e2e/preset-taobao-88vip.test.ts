// The story of taobao-88vip through the API: a score opens the price of 88, a yearly sum bears what the group costs.
import { DAY } from '../../src/kernel/clock';
import { AUDITOR, OPERATIONS } from '../support/gateway';
import { expectBooksInOrder, outcomeOf } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { SaleStory } from '../support/sale-story';

eachDatabase((lane) => {
  let story: SaleStory;
  beforeAll(async () => {
    story = await SaleStory.start(lane.url, 'taobao-88vip');
  });
  afterAll(async () => {
    await story.gateway.stop();
    await expectBooksInOrder(lane.database);
  });
  const at = (text: string) => story.gateway.clock.set(Date.parse(`${text}+08:00`));

  test('the score decides on the price, at the very point', async () => {
    at('2026-05-01T10:00:00');
    const who = await story.member();
    expect(await story.priceOf(who, 'vip-88')).toBe('list 88800');
    // A point of the score for ten yuan: 9,990 yuan are 999.
    await story.buy(who, 9_990);
    expect(await story.priceOf(who, 'vip-88')).toBe('list 88800');
    const stranger = { member: who.subject, plan: 'vip-88', priceCode: 'score' };
    expect(await story.sell('open-card', stranger)).toBe('NOT_ELIGIBLE');
    await story.buy(who, 10);
    const { plan, wouldHaveSaved, open } = await story.quoteOf(who, 'vip-88');
    expect([open, plan.advertisedValue]).toEqual([true, { amount: 183_900 }]);
    // 5 % of 9,990 yuan; the coupon of 10 yuan once, as only one of both purchases reaches 99 yuan.
    expect(wouldHaveSaved).toEqual({ amount: 49_950 + 1_000 });
    expect(await story.priceOf(who, 'vip-88')).toBe('score 8800');
    // The other threshold is exclusive: 2500 is not above 2500.
    await story.buy(who, 15_000);
    expect(await story.priceOf(who, 'vip-88')).toBe('score 8800');
    await story.buy(who, 10);
    expect(await story.priceOf(who, 'vip-88')).toBe('top-score 6600');
    expect(await story.sell('open-card', { member: who.subject, plan: 'vip-88' })).toBe('top-score 6600');
  });

  test.each([
    ['>=', ['list 88800', 'score 8800', 'score 8800']],
    ['>', ['list 88800', 'list 88800', 'score 8800']],
  ])('with growth %s 1000 the price at 999, 1000 and 1001 is %j', async (compared, wanted) => {
    at('2026-05-01T10:00:00');
    const text = (await story.gateway.gateway.programs.export())!;
    expect(text).toContain('member.growth >= 1000');
    const configured = text.replace('member.growth >= 1000', `member.growth ${compared} 1000`);
    await story.gateway.run(OPERATIONS, 'apply-program', { text: configured });
    const who = await story.member();
    const prices: string[] = [];
    for (const growth of [999, 1, 1]) {
      await story.give(who, 'GROWTH', growth);
      prices.push(await story.priceOf(who, 'vip-88'));
    }
    expect(prices).toEqual(wanted);
    await story.gateway.run(OPERATIONS, 'apply-program', { text });
  });

  test('runs for a year, and is renewed in its last two months at the price of then', async () => {
    at('2026-05-01T10:00:00');
    const who = await story.member();
    await story.give(who, 'GROWTH', 1_000);
    const { id, term } = await story.open(who, 'vip-88');
    expect([term.priceCode, term.endsAt]).toEqual(['score', new Date('2027-05-01T10:00:00+08:00').toISOString()]);
    at('2027-03-02T09:59:59');
    expect(await story.priceOf(who, 'vip-88')).toBe('RENEWAL_NOT_OPEN');
    at('2027-03-02T10:00:00');
    await story.give(who, 'GROWTH', -1);
    expect(await story.priceOf(who, 'vip-88')).toBe('list 88800');
    await story.give(who, 'GROWTH', 1);
    expect(await story.sell('renew-card', { card: id })).toBe('score 8800');
    const [first] = (await story.gateway.run<{ cards: { status: string }[] }>(who, 'member-home')).cards;
    story.gateway.clock.advance(365 * DAY);
    expect(first!.status).toBe('ACTIVE');
  });

  test('what the group costs in a year ends where the sum ends, and begins anew in the next', async () => {
    at('2029-12-20T10:00:00');
    const budgets = async () => {
      const [found] = await story.gateway.run<Record<string, { amount: number }>[]>(AUDITOR, 'group-budgets');
      return [found!.granted!.amount, found!.held!.amount, found!.used!.amount, found!.left!.amount];
    };
    // A program with a small sum: two coupons of 4 yuan each.
    const text = (await story.gateway.gateway.programs.export())!;
    await story.gateway.run(OPERATIONS, 'apply-program', { text: text.replace('amount: 500000000', 'amount: 1199') });
    const [one, two] = [await story.holder('vip-88'), await story.holder('vip-88')];
    const used = await story.claim(one.who, 'monthly-coupon');
    await story.claim(two.who, 'monthly-coupon');
    expect(await budgets()).toEqual([1_199, 800, 0, 399]);
    expect(outcomeOf(await story.redeem(two.who, 'monthly-coupon'))).toBe('BUDGET_EXHAUSTED');
    await story.use(used.id);
    expect(await budgets()).toEqual([1_199, 400, 400, 399]);
    at('2030-01-01T00:00:00');
    expect(await budgets()).toEqual([1_199, 0, 0, 1_199]);
    expect(outcomeOf(await story.redeem(two.who, 'monthly-coupon'))).toBe('ISSUED');
  });
});
