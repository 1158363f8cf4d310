// What a card may cost: to the last fen, from several gateways at once, in the whole term and in each part of it.
import { NOON, TestGateway, type Who } from '../support/gateway';
import { benefit, entitles, offer, plan, privilege, programText } from '../support/gateway-program';
import { expectBooksInOrder, outcomeOf, type QuoteAnswer, type RedeemOutcome, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

const PROGRAM = programText({
  plans: [
    plan('wide', { costCap: 1_000 }),
    plan('derived', { price: 10_900, targetRoi: 1.2 }),
    plan('classes', { costCap: 1_000, subCaps: { perClass: { PARTNER: 200, SERVICE: 100 } } }),
    plan('months', { costCap: 1_000, subCaps: { perMonth: 200 } }),
    plan('partners', { costCap: 1_000, subCaps: { perPartner: { cinema: 100 } } }),
    plan('uses', { costCap: 1_000, subCaps: { perUse: 150 } }),
    plan('parent', { costCap: 150 }),
    privilege('child', {
      costCap: 500,
      drawsOnParentCap: true,
      parentPlans: ['parent'],
      entitlements: [entitles('wash')],
    }),
    privilege('alone', { costCap: 300, entitlements: [entitles('wash')] }),
  ],
  benefits: [benefit('wash'), benefit('care', { costBasis: 'USE' })],
  offers: [
    offer('latte', { costBasis: 'ISSUE' }),
    offer('held', { costBasis: 'USE' }),
    offer('fair', { unitCost: 70 }),
    offer('service', { benefitClass: 'SERVICE' }),
    offer('film', { partner: 'cinema' }),
    offer('dear', { unitCost: 180, coPay: true }),
    offer('dearest', { unitCost: 160 }),
    offer('free', { unitCost: 0 }),
  ],
});

eachDatabase((lane) => {
  let gateways: TestGateway[];
  let stories: Story[];
  let story: Story;
  beforeAll(async () => {
    const first = await TestGateway.start({ url: lane.url, program: PROGRAM });
    gateways = [first, await TestGateway.start({ url: lane.url, clock: first.clock })];
    stories = gateways.map((gateway) => new Story(gateway));
    story = stories[0]!;
  });
  beforeEach(() => gateways[0]!.clock.set(NOON));
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await expectBooksInOrder(lane.database);
  });

  /** Claims at once, by turns through each gateway; answers how often each outcome came. */
  const rush = async (who: Who, item: string, times: number) => {
    const claims = Array.from({ length: times }, (_, at) => stories[at % stories.length]!.redeem(who, item));
    return tally((await Promise.all(claims)).map(outcomeOf));
  };
  const outcomesOf = async (who: Who, ...items: readonly string[]) => {
    const outcomes: string[] = [];
    for (const item of items) outcomes.push(outcomeOf(await story.redeem(who, item)));
    return outcomes;
  };

  describe('the whole term', () => {
    test.each(['latte', 'held'])('with room for exactly ten, ten of 40 at once get %s', async (item) => {
      const { who, card } = await story.holder('wide');
      expect(await rush(who, item, 40)).toEqual({ ISSUED: 10, CARD_CAP_REACHED: 30 });
      expect(await story.cap(who, card.id)).toMatchObject({ limit: 1_000, remaining: 0 });
      expect(outcomeOf(await story.redeem(who, 'free'))).toBe('ISSUED');
    });

    test('what does not fit whole is not taken in part', async () => {
      const { who, card } = await story.holder('wide');
      expect(await rush(who, 'fair', 20)).toEqual({ ISSUED: 14, CARD_CAP_REACHED: 6 });
      expect(await story.cap(who, card.id)).toEqual({ limit: 1_000, held: 0, posted: 980, remaining: 20 });
    });

    test('what is taken back makes room for exactly as much', async () => {
      const { who, card } = await story.holder('wide');
      const coupons: string[] = [];
      for (let at = 0; at < 10; at += 1) coupons.push((await story.claim(who, 'held')).id);
      await Promise.all(coupons.slice(0, 3).map((id) => story.cancel(who, id)));
      expect(await rush(who, 'latte', 8)).toEqual({ ISSUED: 3, CARD_CAP_REACHED: 5 });
      await Promise.all(coupons.slice(3).map((id) => story.confirmUse(id)));
      expect(await story.cap(who, card.id)).toEqual({ limit: 1_000, held: 0, posted: 1_000, remaining: 0 });
    });

    test('is the price divided by the target, floored: 10900 at 1.2 is 9083', async () => {
      const { who, card } = await story.holder('derived');
      expect(await story.cap(who, card.id)).toEqual({ limit: 9_083, held: 0, posted: 0, remaining: 9_083 });
    });

    test('each card has its own; a claim that names none is borne by one that can', async () => {
      const { who, card } = await story.holder('wide');
      const other = await story.open(who, 'wide');
      for (let at = 0; at < 10; at += 1) await story.claim(who, 'latte', { card: other.id });
      expect(outcomeOf(await story.redeem(who, 'latte', { card: other.id }))).toBe('CARD_CAP_REACHED');
      expect(await story.cap(who, card.id)).toMatchObject({ remaining: 1_000 });
      expect(outcomeOf(await story.redeem(who, 'latte', { card: card.id }))).toBe('ISSUED');
    });
  });

  describe('a part of it', () => {
    test('of a class: the others go on', async () => {
      const { who } = await story.holder('classes');
      expect(await rush(who, 'latte', 6)).toEqual({ ISSUED: 2, SUB_CAP_REACHED: 4 });
      expect(await outcomesOf(who, 'service', 'service')).toEqual(['ISSUED', 'SUB_CAP_REACHED']);
    });

    test('of a month: the next begins at midnight in Shanghai, not in London', async () => {
      const { who, card } = await story.holder('months');
      gateways[0]!.clock.set(Date.parse('2026-03-31T23:59:59.999+08:00'));
      const coupon = await story.claim(who, 'held');
      expect(await rush(who, 'latte', 6)).toEqual({ ISSUED: 1, SUB_CAP_REACHED: 5 });
      gateways[0]!.clock.advance(1);
      expect(await rush(who, 'latte', 6)).toEqual({ ISSUED: 2, SUB_CAP_REACHED: 4 });
      // What March held is March's; given back in April, it makes no room in April.
      await story.cancel(who, coupon.id);
      expect(outcomeOf(await story.redeem(who, 'latte'))).toBe('SUB_CAP_REACHED');
      expect(await story.cap(who, card.id)).toEqual({ limit: 1_000, held: 0, posted: 300, remaining: 700 });
    });

    test('of a partner: the others go on', async () => {
      const { who } = await story.holder('partners');
      expect(await rush(who, 'film', 4)).toEqual({ ISSUED: 1, SUB_CAP_REACHED: 3 });
      expect(await outcomesOf(who, 'latte', 'latte')).toEqual(['ISSUED', 'ISSUED']);
    });

    test('of a single use: it counts each anew', async () => {
      const { who } = await story.holder('uses');
      expect(await outcomesOf(who, 'dearest', 'latte', 'latte')).toEqual(['SUB_CAP_REACHED', 'ISSUED', 'ISSUED']);
    });
  });

  describe('co-pay', () => {
    const paid = (outcome: RedeemOutcome) =>
      outcome.__typename === 'Redemption' ? [outcome.status, outcome.coPay.amount] : [outcome.refusal];

    test('covers what the tightest cap leaves over, up to what the member allows', async () => {
      const { who, card } = await story.holder('uses');
      expect(paid(await story.redeem(who, 'dear'))).toEqual(['CO_PAY_REQUIRED']);
      expect(paid(await story.redeem(who, 'dear', { maxCoPay: 29 }))).toEqual(['CO_PAY_REQUIRED']);
      expect(paid(await story.redeem(who, 'dear', { maxCoPay: 30 }))).toEqual(['ISSUED', 30]);
      expect(paid(await story.redeem(who, 'dear', { maxCoPay: 5_000 }))).toEqual(['ISSUED', 30]);
      expect(await story.cap(who, card.id)).toMatchObject({ posted: 300, remaining: 700 });
    });

    test('is nothing while the cap covers all, and everything when nothing is left', async () => {
      const { who } = await story.holder('wide');
      expect(paid(await story.redeem(who, 'dear', { maxCoPay: 180 }))).toEqual(['ISSUED', 0]);
      for (let at = 0; at < 8; at += 1) await story.claim(who, 'latte');
      expect(paid(await story.redeem(who, 'dear', { maxCoPay: 180 }))).toEqual(['ISSUED', 160]);
      expect(paid(await story.redeem(who, 'dear', { maxCoPay: 180 }))).toEqual(['ISSUED', 180]);
      expect(paid(await story.redeem(who, 'dear', { maxCoPay: 179 }))).toEqual(['CO_PAY_REQUIRED']);
    });

    test('shared out among many at once never spends more than the cap', async () => {
      const { who, card } = await story.holder('wide');
      const claims = Array.from({ length: 12 }, (_, at) => stories[at % 2]!.redeem(who, 'dear', { maxCoPay: 180 }));
      const shares = (await Promise.all(claims)).map((outcome) => paid(outcome)[1] as number);
      expect(shares.toSorted((left, right) => left - right)).toEqual([0, 0, 0, 0, 0, 80, 180, 180, 180, 180, 180, 180]);
      expect(await story.cap(who, card.id)).toMatchObject({ posted: 1_000, remaining: 0 });
    });

    test('taken back, gives the cap back only what the cap had borne', async () => {
      const { who, card } = await story.holder('uses');
      const { id } = await story.claim(who, 'dear', { maxCoPay: 30 });
      await story.cancel(who, id);
      expect(await story.cap(who, card.id)).toEqual({ limit: 1_000, held: 0, posted: 0, remaining: 1_000 });
    });
  });

  describe("a privilege card that draws on its parent's cap", () => {
    const family = async () => {
      const { who, card: parent } = await story.holder('parent');
      return { who, parent, child: await story.open(who, 'child', { parentCard: parent.id }) };
    };

    test('takes from both, and is refused by whichever is used up first', async () => {
      const { who, parent, child } = await family();
      const quote = (await story.quote(who, 'wash', { as: { role: 'ADMIN', subject: 'ada' } })) as QuoteAnswer;
      expect(quote.limits).toMatchObject([
        { kind: 'CARD_CAP', takes: 100, left: 500 },
        { kind: 'PARENT_CARD_CAP', takes: 100, left: 150 },
      ]);
      expect(await rush(who, 'wash', 6)).toEqual({ ISSUED: 1, CARD_CAP_REACHED: 5 });
      expect(await story.cap(who, child.id)).toMatchObject({ posted: 100, remaining: 400 });
      expect(await story.cap(who, parent.id)).toMatchObject({ posted: 100, remaining: 50 });
    });

    test('is of no use once the parent is closed or over', async () => {
      const { who, parent } = await family();
      await story.close(parent.id);
      expect(outcomeOf(await story.redeem(who, 'wash'))).toBe('CARD_NOT_ACTIVE');
    });

    test('another that stands alone is not touched by any parent', async () => {
      const { who, card } = await story.holder('alone');
      expect(await rush(who, 'wash', 6)).toEqual({ ISSUED: 3, CARD_CAP_REACHED: 3 });
      expect(await story.cap(who, card.id)).toMatchObject({ posted: 300, remaining: 0 });
    });
  });
});

function tally(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
