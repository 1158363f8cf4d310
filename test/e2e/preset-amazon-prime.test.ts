// The story of amazon-prime through the API: one level, no points, delivery that nobody counts and that has a cap.
import { DAY } from '../../src/kernel/clock';
import { expectBooksInOrder, outcomeOf } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { SaleStory } from '../support/sale-story';

eachDatabase((lane) => {
  let story: SaleStory;
  beforeAll(async () => {
    story = await SaleStory.start(lane.url, 'amazon-prime');
  });
  afterAll(async () => {
    await story.gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  test('is tried for nothing, once, and then costs what it costs', async () => {
    const who = await story.member();
    expect(await story.priceOf(who, 'prime-year')).toBe('trial 0');
    const card = await story.open(who, 'prime-year');
    expect([card.term.priceCode, (await story.cap(who, card.id)).limit]).toEqual(['trial', 1_500]);
    story.gateway.clock.advance(30 * DAY);
    expect(await story.priceOf(who, 'prime-year')).toBe('list 13900');
    expect(await story.sell('renew-card', { card: card.id })).toBe('list 13900');
    expect((await story.cap(who, card.id)).limit).toBe(12_000);
    const student = await story.member({ tags: ['student'] });
    const { id } = await story.open(student, 'prime-year');
    story.gateway.clock.advance(30 * DAY);
    expect(await story.sell('renew-card', { card: id })).toBe('student 6900');
  });

  test('has one level, and purchases earn neither growth nor points', async () => {
    const who = await story.member();
    await story.open(who, 'prime-year', { priceCode: 'list' });
    await story.buy(who, 500);
    interface Home {
      readonly level: { name: string };
      readonly growth: { value: number; nextLevel: null };
      readonly points: { balance: number };
    }
    const home = await story.gateway.run<Home>(who, 'member-home');
    expect(home).toMatchObject({
      level: { name: 'Customer' },
      growth: { value: 0, nextLevel: null },
      points: { balance: 0 },
    });
    expect((await story.quoteOf(who, 'prime-year')).wouldHaveSaved).toEqual({ amount: 599 });
  });

  test('delivers as often as one likes, until the card has cost its cap; the rest is the member’s', async () => {
    const who = await story.member();
    const card = await story.open(who, 'prime-year', { priceCode: 'list' });
    for (let order = 1; order <= 30; order += 1) await story.use((await story.claim(who, 'free-delivery')).id);
    expect(await story.cap(who, card.id)).toEqual({ limit: 12_000, held: 0, posted: 12_000, remaining: 0 });
    // No quota stands in the way, but the card has nothing left: the carrier's 4 dollars are the member's own.
    expect(outcomeOf(await story.redeem(who, 'free-delivery'))).toBe('CO_PAY_REQUIRED');
    const paid = await story.redeem(who, 'free-delivery', { maxCoPay: 400 });
    expect(paid).toMatchObject({ status: 'ISSUED', coPay: { amount: 400 } });
    expect((await story.cap(who, card.id)).posted).toBe(12_000);
  });
});
