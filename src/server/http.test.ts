// The server on a real port: health, the explorer page, and an end that loses nothing.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { freshGate, type SampleServer, startSample } from '../../test/support/sample-server';

let server: SampleServer;
let url: string;
let databaseAway: boolean;

beforeEach(async () => {
  databaseAway = false;
  server = await startSample({
    readiness: {
      database: async () => {
        if (databaseAway) throw new Error('connect ECONNREFUSED');
      },
      catalogue: async () => undefined,
    },
    explorer: { defaultQuery: 'query Hi { hello } # </script><b>', headers: { authorization: 'Bearer member' } },
    // Longer than a test may take: whoever relies on being cut off fails.
    shutdownMs: 60_000,
  });
  url = await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => server.close());

const ask = (query: string, init: RequestInit = {}) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    body: JSON.stringify({ query }),
    headers: { 'content-type': 'application/json' },
    ...init,
  });

describe('health', () => {
  it('lives, and is ready', async () => {
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' });
  });

  it('names the check that fails, keeps its reason for the log, and lives on', async () => {
    databaseAway = true;
    const answer = await fetch(`${url}/readyz`);
    expect([answer.status, await answer.text()]).toEqual([503, '{"status":"not ready","failing":["database"]}']);
    expect(JSON.stringify(server.log)).toContain('ECONNREFUSED');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    databaseAway = false;
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });
});

describe('the explorer', () => {
  it('shows browsers a page that needs no other host', async () => {
    const answer = await fetch(url, { headers: { accept: 'text/html,application/xhtml+xml;q=0.9' } });
    const html = await answer.text();
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(html).toContain('query Hi { hello }');
    expect(html).toContain('Bearer member');
    expect(html).toContain('"endpoint":"/graphql"');
    expect(html).not.toMatch(/<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)\s*=\s*["']?(?:https?:)?\/\//i);
    expect(html).not.toMatch(/@import\s+(?:url\()?["']?(?:https?:)?\/\/|url\(["']?(?:https?:)?\/\//i);
    expect(html).not.toContain('# </script>');
  });

  it('may run only its own script, by the policy that browsers are given', async () => {
    const answer = await fetch(url, { headers: { accept: 'text/html' } });
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/default-src 'none'; script-src 'sha256-[A-Za-z0-9+/=]{44}'; /);
    expect(policy).not.toMatch(/https?:|unsafe-eval|script-src[^;]*unsafe-inline/);
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
  });

  it('points programs to the API', async () => {
    expect(await (await fetch(url)).json()).toMatchObject({ graphql: '/graphql' });
  });
});

it('sends modest security headers with every answer', async () => {
  const { headers } = await ask('{ hello }');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-powered-by')).toBeNull();
});

describe('a body that is too large', () => {
  const head = (length: string) =>
    `POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${length}\r\n\r\n`;
  const piece = 'x'.repeat(64 * 1024);

  it('is refused in words that reach also who sends it whole before it listens; the connection goes on', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').pause();
    const flood = head(`content-length: ${160 * piece.length}`) + piece.repeat(160);
    await new Promise((resolve, reject) => socket.once('error', reject).write(flood, resolve));
    const answer = text(socket);
    socket.write('GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    const [refused, next] = (await answer).split(/(?=HTTP\/1\.1 200 )/);
    expect(refused).toMatch(/^HTTP\/1\.1 413 [\s\S]*"BODY_TOO_LARGE"/);
    expect(next).toContain('"status":"ok"');
  });

  it('that has no end is cut off', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(head('transfer-encoding: chunked'));
    const pour = () => {
      while (socket.writable && socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`));
    };
    socket.on('drain', pour).resume();
    pour();
    await closed;
    expect(socket.bytesWritten).toBeLessThan(64_000_000);
  });
});

describe('the end', () => {
  it('finishes what is in flight, takes nothing new, and closes', async () => {
    const gate = freshGate();
    const inFlight = ask('{ slow }');
    await gate.reached;
    const closed = server.close();
    await expect(ask('{ hello }')).rejects.toThrow();
    gate.release();
    const answer = await inFlight;
    expect([answer.status, await answer.json()]).toEqual([200, { data: { slow: 'done' } }]);
    await closed;
  });

  it('tells those who are still connected that it is not ready any more', async () => {
    const gate = freshGate();
    const inFlight = server.query('{ slow }');
    await gate.reached;
    const keptOpen = await openConnection();
    keptOpen.send('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n');
    await keptOpen.received(/"status":"ok"/);
    // Half a request: the server must have read it before it closes, else the connection counts as idle.
    await keptOpen.sendUntilRead('GET /readyz HTTP/1.1\r\nhost: a\r\n');
    const closed = server.close();
    keptOpen.send('\r\n');
    await keptOpen.received(/HTTP\/1\.1 503[\s\S]*connection: close[\s\S]*"failing":\["shutdown"\]/i);
    gate.release();
    expect((await inFlight).status).toBe(200);
    await closed;
  });

  it('cuts off who keeps a connection busy for longer than the shutdown may take', async () => {
    const impatient = await startSample({ shutdownMs: 50 });
    const address = await impatient.listen({ port: 0, host: '127.0.0.1' });
    const gate = freshGate();
    const stuck = fetch(`${address}/graphql`, {
      method: 'POST',
      body: '{"query":"{ slow }"}',
      headers: { 'content-type': 'application/json' },
    });
    await gate.reached;
    await Promise.all([impatient.close(), expect(stuck).rejects.toThrow()]);
    gate.release();
  });

  it('lets in those who wait at the door already, serves them, and tells each to go', async () => {
    // Given a crowd that is connected as the system sees it; Node takes in one connection at each turn of its loop.
    const crowd = Array.from({ length: 60 }, () => connect(Number(new URL(url).port), '127.0.0.1'));
    const answers = crowd.map(wholeAnswer);
    await Promise.all(crowd.map((socket) => once(socket, 'connect')));
    for (const socket of crowd) socket.write('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n');
    // When it stops listening.
    await server.drain(60_000);
    // Then nobody of the crowd was reset, and whoever comes later finds the door closed.
    for (const answer of await Promise.all(answers))
      expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close/i);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('may be asked for twice', async () => {
    await Promise.all([server.close(), server.close()]);
  });
});

/** All that came until the other side ended; what went wrong instead, as a text. */
function wholeAnswer(socket: Socket): Promise<string> {
  return text(socket).catch((error: Error) => error.message);
}

async function openConnection() {
  const accepted = new Promise<Socket>((resolve) => server.fastify.server.once('connection', resolve));
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  const serverSide = await accepted;
  return {
    send: (part: string) => socket.write(part),
    sendUntilRead: async (part: string) => {
      const expected = serverSide.bytesRead + Buffer.byteLength(part);
      socket.write(part);
      while (serverSide.bytesRead < expected) await new Promise((resolve) => setImmediate(resolve));
    },
    received: async (pattern: RegExp) => {
      while (!pattern.test(text)) await new Promise((resolve) => socket.once('data', resolve));
    },
  };
}
