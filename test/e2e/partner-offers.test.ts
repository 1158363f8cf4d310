// Partners' own offers through the API: from draft to live and to the end, and what members meanwhile see.
import { setImmediate as breathe } from 'node:timers/promises';
import { newSigningSecret } from '../../src/partner-port/signature';
import { OPERATIONS, partnerOf, TestGateway, type Who } from '../support/gateway';
import { plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, fresh, outcomeOf, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { standardManifest } from '../support/partner-story';

const BREWER = partnerOf('brewer');
const CINEMA = partnerOf('cinema');
const BD: Who = { role: 'BD', subject: 'bea' };
const PROGRAM = programText({ plans: [plan('plus'), plan('single', { costCap: 2_000 })] });

interface Revision {
  readonly number: number;
  readonly state: string;
  readonly reason?: string | null;
  readonly terms?: Readonly<Record<string, unknown>>;
}
interface Shown {
  readonly __typename: string;
  readonly id: string;
  readonly code: string;
  readonly state: string;
  readonly live: Revision | null;
  readonly open: Revision | null;
  readonly refusal?: string;
  readonly message?: string;
  readonly field?: string;
  readonly stockLeft?: number | null;
}
interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: Shown }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const TERMS = { title: 'Two for one', kind: 'COUPON', unitCost: 100, faceValue: 500, card: 'NONE' };

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  const others: TestGateway[] = [];
  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM });
    story = new Story(gateway);
  });
  afterAll(async () => {
    await Promise.all(others.map((other) => other.stop()));
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const create = (terms: object = {}, as = BREWER, code = fresh('offer')) =>
    gateway.run<Shown>(as, 'create-offer', { input: { ...TERMS, code, ...terms } });
  const act = (what: 'submit' | 'withdraw' | 'pause' | 'resume' | 'end', offer: string, as = BREWER) =>
    gateway.run<Shown>(as, `${what}-offer`, { offer });
  const revise = (offer: string, changes: object, as = BREWER) =>
    gateway.run<Shown>(as, 'revise-offer', { offer, changes });
  const review = (offer: string, revision: number, decision: string, reason?: string, as = BD) =>
    gateway.run<Shown>(as, 'review-offer', { input: { offer, revision, decision, reason } });
  const live = async (terms: object = {}, as = BREWER) => {
    const { id } = await create(terms, as);
    await act('submit', id, as);
    return review(id, 1, 'APPROVE');
  };
  const shown = async (id: string, as = BREWER) => {
    const { edges } = await gateway.run<Page>(as, 'registered-offers', { first: 100 });
    return edges.map(({ node }) => node).find((node) => node.id === id);
  };
  const take = async (who: Who, item: string, more: object = {}) =>
    outcomeOf(await gateway.run(who, 'redeem', { input: { item, idempotencyKey: fresh('key'), ...more } }));
  const eventsOf = async (id: string) => {
    const rows = await lane.database.read.arrays(
      'SELECT type, data FROM partner_event WHERE subject_id = ? ORDER BY happened_at, id',
      [Buffer.from(id.split('_')[1]!, 'hex')],
    );
    return rows.map(([type, data]) => [String(type), (JSON.parse(String(data)) as { revision: number }).revision]);
  };

  test('a draft becomes live by a review, is paused, resumed and ended; the partner is told of each step', async () => {
    const who = await story.member();
    const draft = await create({ stock: 2 });
    expect(draft).toMatchObject({ state: 'DRAFT', code: expect.stringMatching(/^brewer\//), open: { number: 1 } });
    // Nobody can take what was not approved.
    expect(await take(who, draft.id)).toBe('NOT_FOUND');
    expect(await act('submit', draft.id)).toMatchObject({ state: 'IN_REVIEW', open: { state: 'IN_REVIEW' } });
    gateway.clock.advance(1);
    expect(await take(who, draft.id)).toBe('NOT_FOUND');
    const approved = await review(draft.id, 1, 'APPROVE');
    expect(approved).toMatchObject({ state: 'LIVE', live: { number: 1, reviewedBy: 'bd:bea' }, open: null });
    const steps: string[] = [await take(who, draft.id)];
    for (const step of ['pause', 'resume', 'end'] as const) {
      gateway.clock.advance(1);
      steps.push((await act(step, draft.id)).state, await take(who, draft.id));
    }
    expect(steps).toEqual([
      'ISSUED',
      ...['PAUSED', 'OFFER_NOT_LIVE'],
      ...['LIVE', 'ISSUED'],
      ...['ENDED', 'OFFER_NOT_LIVE'],
    ]);
    expect(await shown(draft.id)).toMatchObject({ state: 'ENDED', stockLeft: 0, live: { number: 1 } });
    expect(await eventsOf(draft.id)).toEqual([
      ['offer.submitted', 1],
      ['offer.approved', 1],
      ['offer.paused', 1],
      ['offer.resumed', 1],
      ['offer.ended', 1],
    ]);
  });

  test('each step asked again answers the same, and the others are refused in words', async () => {
    const { id } = await create();
    const outcomes = async (...steps: Promise<Shown>[]) =>
      (await Promise.all(steps)).map((answer) => (answer.__typename === 'Refusal' ? answer.refusal : answer.state));
    expect(await outcomes(act('pause', id))).toEqual(['CONFLICT']);
    expect(await outcomes(act('resume', id))).toEqual(['CONFLICT']);
    expect(await outcomes(act('withdraw', id))).toEqual(['CONFLICT']);
    expect(await outcomes(review(id, 1, 'APPROVE'))).toEqual(['CONFLICT']);
    const code = (await shown(id))!.code.split('/')[1]!;
    expect((await create({}, BREWER, code)).id).toBe(id);
    expect(await create({ title: 'Another' }, BREWER, code)).toMatchObject({ refusal: 'CONFLICT', field: 'code' });
    await act('submit', id);
    expect(await outcomes(act('submit', id))).toEqual(['IN_REVIEW']);
    expect(await outcomes(revise(id, { title: 'Other' }))).toEqual(['CONFLICT']);
    expect(await outcomes(review(id, 2, 'APPROVE'))).toEqual(['CONFLICT']);
    expect(await outcomes(review(id, 1, 'REJECT'))).toEqual(['INVALID_INPUT']);
    await review(id, 1, 'APPROVE');
    expect(await outcomes(review(id, 1, 'APPROVE'))).toEqual(['LIVE']);
    expect(await outcomes(act('submit', id))).toEqual(['CONFLICT']);
    for (const step of ['pause', 'pause', 'resume', 'resume', 'end', 'end'] as const) {
      expect((await act(step, id)).__typename).toBe('Offer');
    }
    expect(await outcomes(act('pause', id), act('resume', id), revise(id, { title: 'x' }))).toEqual([
      'CONFLICT',
      'CONFLICT',
      'CONFLICT',
    ]);
    expect((await eventsOf(id)).length).toBe(5);
    expect(await create({}, BREWER, code)).toMatchObject({ refusal: 'CONFLICT', field: 'code' });
  });

  test('what ended before it was ever live stays ended', async () => {
    const { id } = await create();
    expect(await act('end', id)).toMatchObject({ state: 'ENDED' });
    for (const step of ['submit', 'withdraw', 'pause', 'resume'] as const) {
      expect(await act(step, id)).toMatchObject({ refusal: 'CONFLICT' });
    }
    expect(await revise(id, { title: 'Other' })).toMatchObject({ refusal: 'CONFLICT' });
    expect(await review(id, 1, 'APPROVE')).toMatchObject({ refusal: 'CONFLICT' });
    const { id: waits } = await create();
    await act('submit', waits);
    await act('end', waits);
    expect(await review(waits, 1, 'APPROVE')).toMatchObject({ refusal: 'CONFLICT' });
    expect(await shown(waits)).toMatchObject({ state: 'ENDED', live: null });
  });

  test('a rejected draft says why, and goes on as a new revision', async () => {
    const { id } = await create({ unitCost: 900 });
    await act('submit', id);
    expect(await review(id, 1, 'REJECT', 'Costs more than it is worth.')).toMatchObject({ state: 'REJECTED' });
    expect((await shown(id))!.open).toMatchObject({
      number: 1,
      state: 'REJECTED',
      reason: 'Costs more than it is worth.',
    });
    expect(await act('submit', id)).toMatchObject({ refusal: 'CONFLICT' });
    expect(await revise(id, { unitCost: 90 })).toMatchObject({ state: 'DRAFT', open: { number: 2, state: 'DRAFT' } });
    await act('submit', id);
    // What was seen once is never changed under the reviewer's eyes.
    expect(await act('withdraw', id)).toMatchObject({ state: 'DRAFT', open: { number: 2 } });
    expect(await revise(id, { unitCost: 80 })).toMatchObject({ open: { number: 3 } });
    expect(await revise(id, { unitCost: 70 })).toMatchObject({ open: { number: 3 } });
    await act('submit', id);
    expect(await review(id, 2, 'APPROVE')).toMatchObject({ refusal: 'CONFLICT' });
    expect(await review(id, 3, 'APPROVE')).toMatchObject({ state: 'LIVE', live: { number: 3 } });
    expect(gateway.gateway.catalogue.current().offerByCode((await shown(id))!.code)).toMatchObject({ unitCost: 70 });
  });

  test.each([
    ['a title', { title: 'Another' }, true],
    ['a description', { description: 'In words.' }, true],
    ['more stock', { stock: 11 }, false],
    ['unlimited stock', { stock: null }, false],
    ['less stock', { stock: 9 }, false],
    ['a stock of the day', { dailyStock: 5 }, false],
    ['the unit cost', { unitCost: 99 }, false],
    ['the face value', { faceValue: 501 }, false],
    ['the validity', { validUntil: '2030-01-01T00:00:00Z' }, false],
    ['the conditions of use', { useConditions: 'Weekdays only.' }, false],
    ['the audience', { audience: { plans: ['plus'] } }, false],
    ['a limit', { memberLimits: [{ limit: 1, period: 'DAY' }] }, false],
    ['the least spend', { minSpend: 1 }, false],
    ['co-pay', { card: 'REQUIRED', coPay: true, audience: { plans: ['plus'] } }, false],
    ['the cost basis', { costBasis: 'USE' }, false],
    ['the schedule', { schedule: [{ from: '09:00', until: '17:00' }] }, false],
    ['who bears the cost', { funding: 'PARTNER' }, false],
    ['the budget', { budget: 10_000 }, false],
  ])('%s of a live offer %j: at once %s', async (_what, changes, atOnce) => {
    const { id } = await live({ stock: 10 });
    const revised = await revise(id, changes);
    expect(revised).toMatchObject(
      atOnce
        ? { state: 'LIVE', live: { number: 2 }, open: null }
        : { state: 'LIVE', live: { number: 1 }, open: { number: 2, state: 'IN_REVIEW' } },
    );
    // Asked again, it is the same revision.
    expect(await revise(id, changes)).toEqual(revised);
    if (atOnce) return;
    // The old one stays live until the new one is approved; withdrawn, it is as if nothing had been.
    expect(await act('withdraw', id)).toMatchObject({ state: 'LIVE', live: { number: 1 }, open: null });
    await revise(id, changes);
    expect(await review(id, 3, 'APPROVE')).toMatchObject({ state: 'LIVE', live: { number: 3 }, open: null });
  });

  test.each([
    ['the partner pays for', { funding: 'PARTNER' }],
    ['nobody pays for', { unitCost: 0 }],
  ])('stock that %s goes up at once, and is then unlimited', async (_whose, terms) => {
    const { id } = await live({ ...terms, stock: 10, dailyStock: 5 });
    expect(await revise(id, { stock: 11, dailyStock: 6 })).toMatchObject({ live: { number: 2 }, open: null });
    expect(await revise(id, { stock: null, dailyStock: null })).toMatchObject({ live: { number: 3 }, open: null });
  });

  test('a partner cannot raise what the operator pays at worst beyond what was approved', async () => {
    const { id } = await live({ stock: 2 });
    for (const changes of [{ stock: 1_000_000 }, { stock: null }]) {
      expect(await revise(id, changes)).toMatchObject({ live: { number: 1 }, open: { state: 'IN_REVIEW' } });
      await act('withdraw', id);
    }
    const who = await story.member();
    expect([await take(who, id), await take(who, id), await take(who, id)]).toEqual([
      'ISSUED',
      'ISSUED',
      'OUT_OF_STOCK',
    ]);
  });

  test('stock goes up at once and down by review, also while the offer is paused', async () => {
    const { id } = await live({ stock: 1, funding: 'PARTNER' });
    const who = await story.member();
    expect([await take(who, id), await take(who, id)]).toEqual(['ISSUED', 'OUT_OF_STOCK']);
    await revise(id, { stock: 3 });
    expect(await take(who, id)).toBe('ISSUED');
    await act('pause', id);
    await revise(id, { stock: 2 });
    expect((await shown(id))!.open).toMatchObject({ number: 3, state: 'IN_REVIEW' });
    expect(await review(id, 3, 'APPROVE')).toMatchObject({ state: 'PAUSED', live: { number: 3 } });
    await act('resume', id);
    expect(await take(who, id)).toBe('OUT_OF_STOCK');
  });

  test('a budget is told to its partner, and goes up and down by review', async () => {
    const { id } = await live({ budget: 250 });
    const who = await story.member();
    expect([await take(who, id), await take(who, id), await take(who, id)]).toEqual([
      'ISSUED',
      'ISSUED',
      'BUDGET_EXHAUSTED',
    ]);
    const left = async () => ((await shown(id)) as { budgetLeft?: { amount: number } } | undefined)?.budgetLeft?.amount;
    expect(await left()).toBe(50);
    await revise(id, { budget: 300 });
    await review(id, 2, 'APPROVE');
    expect([await left(), await take(who, id), await left()]).toEqual([100, 'ISSUED', 0]);
    // Less than was spent takes back what is left, and no more.
    await revise(id, { budget: 100 });
    await review(id, 3, 'APPROVE');
    expect([await left(), await take(who, id)]).toEqual([0, 'BUDGET_EXHAUSTED']);
    await revise(id, { budget: 400 });
    await review(id, 4, 'APPROVE');
    expect([await left(), await take(who, id)]).toEqual([100, 'ISSUED']);
  });

  test('what staff paused, the partner cannot resume', async () => {
    const { id } = await live();
    expect(await act('pause', id, OPERATIONS)).toMatchObject({ state: 'PAUSED' });
    expect(await act('resume', id)).toMatchObject({ refusal: 'CONFLICT' });
    expect(await act('resume', id, BD)).toMatchObject({ state: 'LIVE' });
    // Also when the partner was first.
    await act('pause', id);
    await act('pause', id, OPERATIONS);
    expect(await act('resume', id)).toMatchObject({ refusal: 'CONFLICT' });
  });

  test.each([
    ['an unknown plan', { audience: { plans: ['plsu'] } }, 'audience.plans[0]', /plsu.*plans/],
    [
      'an unknown word in a condition',
      { audience: { condition: 'member.rnak > 1' } },
      'audience.condition',
      /1:8 No such key: rnak/,
    ],
    ['a condition that is no condition', { audience: { condition: 'member.rank' } }, 'audience.condition', /bool/],
    ['half a condition', { audience: { condition: 'member.rank >\n' } }, 'audience.condition', /2:1|1:\d+/],
    [
      'a regular expression',
      { audience: { condition: 'member.level.matches("(a+)+")' } },
      'audience.condition',
      /matches/,
    ],
    ['a co-pay beside an exchange', { funding: 'EXCHANGE', coPay: true }, 'coPay', /pays in kind/],
    ['a cost below nothing', { unitCost: -1 }, 'unitCost', /0 to/],
    [
      'a cost that no plan can bear',
      { card: 'REQUIRED', unitCost: 10_001, audience: { plans: ['plus'] } },
      'audience.plans[0]',
      /10000/,
    ],
    ['a title of two lines', { title: 'a\nb' }, 'title', /one line/],
    [
      'a second limit of a day',
      {
        memberLimits: [
          { limit: 1, period: 'DAY' },
          { limit: 2, period: 'DAY' },
        ],
      },
      'memberLimits[1].period',
      /once/,
    ],
    ['hours that are none', { schedule: [{ from: '24:00', until: '01:00' }] }, 'schedule[0].from', /time of day/],
    ['a name at the partner for what is made here', { offerRef: 'x' }, 'offerRef', /INTERNAL/],
    ['a stock of codes', { fulfilment: 'CODE_POOL', stock: 1 }, 'stock', /CODE_POOL/],
    ['a budget below one', { budget: 99 }, 'budget', /100/],
    [
      'an end before the beginning',
      { validFrom: '2026-02-01T00:00:00Z', validUntil: '2026-01-01T00:00:00Z' },
      'validUntil',
      /after/,
    ],
  ])('%s is refused with its place and what is allowed', async (_what, terms, field, message) => {
    const refused = await create(terms);
    expect(refused).toMatchObject({ refusal: 'INVALID_INPUT', field });
    expect(refused.message).toMatch(message);
    const { id } = await create();
    expect(await revise(id, terms)).toMatchObject({ refusal: 'INVALID_INPUT', field });
  });

  test('how it is fulfilled is settled from the beginning', async () => {
    const { id } = await create();
    expect(await revise(id, { fulfilment: 'CODE_POOL' })).toMatchObject({
      refusal: 'INVALID_INPUT',
      field: 'fulfilment',
    });
  });

  test('what a partner issues by its API goes live only while that API is connected', async () => {
    const { id } = await create({ fulfilment: 'PARTNER_API' });
    await act('submit', id);
    const unconnected = {
      refusal: 'CONFLICT',
      field: 'fulfilment',
      message: expect.stringMatching(/brewer, .*no connector.*setPartnerConnector/),
    };
    expect(await review(id, 1, 'APPROVE')).toMatchObject(unconnected);
    expect(await shown(id)).toMatchObject({ state: 'IN_REVIEW', live: null });
    const partner = gateway.gateway.catalogue.current().partnerByCode('brewer')!.globalId;
    const secrets = [{ name: 'signing', value: newSigningSecret() }];
    const connect = () =>
      gateway.run(BD, 'set-connector', {
        input: { partner, manifest: standardManifest('https://brewer.example/'), secrets },
      });
    expect(await connect()).toMatchObject({ kind: 'STANDARD' });
    // One that was taken away again is none.
    await gateway.run(BD, 'remove-connector', { partner });
    expect(await review(id, 1, 'APPROVE')).toMatchObject(unconnected);
    expect(await connect()).toMatchObject({ kind: 'STANDARD' });
    expect(await review(id, 1, 'APPROVE')).toMatchObject({ state: 'LIVE', live: { number: 1 } });
    // Approved again, it answers the same, whatever became of the connector.
    await gateway.run(BD, 'remove-connector', { partner });
    expect(await review(id, 1, 'APPROVE')).toMatchObject({ state: 'LIVE', live: { number: 1 } });
  });

  test('the queue has the longest waiting first, in pages, and a revision beside what is live', async () => {
    const waiting: string[] = [];
    for (let at = 0; at < 3; at += 1) {
      const { id } = await create();
      gateway.clock.advance(1_000);
      await act('submit', id);
      waiting.push(id);
    }
    const { id: changed } = await live();
    gateway.clock.advance(1_000);
    await revise(changed, { unitCost: 1 });
    waiting.push(changed);
    const pages: Shown[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page: Page = await gateway.run(BD, 'offers-in-review', { first: 2, after });
      pages.push(...page.edges.map(({ node }) => node));
      ({ endCursor: after, hasNextPage: more } = page.pageInfo);
    }
    expect(pages.map(({ id }) => id).filter((id) => waiting.includes(id))).toEqual(waiting);
    expect(pages.at(-1)).toMatchObject({ state: 'LIVE', live: { number: 1 }, open: { number: 2 } });
    const refused = await gateway.ask(BREWER, '{ offersInReview { edges { cursor } } }');
    expect(refused.body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('the reviewer sees the worst case on the cap of each plan, alone and with what is live', async () => {
    interface Exposure {
      readonly plans: readonly { plan: string; cap: object; alone: Worst; together: Worst }[];
      readonly inAll: { amount: number } | null;
      readonly assumptions: readonly string[];
    }
    interface Worst {
      readonly cost: { amount: number } | null;
      readonly percentOfCap: number | null;
    }
    const exposureOf = (offer: string) => gateway.run<Exposure>(BD, 'offer-exposure', { offer });
    const charged = { card: 'REQUIRED', audience: { plans: ['single'] } };
    const monthly = await create({ ...charged, memberLimits: [{ limit: 1, period: 'MONTH' }] });
    // A year touches thirteen months; nothing else is charged to this plan yet.
    const alone = { cost: { amount: 1_300 }, percentOfCap: 65 };
    expect(await exposureOf(monthly.id)).toMatchObject({
      plans: [{ plan: 'single', cap: { amount: 2_000 }, alone, together: alone }],
      inAll: null,
      assumptions: expect.arrayContaining([expect.stringMatching(/uses every coupon/)]),
    });
    const stocked = await live({ ...charged, stock: 9 });
    expect(await exposureOf(stocked.id)).toMatchObject({
      plans: [{ alone: { cost: { amount: 900 } } }],
      inAll: { amount: 900 },
    });
    await act('submit', monthly.id);
    const { edges } = await gateway.run<{ edges: { node: Shown; exposure: Exposure }[] }>(BD, 'offers-in-review', {
      first: 100,
    });
    expect(edges.find(({ node }) => node.id === monthly.id)!.exposure.plans).toMatchObject([
      { plan: 'single', alone, together: { cost: { amount: 2_200 }, percentOfCap: 110 } },
    ]);
    // What the partner bears costs no card anything.
    expect((await exposureOf((await create({ funding: 'PARTNER' })).id)).plans).toEqual([]);
    const asked = await gateway.ask(BREWER, `{ offerExposure(offer: "${monthly.id}") { assumptions } }`);
    expect(asked.body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    await act('end', stocked.id);
  });

  test('a partner finds its own in any state, by pages and by state, and never the unit cost of others', async () => {
    const mine: string[] = [];
    for (let at = 0; at < 3; at += 1) {
      gateway.clock.advance(1_000);
      mine.unshift((await create({}, CINEMA)).id);
    }
    await act('end', mine[1]!, CINEMA);
    const list = async (variables: object) => {
      const { edges, pageInfo } = await gateway.run<Page>(CINEMA, 'registered-offers', variables);
      return { ids: edges.map(({ node }) => node.id), pageInfo };
    };
    const first = await list({ first: 2 });
    const second = await list({ first: 2, after: first.pageInfo.endCursor });
    expect([...first.ids, ...second.ids].slice(0, 3)).toEqual(mine);
    expect((await list({ first: 100, state: 'ENDED' })).ids).toEqual([mine[1]]);
    const { edges } = await gateway.run<Page>(CINEMA, 'registered-offers', { first: 100 });
    expect(edges[0]!.node.open!.terms).toMatchObject({ unitCost: { amount: 100, currency: 'CNY' } });
  });

  test('another gateway follows within a second, and a row that is damaged takes nobody else with it', async () => {
    const other = await TestGateway.start({ url: lane.url, clock: gateway.clock });
    others.push(other);
    const [good, bad] = [await live(), await live({}, CINEMA)];
    const seenAt = performance.now();
    const has = (id: string) => {
      const { offers } = other.gateway.catalogue.current();
      return offers.some(({ globalId }) => globalId === id);
    };
    while (!has(bad.id) && performance.now() - seenAt < 5_000) await breathe();
    expect(performance.now() - seenAt).toBeLessThan(1_500);
    const strange = JSON.stringify({ ...TERMS, code: 'x', partner: 'gone' });
    for (const damage of [strange, '{"no": "offer"}', 'not even JSON']) {
      await lane.database.transaction(async (tx) => {
        await tx.run('UPDATE offer_revision SET definition = ? WHERE offer_id = ?', [
          damage,
          Buffer.from(bad.id.split('_')[1]!, 'hex'),
        ]);
        await other.gateway.catalogue.bump(tx);
      });
      await other.gateway.catalogue.refresh();
      expect([has(good.id), has(bad.id)]).toEqual([true, false]);
      expect(await take(await story.member(), good.id)).toBe('ISSUED');
    }
    // Its partner's list goes on without it, and all that can be done with it is to end it.
    expect(await shown(bad.id, CINEMA)).toBe(undefined);
    expect(await revise(bad.id, { title: 'Mended' }, CINEMA)).toMatchObject({ refusal: 'CONFLICT' });
    await act('end', bad.id, CINEMA);
    expect(await act('pause', bad.id, CINEMA)).toMatchObject({ refusal: 'CONFLICT' });
    await lane.database.transaction(async (tx) => {
      const id = Buffer.from(bad.id.split('_')[1]!, 'hex');
      await tx.run('DELETE FROM offer_revision WHERE offer_id = ?', [id]);
      await tx.run('DELETE FROM offer WHERE id = ?', [id]);
      await other.gateway.catalogue.bump(tx);
    });
  });
});
