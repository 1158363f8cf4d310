// A coupon that a partner issues, as a front-end sees it: issued at once, held while the partner thinks, followed by a
// subscription, given back; on both databases.

import { declined } from '../../src/partner-port/connector';
import { FakePartner, timedOut } from '../support/fake-partner';
import { AUDITOR, OPERATIONS, operationText, partnerOf, TestGateway, type Who } from '../support/gateway';
import { expectBooksInOrder, outcomeOf, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { SAGA_PROGRAM } from '../support/saga-program';

interface Update {
  readonly redemptionUpdated: { readonly status: string; readonly couponCode: string | null } | null;
}

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  let partner: FakePartner;
  beforeEach(async () => {
    partner = new FakePartner();
    const environment = { REDEEM_WAIT_MS: '50', LIMIT_STREAMS_AT_ONCE: '2' };
    gateway = await TestGateway.start({ url: lane.url, program: SAGA_PROGRAM, partners: partner, environment });
    story = new Story(gateway);
  });
  afterEach(async () => {
    await gateway.stop();
    // A stream too many is turned away, which is logged.
    expect(gateway.log.filter(({ status }) => status !== 503)).toEqual([]);
    await expectBooksInOrder(lane.database);
  });

  const follow = (who: Who | undefined, id: string) =>
    gateway.stream<Update>(who, operationText('redemption-updated'), { id });

  test('is issued with its code and link, which only its holder sees', async () => {
    const { who } = await story.holder('plus');
    const { id, couponCode } = await story.claim(who, 'espresso');
    expect(couponCode).toMatch(/^CODE-/);
    const { status } = await gateway.run<{ status: string }>(partnerOf('brewer'), 'redemption', { id });
    expect(status).toBe('ISSUED');
    const asked = await gateway.ask(partnerOf('brewer'), operationText('redemption-updated'), { id });
    expect([asked.status, asked.body.errors?.[0]?.message]).toEqual([400, expect.stringContaining('/graphql/stream')]);
  });

  test('is held while the partner thinks; a subscription tells what came of it, and ends at the end', async () => {
    const { who } = await story.holder('plus');
    const { arrived, release } = partner.hold('issue');
    const { id, status } = await story.claim(who, 'espresso');
    expect(status).toBe('HELD');
    await arrived;
    const updates = follow(who, id);
    const next = async () => (await updates.next()).value?.data?.redemptionUpdated;
    expect(await next()).toMatchObject({ status: 'HELD', couponCode: null });
    release();
    expect(await next()).toMatchObject({ status: 'ISSUED', couponCode: expect.stringMatching(/^CODE-/) });
    await story.cancel(who, id);
    expect(await next()).toMatchObject({ status: 'CANCELLED' });
    expect(await updates.next()).toEqual({ done: true, value: undefined });
  });

  test('whose answer is lost is settled by the worker', async () => {
    const { who } = await story.holder('plus');
    partner.next('issue', (real) => {
      real();
      return timedOut;
    });
    const { id, status } = await story.claim(who, 'espresso');
    expect(status).toBe('UNKNOWN');
    gateway.clock.advance(60_000);
    await gateway.settle();
    expect(await gateway.run(who, 'redemption', { id })).toMatchObject({ status: 'ISSUED' });
  });

  test('that is used after it was declined is an item for staff, who decide on it', async () => {
    const { who } = await story.holder('plus');
    partner.next('issue', (real) => {
      real();
      return declined('OTHER', 'no');
    });
    expect(outcomeOf(await story.redeem(who, 'espresso'))).toBe('PARTNER_DECLINED');
    const [id] = partner.coupons.keys();
    await gateway.gateway.saga.learn(id!, partner.use(id!));
    const page = { first: 1, filter: { open: true } };
    const { edges } = await gateway.run<{ edges: { node: { id: string } }[] }>(AUDITOR, 'reconciliation-items', page);
    const { node } = edges[0]!;
    expect(node).toMatchObject({ redemption: `redemption_${id}`, kind: 'USED_AFTER_VOID', resolvedAt: null });
    const input = { item: node.id, decision: 'WRITTEN_OFF', reason: 'One film.' };
    expect(await gateway.run(OPERATIONS, 'decide-reconciliation-item', { input })).toMatchObject({
      kind: 'USED_AFTER_VOID',
      decision: 'WRITTEN_OFF',
      resolvedAt: expect.any(String),
    });
  });

  describe('the stream', () => {
    const one = async (who: Who | undefined, query: string, variables?: object) =>
      (await gateway.stream(who, query, variables).next()).value as Record<string, never>;

    test('is refused like any operation: without a token, by policy, by validation, and of another kind', async () => {
      const { who } = await story.holder('plus');
      const { id } = await story.claim(who, 'espresso');
      const text = operationText('redemption-updated');
      expect(await one(undefined, text, { id })).toMatchObject({ status: 401 });
      expect(await one(partnerOf('brewer'), text, { id })).toMatchObject({ status: 403 });
      expect(await one(who, 'subscription { nothing }')).toMatchObject({ status: 400 });
      expect(await one(who, '{ me { id } }')).toMatchObject({ status: 400 });
      expect(await one(who, 'subscription {')).toMatchObject({ status: 400 });
      const json = await fetch(`${gateway.url}/graphql/stream`, { method: 'POST', body: '{}', headers: JSON_HEADERS });
      expect(json.status).toBe(406);
    });

    test('of what the actor may not see is null, and over', async () => {
      const { who } = await story.holder('plus');
      const { who: other } = await story.holder('plus');
      const { id } = await story.claim(who, 'espresso');
      const updates = follow(other, id);
      expect((await updates.next()).value?.data).toEqual({ redemptionUpdated: null });
      expect((await updates.next()).done).toBe(true);
    });

    test('is limited in number, and ends when the gateway does', async () => {
      const { who } = await story.holder('plus');
      const { id } = await story.claim(who, 'espresso');
      const streams = [follow(who, id), follow(who, id)];
      for (const stream of streams) expect((await stream.next()).value?.data).toBeDefined();
      expect((await follow(who, id).next()).value).toMatchObject({ status: 503 });
      const ends = streams.map((stream) => stream.next());
      await gateway.stop();
      expect((await Promise.all(ends)).map(({ done }) => done)).toEqual([true, true]);
    });
  });
});

const JSON_HEADERS = { 'content-type': 'application/json' };
