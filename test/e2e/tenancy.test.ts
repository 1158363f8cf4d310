// Made from the schema: whoever names what belongs to somebody else is answered as if it did not exist.
import 'reflect-metadata';
import { RESOLVERS } from '../../src/compose/schema';
import { visitorsOf } from '../../src/identity/policy-map';
import { newSigningSecret } from '../../src/partner-port/signature';
import { schemaOf } from '../../src/server/schema';
import { ACTIVITY_PARTS } from '../support/activity-runs';
import { draftOf } from '../support/agreement-story';
import { CONTENT, KINDS, type Kind, MANIFEST } from '../support/argument-kinds';
import { AUDITOR, memberOf, OPERATIONS, partnerOf, SHOP, TestGateway, type Who } from '../support/gateway';
import { benefit, entitles, level, offer, plan, programText } from '../support/gateway-program';
import { type ArgumentLeaf, namingArguments, requestFor, requiredLeaves } from '../support/gateway-requests';
import { expectBooksInOrder, fresh, Story } from '../support/gateway-story';
import { tell } from '../support/gateway-webhooks';
import { eachDatabase } from '../support/lanes';
import { BD, type KeyAnswer } from '../support/partner-story';
import type { ReconciliationKinds } from '../support/reconciliation-kinds';
import { feedOf, foundItems, reconciled } from '../support/reconciliation-story';
import { settlementValues } from '../support/settlement-values';

const schema = schemaOf(RESOLVERS, new Map());
const LEAVES = namingArguments(schema);

/** How a query reaches the types, other than the roots, whose fields take arguments. */
const ROUTES: Readonly<Record<string, readonly string[]>> = {
  Query: [],
  Mutation: [],
  Subscription: [],
  Member: ['me'],
};

// Nobody is old enough, so that whoever applies may do so again.
const AGE = {
  fields: [{ code: 'age', name: 'Age', kind: 'NUMBER' }],
  check: { when: 'application.age > 200', else: 'Too young.' },
  review: 'AUTO',
};

const PROGRAM = programText({
  ...ACTIVITY_PARTS,
  levels: [{ ...level('registered', 1, 0), gifts: [{ code: 'welcome', name: 'Welcome', reward: { points: 3 } }] }],
  plans: [plan('plus', { costCap: 100_000, entitlements: [entitles('freight')] }), plan('gated', { application: AGE })],
  benefits: [benefit('freight')],
  offers: [offer('latte'), offer('film', { partner: 'cinema' })],
});

/** What a member that has just joined, or a partner that knows no hash, is refused for other reasons. */
const NOT_FOR_ITSELF = new Set([
  'Mutation.redeem(input.member)',
  'Mutation.acceptReferral(member)',
  'Mutation.makeUpCheckIn(member)',
  'Mutation.signStatement(input.statement)',
  // A feed of the name is there already, of all offers.
  'Mutation.openFeed(input.offer)',
]);

const NEVER = '019cd5e6d20070000000000000000000';
const A_MEMBER = memberOf('member-of-a');
const B_MEMBER = memberOf('member-of-b');
const PARTNERS = { A: 'brewer', B: 'cinema' } as const;
const B_KEY = 'a key that was used by B';
const B_ORDER = 'an order that was paid by B';

/** What one side has, and what nobody has. */
interface Values {
  readonly foreign: string;
  readonly unknown: string;
  /** Of another type, or of another list. */
  readonly wrong: readonly string[];
  own(): Promise<string> | string;
}

const TENANTS: readonly (readonly [string, Who])[] = [
  ['member', A_MEMBER],
  ['partner', partnerOf(PARTNERS.A)],
];
const OTHERS: readonly (readonly [string, Who])[] = [
  ['server', SHOP],
  ['operations', OPERATIONS],
];
const naming = LEAVES.filter(({ name }) => KINDS[name] !== undefined && KINDS[name] !== 'PLAIN');
const casesOf = (actors: typeof TENANTS) =>
  naming.flatMap((leaf) => actors.map(([who, actor]) => [who, leaf.name, leaf, actor] as const));

function mayName({ parent, field }: ArgumentLeaf, actor: Who): boolean {
  const [step] = ROUTES[parent.name]!;
  const root = step === undefined ? undefined : schema.getQueryType()!;
  const reached = !root || visitorsOf(root, root.getFields()[step!]!)?.includes(actor.role) === true;
  return reached && visitorsOf(parent, field)?.includes(actor.role) === true;
}

describe('the table of what arguments name', () => {
  test('has every argument of the schema that takes a text or an id, and no other', () => {
    expect(Object.keys(KINDS).sort()).toEqual(LEAVES.map(({ name }) => name).sort());
  });

  test('is reached by the requests that are made', () => {
    expect([...new Set(LEAVES.map(({ parent }) => parent.name))].sort()).toEqual(Object.keys(ROUTES).sort());
    const missing = naming.flatMap((leaf) =>
      requiredLeaves(leaf).filter((name) => KINDS[name] === undefined && CONTENT[name] === undefined),
    );
    expect(missing).toEqual([]);
  });
});

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  let values: Readonly<Record<Exclude<Kind, 'PLAIN'>, Values>>;
  let secrets: readonly string[];

  beforeAll(async () => {
    const environment = {
      LIMIT_QUERY_ALIASES: '1000',
      LIMIT_QUERY_TOKENS: '100000',
      LIMIT_QUERY_DEPTH: '30',
      PARTNER_HOSTS: '127.0.0.1:9',
    };
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM, environment });
    story = new Story(gateway);
    ({ values, secrets } = await furnish(story));
  });
  afterAll(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const ask = async (leaf: ArgumentLeaf, actor: Who, value: string) => {
    const { parent, field, path } = leaf;
    const head = `${parent.name}.${field.name}(`;
    const given = new Map<string, unknown>();
    for (const name of requiredLeaves(leaf)) {
      // What is asked about is not made as well.
      if (name === leaf.name) continue;
      const kind = KINDS[name];
      const own = kind && kind !== 'PLAIN' ? await values[kind].own() : CONTENT[name];
      given.set(name.slice(head.length, -1), own);
    }
    given.set(path.join('.'), value);
    // Whoever asks for another than itself has to name it.
    for (const named of ['member', 'input.member']) {
      const missing = KINDS[`${head}${named})`] && !given.has(named);
      if (missing && !TENANTS.some(([, { role }]) => role === actor.role)) given.set(named, A_MEMBER.subject);
    }
    const request = requestFor(leaf, actor.role, ROUTES[parent.name]!, given);
    if (parent.name === 'Subscription') {
      for await (const body of gateway.stream(actor, request.query, request.variables)) {
        return { status: 200, text: JSON.stringify(body) };
      }
    }
    const { status, body } = await gateway.ask(actor, request.query, request.variables);
    return { status, text: JSON.stringify(body) };
  };

  /** Ids and codes that are made anew in each answer. */
  const settled = ({ status, text }: { status: number; text: string }) => ({
    status,
    text: text
      .replace(/"(redemption|coupon)_[0-9a-f]{32}"/g, '"$1"')
      .replace(/"(offer|planApplication|drawing|feed)_[0-9a-f]{32}"/g, '"$1"')
      .replace(/_(?:coupon)?[cC]ode":"[^"]+"/g, '_code":"code"'),
  });

  const stateOfB = async () => [
    await gateway.run(AUDITOR, 'staff-member', { externalId: B_MEMBER.subject, coupons: 100 }),
    await gateway.run(partnerOf(PARTNERS.B), 'redemptions', { first: 100 }),
    await gateway.run(partnerOf(PARTNERS.B), 'webhook-endpoint'),
    await gateway.run(partnerOf(PARTNERS.B), 'webhook-deliveries', { first: 100 }),
    await gateway.run(B_MEMBER, 'member-home', { perks: 100, coupons: 100 }),
    await gateway.run(partnerOf(PARTNERS.B), 'registered-offers', { first: 100 }),
    await gateway.run(partnerOf(PARTNERS.B), 'my-partner'),
    await gateway.run(partnerOf(PARTNERS.B), 'agreements', { first: 100 }),
    await gateway.run(partnerOf(PARTNERS.B), 'deliveries', { first: 100 }),
    await gateway.run(partnerOf(PARTNERS.B), 'statements', { first: 100 }),
    await gateway.run(partnerOf(PARTNERS.B), 'feeds', { first: 100 }),
    await gateway.run(partnerOf(PARTNERS.B), 'reconciliation-items', { first: 100 }),
  ];

  test.each(casesOf(TENANTS))(
    "a %s that gives B's value to %s learns and changes nothing",
    async (_who, _name, leaf, actor) => {
      const { foreign, unknown, wrong } = values[KINDS[leaf.name] as Exclude<Kind, 'PLAIN'>];
      const before = await stateOfB();
      const [ofB, ofNobody] = [await ask(leaf, actor, foreign), await ask(leaf, actor, unknown)];
      expect(settled(ofB)).toEqual(settled(ofNobody));
      for (const value of wrong) {
        const answer = await ask(leaf, actor, value);
        expect(settled(answer)).toEqual(settled(await ask(leaf, actor, 'nonsense')));
      }
      for (const secret of secrets) expect(ofB.text).not.toContain(secret);
      expect(await stateOfB()).toEqual(before);
    },
  );

  const withTypes = casesOf(OTHERS).filter(([, , { type, parent, field }, actor]) => {
    return type === 'ID' && visitorsOf(parent, field)?.includes(actor.role);
  });
  test.each(withTypes)('to a %s an id of another type in %s is the id of nothing', async (_who, _name, leaf, actor) => {
    const { unknown, wrong } = values[KINDS[leaf.name] as Exclude<Kind, 'PLAIN'>];
    const ofNobody = await ask(leaf, actor, unknown);
    expect(ofNobody.text).toMatch(/"NOT_FOUND"|:null}}$|_edges":\[\]|_redemptions":0,|_uses":0,/);
    for (const value of wrong) expect(await ask(leaf, actor, value)).toEqual(ofNobody);
  });

  const ofPartners = naming.filter(({ name }) => {
    return name === 'Query.partnerHealth(partner)' || (name.startsWith('Query.') && KINDS[name] === 'PARTNER');
  });
  test.each(ofPartners.map((leaf) => [leaf.name, leaf] as const))(
    'staff name the partner of %s by its code or by its id',
    async (_name, leaf) => {
      const { globalId } = gateway.gateway.catalogue.current().partnerByCode(PARTNERS.B)!;
      const byCode = await ask(leaf, OPERATIONS, PARTNERS.B);
      expect(byCode.text).toContain('"data"');
      expect(await ask(leaf, OPERATIONS, globalId)).toEqual(byCode);
      expect(await ask(leaf, OPERATIONS, `partner_${NEVER}`)).toEqual(await ask(leaf, OPERATIONS, 'nobody'));
    },
  );

  test('and the requests can succeed: with what is its own, each tenant is answered', async () => {
    const refused: string[] = [];
    for (const [, name, leaf, actor] of casesOf(TENANTS)) {
      if (!mayName(leaf, actor)) continue;
      const own = await values[KINDS[name] as Exclude<Kind, 'PLAIN'>].own();
      if (NOT_FOR_ITSELF.has(name)) continue;
      const { status, text } = await ask(leaf, actor, own);
      if (status !== 200 || /"errors"|Refusal|:null}}$/.test(text)) refused.push(`${actor.role} ${name} ${text}`);
    }
    expect(refused).toEqual([]);
  });
});

/** A neighbour of an id in time that was never given to anything. */
function beside(of: string): string {
  return of.slice(0, 18) + 'f'.repeat(12) + of.slice(30);
}

/** A and B, side by side: each a member with a card and coupons, each a partner whose coupon was claimed. */
async function furnish(story: Story) {
  const { gateway } = story;
  const home = async (subject: string, nickname: string, item: string) => {
    const who = memberOf(subject);
    await gateway.run(SHOP, 'register-members', { members: [{ externalId: subject, nickname }] });
    const card = await story.open(who, 'plus', { orderId: subject === B_MEMBER.subject ? B_ORDER : fresh('order') });
    gateway.clock.advance(1_000);
    const coupon = await story.claim(who, item);
    return { who, card, coupon };
  };
  const a = await home(A_MEMBER.subject, 'Ada', 'latte');
  const b = await home(B_MEMBER.subject, 'Secretive', 'film');
  const taken = await story.claim(B_MEMBER, 'film', { key: B_KEY });
  await story.cancel(B_MEMBER, taken.id, B_KEY);
  const used = await story.claim(B_MEMBER, 'film');
  await story.confirmUse(used.id, { key: B_KEY, as: partnerOf(PARTNERS.B) });

  const told = { a: await tell(gateway, PARTNERS.A, a.coupon.id), b: await tell(gateway, PARTNERS.B, b.coupon.id) };
  const partnerId = (code: string) => gateway.gateway.catalogue.current().partnerByCode(code)!.globalId;
  const keys: string[] = [];
  const makeKey = async (code: string) => {
    const input = { partner: partnerId(code), label: 'of the test', scopes: ['OFFERS_READ'] };
    const made = (await gateway.run<KeyAnswer>(BD, 'create-credential', { input })).credential.id;
    // There may be twenty at once, and none is needed for longer than the next request.
    keys.push(made);
    if (keys.length > 5) await gateway.run(BD, 'revoke-credential', { input: { credential: keys.shift() } });
    return made;
  };
  /** With a connector, as one of the requests takes it away. */
  const connected = async (code: string) => {
    const secrets = [{ name: 'signing', value: newSigningSecret() }];
    const input = { partner: partnerId(code), manifest: MANIFEST, secrets };
    await gateway.run(BD, 'set-connector', { input });
    return partnerId(code);
  };
  await connected(PARTNERS.B);
  const credential = await makeKey(PARTNERS.B);
  keys.length = 0;

  const applicationOf = async (who: Who) => {
    const filled = { plan: 'gated', fields: [{ code: 'age', value: '5' }], idempotencyKey: fresh('key') };
    return (await gateway.run<{ id: string }>(who, 'apply-for-plan', { input: filled })).id;
  };
  const drawingOf = async (who: Who) => {
    const input = { draw: 'wheel', idempotencyKey: fresh('key') };
    return (await gateway.run<{ id: string }>(who, 'draw', { input })).id;
  };
  const id = (global: string) => global.split('_')[1]!;
  const cursor = (scope: string, of: string) => Buffer.from(`${scope}:${of}`).toString('base64url');
  const ids = { card: b.card.id, redemption: b.coupon.id, offer: gateway.itemId('film') };
  const wrong = (...types: string[]) => types.map((type) => `${type}_${id(ids.redemption)}`);
  const values: Readonly<Record<Exclude<Kind, 'PLAIN'>, Values>> = {
    MEMBER: { foreign: B_MEMBER.subject, unknown: 'nobody', wrong: [], own: () => A_MEMBER.subject },
    CARD: {
      foreign: ids.card,
      unknown: `card_${NEVER}`,
      wrong: [ids.redemption, ids.offer, `offer_${id(ids.card)}`, id(ids.card), ids.card.toUpperCase()],
      own: () => a.card.id,
    },
    REDEMPTION: {
      foreign: ids.redemption,
      unknown: `redemption_${NEVER}`,
      wrong: [ids.card, ...wrong('coupon', 'card', 'offer'), id(ids.redemption)],
      own: async () => (await story.claim(A_MEMBER, 'latte')).id,
    },
    LISTED_OFFER: {
      foreign: ids.offer,
      unknown: `offer_${NEVER}`,
      wrong: [ids.redemption, ids.card, ids.offer.toUpperCase(), id(ids.offer)],
      own: () => gateway.itemId('latte'),
    },
    PARTNER: { foreign: PARTNERS.B, unknown: 'nobody', wrong: [partnerId(PARTNERS.B)], own: () => PARTNERS.A },
    PARTNER_ID: {
      foreign: partnerId(PARTNERS.B),
      unknown: `partner_${NEVER}`,
      wrong: [ids.card, `offer_${id(partnerId(PARTNERS.B))}`, id(partnerId(PARTNERS.B))],
      own: () => connected(PARTNERS.A),
    },
    CREDENTIAL: {
      foreign: credential,
      unknown: `credential_${NEVER}`,
      wrong: [ids.card, `partner_${id(credential)}`, id(credential)],
      own: () => makeKey(PARTNERS.A),
    },
    STAFF_CURSOR: {
      foreign: cursor('partner', id(partnerId(PARTNERS.B))),
      unknown: cursor('partner', NEVER),
      wrong: [cursor('coupon', id(b.coupon.id))],
      own: () => cursor('partner', id(partnerId(PARTNERS.A))),
    },
    KEY: { foreign: B_KEY, unknown: fresh('key'), wrong: [], own: () => fresh('key') },
    ORDER: { foreign: B_ORDER, unknown: fresh('order'), wrong: [], own: () => fresh('order') },
    COUPON_CURSOR: {
      foreign: cursor('coupon', id(b.coupon.id)),
      unknown: cursor('coupon', beside(id(b.coupon.id))),
      wrong: [cursor('redemption', id(b.coupon.id)), ids.redemption],
      own: () => cursor('coupon', id(a.coupon.id)),
    },
    REDEMPTION_CURSOR: {
      foreign: cursor('redemption', id(b.coupon.id)),
      unknown: cursor('redemption', beside(id(b.coupon.id))),
      wrong: [cursor('coupon', id(b.coupon.id)), ids.redemption],
      own: () => cursor('redemption', id(a.coupon.id)),
    },
    ...(await agreementValues(story)),
    ...(await settlementValues(gateway, PARTNERS)),
    ...(await reconciliationValues(story)),
    FUNNEL_CURSOR: {
      foreign: cursor('funnel', `2026-03-10 ${id(ids.offer)}`),
      unknown: cursor('funnel', `2026-03-10 ${beside(id(ids.offer))}`),
      wrong: [cursor('redemption', id(b.coupon.id)), ids.offer],
      own: () => cursor('funnel', `2026-03-01 ${id(gateway.itemId('latte'))}`),
    },
    ...(await offerValues(story)),
    WEBHOOK: {
      foreign: told.b,
      unknown: `event_${NEVER}`,
      wrong: [ids.card, `redemption_${id(told.b)}`, id(told.b), told.b.toUpperCase()],
      own: () => told.a,
    },
    WEBHOOK_CURSOR: {
      foreign: cursor('webhook', id(told.b)),
      unknown: cursor('webhook', beside(id(told.b))),
      wrong: [cursor('redemption', id(told.b)), told.b],
      own: () => cursor('webhook', id(told.a)),
    },
    PUBLIC_CURSOR: {
      foreign: cursor('perk', '0'),
      unknown: cursor('perk', '0'),
      wrong: [cursor('coupon', id(b.coupon.id))],
      own: () => cursor('perk', '1'),
    },
    PUBLIC_ITEM: {
      foreign: `offer_${NEVER}`,
      unknown: `benefit_${NEVER}`,
      wrong: [ids.card, ...wrong('redemption', 'plan')],
      own: () => gateway.itemId('latte'),
    },
    ...drawingValues(await drawingOf(B_MEMBER), () => drawingOf(A_MEMBER)),
    EVENT_CURSOR: {
      foreign: cursor('member-events', `1 ${id(b.coupon.id)}`),
      unknown: cursor('member-events', `1 ${NEVER}`),
      wrong: [cursor('drawings', id(b.coupon.id)), ids.redemption],
      own: () => cursor('member-events', `1 ${'f'.repeat(32)}`),
    },
    LEVEL_CURSOR: {
      foreign: cursor('level-history', '1'),
      unknown: cursor('level-history', '0'),
      wrong: [cursor('perk', '1')],
      own: () => cursor('level-history', '999999'),
    },
    APPLICATION: {
      foreign: await applicationOf(B_MEMBER),
      unknown: `planApplication_${NEVER}`,
      wrong: [ids.card, ids.redemption],
      own: () => applicationOf(A_MEMBER),
    },
    PUBLIC_PLAN: { foreign: 'nothing', unknown: 'nobody', wrong: [], own: () => 'plus' },
  };
  // What the requests make for A is later than all of B's, so that B's cursors and their neighbours list the same.
  gateway.clock.advance(1_000);
  const secrets = [
    b.coupon.couponCode!,
    'Secretive',
    ids.card,
    ids.redemption,
    taken.id,
    used.id,
    B_MEMBER.subject,
    told.b,
    credential,
  ];
  return { values, secrets };
}

function drawingValues(ofB: string, own: () => Promise<string>) {
  const id = ofB.split('_')[1]!;
  const cursor = (key: string) => Buffer.from(`drawings:${key}`).toString('base64url');
  return {
    DRAWING: { foreign: ofB, unknown: `drawing_${NEVER}`, wrong: [`draw_${id}`, `redemption_${id}`, id], own },
    DRAWING_CURSOR: {
      foreign: cursor(id),
      unknown: cursor(beside(id)),
      wrong: [Buffer.from(`coupon:${id}`).toString('base64url'), ofB],
      own: () => cursor('f'.repeat(32)),
    },
  } satisfies Partial<Record<Kind, Values>>;
}

/** Drafts with A and with B. */
async function agreementValues({ gateway }: Story) {
  const item = { code: 'views', side: 'OPERATOR', kind: 'EXPOSURE', unit: 'view', unitValue: 2 };
  const draft = (partner: string) => draftOf(gateway, [item], { partner });
  const foreign = await draft(PARTNERS.B);
  const id = foreign.split('_')[1]!;
  const cursor = (scope: string, key: string) => Buffer.from(`${scope}:${key}`).toString('base64url');
  return {
    AGREEMENT: {
      foreign,
      unknown: `agreement_${NEVER}`,
      wrong: [`redemption_${id}`, `offer_${id}`, id],
      own: () => draft(PARTNERS.A),
    },
    AGREEMENT_CURSOR: {
      foreign: cursor('agreement', id),
      unknown: cursor('agreement', id.slice(0, 18) + 'f'.repeat(12) + id.slice(30)),
      wrong: [cursor('redemption', id), foreign],
      own: () => cursor('agreement', 'f'.repeat(32)),
    },
    ALERT_CURSOR: {
      foreign: cursor('alert', id),
      unknown: cursor('alert', id.slice(0, 18) + 'f'.repeat(12) + id.slice(30)),
      wrong: [cursor('redemption', id), foreign],
      own: () => cursor('alert', 'f'.repeat(32)),
    },
  } satisfies Partial<Record<Kind, Values>>;
}

/** Feeds of A and of B, what was compared, and what it found. */
async function reconciliationValues({ gateway }: Story) {
  const of = async (partner: string) => ({
    FEED: await feedOf(gateway, [], partner),
    RECONCILIATION: await reconciled(gateway, ['A1'], partner),
    RECONCILIATION_ITEM: (await foundItems(gateway, ['A1'], partner))[0]!,
  });
  const [own, foreign] = [await of(PARTNERS.A), await of(PARTNERS.B)];
  const anew = { FEED: () => feedOf(gateway, [], PARTNERS.A) } as const;
  const cursor = (scope: string, key: string) => Buffer.from(`${scope}:${key}`).toString('base64url');
  const valuesOf = (kind: keyof typeof own, type: string) => {
    const id = foreign[kind].split('_')[1]!;
    const wrong = [`redemption_${id}`, `offer_${id}`, id];
    const make = kind === 'FEED' ? anew.FEED : () => own[kind];
    return {
      [kind]: { foreign: foreign[kind], unknown: `${type}_${NEVER}`, wrong, own: make },
      [`${kind}_CURSOR`]: {
        foreign: cursor(type, id),
        unknown: cursor(type, id.slice(0, 18) + 'f'.repeat(12) + id.slice(30)),
        wrong: [cursor('redemption', id), foreign[kind]],
        own: () => cursor(type, 'f'.repeat(32)),
      },
    };
  };
  return {
    ...valuesOf('FEED', 'feed'),
    ...valuesOf('RECONCILIATION', 'reconciliation'),
    ...valuesOf('RECONCILIATION_ITEM', 'reconciliationItem'),
    MATCH_CURSOR: {
      foreign: cursor('reconciliationMatch', '1'),
      unknown: cursor('reconciliationMatch', '2'),
      wrong: [cursor('reconciliation', '1')],
      own: () => cursor('reconciliationMatch', '0'),
    },
  } as unknown as Record<ReconciliationKinds, Values>;
}

/** Offers that A and B registered, in the states that the mutations ask for. */
async function offerValues({ gateway }: Story) {
  const BD: Who = { role: 'BD', subject: 'bea' };
  const terms = { kind: 'COUPON', unitCost: 4_711, faceValue: 1, card: 'NONE' };
  const draft = async (partner: string, code = fresh('offer')) => {
    const input = { ...terms, code, title: `Of ${partner}` };
    return (await gateway.run<{ id: string }>(partnerOf(partner), 'create-offer', { input })).id;
  };
  const waiting = async (partner: string) => {
    const offer = await draft(partner);
    await gateway.run(partnerOf(partner), 'submit-offer', { offer });
    return offer;
  };
  const live = async (partner: string) => {
    const offer = await waiting(partner);
    await gateway.run(BD, 'review-offer', { input: { offer, revision: 1, decision: 'APPROVE' } });
    return offer;
  };
  const { A, B } = PARTNERS;
  const codeOfB = fresh('code');
  const ofB = { draft: await draft(B, codeOfB), waiting: await waiting(B), live: await live(B) };
  const id = (global: string) => global.split('_')[1]!;
  const cursor = (scope: string, key: string) => Buffer.from(`${scope}:${key}`).toString('base64url');
  const valuesOf = (foreign: string, own: () => Promise<string>): Values => ({
    foreign,
    unknown: `offer_${NEVER}`,
    wrong: [`redemption_${id(foreign)}`, `member_${id(foreign)}`, id(foreign)],
    own,
  });
  const beside = (of: string) => of.slice(0, 18) + 'f'.repeat(12) + of.slice(30);
  return {
    OFFER: valuesOf(ofB.live, () => live(A)),
    OFFER_DRAFT: valuesOf(ofB.draft, () => draft(A)),
    OFFER_WAITING: valuesOf(ofB.waiting, () => waiting(A)),
    OFFER_CODE: { foreign: codeOfB, unknown: fresh('code'), wrong: [], own: () => fresh('code') },
    OFFER_CURSOR: {
      foreign: cursor('offer', id(ofB.live)),
      unknown: cursor('offer', beside(id(ofB.live))),
      wrong: [cursor('redemption', id(ofB.live)), ofB.live],
      own: () => cursor('offer', 'f'.repeat(32)),
    },
    REVIEW_CURSOR: {
      foreign: cursor('review', `1-${id(ofB.waiting)}`),
      unknown: cursor('review', `1-${NEVER}`),
      wrong: [cursor('offer', id(ofB.waiting))],
      own: () => cursor('review', `1-${NEVER}`),
    },
  } satisfies Partial<Record<Kind, Values>>;
}
