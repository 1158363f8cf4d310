// Refusals are one list, everywhere; each is provoked through the API, and of several the first in order is answered.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, type GraphQLEnumType } from 'graphql';
import { DAY } from '../src/kernel/clock';
import { REFUSAL_CODES, REFUSALS, type RefusalCode } from '../src/kernel/refusal';
import { declined } from '../src/partner-port/connector';
import { agreeOn } from './support/agreement-story';
import { FakePartner } from './support/fake-partner';
import { NOON, SHOP, TestGateway, type Who } from './support/gateway';
import { benefit, entitles, level, offer, plan, programText } from './support/gateway-program';
import { expectBooksInOrder, fresh, outcomeOf, Story } from './support/gateway-story';
import { eachDatabase } from './support/lanes';

const SCHEMA_FOLDER = join(__dirname, '..', 'schema');

describe('the list of refusals', () => {
  test('is the enum of the committed schema, with each meaning', () => {
    const schema = buildSchema(readFileSync(join(SCHEMA_FOLDER, 'schema.graphql'), 'utf8'));
    const values = (schema.getType('RefusalCode') as GraphQLEnumType).getValues();
    const described = Object.fromEntries(values.map(({ name, description }) => [name, description]));
    const meanings = Object.fromEntries(Object.entries(REFUSALS).map(([code, { meaning }]) => [code, meaning]));
    expect(described).toEqual(meanings);
  });

  test('is the table of the documentation, in the order of precedence', () => {
    const page = readFileSync(join(SCHEMA_FOLDER, 'refusals.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)` \| (yes|no) \| (.+) \|$/gm)].map((row) => row.slice(1));
    const expected = Object.entries(REFUSALS).map(([code, { retry, meaning }]) => [
      code,
      retry ? 'yes' : 'no',
      meaning,
    ]);
    expect(rows).toEqual(expected);
  });
});

const GRAND = { audience: { levels: ['gold'] }, memberLimit: { limit: 1, period: 'MONTH' }, pointsPrice: 100 };
const TOMORROW = new Date(NOON + DAY).toISOString();
const NEXT_MONTH = Date.parse('2026-04-02T12:00:00+08:00');
const NEVER_USED = 'offer_00000000000070008000000000000000';

/** The offer `grand` takes all there is of everything at once, so that afterwards everything stands in the way. */
function programWith(grand: string, changes: object): string {
  return programText({
    settings: { storedValue: {} },
    levels: [level('registered', 1, 0), level('gold', 2, 1_000)],
    plans: [
      plan('tight', { costCap: 100, subCaps: { perClass: { PARTNER: 100 } } }),
      plan('bare', { costCap: 100 }),
      plan('gated', { application: { fields: [{ code: 'age', name: 'Age', kind: 'NUMBER' }] } }),
      plan('windowed', { renewal: { daysBefore: 30 } }),
      plan('divided', { costCap: 150, subCaps: { perClass: { SERVICE: 100 } }, entitlements: [entitles('gift', 1)] }),
    ],
    benefits: [benefit('gift')],
    offers: [
      offer(grand, { ...GRAND, stock: 1, ...changes }),
      offer('eater'),
      offer('pooled', POOLED),
      offer('brewed', BREWED),
      offer('spendy', { card: 'NONE', unitCost: 0, minSpend: 300 }),
      offer('budgeted', { budget: 199 }),
      offer('ceiled', EXCHANGED),
      offer('uneven', EXCHANGED),
    ],
    draws: [{ code: 'wheel', name: 'Wheel', nothing: 1, prizes: [PRIZE] }],
  });
}
const PRIZE = { code: 'points', name: 'Points', weight: 1, reward: { points: 1 } };
const BREWED = { fulfilment: 'PARTNER_API', card: 'NONE', unitCost: 0 };
const EXCHANGED = { funding: 'EXCHANGE', card: 'NONE' };
const POOLED = { fulfilment: 'CODE_POOL', card: 'NONE', unitCost: 0 };

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  let partner: FakePartner;
  let grand: string;
  const program = (changes: object) => programWith(grand, changes);
  beforeEach(async () => {
    partner = new FakePartner();
    gateway = await TestGateway.start({ url: lane.url, partners: partner });
    story = new Story(gateway);
    grand = fresh('grand');
    await story.apply(program({}));
  });
  afterEach(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  /** Asks for the grand offer, and says how it was answered. */
  const ask = async (who: Who, changes: { item?: string; card?: string; key?: string; maxCoPay?: number }) => {
    const { item = gateway.itemId(grand), card, key = fresh('key'), maxCoPay } = changes;
    const input = { item, card, idempotencyKey: key, maxCoPay };
    return outcomeOf(await gateway.run(who, 'redeem', { input }));
  };

  test('everything stands in the way of a claim; mended one by one, they are answered in their order', async () => {
    // Given: who took all there is of an offer, is no longer of its audience, and the offer went off the air.
    const { who, card: tight } = await story.holder('tight');
    const [dead, bare] = [await story.open(who, 'tight'), await story.open(who, 'bare')];
    await story.close(dead.id);
    await story.give(who, 'GROWTH', 1_000);
    await story.give(who, 'POINTS', 100);
    const key = fresh('key');
    await story.claim(who, grand, { key, card: tight.id });
    await story.claim(who, 'eater', { card: bare.id });
    await story.give(who, 'GROWTH', -1);
    await story.apply(program({ validFrom: TOMORROW }));

    // When each obstacle is taken away, one after the other.
    const answers = [
      await ask(who, { item: 'offer_of_another_kind', key: ' ', card: 'card_of_nobody' }),
      await ask(who, { item: NEVER_USED, key: ' ', card: dead.id }),
      await ask(who, { item: NEVER_USED, key, card: dead.id }),
      await ask(who, { key, card: dead.id }),
      await ask(who, { card: dead.id }),
      await ask(who, { card: tight.id }),
    ];
    gateway.clock.set(Date.parse(TOMORROW));
    answers.push(await ask(who, { card: tight.id }));
    await story.give(who, 'GROWTH', 1);
    answers.push(await ask(who, { card: tight.id }));
    gateway.clock.set(NEXT_MONTH);
    answers.push(await ask(who, { card: tight.id }));
    await story.apply(program({ stock: 2 }));
    answers.push(await ask(who, { card: tight.id }));
    await story.give(who, 'POINTS', 100);
    answers.push(await ask(who, { card: tight.id }));
    answers.push(await ask(who, { card: bare.id }));
    await story.apply(program({ stock: 2, coPay: true }));
    answers.push(await ask(who, { card: bare.id }));
    answers.push(await ask(who, { card: bare.id, maxCoPay: 99 }));
    answers.push(await ask(who, { card: bare.id, maxCoPay: 100 }));

    // Then: the order of precedence, and in the end the coupon.
    expect(answers).toEqual([
      'INVALID_INPUT',
      'INVALID_INPUT',
      'NOT_FOUND',
      'IDEMPOTENCY_MISMATCH',
      'CARD_NOT_ACTIVE',
      'OFFER_NOT_LIVE',
      'NOT_ELIGIBLE',
      'MEMBER_LIMIT_REACHED',
      'OUT_OF_STOCK',
      'INSUFFICIENT_POINTS',
      'SUB_CAP_REACHED',
      'CARD_CAP_REACHED',
      'CO_PAY_REQUIRED',
      'CO_PAY_REQUIRED',
      'ISSUED',
    ]);
    const places = answers.slice(0, -1).map((code) => REFUSAL_CODES.indexOf(code as RefusalCode));
    expect(places).toEqual(places.toSorted((left, right) => left - right));
  });

  test('a quote and the perk name all that stands in the way, in the same order', async () => {
    const { who } = await story.holder('tight');
    await story.give(who, 'GROWTH', 1_000);
    await story.give(who, 'POINTS', 100);
    await story.claim(who, grand);
    await gateway.gateway.stock.look(gateway.gateway.catalogue.current());
    const expected = [
      'MEMBER_LIMIT_REACHED',
      'OUT_OF_STOCK',
      'INSUFFICIENT_POINTS',
      'SUB_CAP_REACHED',
      'CARD_CAP_REACHED',
    ];
    const quote = await story.quote(who, grand);
    expect(quote).toMatchObject({ redeemable: false, refusals: expected.map((code) => ({ code })) });
    const home = await gateway.run<{ perks: { edges: { node: { title: string; usability: object } }[] } }>(
      who,
      'member-home',
    );
    const perk = home.perks.edges.map(({ node }) => node).find(({ title }) => title === `Offer ${grand}`);
    expect(perk?.usability).toMatchObject({ usable: false, reasons: expected.map((code) => ({ code })) });
  });

  /** How the codes that the ladder does not reach are provoked; the compiler wants each of them. */
  const elsewhere: Record<Exclude<RefusalCode, OnTheLadder>, () => Promise<string>> = {
    QUOTA_EXHAUSTED: async () => {
      const { who } = await story.holder('divided');
      await story.claim(who, 'gift');
      return outcomeOf(await story.redeem(who, 'gift'));
    },
    PARTNER_DECLINED: async () => {
      partner.next('issue', declined('OUT_OF_STOCK', 'none left'));
      return outcomeOf(await story.redeem(await story.member(), 'brewed'));
    },
    MIN_SPEND_NOT_REACHED: async () => {
      const who = await story.member();
      const input = { item: gateway.itemId('spendy'), orderAmount: 299, idempotencyKey: fresh('key') };
      expect(outcomeOf(await gateway.run(who, 'redeem', { input: { ...input, orderAmount: 300 } }))).toBe('ISSUED');
      // Whoever does not know the order yet is told of it, and may claim.
      const unknown = { item: input.item, idempotencyKey: fresh('key') };
      expect(outcomeOf(await gateway.run(who, 'redeem', { input: unknown }))).toBe('ISSUED');
      return outcomeOf(await gateway.run(who, 'redeem', { input: { ...input, idempotencyKey: fresh('key') } }));
    },
    INSUFFICIENT_STORED_VALUE: async () => {
      const { subject: member } = await story.member();
      const input = { member, amount: 1, orderId: 'order', idempotencyKey: fresh('key') };
      return (await gateway.run<{ code: string }>(SHOP, 'spend-stored-value', { input })).code;
    },
    BUDGET_EXHAUSTED: async () => {
      const { who, card } = await story.holder('bare');
      await story.claim(who, 'budgeted', { card: card.id });
      // The cap of the card is used up as well, which comes after it.
      return outcomeOf(await story.redeem(who, 'budgeted', { card: card.id }));
    },
    EXCHANGE_CEILING_REACHED: async () => {
      await agreeOn(gateway, 'ceiled', { quantity: 1 });
      const who = await story.member();
      await story.claim(who, 'ceiled');
      return outcomeOf(await story.redeem(who, 'ceiled'));
    },
    EXCHANGE_IMBALANCE_REACHED: async () => {
      await agreeOn(gateway, 'uneven', {}, 999);
      const who = await story.member();
      await story.claim(who, 'uneven');
      return outcomeOf(await story.redeem(who, 'uneven'));
    },
    NO_CHANCE: async () => {
      const who = await story.member();
      const input = { draw: 'wheel', idempotencyKey: fresh('key') };
      return (await gateway.run<{ code: string }>(who, 'draw', { input })).code;
    },
    NOT_CANCELLABLE: async () => {
      const { who } = await story.holder('bare');
      const { id } = await story.claim(who, 'eater');
      await story.use(id);
      return outcomeOf(await story.cancel(who, id));
    },
    NOT_USABLE: async () => {
      const { who } = await story.holder('bare');
      const { id } = await story.claim(who, 'eater');
      await story.cancel(who, id);
      return outcomeOf(await story.confirmUse(id));
    },
    APPLICATION_NEEDED: async () => {
      const { subject: member } = await story.member();
      const input = { member, plan: 'gated', orderId: fresh('order') };
      return (await gateway.run<{ code: string }>(SHOP, 'open-card', { input })).code;
    },
    RENEWAL_NOT_OPEN: async () => {
      const { card } = await story.holder('windowed');
      const input = { card: card.id, orderId: fresh('order') };
      return (await gateway.run<{ code: string }>(SHOP, 'renew-card', { input })).code;
    },
    NOT_REFUNDABLE: async () => {
      const { card } = await story.holder('bare');
      const input = { card: card.id, idempotencyKey: fresh('key') };
      return (await gateway.run<{ code: string }>(SHOP, 'refund-card', { input })).code;
    },
    CONFLICT: async () => {
      const { subject: member } = await story.member();
      const input = { member, balance: 'POINTS', amount: -1, idempotencyKey: fresh('key') };
      return (await gateway.run<{ code: string }>(SHOP, 'adjust-balance', { input })).code;
    },
  };

  test.each(Object.keys(elsewhere))('%s is answered where it applies', async (code) => {
    expect(await elsewhere[code as keyof typeof elsewhere]()).toBe(code);
  });

  test('a quota is answered before a cap that is used up as well', async () => {
    const { who } = await story.holder('divided');
    await story.claim(who, 'gift');
    expect(outcomeOf(await story.redeem(who, 'gift'))).toBe('QUOTA_EXHAUSTED');
    gateway.clock.set(NEXT_MONTH);
    expect(outcomeOf(await story.redeem(who, 'gift'))).toBe('SUB_CAP_REACHED');
  });

  test('an empty pool of codes is out of stock', async () => {
    const who = await story.member();
    expect(outcomeOf(await story.redeem(who, 'pooled'))).toBe('OUT_OF_STOCK');
    await story.fillPool('pooled', ['THE-ONLY-ONE']);
    expect((await story.claim(who, 'pooled')).couponCode).toBe('THE-ONLY-ONE');
    expect(outcomeOf(await story.redeem(who, 'pooled'))).toBe('OUT_OF_STOCK');
  });
});

type OnTheLadder =
  | 'INVALID_INPUT'
  | 'NOT_FOUND'
  | 'IDEMPOTENCY_MISMATCH'
  | 'CARD_NOT_ACTIVE'
  | 'OFFER_NOT_LIVE'
  | 'NOT_ELIGIBLE'
  | 'MEMBER_LIMIT_REACHED'
  | 'OUT_OF_STOCK'
  | 'INSUFFICIENT_POINTS'
  | 'SUB_CAP_REACHED'
  | 'CARD_CAP_REACHED'
  | 'CO_PAY_REQUIRED';
