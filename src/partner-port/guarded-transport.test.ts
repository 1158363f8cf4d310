// The transport against real servers on loopback that hang, break off, flood, lie and redirect: one named answer each.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { GuardedTransport, type TransportOptions } from './guarded-transport';
import type { PartnerRequest } from './transport';

const cleanUps: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Listening {
  readonly port: number;
  readonly server: Server;
  /** What came in on each connection. */
  readonly received: string[];
}

/** A server on loopback; `answer` is called once for each connection that said something. */
async function listen(answer: (socket: Socket, said: string) => void, address = '127.0.0.1'): Promise<Listening> {
  const sockets = new Set<Socket>();
  const received: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    const at = received.push('') - 1;
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      received[at] += chunk.toString('latin1');
      answer(socket, received[at]!);
    });
  });
  server.listen(0, address);
  await once(server, 'listening');
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, server, received };
}

const reply = (head: string, body: string | Buffer = '') =>
  Buffer.concat([Buffer.from(`HTTP/1.1 ${head}\r\n\r\n`, 'latin1'), Buffer.from(body)]);
const ok = (body: string, head = '') => reply(`200 OK\r\ncontent-length: ${Buffer.byteLength(body)}${head}`, body);

function transport(options: Partial<TransportOptions> = {}): GuardedTransport {
  const policy = { allowHttp: true, allow: new Set(['127.0.0.1', '[::1]']) };
  const resolve = async () => ['127.0.0.1'];
  const made = new GuardedTransport({ policy, resolve, ...options });
  cleanUps.push(() => made.close());
  return made;
}

function request(url: string, more: Partial<PartnerRequest> = {}): PartnerRequest {
  return { method: 'GET', url, headers: {}, signal: new AbortController().signal, ...more };
}

const noReply = (cause: string, message: unknown = expect.any(String)) => ({ kind: 'NO_REPLY', cause, message });

describe('a request', () => {
  it('goes out as it was made, and its reply comes back', async () => {
    const body = '{"left":3,"title":"咖啡"}';
    const partner = await listen((socket) => socket.end(ok(body, '\r\nX-Trace: a\r\nx-trace: b')));
    const url = `http://coffee.example:${partner.port}/offers?ids=1,2#part`;
    const sent = request(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"é":1}' });
    const answer = await transport().send(sent);
    expect(answer).toEqual({ kind: 'REPLY', status: 200, headers: expect.anything(), body });
    expect(answer).toMatchObject({ headers: { 'content-length': '27', 'x-trace': 'a, b' } });
    const [head, said] = partner.received[0]!.split('\r\n\r\n');
    expect(head!.split('\r\n')).toEqual(
      expect.arrayContaining([
        'POST /offers?ids=1,2 HTTP/1.1',
        `host: coffee.example:${partner.port}`,
        'accept-encoding: identity',
        'content-type: application/json',
        'content-length: 8',
      ]),
    );
    expect(Buffer.from(said!, 'latin1').toString('utf8')).toBe('{"é":1}');
  });

  it.each([[301], [302], [307], [308]])('is not sent on by a redirect %s to a private address', async (status) => {
    const inner = await listen((socket) => socket.end(ok('secrets')));
    const location = `http://127.0.0.1:${inner.port}/latest/meta-data/`;
    const partner = await listen((socket) => socket.end(reply(`${status} Over\r\nlocation: ${location}\r\n`)));
    const answer = await transport().send(request(`http://127.0.0.1:${partner.port}/`));
    expect(answer).toMatchObject({ kind: 'REPLY', status, headers: { location } });
    expect(inner.received).toEqual([]);
  });

  it.each([
    ['Host', 'inner.example'],
    ['content-length', '3'],
    ['Transfer-Encoding', 'chunked'],
    ['Connection', 'upgrade'],
  ])('may not set the header %s', async (name, value) => {
    const partner = await listen((socket) => socket.end(ok('')));
    const sent = request(`http://127.0.0.1:${partner.port}/`, { headers: { [name]: value } });
    expect(await transport().send(sent)).toEqual(noReply('NOT_TRIED', expect.stringContaining(name)));
    expect(partner.received).toEqual([]);
  });

  it('with a malformed header is not sent, and the header is not repeated', async () => {
    const partner = await listen((socket) => socket.end(ok('')));
    const headers = { authorization: 'Bearer hunter2\r\nx-evil: 1' };
    const answer = await transport().send(request(`http://127.0.0.1:${partner.port}/`, { headers }));
    expect(answer).toEqual(noReply('NOT_TRIED', expect.not.stringContaining('hunter2')));
    expect(partner.received).toEqual([]);
  });

  it('keeps the secrets of its URL and headers out of every message', async () => {
    const gone = await listen(() => {});
    await new Promise((resolve) => gone.server.close(resolve));
    const partner = await listen((socket) => socket.destroy());
    const headers = { authorization: 'Bearer hunter2' };
    for (const port of [gone.port, partner.port]) {
      const answer = await transport().send(request(`http://127.0.0.1:${port}/hunter2?key=hunter2`, { headers }));
      expect(JSON.stringify(answer)).not.toContain('hunter2');
      expect(answer.kind).toBe('NO_REPLY');
    }
  });
});

describe('an address', () => {
  it('that is not public is not connected to', async () => {
    const inner = await listen((socket) => socket.end(ok('secrets')), '127.0.0.2');
    const urls = [`http://127.0.0.2:${inner.port}/`, `http://2130706434:${inner.port}/`, 'http://[::ffff:7f00:2]/'];
    for (const url of urls) expect(await transport().send(request(url))).toEqual(noReply('FORBIDDEN_ADDRESS'));
    const byName = transport({ resolve: async () => ['127.0.0.2'] });
    const answer = await byName.send(request(`http://coffee.example:${inner.port}/`));
    expect(answer).toEqual(noReply('FORBIDDEN_ADDRESS', expect.stringContaining('127.0.0.2 is not public')));
    expect(inner.received).toEqual([]);
  });

  it('is looked up at each connection, and the one that was checked is the one connected to', async () => {
    const partner = await listen((socket) => socket.end(ok('hello', '\r\nconnection: close')));
    const inner = await listen((socket) => socket.end(ok('secrets')), '127.0.0.2');
    const lookUps = [['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1']];
    let asked = 0;
    const rebinding = transport({ resolve: async () => lookUps[asked++]! });
    const url = `http://coffee.example:${partner.port}/`;
    expect(await rebinding.send(request(url))).toMatchObject({ kind: 'REPLY', body: 'hello' });
    expect(await rebinding.send(request(url))).toEqual(noReply('FORBIDDEN_ADDRESS'));
    expect(await rebinding.send(request(url))).toMatchObject({ kind: 'REPLY', body: 'hello' });
    expect([asked, partner.received.length, inner.received.length]).toEqual([3, 2, 0]);
  });

  it.each([[['127.0.0.1', '10.0.0.1']], [['::1', '127.0.0.1', '::ffff:127.0.0.1']]])(
    'among several makes the host suspect: %j',
    async (addresses) => {
      const partner = await listen((socket) => socket.end(ok('')));
      const answer = await transport({ resolve: async () => addresses }).send(
        request(`http://coffee.example:${partner.port}/`),
      );
      expect(answer).toEqual(noReply('FORBIDDEN_ADDRESS'));
      expect(partner.received).toEqual([]);
    },
  );

  it('of a host on the allow-list is looked up by the system, for the listed port only', async () => {
    const partner = await listen((socket) => socket.end(ok('dev')));
    const never = () => Promise.reject(new Error('asked in public'));
    const policy = { allowHttp: true, allow: new Set([`localhost:${partner.port}`]) };
    const developing = transport({ policy, resolve: never });
    const answer = await developing.send(request(`http://localhost:${partner.port}/`));
    expect(answer).toMatchObject({ kind: 'REPLY', body: 'dev' });
    expect(await developing.send(request('http://localhost:4/'))).toEqual(noReply('FORBIDDEN_ADDRESS'));
  });

  it('is greeted over TLS by the name of its host', async () => {
    const partner = await listen((socket) => socket.destroy());
    const answer = await transport().send(request(`https://coffee.example:${partner.port}/`));
    expect(answer).toEqual(noReply('UNREACHABLE'));
    expect(partner.received).toEqual([expect.stringContaining('coffee.example')]);
  });
});

describe('nothing was sent, and that is known,', () => {
  const unreachable = noReply('UNREACHABLE');

  it('when the connection is refused', async () => {
    const gone = await listen(() => {});
    await new Promise((resolve) => gone.server.close(resolve));
    expect(await transport().send(request(`http://127.0.0.1:${gone.port}/`))).toEqual(unreachable);
  });

  it.each([
    ['is not found', () => Promise.reject(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }))],
    ['has no address', async () => []],
    ['is never found out', () => new Promise<string[]>(() => {})],
  ])('when the host %s', async (_case, resolve) => {
    const hurried = transport({ resolve, connectMs: 50 });
    expect(await hurried.send(request('http://coffee.example/'))).toEqual(unreachable);
  });

  it('when TLS is not answered within the time for connecting', async () => {
    const partner = await listen(() => {});
    const hurried = transport({ connectMs: 50 });
    expect(await hurried.send(request(`https://coffee.example:${partner.port}/`))).toEqual(unreachable);
  });

  it('when the caller gives up before there is a connection, and it stays so', async () => {
    let found: (addresses: string[]) => void = () => {};
    const partner = await listen((socket) => socket.end(ok('')));
    const slow = transport({ resolve: () => new Promise((resolve) => (found = resolve)) });
    const caller = new AbortController();
    const url = `http://coffee.example:${partner.port}/`;
    const answer = slow.send(request(url, { signal: caller.signal }));
    caller.abort();
    expect(await answer).toEqual(unreachable);
    const connected = once(partner.server, 'connection');
    const closed = connected.then(([socket]) => once(socket as Socket, 'close'));
    found(['127.0.0.1']);
    await closed;
    expect(partner.received).toEqual(['']);
  });

  it('when the connection stands only after the time for it, and it is not used', async () => {
    let found: (addresses: string[]) => void = () => {};
    const partner = await listen((socket) => socket.end(ok('')));
    const hurried = transport({ connectMs: 50, resolve: () => new Promise((resolve) => (found = resolve)) });
    expect(await hurried.send(request(`http://coffee.example:${partner.port}/`))).toEqual(unreachable);
    const closed = once(partner.server, 'connection').then(([socket]) => once(socket as Socket, 'close'));
    found(['127.0.0.1']);
    await closed;
    expect(partner.received).toEqual(['']);
  });

  it('when the caller had given up already', async () => {
    const answer = await transport().send(request('http://127.0.0.1:9/', { signal: AbortSignal.abort() }));
    expect(answer).toEqual(noReply('NOT_TRIED'));
  });

  it('when the transport is closed', async () => {
    const partner = await listen((socket) => socket.end(ok('')));
    const closed = transport();
    await closed.close();
    expect(await closed.send(request(`http://127.0.0.1:${partner.port}/`))).toEqual(unreachable);
    expect(partner.received).toEqual([]);
  });
});

describe('a partner that', () => {
  const send = async (answer: (socket: Socket) => void, options: Partial<TransportOptions> = {}) => {
    const partner = await listen(answer);
    return transport({ exchangeMs: 5_000, ...options }).send(request(`http://127.0.0.1:${partner.port}/`));
  };

  it('hangs has timed out when the caller gives up', async () => {
    const caller = new AbortController();
    const partner = await listen(() => caller.abort());
    const sent = request(`http://127.0.0.1:${partner.port}/`, { signal: caller.signal });
    expect(await transport().send(sent)).toEqual(noReply('TIMED_OUT'));
  });

  it('hangs has timed out after the longest exchange, whoever waits', async () => {
    expect(await send(() => {}, { exchangeMs: 50 })).toEqual(noReply('TIMED_OUT'));
  });

  it('trickles has timed out, since the time counts in all', async () => {
    const trickle = (socket: Socket) => {
      socket.write(reply('200 OK\r\ncontent-length: 1000'));
      const timer = setInterval(() => socket.write('x'), 5);
      socket.on('close', () => clearInterval(timer));
    };
    expect(await send(trickle, { exchangeMs: 80 })).toEqual(noReply('TIMED_OUT'));
  });

  it('only ever announces an answer has timed out', async () => {
    const early = (socket: Socket) => {
      const timer = setInterval(() => socket.write(reply('103 Early Hints')), 5);
      socket.on('close', () => clearInterval(timer));
    };
    expect(await send(early, { exchangeMs: 80 })).toEqual(noReply('TIMED_OUT'));
  });

  it.each<[string, (socket: Socket) => void]>([
    ['resets', (socket) => socket.resetAndDestroy()],
    ['hangs up', (socket) => socket.end()],
    ['hangs up in the middle of its head', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le')],
    ['hangs up in the middle of its body', (socket) => socket.end(reply('200 OK\r\ncontent-length: 10', 'half'))],
    [
      'hangs up in the middle of a chunk',
      (socket) => socket.end(reply('200 OK\r\ntransfer-encoding: chunked', 'a\r\nhalf')),
    ],
  ])('%s has broken off', async (_case, answer) => {
    expect(await send(answer)).toEqual(noReply('BROKEN_OFF'));
  });

  const huge = 'x'.repeat(300 * 1024);
  const manyHeaders = Array.from({ length: 2_000 }, (_value, at) => `x-${at}: ${at}`).join('\r\n');
  it.each<[string, (socket: Socket) => void, RegExp]>([
    ['sends garbage', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), /HTTPParserError/],
    ['sends many headers', (socket) => socket.end(reply(`200 OK\r\n${manyHeaders}`)), /HEADERS_OVERFLOW/],
    [
      'announces a huge body',
      (socket) => socket.write(reply('200 OK\r\ncontent-length: 9999999')),
      /larger than 262144/,
    ],
    ['sends a huge body', (socket) => socket.end(reply('200 OK\r\nconnection: close', huge)), /larger than 262144/],
    [
      'sends a gzip bomb',
      (socket) => socket.end(reply('200 OK\r\ncontent-encoding: gzip', gzipSync(Buffer.alloc(20_000_000)))),
      /compressed/,
    ],
    ['sends no UTF-8', (socket) => socket.end(reply('200 OK\r\ncontent-length: 2', Buffer.of(0xc3, 0x28))), /UTF-8/],
    [
      'claims two lengths',
      (socket) => socket.end(reply('200 OK\r\ncontent-length: 2\r\ncontent-length: 3', 'ab')),
      /LENGTH_MISMATCH/,
    ],
  ])('%s is unreadable', async (_case, answer, message) => {
    expect(await send(answer)).toEqual(noReply('UNREADABLE', expect.stringMatching(message)));
  });

  it('answers with errors has answered; what they mean is the connector’s to say', async () => {
    const answer = await send((socket) =>
      socket.end(reply('503 Busy\r\ncontent-type: text/html\r\ncontent-length: 4', 'busy')),
    );
    expect(answer).toMatchObject({
      kind: 'REPLY',
      status: 503,
      headers: { 'content-type': 'text/html' },
      body: 'busy',
    });
  });

  it('announces its answer first is heard out', async () => {
    const answer = await send((socket) =>
      socket.end(Buffer.concat([reply('103 Early Hints\r\ncontent-encoding: gzip'), ok('at last')])),
    );
    expect(answer).toMatchObject({ kind: 'REPLY', status: 200, body: 'at last' });
  });

  it('is still at it when the transport closes has broken off', async () => {
    const closing = transport();
    const partner = await listen(() => void closing.close());
    expect(await closing.send(request(`http://127.0.0.1:${partner.port}/`))).toEqual(noReply('BROKEN_OFF'));
  });

  it('fails does no harm to a request to it that runs beside', async () => {
    const partner = await listen((socket, said) => {
      if (said.startsWith('GET /bad')) socket.resetAndDestroy();
      else socket.end(ok('good'));
    });
    const shared = transport();
    const answers = await Promise.all(
      ['good', 'bad', 'good'].map((path) => shared.send(request(`http://127.0.0.1:${partner.port}/${path}`))),
    );
    expect(answers).toEqual([
      expect.objectContaining({ body: 'good' }),
      noReply('BROKEN_OFF'),
      expect.objectContaining({ body: 'good' }),
    ]);
  });
});
