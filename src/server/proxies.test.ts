// Whose word counts for the address that a request came from, for those who have sent too much that proves nothing.
import { type SampleServer, startSample } from '../../test/support/sample-server';
import { ManualClock } from '../kernel/clock';
import { addWebhookRoute } from './webhook-route';

const MISSES_A_MINUTE = 60;

const clock = new ManualClock(0);
let server: SampleServer | undefined;
afterEach(() => server?.close());

/** A gateway to which every webhook proves nothing. */
async function started(trustedProxies?: readonly string[]): Promise<(from: string) => Promise<number>> {
  const incoming = { receive: async () => ({ kind: 'UNPROVED', fault: 'SIGNATURE' }) as never };
  const log = { warn: () => undefined };
  const routes = [
    (http: SampleServer['fastify']) => addWebhookRoute(http, { incoming, clock, log, isUnavailable: () => false }),
  ];
  server = await startSample({ trustedProxies, routes });
  const { fastify } = server;
  return async (from) => {
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': from };
    const request = { method: 'POST', url: '/partner/webhooks/brewer', payload: '{}', headers } as const;
    return (await fastify.inject(request)).statusCode;
  };
}

async function tooMany(send: (from: string) => Promise<number>): Promise<void> {
  for (let count = 0; count < MISSES_A_MINUTE; count += 1) expect(await send('203.0.113.7')).toBe(401);
  expect(await send('203.0.113.7')).toBe(429);
}

it('behind a proxy that is trusted, one address that sends too much keeps no other out', async () => {
  const send = await started(['127.0.0.0/8']);
  await tooMany(send);
  expect(await send('203.0.113.8')).toBe(401);
});

it.each([
  ['nobody is trusted', undefined],
  ['another one is trusted', ['10.0.0.0/8']],
])('where %s, a caller cannot pass for another', async (_what, trusted) => {
  const send = await started(trusted);
  await tooMany(send);
  expect(await send('203.0.113.8')).toBe(429);
});
