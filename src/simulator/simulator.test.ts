// The simulated partner beside the protocol: faults by count and operation, late issues, webhooks, steering.
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import { SAMPLE_OFFER, simulatedPartner } from '../../test/support/simulated-partner';
import { DAY, ManualClock } from '../kernel/clock';
import { newId } from '../kernel/id';
import type { IssueRequest } from '../partner-port/connector';
import { signatureFault } from '../partner-port/signature';
import { checkAgainst } from '../partner-port/standard/protocol';
import { addAdminRoutes } from './admin-routes';
import { type Fault, readFaults } from './fault';
import type { SimulatorOptions } from './simulator';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const call = () => ({ signal: AbortSignal.timeout(10_000) });
const soon = () => ({ signal: AbortSignal.timeout(200) });

interface Heard {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** A gateway that hears webhooks and answers 204. */
async function gatewayEar(whenHeard: () => void = () => {}) {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      heard.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      whenHeard();
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { heard, url: `http://127.0.0.1:${port}/hear`, close: () => void server.close() };
}

async function scene(options: Partial<SimulatorOptions> = {}) {
  const clock = new ManualClock(NOW);
  const { simulator, suite } = await simulatedPartner({ clock, ...options });
  const { connector } = suite;
  const request = (): IssueRequest => ({
    redemptionId: newId(NOW),
    offerRef: SAMPLE_OFFER,
    memberRef: 'm_1',
    claimedAt: NOW,
    expiresAt: NOW + DAY,
    faceValue: { amount: 100, currency: 'CNY' },
  });
  return { clock, simulator, connector, request };
}

describe('a fault', () => {
  test('meets so many requests of the operations that it is for, and no others', async () => {
    const { simulator, connector, request } = await scene();
    simulator.faults.set({ name: 'server-error', operations: ['issue'], times: 2 });
    const wanted = request();
    const kinds: string[] = [];
    kinds.push((await connector.availability([SAMPLE_OFFER], call())).kind);
    for (let time = 0; time < 3; time += 1) kinds.push((await connector.issue(wanted, call())).kind);
    await simulator.close();
    expect(kinds).toEqual(['CONFIRMED', 'UNKNOWN', 'UNKNOWN', 'CONFIRMED']);
    expect(simulator.faults.current()).toEqual([]);
  });

  test('of time-out after issue leaves one coupon, which a look-up and a repeat find', async () => {
    const { simulator, connector, request } = await scene({ faults: ['issue-then-time-out'] });
    const wanted = request();
    expect(await connector.issue(wanted, soon())).toMatchObject({ kind: 'UNKNOWN', cause: 'TIMED_OUT' });
    expect(await connector.status(wanted, call())).toMatchObject({ value: { state: 'ISSUED' } });
    simulator.faults.clear();
    expect(await connector.issue(wanted, call())).toMatchObject({ kind: 'CONFIRMED' });
    await simulator.close();
    expect([simulator.couponsIssued, simulator.redemptions().length]).toEqual([1, 1]);
  });

  test('of late success: nobody knows of it until it settles; a cancel before that prevents it', async () => {
    const { simulator, connector, request } = await scene({ faults: ['issue-then-late-success'] });
    const [late, cancelled] = [request(), request()];
    for (const wanted of [late, cancelled]) {
      expect(await connector.issue(wanted, soon())).toMatchObject({ kind: 'UNKNOWN' });
      expect(await connector.status(wanted, call())).toMatchObject({ value: { state: 'ABSENT' } });
    }
    await connector.cancel(cancelled, call());
    expect(await simulator.settle(late.redemptionId)).toMatchObject({ state: 'ISSUED' });
    expect(await simulator.settle(cancelled.redemptionId)).toMatchObject({ state: 'DECLINED', reason: 'ENDED' });
    expect(await connector.status(late, call())).toMatchObject({ value: { state: 'ISSUED' } });
    await simulator.close();
    expect(simulator.couponsIssued).toBe(1);
  });

  test('of pending settles by itself after its time', async () => {
    const settled = new EventEmitter();
    const heard = once(settled, 'heard');
    const ear = await gatewayEar(() => settled.emit('heard'));
    const { simulator, connector, request } = await scene({
      webhook: { url: ear.url },
      faults: [{ name: 'pending', milliseconds: 1 }],
    });
    const wanted = request();
    expect(await connector.issue(wanted, call())).toMatchObject({ kind: 'UNKNOWN', cause: 'PENDING' });
    await heard;
    expect(await connector.status(wanted, call())).toMatchObject({ value: { state: 'ISSUED' } });
    await simulator.close();
    ear.close();
  });

  test.each<[unknown, string | readonly Partial<Fault>[]]>([
    [
      ['hang', 'latency=500'],
      [{ name: 'hang' }, { name: 'latency', milliseconds: 500 }],
    ],
    [[{ name: 'reset', operations: ['issue'], times: 1 }], [{ name: 'reset', operations: ['issue'], times: 1 }]],
    [{}, expect.stringContaining('send a list of faults')],
    [['explode'], expect.stringContaining('"explode" is no fault; there are latency, hang')],
    [[7], expect.stringContaining('neither a name nor an object')],
    [[{ name: 'hang', time: 1 }], expect.stringContaining('time is unknown')],
    [[{ name: 'hang', times: -1 }], expect.stringContaining('times is a whole number')],
    [[{ name: 'hang', operations: ['sing'] }], expect.stringContaining('operations are some of availability')],
    [[{ name: 'latency', milliseconds: 1e9 }], expect.stringContaining('from 0 to 3600000')],
  ])('is read from %j', (given, wanted) => {
    expect(readFaults(given)).toEqual(wanted);
  });
});

describe('webhooks', () => {
  test('tell of uses and stock, signed; a duplicate has the same id', async () => {
    const ear = await gatewayEar();
    const { simulator, connector, request } = await scene({ webhook: { url: ear.url } });
    const wanted = request();
    await connector.issue(wanted, call());
    simulator.faults.set('duplicate-webhook');
    await simulator.use(wanted.redemptionId);
    simulator.faults.clear();
    await simulator.setStock(SAMPLE_OFFER, 7);
    await simulator.close();
    ear.close();
    const told = ear.heard.map(({ body }) => JSON.parse(body) as { type: string; data: object });
    expect(told.map(({ type }) => type)).toEqual(['redemption.used', 'redemption.used', 'offer.stock']);
    expect(told[0]?.data).toMatchObject({ redemptionId: wanted.redemptionId, usedAt: '2026-11-24T08:00:00.000Z' });
    expect(told[2]?.data).toMatchObject({ offerRef: SAMPLE_OFFER, left: 7 });
    for (const { headers, body } of ear.heard) {
      expect(checkAgainst('PartnerMessage', JSON.parse(body))).toHaveProperty('value');
      expect(signatureFault(simulator.secrets, headers, body, NOW)).toBeUndefined();
    }
    const ids = ear.heard.map(({ headers }) => headers['webhook-id']);
    expect([ids[0] === ids[1], ids[1] === ids[2]]).toEqual([true, false]);
    expect(simulator.deliveries.map(({ status }) => status)).toEqual([204, 204, 204]);
  });

  test('come before the answer when told to', async () => {
    const order: string[] = [];
    const ear = await gatewayEar(() => order.push('webhook'));
    const { simulator, connector, request } = await scene({
      webhook: { url: ear.url },
      faults: ['webhook-before-answer'],
    });
    await connector.issue(request(), call());
    order.push('answer');
    await simulator.close();
    ear.close();
    expect(order).toEqual(['webhook', 'answer']);
  });

  test('that nobody hears are remembered as such', async () => {
    const { simulator } = await scene({ webhook: { url: 'http://127.0.0.1:1/' } });
    await simulator.tell({ type: 'redemption.used', data: {} }, 'msg_again');
    await simulator.close();
    expect(simulator.deliveries).toEqual([{ type: 'redemption.used', data: {}, id: 'msg_again', status: 0 }]);
  });
});

describe('the routes that steer it', () => {
  const put = (url: string, body: unknown) =>
    fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

  test('switch faults, use coupons, settle and set stock', async () => {
    const { simulator, connector, request } = await scene({ faults: ['pending'] });
    const { url } = simulator;
    const wanted = request();
    await connector.issue(wanted, call());
    const post = (path: string) => fetch(`${url}${path}`, { method: 'POST' }).then(({ status }) => status);
    const id = wanted.redemptionId;
    expect([await post(`/use/${id}`), await post(`/settle/${id}`), await post(`/settle/${id}`)]).toEqual([
      409, 200, 409,
    ]);
    expect(await post(`/use/${id}`)).toBe(200);
    const listed = await fetch(`${url}/redemptions`).then((answer) => answer.json());
    expect(listed).toMatchObject({ redemptions: [{ redemptionId: id, state: 'USED' }] });

    expect((await put(`${url}/stock/${SAMPLE_OFFER}`, 0)).status).toBe(200);
    expect(await connector.availability([SAMPLE_OFFER], call())).toMatchObject({
      value: [{ available: false, left: 0 }],
    });
    const statuses = [
      await put(`${url}/stock/${SAMPLE_OFFER}`, -1),
      await put(`${url}/stock/none`, 3),
      await put(`${url}/stock/${SAMPLE_OFFER}`, null),
    ].map(({ status }) => status);
    expect(statuses).toEqual([400, 404, 200]);

    const switched = await put(`${url}/faults`, ['decline']);
    expect([switched.status, await switched.json()]).toEqual([200, { faults: [{ name: 'decline' }] }]);
    expect(await connector.issue(request(), call())).toMatchObject({ kind: 'DECLINED', reason: 'OTHER' });
    const refused = await put(`${url}/faults`, ['explode']);
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: { code: 'BAD_REQUEST' } }]);
    expect(simulator.faults.current()).toEqual([{ name: 'decline' }]);
    await simulator.close();
  });

  test('answer this machine only', async () => {
    const http = fastify();
    const { simulator } = await scene();
    addAdminRoutes(http, simulator.faults, simulator);
    const from = (remoteAddress: string) => http.inject({ url: '/faults', remoteAddress });
    expect((await from('127.0.0.1')).statusCode).toBe(200);
    expect((await from('192.0.2.7')).statusCode).toBe(403);
    await http.close();
    await simulator.close();
  });

  test('an unknown path, another content type and too large a body are refused as the protocol says', async () => {
    const { simulator } = await scene();
    const answers = [
      await fetch(`${simulator.url}/nowhere`),
      await fetch(`${simulator.url}/availability`, { method: 'POST', body: 'a=b' }),
      await put(`${simulator.url}/faults`, 'x'.repeat(200_000)),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 415, 413]);
    for (const answer of answers) expect(await answer.json()).toMatchObject({ error: { code: expect.any(String) } });
    await simulator.close();
  });

  test('a coupon that has ended says so', async () => {
    const { simulator, connector, request, clock } = await scene();
    const wanted = request();
    await connector.issue(wanted, call());
    clock.advance(DAY);
    expect(await connector.status(wanted, call())).toMatchObject({ value: { state: 'EXPIRED' } });
    expect(await simulator.use(wanted.redemptionId)).toBeUndefined();
    expect(await connector.cancel(wanted, call())).toMatchObject({ value: { state: 'EXPIRED' } });
    await simulator.close();
  });
});
