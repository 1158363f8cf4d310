// A body that does not arrive in time is cut off, except where a route looks after slow bodies itself.
import { connect } from 'node:net';
import { type FastifyInstance, fastify } from 'fastify';
import { limitBodyTime, SLOW_BODY } from './body-time';

const LIMIT_MS = 50;
let http: FastifyInstance;
let port: number;

beforeEach(async () => {
  http = fastify({ forceCloseConnections: true });
  limitBodyTime(http, LIMIT_MS);
  http.post('/quick', async () => 'ok');
  http.post('/slow', { config: SLOW_BODY }, async () => 'ok');
  http.get('/', async () => 'ok');
  await http.listen({ port: 0, host: '127.0.0.1' });
  port = (http.server.address() as { port: number }).port;
});
afterEach(() => http.close());

/** Sends the head and half of the body, calls `after`, and answers what came back until the connection was closed. */
function half(path: string, after: (write: (rest: string) => void) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
    const headers = ['host: a', 'content-type: text/plain', 'content-length: 4', 'connection: close'];
    socket.write([`POST ${path} HTTP/1.1`, ...headers, '', 'ab'].join('\r\n'));
    after((rest) => socket.write(rest));
  });
}

test('a body that is late is answered with 408', async () => {
  expect(await half('/quick', () => undefined)).toMatch(/^HTTP\/1\.1 408 /);
});

test('one that comes in time is not, nor is a request without a body', async () => {
  expect(await half('/quick', (write) => write('cd'))).toMatch(/^HTTP\/1\.1 200 /);
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
});

test('a route that looks after slow bodies itself waits', async () => {
  // Given a request elsewhere that is cut off meanwhile, the slow one is answered after it.
  const slow = half('/slow', (write) => void half('/quick', () => undefined).then(() => write('cd')));
  expect(await slow).toMatch(/^HTTP\/1\.1 200 /);
});
