// Hosts are looked up at the name servers, both families at once; a silent name server costs its own time only.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type ResolveHost, resolveBySystem, resolvePublicHost } from './resolve-host';

const A = 1;
const AAAA = 28;
const NOT_FOUND = 3;

type Records = Readonly<Record<string, { readonly [A]?: readonly Buffer[]; readonly [AAAA]?: readonly Buffer[] }>>;

const RECORDS: Records = {
  'both.example': { [A]: [Buffer.of(8, 8, 8, 8), Buffer.of(10, 0, 0, 1)], [AAAA]: [ipv6(0x26, 0x06)] },
  'four.example': { [A]: [Buffer.of(8, 8, 4, 4)] },
  'six.example': { [AAAA]: [ipv6(0x26, 0x07)] },
};

function ipv6(first: number, second: number): Buffer {
  return Buffer.concat([Buffer.of(first, second), Buffer.alloc(13), Buffer.of(1)]);
}

/** The name and the kind of record that are asked for, and where the question ends. */
function questionOf(query: Buffer): { name: string; kind: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let size = query[at]!; size > 0; size = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + size));
    at += 1 + size;
  }
  return { name: labels.join('.').toLowerCase(), kind: query.readUInt16BE(at + 1), end: at + 5 };
}

function answerTo(query: Buffer): Buffer {
  const { name, kind, end } = questionOf(query);
  const known = RECORDS[name];
  const found = (kind === A || kind === AAAA ? known?.[kind] : undefined) ?? [];
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | (known ? 0 : NOT_FOUND), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(found.length, 6);
  const answers = found.map((data) =>
    Buffer.concat([Buffer.of(0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 9, 0, data.length), data]),
  );
  return Buffer.concat([head, query.subarray(12, end), ...answers]);
}

let server: Socket;
let answering = true;
let resolve: ResolveHost;
beforeAll(async () => {
  server = createSocket('udp4').bind(0, '127.0.0.1');
  await once(server, 'listening');
  server.on('message', (query, { port, address }) => {
    if (answering) server.send(answerTo(query), port, address);
  });
  resolve = resolvePublicHost(250, [`127.0.0.1:${server.address().port}`]);
});
beforeEach(() => {
  answering = true;
});
afterAll(() => new Promise<void>((done) => server.close(() => done())));

test('all addresses of both families are found', async () => {
  expect(await resolve('both.example')).toEqual(['8.8.8.8', '10.0.0.1', '2606::1']);
});

test.each([
  ['four.example', ['8.8.4.4']],
  ['six.example', ['2607::1']],
])('one family is enough: %s', async (host, addresses) => {
  expect(await resolve(host)).toEqual(addresses);
});

test('a host that is not there is told by its code', async () => {
  await expect(resolve('nowhere.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

test('a name server that is silent is given up on', async () => {
  answering = false;
  await expect(resolve('both.example')).rejects.toMatchObject({ code: 'ETIMEOUT' });
});

test('the system knows its own names', async () => {
  expect(await resolveBySystem('localhost')).toEqual(expect.arrayContaining([expect.stringMatching(/^(127\.|::1$)/)]));
});
