// A redemption's life through the API: quoted, claimed, used, taken back, expired; and each request once only.
import { setImmediate as breathe } from 'node:timers/promises';
import { DAY, MINUTE } from '../../src/kernel/clock';
import { REFUSAL_CODES } from '../../src/kernel/refusal';
import { NOON, OPERATIONS, operationText, partnerOf, SHOP, TestGateway, type Who } from '../support/gateway';
import { benefit, entitles, offer, plan, programText } from '../support/gateway-program';
import {
  claimed,
  expectBooksInOrder,
  fresh,
  outcomeOf,
  type QuoteAnswer,
  type RedemptionAnswer,
  Story,
} from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

const PROGRAM = programText({
  plans: [
    plan('plus', { costCap: 250, entitlements: [entitles('freight', 2)] }),
    plan('thin', { costCap: 60, subCaps: { perUse: 50 } }),
  ],
  benefits: [benefit('freight', { costBasis: 'USE', couponValidDays: 10 })],
  offers: [
    offer('latte', { couponValidDays: 14 }),
    offer('shared', { coPay: true, faceValue: 400 }),
    offer('film', { card: 'NONE', unitCost: 0, pointsPrice: 70, partner: 'cinema' }),
    offer('rare', { card: 'NONE', unitCost: 0, stock: 1, memberLimit: { limit: 1, period: 'DAY' } }),
    offer('scarce', { card: 'NONE', unitCost: 0, stock: 1 }),
    offer('ticket', { partner: 'cinema', fulfilment: 'CODE_POOL' }),
  ],
});
const HOUR = 60 * MINUTE;

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM });
    story = new Story(gateway);
  });
  beforeEach(() => gateway.clock.set(NOON));
  afterAll(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const savingsOf = async (who: Who) =>
    (await gateway.run<{ savings: object }>(OPERATIONS, 'staff-member', { externalId: who.subject })).savings;
  const pointsOf = async (who: Who) =>
    (await gateway.run<{ points: { balance: number } }>(who, 'member-home')).points.balance;
  const quotaOf = async (who: Who) =>
    (await gateway.run<{ cards: { benefits: { quota: object }[] }[] }>(who, 'member-home')).cards[0]!.benefits[0]!
      .quota;

  describe('redeem', () => {
    test('answers the coupon with all that its holder needs', async () => {
      const { who, card } = await story.holder('plus');
      expect(await story.redeem(who, 'latte')).toEqual({
        __typename: 'Redemption',
        id: expect.stringMatching(/^redemption_[0-9a-f]{32}$/),
        status: 'ISSUED',
        item: gateway.itemId('latte'),
        title: 'Offer latte',
        card: card.id,
        couponCode: expect.stringMatching(/^[A-Z0-9-]{10,}$/),
        couponLink: null,
        points: 0,
        faceValue: { amount: 500, currency: 'CNY' },
        coPay: { amount: 0, currency: 'CNY' },
        claimedAt: new Date(NOON).toISOString(),
        expiresAt: new Date(NOON + 14 * DAY).toISOString(),
        usedAt: null,
      });
      expect(await story.cap(who, card.id)).toEqual({ limit: 250, held: 0, posted: 100, remaining: 150 });
    });

    test('takes points, and no card where none is charged', async () => {
      const who = await story.member();
      await story.give(who, 'POINTS', 100);
      expect(await story.claim(who, 'film')).toMatchObject({ card: null, points: 70 });
      expect(await pointsOf(who)).toBe(30);
      expect(outcomeOf(await story.redeem(who, 'film'))).toBe('INSUFFICIENT_POINTS');
      expect(await pointsOf(who)).toBe(30);
    });

    test("the operator's server claims for a member that it names, and must name one", async () => {
      const { who } = await story.holder('plus');
      expect(await story.claim(who, 'latte', { as: SHOP })).toMatchObject({ status: 'ISSUED' });
      const input = { item: gateway.itemId('latte'), idempotencyKey: fresh('key') };
      expect(await gateway.run(SHOP, 'redeem', { input })).toMatchObject({ refusal: 'INVALID_INPUT', field: 'member' });
      const naming = await gateway.ask(who, operationText('redeem'), { input: { ...input, member: who.subject } });
      expect([naming.status, naming.body.errors?.[0]?.extensions.fields]).toEqual([403, ['RedeemInput.member']]);
    });

    test('a code from the pool goes to one holder, who alone sees it', async () => {
      const [first, second] = [await story.holder('plus'), await story.holder('plus')];
      await story.fillPool('ticket', ['ONE-1', 'TWO-2']);
      const coupons = await Promise.all([story.claim(first.who, 'ticket'), story.claim(second.who, 'ticket')]);
      expect(coupons.map(({ couponCode }) => couponCode).sort()).toEqual(['ONE-1', 'TWO-2']);
      expect(outcomeOf(await story.redeem(first.who, 'ticket'))).toBe('OUT_OF_STOCK');
      const CODE = 'query ($id: ID!) { redemption(id: $id) { couponCode } }';
      const own = await gateway.ask(first.who, CODE, { id: coupons[0].id });
      const others = await gateway.ask(first.who, CODE, { id: coupons[1].id });
      expect([own.body.data, others.body.data]).toEqual([
        { redemption: { couponCode: coupons[0].couponCode } },
        { redemption: null },
      ]);
      for (const who of [partnerOf('cinema'), OPERATIONS]) {
        const { status, body } = await gateway.ask(who, CODE, { id: coupons[0].id });
        expect([status, body.errors?.[0]?.extensions.fields]).toEqual([403, ['Redemption.couponCode']]);
      }
    });
  });

  describe('a quote', () => {
    test('changes nothing, and says to the unit what the redemption then does', async () => {
      const { who, card } = await story.holder('plus');
      await story.claim(who, 'latte');
      await story.claim(who, 'latte');
      const before = await story.cap(who, card.id);
      const quoted = (await story.quote(who, 'shared', { as: SHOP })) as QuoteAnswer;
      expect(quoted).toMatchObject({
        __typename: 'RedemptionQuote',
        redeemable: true,
        refusals: [],
        coPay: { amount: 50 },
        limits: [{ kind: 'CARD_CAP', unit: 'CNY', takes: 50, left: 50, resetsAt: null }],
      });
      expect(await story.cap(who, card.id)).toEqual(before);
      expect(outcomeOf(await story.redeem(who, 'shared', { maxCoPay: quoted.coPay.amount - 1 }))).toBe(
        'CO_PAY_REQUIRED',
      );
      const coupon = await story.claim(who, 'shared', { maxCoPay: quoted.coPay.amount });
      expect(coupon.coPay).toEqual(quoted.coPay);
      expect(await story.cap(who, card.id)).toMatchObject({ remaining: 0, posted: 250 });
    });

    test('shows members their own limits, servers and staff the caps as well', async () => {
      const { who } = await story.holder('plus');
      const kinds = (quote: object) => (quote as QuoteAnswer).limits.map(({ kind }) => kind);
      expect(kinds(await story.quote(who, 'freight'))).toEqual(['QUOTA']);
      for (const as of [SHOP, OPERATIONS]) {
        expect(kinds(await story.quote(who, 'freight', { as }))).toEqual(['QUOTA', 'CARD_CAP']);
      }
      const naming = 'query ($i: ID!) { quoteRedemption(item: $i) { ... on RedemptionQuote { cost { amount } } } }';
      const { body } = await gateway.ask(who, naming, { i: gateway.itemId('latte') });
      expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', fields: ['RedemptionQuote.cost'] });
    });

    test.each(['latte', 'shared', 'film', 'freight', 'ticket'])('foretells whether %s is had', async (item) => {
      const { who } = await story.holder('thin');
      await story.give(who, 'POINTS', 70);
      for (let round = 1; round <= 3; round += 1) {
        const quote = await story.quote(who, item);
        const expected =
          quote.__typename === 'Refusal'
            ? (quote as unknown as { code: string }).code
            : (quote.refusals[0]?.code ?? 'ISSUED');
        const maxCoPay = quote.__typename === 'Refusal' ? undefined : quote.coPay.amount;
        expect([round, outcomeOf(await story.redeem(who, item, { maxCoPay }))]).toEqual([round, expected]);
      }
    });
  });

  describe('the end', () => {
    test('taken back, it gives back the cap, the quota, the points and the stock', async () => {
      const { who, card } = await story.holder('plus');
      await story.give(who, 'POINTS', 70);
      const [latte, film, freight, rare] = [
        await story.claim(who, 'latte'),
        await story.claim(who, 'film'),
        await story.claim(who, 'freight'),
        await story.claim(who, 'rare'),
      ];
      expect(outcomeOf(await story.redeem(who, 'rare'))).toBe('MEMBER_LIMIT_REACHED');
      for (const { id } of [latte, film, freight, rare]) {
        expect(await story.cancel(who, id)).toMatchObject({ id, status: 'CANCELLED' });
      }
      expect(await story.cap(who, card.id)).toEqual({ limit: 250, held: 0, posted: 0, remaining: 250 });
      expect(await pointsOf(who)).toBe(70);
      expect(await quotaOf(who)).toMatchObject({ used: 0, held: 0, remaining: 2 });
      expect(await savingsOf(who)).toMatchObject({ total: { amount: 0 }, potential: { amount: 0 } });
      const again = await story.claim(who, 'rare');
      claimed(await story.cancel(who, again.id));
    });

    test('a code that was handed out is taken back by the operator only, and stays spent', async () => {
      const { who, card } = await story.holder('plus');
      await story.fillPool('ticket', [fresh('CODE')]);
      const { id } = await story.claim(who, 'ticket');
      expect(outcomeOf(await story.cancel(who, id))).toBe('NOT_CANCELLABLE');
      expect(outcomeOf(await story.cancel(SHOP, id))).toBe('CANCELLED');
      expect(await story.cap(who, card.id)).toMatchObject({ posted: 100, remaining: 150 });
      expect(outcomeOf(await story.redeem(who, 'ticket'))).toBe('OUT_OF_STOCK');
    });

    test('used, it is posted and saved; its partner may say so, at a time since the claim', async () => {
      const { who, card } = await story.holder('plus');
      const { id } = await story.claim(who, 'freight');
      expect(await story.cap(who, card.id)).toMatchObject({ held: 100, posted: 0 });
      gateway.clock.advance(2 * HOUR);
      const tooEarly = new Date(NOON - 1).toISOString();
      expect(await story.confirmUse(id, { usedAt: tooEarly })).toMatchObject({
        refusal: 'INVALID_INPUT',
        field: 'usedAt',
      });
      const future = new Date(NOON + 3 * HOUR).toISOString();
      expect(outcomeOf(await story.confirmUse(id, { usedAt: future }))).toBe('INVALID_INPUT');
      const usedAt = new Date(NOON + HOUR).toISOString();
      expect(await story.confirmUse(id, { usedAt })).toMatchObject({ status: 'USED', usedAt });
      expect(await story.cap(who, card.id)).toMatchObject({ held: 0, posted: 100 });
      expect(await savingsOf(who)).toMatchObject({ total: { amount: 500 }, potential: { amount: 0 } });

      const latte = await story.claim(who, 'latte');
      const strange = await story.confirmUse(latte.id, { as: partnerOf('cinema') });
      expect(strange).toMatchObject({ refusal: 'NOT_FOUND' });
      expect(await story.confirmUse(latte.id, { as: partnerOf('brewer') })).toMatchObject({ status: 'USED' });
    });

    test('what the member paid itself was not saved', async () => {
      const { who } = await story.holder('thin');
      const coupon = await story.claim(who, 'shared', { maxCoPay: 50 });
      await story.use(coupon.id);
      expect(await savingsOf(who)).toMatchObject({ total: { amount: 350 } });
    });

    test('past its time it is expired at once, and the worker gives back what was held', async () => {
      const { who, card } = await story.holder('plus');
      const freight = await story.claim(who, 'freight');
      const latte = await story.claim(who, 'latte');
      gateway.clock.set(NOON + 10 * DAY - 1);
      await gateway.settle();
      const status = async (id: string) => (await gateway.run<{ status: string }>(who, 'redemption', { id })).status;
      expect(await status(freight.id)).toBe('ISSUED');
      gateway.clock.advance(1);
      expect(await status(freight.id)).toBe('EXPIRED');
      expect(outcomeOf(await story.confirmUse(freight.id))).toBe('NOT_USABLE');
      expect(outcomeOf(await story.cancel(who, freight.id))).toBe('NOT_CANCELLABLE');
      expect(await story.cap(who, card.id)).toMatchObject({ held: 100 });
      await gateway.settle();
      expect(await story.cap(who, card.id)).toEqual({ limit: 250, held: 0, posted: 100, remaining: 150 });
      expect(await savingsOf(who)).toMatchObject({ total: { amount: 0 }, potential: { amount: 500 } });
      expect(await quotaOf(who)).toMatchObject({ used: 1 });
      gateway.clock.set(NOON + 14 * DAY);
      await gateway.settle();
      expect(await status(latte.id)).toBe('EXPIRED');
      expect(await story.cap(who, card.id)).toMatchObject({ posted: 100, remaining: 150 });
      expect(await savingsOf(who)).toMatchObject({ total: { amount: 0 }, potential: { amount: 0 } });
    });

    test('a worker that beats by itself does the same', async () => {
      const { who, card } = await story.holder('plus');
      await story.claim(who, 'freight');
      gateway.clock.set(NOON + 10 * DAY);
      const beating = await TestGateway.start({ url: lane.url, clock: gateway.clock, beating: true });
      const begun = performance.now();
      const held = async () => (await story.cap(who, card.id)).held;
      while ((await held()) > 0 && performance.now() - begun < 10_000) await breathe();
      expect(await held()).toBe(0);
      await beating.stop();
    });

    test('ends once: of a use and a cancellation at once one is refused', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { who, card } = await story.holder('plus');
        const { id } = await story.claim(who, 'freight');
        const outcomes = (await Promise.all([story.cancel(who, id), story.confirmUse(id)])).map(outcomeOf);
        const used = outcomes[1] === 'USED';
        expect(outcomes).toEqual(used ? ['NOT_CANCELLABLE', 'USED'] : ['CANCELLED', 'NOT_USABLE']);
        expect(await story.cap(who, card.id)).toMatchObject({ held: 0, posted: used ? 100 : 0 });
      }
    });
  });

  describe('the same key', () => {
    const capLeft = async (who: Who, card: string) => (await story.cap(who, card)).remaining;

    test('with the same content answers the first result, without taking anything again', async () => {
      const { who, card } = await story.holder('plus');
      const key = fresh('key');
      const first = await story.claim(who, 'latte', { key });
      const again = await story.claim(who, 'latte', { key });
      expect(again).toEqual(first);
      expect(await capLeft(who, card.id)).toBe(150);
    });

    test('answers a refusal again, even when its reason is gone', async () => {
      const who = await story.member();
      const key = fresh('key');
      const refused = await story.redeem(who, 'film', { key });
      expect(outcomeOf(refused)).toBe('INSUFFICIENT_POINTS');
      await story.give(who, 'POINTS', 70);
      expect(await story.redeem(who, 'film', { key })).toEqual(refused);
      expect(await pointsOf(who)).toBe(70);
      await story.claim(who, 'film');
    });

    test('answers what became of the redemption since, and whatever became of the offer', async () => {
      const { who } = await story.holder('plus');
      const key = fresh('key');
      const first = await story.claim(who, 'freight', { key });
      await story.use(first.id);
      gateway.clock.advance(400 * DAY);
      const again = (await story.redeem(who, 'freight', { key })) as RedemptionAnswer;
      expect(again).toMatchObject({ id: first.id, status: 'USED', claimedAt: first.claimedAt });
    });

    test.each<[string, Parameters<Story['redeem']>[1], object]>([
      ['another item', 'shared', {}],
      ['another co-pay', 'latte', { maxCoPay: 1 }],
      ['a card named', 'latte', { card: 'OWN' }],
    ])('with %s is refused, and nothing happens', async (_what, item, changes) => {
      const { who, card } = await story.holder('plus');
      const key = fresh('key');
      await story.claim(who, 'latte', { key });
      const options = 'card' in changes ? { key, card: card.id } : { key, ...changes };
      const refused = await story.redeem(who, item, options);
      expect(refused).toMatchObject({ refusal: 'IDEMPOTENCY_MISMATCH', field: 'idempotencyKey', retry: false });
      expect(await capLeft(who, card.id)).toBe(150);
      expect((await story.claim(who, 'latte', { key })).status).toBe('ISSUED');
    });

    test('of two actors is two keys; of one operation and another, too', async () => {
      const [one, two] = [await story.holder('plus'), await story.holder('plus')];
      const key = fresh('key');
      const coupons = [
        await story.claim(one.who, 'latte', { key }),
        await story.claim(two.who, 'latte', { key }),
        await story.claim(one.who, 'shared', { key, as: SHOP, maxCoPay: 100 }),
        await story.claim(two.who, 'latte', { key, as: SHOP }),
        await story.claim(two.who, 'shared', { key, as: { ...SHOP, subject: 'another shop' }, maxCoPay: 100 }),
      ];
      expect(new Set(coupons.map(({ id }) => id)).size).toBe(5);
      expect(outcomeOf(await story.cancel(one.who, coupons[0]!.id, key))).toBe('CANCELLED');
      expect(outcomeOf(await story.confirmUse(coupons[1]!.id, { key }))).toBe('USED');
    });

    test('asked many times at once, of two gateways, is one redemption and one answer', async () => {
      const other = await TestGateway.start({ url: lane.url, clock: gateway.clock });
      const { who, card } = await story.holder('plus');
      const key = fresh('key');
      const twins = [story, new Story(other), story, new Story(other), story, new Story(other)];
      const answers = await Promise.all(twins.map((twin) => twin.claim(who, 'latte', { key })));
      await other.stop();
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(await capLeft(who, card.id)).toBe(150);
    });

    test('of a cancellation or a use answers the first result, and refuses another redemption', async () => {
      const { who } = await story.holder('plus');
      const [one, two] = [await story.claim(who, 'latte'), await story.claim(who, 'freight')];
      const key = fresh('key');
      const cancelled = await story.cancel(who, one.id, key);
      expect(await story.cancel(who, one.id, key)).toEqual(cancelled);
      expect(outcomeOf(await story.cancel(who, two.id, key))).toBe('IDEMPOTENCY_MISMATCH');
      const used = await story.confirmUse(two.id, { key });
      expect(await story.confirmUse(two.id, { key })).toEqual(used);
      const usedAt = new Date(NOON).toISOString();
      expect(outcomeOf(await story.confirmUse(two.id, { key, usedAt }))).toBe('IDEMPOTENCY_MISMATCH');
      // A refusal is kept under its key as well.
      const late = fresh('key');
      const refused = await story.cancel(who, two.id, late);
      expect(outcomeOf(refused)).toBe('NOT_CANCELLABLE');
      expect(await story.cancel(who, two.id, late)).toEqual(refused);
    });

    test('adjusts a balance once, and is refused for another amount', async () => {
      const who = await story.member();
      const input = { member: who.subject, balance: 'POINTS', amount: 30, idempotencyKey: fresh('key') };
      for (let time = 0; time < 3; time += 1) await gateway.run(SHOP, 'adjust-balance', { input });
      expect(await pointsOf(who)).toBe(30);
      const other = await gateway.run(SHOP, 'adjust-balance', { input: { ...input, amount: 31 } });
      expect(other).toMatchObject({ __typename: 'Refusal', code: 'IDEMPOTENCY_MISMATCH' });
      expect(await pointsOf(who)).toBe(30);
    });
  });

  test('whatever is refused is refused by a code of the list, and says more than its name', async () => {
    const { who } = await story.holder('thin');
    const refused = await story.redeem(who, 'latte');
    expect(REFUSAL_CODES).toContain(outcomeOf(refused));
    expect(refused).toMatchObject({ message: expect.stringMatching(/^[A-Z].{20,}\.$/) });
  });

  test('of the last piece of stock exactly one of many gets it', async () => {
    const crowd = await Promise.all(Array.from({ length: 12 }, () => story.member()));
    const outcomes = (await Promise.all(crowd.map((who) => story.redeem(who, 'scarce')))).map(outcomeOf);
    expect(outcomes.sort()).toEqual(['ISSUED', ...Array.from({ length: 11 }, () => 'OUT_OF_STOCK')]);
  });
});
