// The one query: its exact shape, what moves in it as the member lives, its pages, and what it costs the database.
import { DAY } from '../../src/kernel/clock';
import { AUDITOR, memberOf, NOON, operationText, SHOP, TestGateway, type Who } from '../support/gateway';
import { benefit, entitles, level, offer, plan, privilege, programText } from '../support/gateway-program';
import { expectBooksInOrder, fresh, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

const MANY = Array.from({ length: 56 }, (_, at) => offer(`many-${String(at).padStart(2, '0')}`, { unitCost: 0 }));

const PARTS = {
  levels: [level('registered', 1, 0), level('silver', 2, 1_000, [entitles('festival', 1)])],
  plans: [
    plan('plus', {
      price: 1_000,
      costCap: 600,
      entitlements: [entitles('freight', 3), entitles('member-price'), entitles('gift', 1, 'TERM')],
    }),
    privilege('lounge', { costCap: 500, entitlements: [entitles('visit', 2, 'WEEK')] }),
  ],
  benefits: [
    benefit('freight', { unitCost: 30, costBasis: 'USE', couponValidDays: 31 }),
    benefit('member-price', { class: 'BASIC', redeemable: false, unitCost: 0, faceValue: 0 }),
    benefit('gift', { class: 'DISCOUNT', unitCost: 10, faceValue: 300 }),
    benefit('festival', { class: 'DISCOUNT', unitCost: 10, faceValue: 200 }),
    benefit('visit', { unitCost: 200 }),
  ],
  offers: [
    offer('latte', { memberLimit: { limit: 2, period: 'MONTH' }, couponValidDays: 14 }),
    offer('beans', { card: 'NONE', pointsPrice: 50, stock: 5, kind: 'GIFT', validUntil: '2030-01-01T00:00:00+08:00' }),
    offer('premiere', { audience: { levels: ['silver'] }, partner: 'cinema', unitCost: 0 }),
    offer('later', { validFrom: '2027-01-01T00:00:00+08:00' }),
  ],
};

interface Home {
  readonly cards: { id: string; status: string; benefits: Entitled[] }[];
  readonly perks: Connection<{ id: string; title: string; remainingForMe: number | null; usability: Usability }>;
  readonly coupons: Connection<{ id: string; title: string; status: string; code: string | null }>;
  readonly savings: object;
  readonly [other: string]: unknown;
}
interface Entitled {
  readonly benefit: { name: string };
  readonly quota: object | null;
  readonly usability: Usability;
}
interface Usability {
  readonly usable: boolean;
  readonly reasons: { code: string }[];
}
interface Connection<Node> {
  readonly edges: { cursor: string; node: Node }[];
  readonly pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const money = (amount: number) => ({ amount, currency: 'CNY' });
const usable = { usable: true, reasons: [] };
const because = (code: string) => ({ usable: false, reasons: [expect.objectContaining({ code })] });

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: programText(PARTS) });
    story = new Story(gateway);
  });
  beforeEach(() => gateway.clock.set(NOON));
  afterAll(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const homeOf = (who: Who, pages: object = {}) => gateway.run<Home>(who, 'member-home', pages);

  test('is exactly what a front-end was promised', async () => {
    const { who, card } = await story.holder('plus', { nickname: '林小满' });
    const coupon = await story.claim(who, 'latte');
    const { body } = await gateway.ask(who, operationText('member-home'), { perks: 3, coupons: 1 });
    const perk = (code: string, more: object) => ({
      cursor: expect.any(String),
      node: {
        id: gateway.itemId(code),
        title: `Offer ${code}`,
        kind: 'COUPON',
        partner: { name: 'Partner brewer' },
        faceValue: money(500),
        pointsPrice: 0,
        remainingForMe: null,
        validUntil: null,
        availability: { source: 'LIVE', asOf: new Date(NOON).toISOString() },
        usability: usable,
        ...more,
      },
    });
    expect(body).toEqual({
      data: {
        me: {
          id: expect.stringMatching(/^member_[0-9a-f]{32}$/),
          externalId: who.subject,
          nickname: '林小满',
          level: { name: 'Level registered', rank: 1 },
          growth: { value: 0, nextLevel: { name: 'Level silver', threshold: 1_000 }, toNextLevel: 1_000 },
          points: { balance: 0 },
          cards: [
            {
              id: card.id,
              kind: 'MEMBERSHIP',
              status: 'ACTIVE',
              plan: { name: 'Plan plus' },
              term: { startsAt: '2026-03-10T04:00:00.000Z', endsAt: '2027-03-10T04:00:00.000Z' },
              benefits: [
                {
                  benefit: { name: 'Benefit freight', class: 'SERVICE' },
                  quota: {
                    period: 'MONTH',
                    limit: 3,
                    used: 0,
                    held: 0,
                    remaining: 3,
                    resetsAt: '2026-03-31T16:00:00.000Z',
                  },
                  usability: usable,
                },
                { benefit: { name: 'Benefit member-price', class: 'BASIC' }, quota: null, usability: usable },
                {
                  benefit: { name: 'Benefit gift', class: 'DISCOUNT' },
                  quota: { period: 'TERM', limit: 1, used: 0, held: 0, remaining: 1, resetsAt: null },
                  usability: usable,
                },
              ],
            },
          ],
          perks: {
            edges: [
              perk('latte', { remainingForMe: 1 }),
              perk('beans', {
                kind: 'GIFT',
                pointsPrice: 50,
                remainingForMe: 5,
                validUntil: '2029-12-31T16:00:00.000Z',
                availability: { source: 'CACHED', asOf: expect.any(String) },
                usability: because('INSUFFICIENT_POINTS'),
              }),
              perk('premiere', { partner: { name: 'Partner cinema' }, usability: because('NOT_ELIGIBLE') }),
            ],
            pageInfo: { hasNextPage: false, endCursor: expect.any(String) },
          },
          coupons: {
            edges: [
              {
                node: {
                  id: coupon.id.replace('redemption', 'coupon'),
                  title: 'Offer latte',
                  status: 'ISSUED',
                  code: coupon.couponCode,
                  expiresAt: '2026-03-24T04:00:00.000Z',
                },
              },
            ],
            pageInfo: { hasNextPage: false, endCursor: expect.any(String) },
          },
          savings: { thisMonth: money(0), total: money(0), cardPrice: money(1_000), brokeEvenOn: null },
        },
      },
    });
  });

  test('is null for a token whose member was never registered, and complete once it is', async () => {
    const stranger = memberOf(fresh('stranger'));
    expect((await gateway.ask(stranger, operationText('member-home'))).body).toEqual({ data: { me: null } });
    await gateway.run(SHOP, 'register-members', { members: [{ externalId: stranger.subject, nickname: 'Known' }] });
    expect(await homeOf(stranger)).toMatchObject({ nickname: 'Known', cards: [], savings: { cardPrice: null } });
  });

  test('quotas, limits, coupons and savings move as the member claims and uses', async () => {
    const { who } = await story.holder('plus');
    const freight = async () => (await homeOf(who)).cards[0]!.benefits[0]!;

    // When a coupon is claimed, its quota is used and it lies in the wallet.
    const first = await story.claim(who, 'freight');
    expect(await freight()).toMatchObject({ quota: { used: 1, remaining: 2 }, usability: usable });
    expect((await homeOf(who)).coupons.edges).toMatchObject([{ node: { status: 'ISSUED', code: first.couponCode } }]);
    expect(await homeOf(who)).toMatchObject({ savings: { thisMonth: money(0), total: money(0) } });

    // When it is used, it is saved.
    await story.use(first.id);
    expect((await homeOf(who)).coupons.edges).toMatchObject([{ node: { status: 'USED' } }]);
    expect(await homeOf(who)).toMatchObject({
      savings: { thisMonth: money(500), total: money(500), brokeEvenOn: null },
    });

    // When one is taken back, the quota is as before and nothing is saved.
    const second = await story.claim(who, 'freight');
    await story.cancel(who, second.id);
    expect(await freight()).toMatchObject({ quota: { used: 1, remaining: 2 } });
    expect(await homeOf(who)).toMatchObject({ savings: { total: money(500) } });

    // When the price of the card is saved, at one o'clock in the night of Shanghai, it has paid for itself that day.
    gateway.clock.set(Date.parse('2026-03-12T01:00:00+08:00'));
    await story.use((await story.claim(who, 'freight')).id);
    expect(await homeOf(who)).toMatchObject({ savings: { total: money(1_000), brokeEvenOn: '2026-03-12' } });
    await story.claim(who, 'freight');
    expect(await freight()).toMatchObject({ quota: { used: 3, remaining: 0 }, usability: because('QUOTA_EXHAUSTED') });

    // When the month is over, its quota and its savings begin anew; the day on which it paid for itself stays.
    gateway.clock.set(Date.parse('2026-04-01T00:00:00+08:00'));
    expect(await freight()).toMatchObject({
      quota: { used: 0, remaining: 3, resetsAt: '2026-04-30T16:00:00.000Z' },
      usability: usable,
    });
    expect(await homeOf(who)).toMatchObject({
      savings: { thisMonth: money(0), total: money(1_000), brokeEvenOn: '2026-03-12' },
    });
  });

  test('a card that has not begun, or is over, says so of each benefit, and perks need another', async () => {
    const who = await story.member();
    await story.open(who, 'plus', { startsAt: new Date(NOON + DAY).toISOString() });
    const states = [];
    for (const days of [0, 1, 400]) {
      gateway.clock.set(NOON + days * DAY);
      const { cards, perks } = await homeOf(who);
      states.push([cards[0]!.status, cards[0]!.benefits[0]!.usability, perks.edges[0]!.node.usability]);
    }
    expect(states).toEqual([
      ['UPCOMING', because('CARD_NOT_ACTIVE'), because('CARD_NOT_ACTIVE')],
      ['ACTIVE', usable, usable],
      ['EXPIRED', because('CARD_NOT_ACTIVE'), because('CARD_NOT_ACTIVE')],
    ]);
  });

  test('the benefits of a level come with growth and go with it', async () => {
    const who = await story.member();
    const BENEFITS = '{ me { level { name } benefits { benefit { name } quota { remaining } usability { usable } } } }';
    const ofLevel = async () => (await gateway.ask(who, BENEFITS)).body.data;
    expect(await ofLevel()).toEqual({ me: { level: { name: 'Level registered' }, benefits: [] } });
    await story.give(who, 'GROWTH', 1_000);
    await story.claim(who, 'festival');
    const festival = { benefit: { name: 'Benefit festival' }, quota: { remaining: 0 }, usability: { usable: false } };
    expect(await ofLevel()).toEqual({ me: { level: { name: 'Level silver' }, benefits: [festival] } });
    expect(await homeOf(who)).toMatchObject({ growth: { value: 1_000, nextLevel: null, toNextLevel: null } });
  });

  test('what a card costs the operator is for staff; a member who names it is refused whole', async () => {
    const { who, card } = await story.holder('plus');
    await story.claim(who, 'latte');
    await story.claim(who, 'freight');
    expect(await story.cap(who, card.id)).toEqual({ limit: 600, held: 30, posted: 100, remaining: 470 });
    const naming = '{ me { externalId cards { id costCap { remaining { amount } } } } }';
    const { status, body } = await gateway.ask(who, naming);
    expect([status, body.data]).toEqual([403, undefined]);
    expect(body.errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', fields: ['Card.costCap', 'CostCap.remaining'] } },
    ]);
    expect(body.errors?.[0]?.message).toContain('Card.costCap');
    expect((await gateway.ask(SHOP, operationText('staff-member'), { externalId: who.subject })).status).toBe(403);
  });
});

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  beforeAll(async () => {
    const program = programText({ ...PARTS, offers: [...PARTS.offers, ...MANY] });
    gateway = await TestGateway.start({ url: lane.url, program });
    story = new Story(gateway);
  });
  afterAll(() => gateway.stop());

  const PERKS =
    'query ($first: Int!, $after: String) { me { list: perks(first: $first, after: $after) {' +
    ' edges { cursor node { id } } pageInfo { hasNextPage endCursor } } } }';
  const COUPONS = PERKS.replace('perks', 'coupons');

  const page = async (who: Who, query: string, first: number, after?: string | null) => {
    const { body } = await gateway.ask<{ me: { list: Connection<{ id: string }> } }>(who, query, { first, after });
    if (!body.data) throw new Error(JSON.stringify(body));
    return body.data.me.list;
  };
  const pages = async (who: Who, query: string, first: number) => {
    const found: string[][] = [];
    for (let after: string | null | undefined; ; ) {
      const { edges, pageInfo } = await page(who, query, first, after);
      found.push(edges.map(({ node }) => node.id));
      if (!pageInfo.hasNextPage) return found;
      after = pageInfo.endCursor;
    }
  };

  test('perks come in pages that together are all of them, each once, in one order', async () => {
    const { who } = await story.holder('plus');
    const whole = (await page(who, PERKS, 100)).edges.map(({ node }) => node.id);
    expect([whole.length, new Set(whole).size]).toEqual([59, 59]);
    const inPages = await pages(who, PERKS, 25);
    expect(inPages.map((ids) => ids.length)).toEqual([25, 25, 9]);
    expect(inPages.flat()).toEqual(whole);
    const { edges } = await page(who, PERKS, 100);
    expect((await page(who, PERKS, 1, edges[30]!.cursor)).edges[0]!.node.id).toBe(whole[31]);
    expect(await page(who, PERKS, 5, edges[58]!.cursor)).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, endCursor: null },
    });
  });

  test('coupons come newest first, and one that is claimed between two pages shifts nothing', async () => {
    const { who } = await story.holder('plus');
    const claimed: string[] = [];
    for (let at = 0; at < 7; at += 1) {
      gateway.clock.advance(1_000);
      claimed.unshift((await story.claim(who, `many-0${at}`)).id.replace('redemption', 'coupon'));
    }
    const first = await page(who, COUPONS, 3);
    gateway.clock.advance(1_000);
    await story.claim(who, 'many-07');
    const second = await page(who, COUPONS, 4, first.pageInfo.endCursor);
    expect([...first.edges, ...second.edges].map(({ node }) => node.id)).toEqual(claimed);
    expect(second.pageInfo.hasNextPage).toBe(false);
  });

  test('pages of a wrong size and cursors of another list are refused by name', async () => {
    const who = await story.member();
    const perk = (await page(who, PERKS, 1)).pageInfo.endCursor;
    const refusals: [string, object][] = [
      [PERKS, { first: 0 }],
      [PERKS, { first: 101 }],
      [COUPONS, { first: -1 }],
      [COUPONS, { first: 5, after: perk }],
      [COUPONS, { first: 5, after: 'nonsense' }],
      [PERKS, { first: 5, after: Buffer.from('perk:1e9').toString('base64url') }],
    ];
    for (const [query, variables] of refusals) {
      const { body } = await gateway.ask(who, query, variables);
      expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(body.errors?.[0]?.message).toMatch(/^(first is|after is)/);
    }
  });

  /** Of several runs the least, because polls for news of the catalogue and the stock count too. */
  const statementsOf = async (who: Who) => {
    const { counter } = gateway.gateway.database;
    const counts: number[] = [];
    for (let run = 0; run < 8; run += 1) {
      const before = counter.statements;
      await gateway.run(who, 'member-home', { perks: 60, coupons: 100 });
      counts.push(counter.statements - before);
    }
    return Math.min(...counts);
  };

  test('costs the same few statements, whatever the number of cards, benefits, perks and coupons', async () => {
    const { who: poor } = await story.holder('plus');
    const { who: rich } = await story.holder('plus');
    for (let cards = 1; cards < 10; cards += 1) await story.open(rich, cards % 2 === 0 ? 'plus' : 'lounge');
    const claims = MANY.slice(0, 50).map(({ code }) => String(code));
    await Promise.all([...claims, ...claims].map((code) => story.claim(rich, code)));
    const { cards, coupons, perks } = await gateway.run<Home>(rich, 'member-home', { perks: 60, coupons: 100 });
    expect([cards.length, coupons.edges.length, perks.edges.length]).toEqual([10, 100, 59]);
    const [few, many] = [await statementsOf(poor), await statementsOf(rich)];
    expect(few).toBeLessThanOrEqual(4);
    expect(many).toBe(few);
  });

  test('a page of the list that staff sees is the same as the member sees', async () => {
    const { who } = await story.holder('plus');
    await story.claim(who, 'many-00');
    const own = await gateway.run<Home>(who, 'member-home');
    const seen = await gateway.run<Home>(AUDITOR, 'staff-member', { externalId: who.subject });
    expect(seen.coupons.edges.map(({ node }) => node.id)).toEqual(own.coupons.edges.map(({ node }) => node.id));
  });
});
