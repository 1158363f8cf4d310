// Webhooks through the whole gateway: over real sockets, through the guarded transport, by the worker.
import { DAY } from '../../src/kernel/clock';
import { fromGlobalId, idFromBytes, idToBytes, toGlobalId } from '../../src/kernel/id';
import { newSigningSecret } from '../../src/partner-port/signature';
import { startSimulator } from '../../src/simulator/simulator';
import { AUDITOR, OPERATIONS, partnerOf, TestGateway } from '../support/gateway';
import { offer, plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, Story } from '../support/gateway-story';
import { happen, listen, type SendOptions, send } from '../support/gateway-webhooks';
import { eachDatabase } from '../support/lanes';
import { WebhookReceiver } from '../support/webhook-receiver';

const PROGRAM = programText({
  plans: [plan('plus', { costCap: 100_000 })],
  offers: [offer('latte'), offer('film', { partner: 'cinema' })],
});

const NEVER = '019cd5e6d20070000000000000000000';

interface Delivery {
  readonly id: string;
  readonly state: string;
  readonly lastStatus: number | null;
  readonly lastFault: string | null;
}

eachDatabase((lane) => {
  let test: TestGateway;
  let story: Story;
  let receiver: WebhookReceiver;
  let coupon: () => Promise<string>;

  beforeAll(async () => {
    receiver = await new WebhookReceiver().open();
    const { host } = new URL(receiver.url);
    test = await TestGateway.start({ url: lane.url, program: PROGRAM, environment: { PARTNER_HOSTS: host } });
    story = new Story(test);
    const { who } = await story.holder('plus');
    coupon = async () => (await story.claim(who, 'latte')).id;
  });
  afterAll(async () => {
    await test.stop();
    await receiver.close();
    await expectBooksInOrder(lane.database);
  });

  const brewer = partnerOf('brewer');
  /** A coupon is claimed; answers the global id of the event that tells of it, wherever it is on its way. */
  const happened = async (): Promise<string> => {
    // Ids of one millisecond have no order.
    test.clock.advance(1);
    const subject = idToBytes(fromGlobalId('redemption', await coupon())!);
    const [row] = await test.gateway.database.read.arrays(
      `SELECT id FROM partner_event WHERE subject_id = ?
       UNION ALL SELECT event_id FROM webhook_delivery WHERE subject_id = ?`,
      [subject, subject],
    );
    return toGlobalId('event', idFromBytes(row![0] as Buffer));
  };
  const deliver = async () => {
    await test.settle();
    await test.gateway.dispatcher.settled();
  };
  const deliveries = async (state?: string) => {
    const found = await test.run<{ edges: { node: Delivery }[] }>(brewer, 'webhook-deliveries', { state });
    return found.edges.map(({ node }) => node);
  };

  it('a partner listens, is told, gives up, comes back and is told again', async () => {
    const secret = await listen(test, 'brewer', receiver.url);
    receiver.secrets = [secret];
    const id = await happened();
    await deliver();
    expect(receiver.told.map((told) => told.id)).toContain(id);
    expect(receiver.forged).toEqual([]);
    // When it says that it is gone, then it is told no more, and both sides see why.
    receiver.behave = () => 410;
    const lost = await happened();
    await deliver();
    const later = await happened();
    await deliver();
    expect(await test.run(AUDITOR, 'webhook-endpoint', { partner: 'brewer' })).toMatchObject({
      state: 'DISABLED',
      disabledReason: expect.stringContaining('410'),
    });
    expect(await deliveries('DEAD')).toMatchObject([
      { id: later, lastStatus: null },
      { id: lost, lastStatus: 410 },
    ]);
    // When it listens again and asks, then it gets all of it.
    receiver.behave = () => 204;
    expect(await test.run(brewer, 'resend-webhook', { delivery: lost })).toMatchObject({ refusal: 'CONFLICT' });
    await test.run(brewer, 'set-webhook-endpoint', { input: { url: receiver.url } });
    const since = new Date(test.clock.now() - DAY).toISOString();
    expect(await test.run(brewer, 'resend-dead-webhooks', { since })).toMatchObject({ resent: 2, more: false });
    await deliver();
    expect(receiver.told.slice(-2).map((told) => told.id)).toEqual([lost, later]);
    expect(await deliveries('DEAD')).toEqual([]);
  });

  it('the URL must be a public one, or one that is let be', async () => {
    const set = (url: string) => test.run(partnerOf('cinema'), 'set-webhook-endpoint', { input: { url } });
    for (const url of [
      'http://127.0.0.1:1/hooks',
      'https://10.0.0.1/',
      'ftp://a.example',
      'https://u:p@a.example/',
      '',
    ]) {
      expect(await set(url)).toMatchObject({ refusal: 'INVALID_INPUT', field: 'url' });
    }
    const types = { url: receiver.url, eventTypes: ['redemption.stolen'] };
    expect(await test.run(partnerOf('cinema'), 'set-webhook-endpoint', { input: types })).toMatchObject({
      refusal: 'INVALID_INPUT',
      field: 'eventTypes',
      message: expect.stringContaining('redemption.used'),
    });
  });

  it('an address that has become another one is not called', async () => {
    // Given an endpoint from before its host was shut out.
    const endpoint = { url: 'http://127.0.0.1:1/hooks', eventTypes: [] };
    const { id } = test.gateway.catalogue.current().partnerByCode('cinema')!;
    await test.gateway.webhooks.setEndpoint(id, { ...endpoint, url: receiver.url });
    await test.gateway.database.transaction((tx) => tx.run('UPDATE webhook_endpoint SET url = ?', [endpoint.url]));
    await happen(test, 'cinema', await coupon());
    await deliver();
    const [delivery] = await test.gateway.webhooks.deliveries({ partnerId: id, limit: 1 });
    expect(delivery).toMatchObject({ state: 'PENDING', lastFault: expect.stringContaining('FORBIDDEN_ADDRESS') });
  });

  describe('a message of a partner', () => {
    let secret: string;
    beforeAll(async () => {
      ({ secret } = await test.run<{ secret: string }>(brewer, 'rotate-webhook-secret', { direction: 'INCOMING' }));
    });
    const used = async (redemptionId: string, options: Partial<SendOptions> = {}) =>
      send(test, 'brewer', { type: 'redemption.used', data: { redemptionId } }, { secrets: [secret], ...options });

    it('confirms a use, once', async () => {
      const id = await coupon();
      const options = { id: 'msg_once' };
      expect(await used(id, options)).toMatchObject({ status: 200, body: { status: 'taken' } });
      expect(await used(id, options)).toMatchObject({ status: 200, body: { status: 'duplicate' } });
      expect(await test.run(OPERATIONS, 'redemption', { id })).toMatchObject({ status: 'USED' });
    });

    it('comes from a partner of the standard protocol as it is, twice if it likes', async () => {
      const { url } = test;
      // The code in the path may be percent-encoded.
      const webhook = { url: `${url}/partner/webhooks/%62rewer`, secrets: [secret] };
      const simulator = await startSimulator({ clock: test.clock, webhook, faults: ['duplicate-webhook'] });
      const id = await coupon();
      const redemptionId = id.slice('redemption_'.length);
      await simulator.tell({ type: 'redemption.used', data: { redemptionId, partnerRef: 'SIM-1', usedAt: null } });
      await simulator.tell({ type: 'redemption.used', data: { redemptionId: NEVER, partnerRef: null, usedAt: null } });
      await simulator.close();
      expect(simulator.deliveries.map(({ status }) => status)).toEqual([200, 200, 422, 422]);
      expect(await test.run(OPERATIONS, 'redemption', { id })).toMatchObject({ status: 'USED' });
    });

    it('that proves nothing is answered alike, whatever is wrong, and logged with its request id', async () => {
      const id = await coupon();
      const before = test.log.length;
      const answers = [
        await used(id, { secrets: [newSigningSecret()] }),
        await used(id, { sentAt: test.clock.now() - DAY }),
        await used(id, { tampered: '{}' }),
        await used(id, { headers: { 'webhook-signature': '' } }),
        await send(test, 'nobody', { type: 'redemption.used', data: {} }, { secrets: [secret] }),
      ];
      const shapes = answers.map(({ status, text }) => [status, text.replace(/"requestId":"[^"]+"/, '')]);
      expect(new Set(shapes.map(String)).size).toBe(1);
      expect(answers[0]).toMatchObject({
        status: 401,
        body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
      });
      const logged = test.log.slice(before);
      expect(logged.map(({ fault }) => fault)).toEqual(['WRONG', 'TOO_OLD', 'WRONG', 'MISSING', 'UNKNOWN_PARTNER']);
      for (const { requestId } of logged) expect(requestId).toMatch(/./);
      expect(JSON.stringify(logged)).not.toContain(secret.slice(6));
      expect(await test.run(OPERATIONS, 'redemption', { id })).toMatchObject({ status: 'ISSUED' });
    });

    it('is refused in words when it cannot be taken', async () => {
      const { status, body } = await used('redemption_0123');
      expect([status, body.errors![0]!.message]).toEqual([422, expect.stringContaining('data.redemptionId')]);
      const stock = await send(
        test,
        'brewer',
        { type: 'offer.stock', data: { offerRef: 'unheard-of', left: 1 } },
        { secrets: [secret] },
      );
      expect(stock).toMatchObject({ status: 422, body: { errors: [{ extensions: { code: 'NOT_FOUND' } }] } });
    });

    it('has at most 64 KiB, is JSON in UTF-8, and comes by POST', async () => {
      const long = JSON.stringify({ type: 'redemption.used', data: { more: 'x'.repeat(65_536) } });
      const tooLong = await send(test, 'brewer', long, { secrets: [secret] });
      expect([tooLong.status, JSON.stringify(tooLong.body)]).toEqual([
        413,
        expect.stringContaining('at most 65536 bytes are read'),
      ]);
      const post = (body: Buffer | string, type: string) =>
        fetch(`${test.url}/partner/webhooks/brewer`, {
          method: 'POST',
          body: body as BodyInit,
          headers: { 'content-type': type },
        });
      expect((await post(Buffer.from([0xc3, 0x28]), 'application/json')).status).toBe(400);
      expect((await post('', 'application/json')).status).toBe(401);
      expect((await post('a=b', 'application/x-www-form-urlencoded')).status).toBe(415);
      expect((await fetch(`${test.url}/partner/webhooks/brewer`)).status).toBe(404);
    });

    it('after too many that prove nothing, an address has to wait', async () => {
      const statuses: number[] = [];
      for (let count = 0; count < 70; count += 1) {
        statuses.push((await used('x', { secrets: [newSigningSecret()] })).status);
      }
      expect([statuses[0], statuses.at(-1)]).toEqual([401, 429]);
      test.clock.advance(60_000);
      expect((await used(await coupon())).status).toBe(200);
    });
  });
});
