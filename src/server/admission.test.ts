// A place for each operation, a queue for a few more, and an early no for the rest.
import { freshGate, SAMPLE_LIMITS, startSample } from '../../test/support/sample-server';
import { Admission, OverloadedError } from './admission';

it('lets in as many as it has places, queues in order, turns the rest away', async () => {
  const admission = new Admission(2, 2);
  const entered: string[] = [];
  const enter = (name: string) => admission.enter().then(() => entered.push(name));
  await Promise.all([enter('a'), enter('b')]);
  const waiting = [enter('c'), enter('d')];
  expect(admission.isFull).toBe(true);
  await expect(enter('e')).rejects.toThrow(OverloadedError);
  admission.leave();
  await waiting[0];
  expect(entered).toEqual(['a', 'b', 'c']);
  admission.leave();
  await waiting[1];
  expect(admission.isFull).toBe(false);
  for (const _ of [1, 2]) admission.leave();
  await Promise.all([enter('f'), enter('g')]);
  expect(entered).toEqual(['a', 'b', 'c', 'd', 'f', 'g']);
});

it('passes over a caller that hung up while it waited', async () => {
  const admission = new Admission(1, 5);
  await admission.enter();
  let gone = false;
  const left = admission.enter(() => gone);
  const patient = admission.enter();
  gone = true;
  admission.leave();
  await expect(left).rejects.toThrow(OverloadedError);
  await expect(patient).resolves.toBeUndefined();
});

it('does not let anybody wait for ever', async () => {
  const admission = new Admission(1, 1, 10);
  await admission.enter();
  await expect(admission.enter()).rejects.toThrow(OverloadedError);
  expect(admission.isFull).toBe(false);
  admission.leave();
  await expect(admission.enter()).resolves.toBeUndefined();
});

it('answers 503 with Retry-After early, and serves again as soon as there is room', async () => {
  const server = await startSample({ limits: { ...SAMPLE_LIMITS, operationsAtOnce: 1, operationsWaiting: 1 } });
  const gate = freshGate();
  const first = server.query('{ slow }');
  await gate.reached;
  const second = server.query('{ hello }');
  // Any answer proves that the second has been queued by now: requests are taken up in the order they came in.
  await server.fastify.inject({ url: '/healthz' });
  const third = await server.query('{ hello }');
  expect([third.status, third.headers['retry-after']]).toEqual([503, '1']);
  expect(third.body.errors?.[0]?.extensions.code).toBe('OVERLOADED');
  gate.release();
  expect((await first).body).toEqual({ data: { slow: 'done' } });
  expect((await second).body).toEqual({ data: { hello: 'world' } });
  expect((await server.query('{ hello }')).status).toBe(200);
  await server.close();
});
