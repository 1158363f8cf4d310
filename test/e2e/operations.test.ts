// Every operation of schema/operations is run by its role in one small story; one without a place in it fails.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LevelCensusJob } from '../../src/insight/census/level-census.job';
import { newSigningSecret } from '../../src/partner-port/signature';
import { ACTIVITY_PARTS, activityRuns } from '../support/activity-runs';
import { draftOf } from '../support/agreement-story';
import { AUDITOR, OPERATIONS, operationText, partnerOf, SHOP, TestGateway, type Who } from '../support/gateway';
import { benefit, entitles, level, offer, plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, Story } from '../support/gateway-story';
import { listen, tell } from '../support/gateway-webhooks';
import { INSIGHT_RUNS } from '../support/insight-runs';
import { eachDatabase } from '../support/lanes';
import { BD, PartnerStory, standardManifest } from '../support/partner-story';
import { reconciliationRuns } from '../support/reconciliation-runs';
import { settlementRuns } from '../support/settlement-runs';

const PROGRAM = programText({
  levels: [
    { ...level('registered', 1, 0), gifts: [{ code: 'welcome', name: 'Welcome', reward: { points: 3 } }] },
    level('silver', 2, 500),
  ],
  plans: [
    plan('plus', { entitlements: [entitles('freight', 2)], refund: { withinDays: 7 } }),
    plan('gated', { application: { fields: [{ code: 'age', name: 'Age', kind: 'NUMBER' }] } }),
  ],
  budgets: [{ code: 'year', name: 'Of the year', amount: 1_000_000, period: 'YEAR', plans: ['plus'] }],
  benefits: [benefit('freight')],
  offers: [offer('latte')],
  partners: ['brewer', 'cinema', 'leaver'],
  ...ACTIVITY_PARTS,
  settings: {
    ...ACTIVITY_PARTS.settings,
    storedValue: { refund: { allowed: true } },
    lifecycle: { activeDays: 30, silentDays: 90, sleepingDays: 180 },
    campaigns: [{ code: 'cake', name: 'Cake', trigger: { on: 'BIRTHDAY' }, reward: { points: 1 } }],
  },
});

const DEAD_HOST = '127.0.0.1:9';

const FILES = readdirSync(join(__dirname, '..', '..', 'schema', 'operations')).map((file) =>
  file.replace(/\.graphql$/, ''),
);

interface Run {
  readonly who: Who;
  readonly variables?: object;
  /** The type of its one field's value, or a part of the value. */
  readonly answers: object | string;
  /** When it is run once more, where that is something else. */
  readonly answersAgain?: string;
  /** Where a second run cannot answer the same: what it is given. */
  readonly again?: object;
}

async function runsOf(story: Story): Promise<Record<string, Run>> {
  const { gateway } = story;
  const { who, card } = await story.holder('plus');
  const closing = await story.open(who, 'plus');
  const { card: refunded } = await story.holder('plus');
  const [held, taken, used] = [
    await story.claim(who, 'latte'),
    await story.claim(who, 'latte'),
    await story.claim(who, 'latte'),
  ];
  const item = gateway.itemId('latte');
  // Each of them is asked about one thing only, so that the operations may come in any order.
  const [payer, repaid, refundee] = [await recharged(story), await recharged(story), await recharged(story)];
  const told = await story.member();
  const paymentKey = 'an order that is cancelled';
  const payment = { member: repaid.subject, amount: 9, orderId: 'cancelled', idempotencyKey: paymentKey };
  await gateway.run(SHOP, 'spend-stored-value', { input: payment });
  const delivery = await tell(gateway, 'brewer', held.id);
  await listen(gateway, 'leaver');
  const key = { idempotencyKey: 'the key of this operation' };
  const member = who.subject;
  const event = { source: 'shop', member: told.subject, occurredAt: '2026-03-01T00:00:00Z' };
  return {
    'member-home': { who, variables: { perks: 5, coupons: 5 }, answers: { externalId: member } },
    redeem: { who, variables: { input: { item, ...key } }, answers: 'Redemption' },
    quote: { who, variables: { item }, answers: 'RedemptionQuote' },
    cancel: { who, variables: { input: { redemption: taken.id, ...key } }, answers: { status: 'CANCELLED' } },
    'confirm-use': {
      who: partnerOf('brewer'),
      variables: { input: { redemption: used.id, ...key } },
      answers: { status: 'USED' },
    },
    'redemption-updated': { who, variables: { id: held.id }, answers: { id: held.id, status: 'ISSUED' } },
    redemption: { who, variables: { id: held.id }, answers: { id: held.id, status: 'ISSUED' } },
    redemptions: {
      who: partnerOf('brewer'),
      variables: { first: 3 },
      answers: { edges: expect.arrayContaining([expect.objectContaining({ cursor: expect.any(String) })]) },
    },
    ...(await reconciliationRuns(story)),
    'redemption-totals': {
      who: partnerOf('brewer'),
      variables: { filter: { status: 'CANCELLED', offer: item } },
      answers: { redemptions: expect.any(Number), members: expect.any(Number) },
    },
    'record-impressions': {
      who: SHOP,
      variables: { input: { impressions: [{ offer: item, day: '2026-03-10', shown: 40 }], ...key } },
      answers: { impressions: 40, replayed: false },
      again: { input: { impressions: [{ offer: item, day: '2026-03-10', shown: 40 }], ...key } },
    },
    'redemption-funnel': {
      who: partnerOf('brewer'),
      variables: { filter: { offer: item } },
      answers: { edges: [{ node: { day: '2026-03-10', offer: item } }], pageInfo: { hasNextPage: false } },
    },
    'time-to-use': { who: BD, variables: { filter: { partner: 'brewer' } }, answers: 'TimeToUse' },
    ...(await offerRuns(story)),
    offers: {
      who: partnerOf('brewer'),
      answers: expect.arrayContaining([expect.objectContaining({ code: 'latte', partner: 'brewer' })]),
    },
    'register-members': {
      who: SHOP,
      variables: { members: [{ externalId: 'newcomer', nickname: 'New', tags: ['a'], birthday: '1990-02-28' }] },
      answers: { members: [{ externalId: 'newcomer', birthday: '1990-02-28', tags: ['a'] }] },
    },
    'open-card': {
      who: SHOP,
      variables: { input: { member, plan: 'plus', orderId: 'an order' } },
      answers: { kind: 'MEMBERSHIP', status: 'ACTIVE' },
    },
    'renew-card': {
      who: SHOP,
      variables: { input: { card: card.id, orderId: 'another order' } },
      answers: { id: card.id, status: 'ACTIVE' },
    },
    'plan-quotes': {
      who,
      answers: { planQuotes: [{ plan: { code: 'plus' } }, { plan: { code: 'gated' }, open: false }] },
    },
    'apply-for-plan': {
      who,
      variables: { input: { plan: 'gated', fields: [{ code: 'age', value: '5' }], ...key } },
      answers: { plan: 'gated', state: 'PENDING' },
    },
    'plan-applications': {
      who: AUDITOR,
      variables: { first: 5 },
      answers: { edges: expect.arrayContaining([expect.objectContaining({ cursor: expect.any(String) })]) },
    },
    'review-plan-application': {
      who: OPERATIONS,
      variables: { input: { application: await applicationOf(gateway), decision: 'APPROVE' } },
      answers: { state: 'APPROVED' },
    },
    'refund-card': {
      who: SHOP,
      variables: { input: { card: refunded.id, ...key } },
      answers: { settled: true, amount: { amount: 10_900 } },
    },
    'group-budgets': { who: AUDITOR, answers: [{ code: 'year', granted: { amount: 1_000_000 } }] },
    'close-card': { who: OPERATIONS, variables: { card: closing.id }, answers: { id: closing.id, status: 'CLOSED' } },
    ...levelRuns(await story.member(), await story.member()),
    'adjust-balance': {
      who: OPERATIONS,
      variables: { input: { member, balance: 'POINTS', amount: 7, ...key } },
      answers: { externalId: member, points: { balance: 7 } },
    },
    'record-events': {
      who: SHOP,
      variables: {
        events: [{ ...event, eventId: 'of this operation', type: 'REVIEW' }],
      },
      answers: { recorded: 1, refused: 0 },
      again: {
        events: [{ ...event, eventId: 'once more', type: 'SHARE' }],
      },
    },
    'spend-stored-value': {
      who: SHOP,
      variables: { input: { member: payer.subject, amount: 30, orderId: 'a haircut', ...key } },
      answers: { fromBalance: { amount: 30 }, member: { storedValue: { balance: { amount: 70 } } } },
    },
    'cancel-stored-value-payment': {
      who: OPERATIONS,
      variables: { input: { member: repaid.subject, paymentKey, paidBy: SHOP.subject } },
      answers: { toBalance: { amount: 9 }, toBonus: { amount: 0 } },
    },
    'refund-stored-value': {
      who: OPERATIONS,
      variables: { input: { member: refundee.subject, amount: 20, orderId: 'paid back', ...key } },
      answers: { fromBalance: { amount: 20 } },
    },
    'member-events': {
      who: payer,
      answers: { externalId: payer.subject, events: { edges: [{ node: { type: 'RECHARGE' } }] } },
    },
    ...(await agreementRuns(gateway)),
    ...(await settlementRuns(gateway)),
    ...(await partnerRunsOf(gateway)),
    ...(await activityRuns(story)),
    savings: {
      who,
      variables: { months: 2 },
      answers: { savings: { months: [{ month: '2026-02' }, { month: '2026-03' }] } },
    },
    alerts: { who: AUDITOR, variables: { open: true }, answers: { edges: [], pageInfo: { hasNextPage: false } } },
    'level-census': {
      who: AUDITOR,
      answers: { members: expect.any(Number), levels: [{ growth: null }, { growth: null }] },
    },
    ...INSIGHT_RUNS,
    program: { who: AUDITOR, answers: { version: 1 } },
    'plan-program': {
      who: OPERATIONS,
      variables: { text: PROGRAM },
      answers: { changes: 0, version: 1, preview: { moves: [], benefits: [] } },
    },
    'apply-program': { who: OPERATIONS, variables: { text: PROGRAM }, answers: { changes: 0, version: 1 } },
    'set-webhook-endpoint': {
      who: partnerOf('cinema'),
      variables: { input: { url: 'https://hooks.example.com/cinema', eventTypes: ['redemption.used'] } },
      answers: { endpoint: { partner: 'cinema', eventTypes: ['redemption.used'], state: 'ACTIVE' } },
    },
    'remove-webhook-endpoint': { who: partnerOf('leaver'), answers: { partner: 'leaver' }, answersAgain: 'Refusal' },
    'rotate-webhook-secret': {
      who: partnerOf('brewer'),
      variables: { direction: 'INCOMING' },
      answers: { secret: expect.stringMatching(/^whsec_/), direction: 'INCOMING' },
    },
    'resend-webhook': {
      who: partnerOf('brewer'),
      variables: { delivery },
      answers: { id: delivery, state: 'PENDING' },
    },
    'resend-dead-webhooks': {
      who: partnerOf('brewer'),
      variables: { since: '2020-01-01T00:00:00Z' },
      answers: { resent: 0, more: false },
    },
    'webhook-endpoint': { who: AUDITOR, variables: { partner: 'brewer' }, answers: { partner: 'brewer' } },
    'webhook-deliveries': {
      who: partnerOf('brewer'),
      variables: { state: 'PENDING' },
      answers: {
        edges: expect.arrayContaining([
          expect.objectContaining({ node: expect.objectContaining({ id: delivery, type: 'redemption.issued' }) }),
        ]),
      },
    },
    'audit-entries': {
      who: AUDITOR,
      variables: { filter: { action: 'reviewPartner' } },
      answers: { edges: expect.arrayContaining([expect.objectContaining({ cursor: expect.any(String) })]) },
    },
    campaigns: { who: OPERATIONS, answers: [expect.objectContaining({ code: 'cake', trigger: 'BIRTHDAY' })] },
    'campaign-preview': { who: OPERATIONS, variables: { campaign: 'cake' }, answers: 'CampaignPreview' },
    'campaign-gifts': { who: AUDITOR, variables: { campaign: 'cake', first: 5 }, answers: { edges: [] } },
    'lifecycle-table': { who: OPERATIONS, answers: { stages: expect.any(Array), grades: expect.any(Array) } },
    'member-lifecycle': { who: SHOP, variables: { externalId: member }, answers: { stageChanges: expect.anything() } },
    'staff-member': { who: AUDITOR, variables: { externalId: member }, answers: { externalId: member } },
  };
}

/** A member with 100 of stored value, paid in before. */
async function recharged(story: Story): Promise<Who> {
  const who = await story.member();
  const recharge = { source: 'till', eventId: `recharge of ${who.subject}`, type: 'RECHARGE', amount: 100 };
  await story.gateway.run(SHOP, 'record-events', {
    events: [{ ...recharge, member: who.subject, occurredAt: '2026-02-01T00:00:00Z' }],
  });
  return who;
}

/** Of somebody else, since one waits at most. */
async function applicationOf(gateway: TestGateway): Promise<string> {
  const who = await new Story(gateway).member();
  const input = { plan: 'gated', fields: [{ code: 'age', value: '7' }], idempotencyKey: 'of somebody else' };
  return (await gateway.run<{ id: string }>(who, 'apply-for-plan', { input })).id;
}

function levelRuns(raised: Who, lowered: Who): Record<string, Run> {
  const reason = 'a friend of the house';
  const until = '2027-01-01T00:00:00.000Z';
  return {
    'set-manual-level': {
      who: OPERATIONS,
      variables: { input: { member: raised.subject, level: 'silver', until, reason } },
      answers: { level: { code: 'silver' }, levelKeptUntil: until, levelIsManual: true },
    },
    'clear-manual-level': {
      who: OPERATIONS,
      variables: { input: { member: lowered.subject, reason } },
      answers: { level: { code: 'registered' }, levelIsManual: false },
    },
    'claim-level-gift': {
      who: lowered,
      variables: { input: { level: 'registered', gift: 'welcome' } },
      answers: { points: 3, gift: { code: 'welcome', state: 'CLAIMED' }, missed: [] },
    },
    'member-levels': {
      who: AUDITOR,
      variables: { externalId: lowered.subject },
      answers: { levelGifts: [{ code: 'welcome' }], growth: { toNextLevel: 500 } },
    },
  };
}

/** An offer of a partner in each of the states that the operations need; each of them may be asked twice. */
async function offerRuns({ gateway }: Story): Promise<Record<string, Run>> {
  const who = partnerOf('brewer');
  const terms = { title: 'Registered', kind: 'COUPON', unitCost: 0, faceValue: 100, card: 'NONE' };
  const draft = async (code: string) =>
    (await gateway.run<{ id: string }>(who, 'create-offer', { input: { ...terms, code } })).id;
  const waiting = async (code: string) => {
    const offer = await draft(code);
    await gateway.run(who, 'submit-offer', { offer });
    return offer;
  };
  const decide = (offer: string) => ({ input: { offer, revision: 1, decision: 'APPROVE' } });
  const live = async (code: string) => {
    const offer = await waiting(code);
    await gateway.run(BD, 'review-offer', decide(offer));
    return offer;
  };
  const waits = await waiting('in-the-queue');
  return {
    'create-offer': { who, variables: { input: { ...terms, code: 'No Code' } }, answers: 'Refusal' },
    'revise-offer': {
      who,
      variables: { offer: await draft('revised'), changes: { unitCost: 1, stock: 5 } },
      answers: { state: 'DRAFT', open: { number: 1 } },
    },
    'submit-offer': { who, variables: { offer: await draft('submitted') }, answers: { state: 'IN_REVIEW' } },
    'withdraw-offer': { who, variables: { offer: await draft('withdrawn') }, answers: { refusal: 'CONFLICT' } },
    'review-offer': { who: BD, variables: decide(await waiting('reviewed')), answers: { state: 'LIVE' } },
    'pause-offer': { who, variables: { offer: await live('paused') }, answers: { state: 'PAUSED' } },
    'resume-offer': { who: OPERATIONS, variables: { offer: await live('resumed') }, answers: { state: 'LIVE' } },
    'end-offer': { who, variables: { offer: await live('ended') }, answers: { state: 'ENDED' } },
    'registered-offers': {
      who,
      variables: { first: 100, state: 'IN_REVIEW' },
      answers: { edges: expect.arrayContaining([expect.objectContaining({ cursor: expect.any(String) })]) },
    },
    'offer-exposure': { who: BD, variables: { offer: waits }, answers: { plans: [], assumptions: expect.any(Array) } },
    'offers-in-review': {
      who: BD,
      variables: { first: 100 },
      answers: {
        edges: expect.arrayContaining([
          expect.objectContaining({ node: expect.objectContaining({ id: waits, state: 'IN_REVIEW' }) }),
        ]),
      },
    },
  };
}

async function agreementRuns(gateway: TestGateway): Promise<Record<string, Run>> {
  const item = { code: 'views', side: 'OPERATOR', kind: 'EXPOSURE', unit: 'view', unitValue: 2 };
  const terms = { title: 'Views', startsOn: '2026-01-01', endsBefore: '2027-01-01', items: [item] };
  const draft = () => draftOf(gateway, [item]);
  const [id, closing] = [await draft(), await draft()];
  const partner = gateway.gateway.catalogue.current().partnerByCode('brewer')!.globalId;
  return {
    'create-agreement': {
      who: BD,
      variables: { input: { code: 'views', partner, terms } },
      answers: { code: 'views', state: 'DRAFT', waiting: { number: 1 } },
    },
    'revise-agreement': {
      who: BD,
      variables: { input: { agreement: await draft(), terms: { ...terms, title: 'More views' } } },
      answers: { waiting: { number: 2, operator: null } },
    },
    'confirm-agreement': {
      who: partnerOf('brewer'),
      variables: { input: { agreement: id, revision: 1 } },
      answers: { state: 'DRAFT', waiting: { partner: { by: 'partner:brewer' } } },
    },
    'close-agreement': {
      who: BD,
      variables: { input: { agreement: closing, reason: 'Nobody looks.' } },
      answers: { state: 'CLOSED', closeReason: 'Nobody looks.' },
    },
    agreements: {
      who: partnerOf('brewer'),
      variables: { first: 2, filter: { partner: 'brewer' } },
      answers: { edges: [{ cursor: expect.any(String) }, { cursor: expect.any(String) }] },
    },
    agreement: {
      who: AUDITOR,
      variables: { id },
      answers: { id, revisions: [{ number: 1, items: [{ code: 'views' }] }] },
    },
  };
}

async function partnerRunsOf(gateway: TestGateway): Promise<Record<string, Run>> {
  const partners = new PartnerStory(gateway);
  const [applied, decided] = [await partners.registered(), await partners.registered()];
  await partners.review(decided.application.id, 'APPROVE');
  const resumed = await partners.approved();
  const suspended = await partners.approved();
  const keys = [];
  for (let made = 0; made < 3; made += 1) keys.push(await partners.createKey(resumed.id, ['WEBHOOKS']));
  const [connected, removed, tried, quiet] = [
    await partners.approved(),
    await partners.approved(),
    await partners.approved(),
    await partners.approved(),
  ];
  // Nobody answers at this port, and trying it says so.
  const secrets = [{ name: 'signing', value: newSigningSecret() }];
  const connector = { manifest: standardManifest(`http://${DEAD_HOST}/`), secrets };
  for (const { id } of [removed, tried, quiet]) {
    await gateway.run(BD, 'set-connector', { input: { ...connector, partner: id } });
  }
  const { claimSecret, application } = applied;
  const registration = { code: 'the-operation', name: 'The Operation', contact: 'operation@example.com' };
  return {
    'register-partner': {
      who: BD,
      variables: { input: registration },
      answers: 'PartnerRegistration',
      again: { input: { ...registration, code: 'another' } },
    },
    'partner-application': {
      who: AUDITOR,
      variables: { application: application.id, claimSecret },
      answers: { id: application.id, state: 'APPLIED' },
    },
    'review-partner': {
      who: BD,
      variables: { input: { partner: decided.application.id, decision: 'APPROVE' } },
      answers: { state: 'APPROVED' },
    },
    'suspend-partner': {
      who: BD,
      variables: { input: { partner: suspended.id, reason: 'a reason' } },
      answers: { state: 'SUSPENDED' },
    },
    'resume-partner': { who: BD, variables: { input: { partner: resumed.id } }, answers: { state: 'APPROVED' } },
    partners: { who: BD, variables: { first: 1, state: 'REJECTED' }, answers: { edges: [] } },
    'my-partner': { who: partnerOf('brewer'), answers: { code: 'brewer', state: 'APPROVED', credentials: [] } },
    'create-credential': {
      who: BD,
      variables: { input: { partner: resumed.id, label: 'one', scopes: ['WEBHOOKS'] } },
      answers: 'NewPartnerCredential',
      again: { input: { partner: resumed.id, label: 'two', scopes: ['WEBHOOKS'] } },
    },
    'rotate-credential': {
      who: BD,
      variables: { input: { credential: keys[0]!.credential.id } },
      answers: 'NewPartnerCredential',
      again: { input: { credential: keys[1]!.credential.id } },
    },
    'set-connector': {
      who: BD,
      variables: { input: { ...connector, partner: connected.id } },
      answers: { __typename: 'PartnerConnector', kind: 'STANDARD' },
      again: { input: { ...connector, partner: connected.id, secrets: [] } },
    },
    'remove-connector': { who: BD, variables: { partner: removed.id }, answers: { version: 2, kind: 'NONE' } },
    'test-connector': { who: BD, variables: { partner: tried.id }, answers: { result: 'UNKNOWN' } },
    'partner-health': {
      who: AUDITOR,
      variables: { partner: quiet.id },
      answers: [{ kind: 'STANDARD', usable: true, circuit: 'CLOSED' }],
    },
    'revoke-credential': {
      who: BD,
      variables: { input: { credential: keys[2]!.credential.id } },
      answers: { state: 'REVOKED' },
    },
  };
}

eachDatabase((lane) => {
  let gateway: TestGateway;
  let runs: Record<string, Run>;
  beforeAll(async () => {
    gateway = await TestGateway.start({
      url: lane.url,
      program: PROGRAM,
      environment: { PARTNER_HOSTS: DEAD_HOST },
    });
    runs = await runsOf(new Story(gateway));
    const { memberRows, catalogue } = gateway.gateway;
    const census = new LevelCensusJob(lane.database, memberRows, () => catalogue.current(), gateway.clock);
    while ((await census.run()) > 0);
  });
  afterAll(() => gateway.stop());

  // Twice, because the second use of an operation runs compiled code.
  test.each(FILES)('%s.graphql answers its role, plainly and compiled alike', async (file) => {
    const { who, variables, answers, answersAgain, again } = runs[file] ?? fail(file);
    const [plain, compiled] = [
      await gateway.run<Record<string, unknown>>(who, file, variables),
      await gateway.run<Record<string, unknown>>(who, file, again ?? variables),
    ];
    if (Array.isArray(plain) && !Array.isArray(answers)) expect(plain).toEqual(answers);
    else expect(plain).toMatchObject(typeof answers === 'string' ? { __typename: answers } : answers);
    if (answersAgain) expect(compiled).toMatchObject({ __typename: answersAgain });
    else if (again) expect(compiled.__typename).toBe(plain.__typename);
    else expect(withoutMoments(compiled)).toEqual(withoutMoments(plain));
    expect(operationText(file)).toMatch(/^(query|mutation|subscription) \w/m);
  });

  test('after all of them the books are in order', () => expectBooksInOrder(lane.database));
});

function fail(file: string): never {
  throw new Error(`schema/operations/${file}.graphql has no run in this test: say who asks it and what it answers`);
}

/** Without what may differ between two looks: moments, and secrets, of which each is shown once. */
function withoutMoments(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (name, value) => (/^(asOf|secret|previousEndsAt)$/.test(name) ? undefined : value)),
  );
}
