// Cards and members as the operator's server keeps them: opened, renewed and closed once an order; levels and points.
import { DAY } from '../../src/kernel/clock';
import { NOON, OPERATIONS, SHOP, TestGateway, type Who } from '../support/gateway';
import { benefit, entitles, level, offer, plan, privilege, programText } from '../support/gateway-program';
import { type CardAnswer, expectBooksInOrder, fresh, outcomeOf, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

const PROGRAM = programText({
  levels: [level('registered', 1, 0), level('silver', 2, 500), level('gold', 3, 2_000)],
  plans: [
    plan('plus', { costCap: 300, entitlements: [entitles('freight', 2, 'TERM')] }),
    plan('other', { costCap: 300 }),
    plan('fortnight', { costCap: 300, term: { days: 14 } }),
    privilege('pet', { parentPlans: ['plus'], drawsOnParentCap: true }),
    privilege('lounge'),
  ],
  benefits: [benefit('freight')],
  offers: [offer('latte'), offer('held', { costBasis: 'USE' })],
});

interface Shown {
  readonly cards: {
    id: string;
    status: string;
    parentCard: string | null;
    term: { startsAt: string; endsAt: string };
  }[];
}

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

  const ask = (operation: string, input: object, who: Who = SHOP) =>
    gateway.run<{ __typename: string; code?: string; field?: string; id?: string }>(who, operation, { input });
  const cardsOf = async (who: Who) =>
    (await gateway.run<Shown>(OPERATIONS, 'staff-member', { externalId: who.subject })).cards;

  describe('openCard', () => {
    test('opens one card an order, however often and wherever it is sent', async () => {
      const other = await TestGateway.start({ url: lane.url, clock: gateway.clock });
      const who = await story.member();
      const input = { member: who.subject, plan: 'plus', orderId: fresh('order') };
      const sent = [gateway, other, gateway, other].map((at) => at.run<CardAnswer>(SHOP, 'open-card', { input }));
      const cards = await Promise.all(sent);
      gateway.clock.advance(DAY);
      cards.push(await gateway.run<CardAnswer>(SHOP, 'open-card', { input }));
      await other.stop();
      expect(new Set(cards.map((card) => JSON.stringify(card))).size).toBe(1);
      expect(await cardsOf(who)).toHaveLength(1);
    });

    test('refuses an order that was used for another card', async () => {
      const [who, somebody] = [await story.member(), await story.member()];
      const orderId = fresh('order');
      const card = await story.open(who, 'plus', { orderId });
      const refused = { __typename: 'Refusal', code: 'IDEMPOTENCY_MISMATCH', field: 'orderId' };
      expect(await ask('open-card', { member: who.subject, plan: 'other', orderId })).toMatchObject(refused);
      expect(await ask('open-card', { member: somebody.subject, plan: 'plus', orderId })).toMatchObject(refused);
      expect(await ask('renew-card', { card: card.id, orderId })).toMatchObject(refused);
      expect([(await cardsOf(who)).length, (await cardsOf(somebody)).length]).toEqual([1, 0]);
    });

    test('counts a term in months of the calendar, or in days', async () => {
      const who = await story.member();
      const leap = await story.open(who, 'plus', { startsAt: '2028-02-29T10:00:00+08:00' });
      expect(leap.term).toMatchObject({ startsAt: '2028-02-29T02:00:00.000Z', endsAt: '2029-02-28T02:00:00.000Z' });
      const days = await story.open(who, 'fortnight');
      expect(Date.parse(days.term.endsAt)).toBe(NOON + 14 * DAY);
    });

    test('hangs a card on a parent that is active, of the right plan and the same member', async () => {
      const { who, card: parent } = await story.holder('plus');
      const wrong = await story.open(who, 'other');
      const { card: foreign } = await story.holder('plus');
      const attempt = async (parentCard?: string) => {
        const input = { member: who.subject, plan: 'pet', orderId: fresh('order'), parentCard };
        const { code, field } = await ask('open-card', input);
        return [code, field];
      };
      expect(await attempt()).toEqual(['INVALID_INPUT', 'parentCard']);
      expect(await attempt(wrong.id)).toEqual(['INVALID_INPUT', 'parentCard']);
      expect((await attempt(foreign.id))[0]).toBe('NOT_FOUND');
      expect((await attempt(parent.id))[0]).toBeUndefined();
      expect((await cardsOf(who)).flatMap(({ parentCard }) => parentCard ?? [])).toEqual([parent.id]);
      await story.close(parent.id);
      expect((await attempt(parent.id))[0]).toBe('CARD_NOT_ACTIVE');
    });

    test('a refusal does not use the order up', async () => {
      const { who, card: parent } = await story.holder('plus');
      const input = { member: who.subject, plan: 'pet', orderId: fresh('order') };
      expect(await ask('open-card', input)).toMatchObject({ code: 'INVALID_INPUT' });
      expect(await ask('open-card', { ...input, parentCard: parent.id })).toMatchObject({ __typename: 'Card' });
    });

    test.each([
      [{ plan: 'nothing' }, 'NOT_FOUND', 'plan'],
      [{ member: 'nobody' }, 'NOT_FOUND', 'member'],
      [{ orderId: '' }, 'INVALID_INPUT', 'orderId'],
      [{ orderId: 'a\u0000b' }, 'INVALID_INPUT', 'orderId'],
      [{ startsAt: '9999-12-31T00:00:00Z' }, 'INVALID_INPUT', 'startsAt'],
      [{ startsAt: '0001-01-01T00:00:00Z' }, 'INVALID_INPUT', 'startsAt'],
    ])('refuses %j', async (changes, code, field) => {
      const who = await story.member();
      const input = { member: who.subject, plan: 'plus', orderId: fresh('order'), ...changes };
      expect(await ask('open-card', input)).toMatchObject({ __typename: 'Refusal', code, field });
      expect(await cardsOf(who)).toEqual([]);
    });
  });

  describe('renewCard', () => {
    test('adds a term after the last one, with a cap and quotas of its own', async () => {
      const { who, card } = await story.holder('plus');
      for (let at = 0; at < 2; at += 1) await story.claim(who, 'freight');
      await story.renew(card.id);
      expect(await story.cap(who, card.id)).toMatchObject({ posted: 200, remaining: 100 });
      gateway.clock.set(Date.parse(card.term.endsAt));
      expect(await story.cap(who, card.id)).toEqual({ limit: 300, held: 0, posted: 0, remaining: 300 });
      expect(outcomeOf(await story.redeem(who, 'freight'))).toBe('ISSUED');
      const [shown] = await cardsOf(who);
      expect([shown!.status, shown!.term.startsAt]).toEqual(['ACTIVE', card.term.endsAt]);
    });

    test('brings an expired card back from now on', async () => {
      const { who, card } = await story.holder('fortnight');
      gateway.clock.set(NOON + 20 * DAY);
      expect(outcomeOf(await story.redeem(who, 'latte', { card: card.id }))).toBe('CARD_NOT_ACTIVE');
      const { status, term } = await story.renew(card.id);
      expect([status, term.startsAt]).toEqual(['ACTIVE', new Date(NOON + 20 * DAY).toISOString()]);
      expect(outcomeOf(await story.redeem(who, 'latte', { card: card.id }))).toBe('ISSUED');
    });

    test('one order adds one term; several at once add one after the other', async () => {
      const { who, card } = await story.holder('fortnight');
      const orderId = fresh('order');
      await Promise.all([1, 2, 3].map(() => story.renew(card.id, orderId)));
      await Promise.all([1, 2, 3].map(() => story.renew(card.id)));
      const terms: number[] = [];
      for (let days = 0; days <= 70; days += 14) {
        gateway.clock.set(NOON + days * DAY);
        const [shown] = await cardsOf(who);
        terms.push((Date.parse(shown!.term.startsAt) - NOON) / DAY);
        expect(shown!.status).toBe(days < 70 ? 'ACTIVE' : 'EXPIRED');
      }
      expect(terms).toEqual([0, 14, 28, 42, 56, 56]);
    });
  });

  describe('closeCard', () => {
    test('takes back what is left, for good; what is held may still be used', async () => {
      const { who, card } = await story.holder('plus');
      const held = await story.claim(who, 'held');
      expect(await story.close(card.id)).toMatchObject({ id: card.id, status: 'CLOSED' });
      expect(await story.cap(who, card.id)).toEqual({ limit: 100, held: 100, posted: 0, remaining: 0 });
      expect(outcomeOf(await story.redeem(who, 'latte', { card: card.id }))).toBe('CARD_NOT_ACTIVE');
      expect(await ask('renew-card', { card: card.id, orderId: fresh('order') })).toMatchObject({
        code: 'CARD_NOT_ACTIVE',
      });
      await story.use(held.id);
      expect(await story.cap(who, card.id)).toEqual({ limit: 100, held: 0, posted: 100, remaining: 0 });
    });

    test('twice, or at once with a claim, is the same as once', async () => {
      const { who, card } = await story.holder('plus');
      const closing = () => story.close(card.id);
      const [, , outcome] = await Promise.all([closing(), closing(), story.redeem(who, 'latte')]);
      await closing();
      const spent = outcomeOf(outcome) === 'ISSUED' ? 100 : 0;
      expect(await story.cap(who, card.id)).toEqual({ limit: spent, held: 0, posted: spent, remaining: 0 });
    });
  });

  describe('members', () => {
    test('reach a level at its threshold, and lose it below', async () => {
      const who = await story.member();
      const at = async (change: number) => {
        await story.give(who, 'GROWTH', change);
        const { level: reached, growth } = await gateway.run<Record<string, Record<string, unknown>>>(
          who,
          'member-home',
        );
        return [growth!.value, reached!.rank, growth!.toNextLevel];
      };
      expect(await at(499)).toEqual([499, 1, 1]);
      expect(await at(1)).toEqual([500, 2, 1_500]);
      expect(await at(1_500)).toEqual([2_000, 3, null]);
      expect(await at(-1)).toEqual([1_999, 2, 1]);
      expect(await at(-1_999)).toEqual([0, 1, 500]);
    });

    test('never have less than nothing, also when many take at once', async () => {
      const who = await story.member();
      await story.give(who, 'POINTS', 100);
      const take = () =>
        ask('adjust-balance', { member: who.subject, balance: 'POINTS', amount: -30, idempotencyKey: fresh('key') });
      const answers = await Promise.all(Array.from({ length: 8 }, take));
      expect(answers.filter(({ __typename }) => __typename === 'Member')).toHaveLength(3);
      expect(answers.filter(({ code }) => code === 'CONFLICT')).toHaveLength(5);
      expect(await gateway.run(who, 'member-home')).toMatchObject({ points: { balance: 10 } });
    });

    test('are registered all or none, and brought up to date by their external id', async () => {
      const [one, two] = [fresh('a'), fresh('b')];
      const faulty = [
        { externalId: one, nickname: 'Fine' },
        { externalId: two, nickname: '' },
      ];
      expect(await gateway.run(SHOP, 'register-members', { members: faulty })).toMatchObject({
        code: 'INVALID_INPUT',
        field: 'nickname',
      });
      expect(await gateway.run(OPERATIONS, 'staff-member', { externalId: one })).toBeNull();
      const twice = [1, 2].map(() => ({ externalId: one, nickname: 'Twice' }));
      expect(await gateway.run(SHOP, 'register-members', { members: twice })).toMatchObject({ code: 'INVALID_INPUT' });
      const answer = async (nickname: string) => {
        const members = [
          { externalId: two, nickname: 'B' },
          { externalId: one, nickname },
        ];
        return gateway.run<{ members: { id: string; nickname: string }[] }>(SHOP, 'register-members', { members });
      };
      const first = await answer('Before');
      const second = await answer('After');
      expect(second.members.map(({ id }) => id)).toEqual(first.members.map(({ id }) => id));
      expect(second.members.map(({ nickname }) => nickname)).toEqual(['B', 'After']);
    });
  });
});
