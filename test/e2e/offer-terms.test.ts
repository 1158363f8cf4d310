// The terms of an offer as members meet them: hours, days, several limits, a budget, and a partner that pays.
import { DAY, HOUR } from '../../src/kernel/clock';
import { NOON, TestGateway, type Who } from '../support/gateway';
import { offer, plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, outcomeOf, type QuoteAnswer, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

const FREE = { unitCost: 0, card: 'NONE' };
const PROGRAM = programText({
  plans: [plan('plus')],
  offers: [
    // Noon of the test is a Tuesday.
    offer('lunch', { ...FREE, schedule: [{ days: ['TUE'], from: '11:00', until: '13:00' }] }),
    offer('daily', { ...FREE, dailyStock: 2 }),
    offer('both', {
      ...FREE,
      memberLimits: [
        { limit: 1, period: 'DAY' },
        { limit: 2, period: 'MONTH' },
      ],
    }),
    offer('budget', { budget: 250, costBasis: 'USE' }),
    offer('partly', { budget: 250, coPay: true }),
    offer('donated', { funding: 'PARTNER', unitCost: 9_999_999, minSpend: 2_000 }),
    offer('cats', { ...FREE, audience: { condition: '"cats" in member.tags && card.plan == ""' } }),
  ],
});

interface Perk {
  readonly title: string;
  readonly remainingForMe: number | null;
  readonly minSpend: { readonly amount: number } | null;
  readonly usability: { readonly usable: boolean; readonly reasons: readonly { readonly code: string }[] };
}

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  beforeEach(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM });
    story = new Story(gateway);
  });
  afterEach(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const take = async (who: Who, item: string, more: object = {}) => outcomeOf(await story.redeem(who, item, more));
  const perk = async (who: Who, code: string) => {
    await gateway.gateway.stock.look(gateway.gateway.catalogue.current());
    const query = `{ me { perks(first: 50) { edges { node {
      title remainingForMe minSpend { amount } usability { usable reasons { code } } } } } } }`;
    const { body } = await gateway.ask<{ me: { perks: { edges: { node: Perk }[] } } }>(who, query);
    return body.data!.me.perks.edges.map(({ node }) => node).find(({ title }) => title === `Offer ${code}`)!;
  };
  const reasons = (shown: Perk) => shown.usability.reasons.map(({ code }) => code);

  test('outside of its hours a perk is seen and not to be had', async () => {
    const who = await story.member();
    const seen: string[][] = [];
    for (const moment of [NOON - HOUR - 1, NOON - HOUR, NOON + HOUR - 1, NOON + HOUR, NOON + DAY]) {
      gateway.clock.set(moment);
      seen.push([await take(who, 'lunch'), ...reasons(await perk(who, 'lunch'))]);
    }
    const closed = ['OFFER_NOT_LIVE', 'OFFER_NOT_LIVE'];
    expect(seen).toEqual([closed, ['ISSUED'], ['ISSUED'], closed, closed]);
  });

  test('the stock of a day is for all, comes back with a cancellation, and is there again tomorrow', async () => {
    const [one, two] = [await story.member(), await story.member()];
    const { id } = await story.claim(one, 'daily');
    expect(await take(two, 'daily')).toBe('ISSUED');
    expect(await take(two, 'daily')).toBe('OUT_OF_STOCK');
    expect(await perk(one, 'daily')).toMatchObject({ remainingForMe: 0, usability: { usable: false } });
    expect(outcomeOf(await story.cancel(one, id))).toBe('CANCELLED');
    expect(await take(two, 'daily')).toBe('ISSUED');
    gateway.clock.set(NOON + DAY);
    expect(await perk(one, 'daily')).toMatchObject({ remainingForMe: 2, usability: { usable: true } });
    expect([await take(one, 'daily'), await take(one, 'daily'), await take(one, 'daily')]).toEqual([
      'ISSUED',
      'ISSUED',
      'OUT_OF_STOCK',
    ]);
  });

  test('of several limits each one holds', async () => {
    const who = await story.member();
    const outcomes: string[] = [];
    for (const day of [0, 0, 1, 2, 22]) {
      gateway.clock.set(NOON + day * DAY);
      outcomes.push(await take(who, 'both'));
    }
    const [taken, over] = ['ISSUED', 'MEMBER_LIMIT_REACHED'];
    expect(outcomes).toEqual([taken, over, taken, over, taken]);
  });

  test('a budget is spent by all, held until the use, and given back by what is not used', async () => {
    const { who } = await story.holder('plus');
    const { who: other } = await story.holder('plus');
    const { id } = await story.claim(who, 'budget');
    await story.claim(other, 'budget');
    expect(await take(who, 'budget')).toBe('BUDGET_EXHAUSTED');
    const shown = await perk(who, 'budget');
    expect(reasons(shown)).toEqual(['BUDGET_EXHAUSTED']);
    // What is left of the operator's money is nothing for the member.
    const quote = (await story.quote(who, 'budget')) as QuoteAnswer;
    expect(quote.limits.map(({ kind }) => kind)).toEqual([]);
    expect(quote).toMatchObject({ redeemable: false, refusals: [{ code: 'BUDGET_EXHAUSTED' }] });
    expect(outcomeOf(await story.cancel(who, id))).toBe('CANCELLED');
    const again = await story.claim(who, 'budget');
    await story.use(again.id);
    expect(await take(other, 'budget')).toBe('BUDGET_EXHAUSTED');
  });

  test('what a budget does not cover the member may pay, where co-pay is allowed', async () => {
    const { who, card } = await story.holder('plus');
    await story.claim(who, 'partly');
    await story.claim(who, 'partly');
    expect(await take(who, 'partly')).toBe('CO_PAY_REQUIRED');
    expect(await story.quote(who, 'partly')).toMatchObject({ redeemable: true, coPay: { amount: 50 } });
    const { coPay } = await story.claim(who, 'partly', { maxCoPay: 50 });
    expect(coPay.amount).toBe(50);
    expect((await story.cap(who, card.id)).posted).toBe(250);
  });

  test('what the partner bears costs the card nothing, and the order that it asks for is told', async () => {
    const { who, card } = await story.holder('plus');
    expect(await perk(who, 'donated')).toMatchObject({ minSpend: { amount: 2_000 }, usability: { usable: true } });
    const { id } = await story.claim(who, 'donated');
    await story.use(id);
    expect(await story.cap(who, card.id)).toMatchObject({ posted: 0, held: 0, remaining: 10_000 });
    const saved = await gateway.ask<{ me: { savings: { total: { amount: number } } } }>(
      who,
      '{ me { savings { total { amount } } } }',
    );
    expect(saved.body.data?.me.savings.total.amount).toBe(500);
    // Whoever has no card cannot take it: it is for the holders of one.
    expect(await take(await story.member(), 'donated')).toBe('NOT_ELIGIBLE');
  });

  test('a condition is asked of the member and of the card', async () => {
    expect(await take(await story.member({ tags: ['cats'] }), 'cats')).toBe('ISSUED');
    expect(await take(await story.member({ tags: ['dogs'] }), 'cats')).toBe('NOT_ELIGIBLE');
    const { who } = await story.holder('plus', { tags: ['cats'] });
    expect(await take(who, 'cats')).toBe('NOT_ELIGIBLE');
    expect(reasons(await perk(who, 'cats'))).toEqual(['NOT_ELIGIBLE']);
  });
});
