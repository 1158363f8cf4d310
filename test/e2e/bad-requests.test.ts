// Bad tokens, bodies and documents at the door: each is turned away with its status, and nothing behind it notices.
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { demoKeyOf } from '../../src/compose/serve';
import { demoAudience, demoIssuer } from '../../src/identity/demo-key';
import { HOUR, SECOND } from '../../src/kernel/clock';
import { NOON, OPERATIONS, operationText, SHOP, TestGateway, type Who } from '../support/gateway';
import { type Contents, contentsOf } from '../support/gateway-contents';
import { offer, plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, fresh, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

const PROGRAM = programText({ plans: [plan('plus')], offers: [offer('latte')] });
const HOME = JSON.stringify({ query: '{ me { externalId } }' });

eachDatabase((lane) => {
  let gateway: TestGateway;
  let who: Who;
  let before: Contents;
  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM });
    const story = new Story(gateway);
    ({ who } = await story.holder('plus'));
    await story.claim(who, 'latte');
  });
  beforeEach(async () => {
    gateway.clock.set(NOON);
    before = await contentsOf(lane.database);
  });
  afterEach(async () => expect(await contentsOf(lane.database)).toEqual(before));
  afterAll(async () => {
    expect(gateway.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const as = async (person: Who) => ({ authorization: `Bearer ${await gateway.token(person)}` });
  const redeeming = () =>
    JSON.stringify({
      query: operationText('redeem'),
      variables: { input: { item: gateway.itemId('latte'), idempotencyKey: 'never to be used' } },
    });

  describe('tokens', () => {
    const now = NOON / SECOND;
    const signed = async (changes: { claims?: object; header?: object; foreign?: boolean }) => {
      const { claims, header, foreign } = changes;
      const { algorithm: alg, publicJwk, privateKey } = await demoKeyOf(gateway.gateway);
      const key = foreign ? (await generateKeyPair('ES256')).privateKey : privateKey;
      const content = {
        role: 'member',
        sub: who.subject,
        iss: demoIssuer,
        aud: demoAudience,
        exp: now + 60,
        ...claims,
      };
      return new SignJWT(content).setProtectedHeader({ alg, kid: publicJwk.kid, ...header }).sign(key);
    };
    const base64 = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const claims = () => ({ role: 'admin', sub: 'eve', iss: demoIssuer, aud: demoAudience, exp: now + 60 });

    const TOKENS: Readonly<Record<string, () => Promise<string>>> = {
      'that expired': () => signed({ claims: { exp: now - 6 } }),
      'that is not valid yet': () => signed({ claims: { nbf: now + 60 } }),
      'without an end': () => signed({ claims: { exp: undefined } }),
      'signed by somebody else': () => signed({ foreign: true }),
      'of another issuer': () => signed({ claims: { iss: 'https://elsewhere.example' } }),
      'for another audience': () => signed({ claims: { aud: 'elsewhere' } }),
      'without a subject': () => signed({ claims: { sub: undefined } }),
      'with an empty subject': () => signed({ claims: { sub: '' } }),
      'of a role that is none': () => signed({ claims: { role: 'root' } }),
      'with roles in a list': () => signed({ claims: { role: ['member', 'admin'] } }),
      'in capitals': () => signed({ claims: { role: 'ADMIN' } }),
      'with a critical header that nobody knows': async () => {
        const [, payload, signature] = (await signed({})).split('.');
        return `${base64({ alg: 'ES256', crit: ['x'], x: 1 })}.${payload}.${signature}`;
      },
      'of alg none': async () => `${base64({ alg: 'none' })}.${base64(claims())}.`,
      'of alg None with a signature': async () => `${base64({ alg: 'None' })}.${base64(claims())}.AAAA`,
      'signed with the public key as a secret': async () => {
        const { publicJwk } = await demoKeyOf(gateway.gateway);
        const head = `${base64({ alg: 'HS256', kid: publicJwk.kid })}.${base64(claims())}`;
        return `${head}.${createHmac('sha256', JSON.stringify(publicJwk)).update(head).digest('base64url')}`;
      },
      'that brings its own key': async () => {
        const { publicKey, privateKey } = await generateKeyPair('ES256');
        const jwk = await exportJWK(publicKey);
        return new SignJWT(claims()).setProtectedHeader({ alg: 'ES256', jwk }).sign(privateKey);
      },
      'whose content was changed': async () => {
        const [head, , signature] = (await signed({})).split('.');
        return `${head}.${base64(claims())}.${signature}`;
      },
      'of 9000 letters': async () => 'a'.repeat(9_000),
      'of three empty parts': async () => '..',
    };

    test.each(Object.keys(TOKENS))('a token %s opens nothing', async (kind) => {
      const authorization = `Bearer ${await TOKENS[kind]!()}`;
      for (const body of [HOME, redeeming()]) {
        const answer = await gateway.post(body, { authorization });
        expect([answer.status, answer.body.data]).toEqual([401, undefined]);
        expect(answer.body.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
        expect(JSON.stringify(answer.body)).not.toMatch(/jose|jwt|expired|claim/i);
      }
    });

    test('a token that was good a moment ago is not once it has expired', async () => {
      const authorization = `Bearer ${await gateway.token(who, HOUR)}`;
      expect((await gateway.post(HOME, { authorization })).status).toBe(200);
      gateway.clock.advance(HOUR + 5 * SECOND);
      expect((await gateway.post(HOME, { authorization })).status).toBe(401);
    });

    test('no token opens nothing but what is open', async () => {
      const answer = await gateway.post(redeeming());
      expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
      expect((await gateway.post(JSON.stringify({ query: '{ __typename }' }))).status).toBe(200);
    });

    test('a token of the same name and another role is another actor', async () => {
      const partner = await gateway.ask({ role: 'PARTNER', subject: who.subject }, operationText('redemptions'));
      expect(partner.body.data).toMatchObject({ redemptions: { edges: [] } });
      const server = await gateway.ask({ role: 'SERVER', subject: who.subject }, '{ me { externalId } }');
      expect(server.status).toBe(403);
    });
  });

  describe('bodies', () => {
    const ODD: Readonly<Record<string, readonly [body: () => string | Buffer, status: number]>> = {
      'nothing at all': [() => '', 400],
      'no JSON': [() => 'query { me }', 400],
      'half of a JSON text': [() => redeeming().slice(0, -5), 400],
      'a list of operations': [() => `[${redeeming()},${redeeming()}]`, 400],
      'a text': [() => '"query"', 400],
      null: [() => 'null', 400],
      'an object without a query': [() => '{}', 400],
      'a query that is no text': [() => '{"query":{"a":1}}', 400],
      'variables that are no object': [() => JSON.stringify({ query: '{ __typename }', variables: 'a' }), 400],
      'invalid UTF-8': [
        () => Buffer.concat([Buffer.from('{"query":"{ __typename }'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
        400,
      ],
      'an overlong encoding': [
        () => Buffer.concat([Buffer.from('{"query":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
        400,
      ],
      UTF16: [() => Buffer.from(redeeming(), 'utf16le'), 400],
      'keys that reach for the prototype': [() => `{"__proto__":{"query":1},"query":"{ __typename }"}`, 400],
    };

    test.each(Object.keys(ODD))('%s is no request', async (kind) => {
      const [body, status] = ODD[kind]!;
      const answer = await gateway.post(body(), await as(who));
      expect([answer.status, answer.body.data]).toEqual([status, undefined]);
      expect(answer.body.errors?.length).toBeGreaterThan(0);
    });

    test.each([
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
    ])('a body of the type %s is not read', async (type) => {
      const answer = await gateway.post(redeeming(), { ...(await as(who)), 'content-type': type });
      expect([answer.status, answer.body.data]).toEqual([415, undefined]);
    });

    test('a body of ten megabytes is cut off, announced or not, and the next request is served', async () => {
      const flood = (head: string) => rawFlood(gateway.url, head, 10_000_000);
      expect(await flood('content-length: 10000000')).toMatch(/^HTTP\/1\.1 413 /);
      expect(await flood('transfer-encoding: chunked')).toMatch(/^HTTP\/1\.1 413 /);
      const padded = redeeming().replace('{', `{"padding":"${'x'.repeat(500_000)}",`);
      expect((await gateway.post(padded, await as(who))).status).toBe(413);
      expect((await gateway.post(HOME, await as(who))).status).toBe(200);
    });
  });

  describe('documents', () => {
    const nested = (depth: number) => `${'{ a '.repeat(depth)}${'}'.repeat(depth)}`;
    const deep = '{ me { perks { edges { node { usability { reasons { code } } } } } } }';
    const fragments = (count: number) =>
      `{ me { ...f0 } } ${Array.from({ length: count }, (_, at) =>
        at === count - 1
          ? `fragment f${at} on Member { id }`
          : `fragment f${at} on Member { ...f${at + 1} ...f${at + 1} }`,
      ).join(' ')}`;

    const DOCUMENTS: Readonly<Record<string, string>> = {
      'no GraphQL': 'SELECT * FROM member',
      'an unknown field': '{ me { password } }',
      'an unknown mutation': 'mutation { dropEverything }',
      'a subscription': 'subscription { me { id } }',
      'ten thousand levels': nested(10_000),
      'a wide list of fields': `{ me { ${'id '.repeat(1_000)} } }`,
      'a flood of aliases': `{ me { ${Array.from({ length: 100 }, (_, at) => `a${at}: id`).join(' ')} } }`,
      'a flood of directives': `{ me { id ${'@include(if: true) '.repeat(200)} } }`,
      'a flood of operations': Array.from({ length: 50 }, (_, at) => `query q${at} { __typename }`).join(' '),
      'fragments that unfold a million times': fragments(20),
      'a fragment that spreads itself': '{ me { ...f } } fragment f on Member { ...f }',
      'two claims in one request': `mutation { a: redeem(input: {item: "x", idempotencyKey: "1"}) { __typename }
        b: redeem(input: {item: "x", idempotencyKey: "2"}) { __typename } }`,
      'two claims, one in a fragment': `mutation { ...f redeem(input: {item: "x", idempotencyKey: "1"}) { __typename } }
        fragment f on Mutation { b: redeem(input: {item: "x", idempotencyKey: "2"}) { __typename } }`,
    };

    test.each(Object.keys(DOCUMENTS))('%s is refused before it is executed', async (kind) => {
      for (const person of [who, OPERATIONS]) {
        const { status, body } = await gateway.ask(person, DOCUMENTS[kind]!);
        expect([status, body.data]).toEqual([400, undefined]);
        expect(body.errors?.length).toBeGreaterThan(0);
        expect(body.errors?.[0]?.extensions.code).not.toMatch(/INTERNAL/);
      }
    });

    test('an operation that the document does not have, or one of several unnamed, is refused', async () => {
      const several = 'query a { __typename } query b { __typename }';
      for (const request of [
        { query: '{ __typename }', operationName: 'other' },
        { query: several },
        { query: several, operationName: 'c' },
      ]) {
        const { status, body } = await gateway.post(JSON.stringify(request), await as(who));
        expect([status, body.data]).toEqual([400, undefined]);
      }
      const named = await gateway.post(JSON.stringify({ query: several, operationName: 'b' }), await as(who));
      expect(named.body.data).toEqual({ __typename: 'Query' });
    });

    test('what front-ends ask for is well within the limits', async () => {
      expect((await gateway.ask(who, deep)).status).toBe(200);
      expect((await gateway.ask(who, operationText('member-home'))).status).toBe(200);
    });

    test('a mutation is never run by GET', async () => {
      const { authorization } = await as(SHOP);
      const members = `[{externalId: "${fresh('m')}", nickname: "M"}]`;
      const query = `mutation { registerMembers(members: ${members}) { __typename } }`;
      const preflighted: Record<string, string> = { authorization, 'apollo-require-preflight': 'true' };
      for (const headers of [{ authorization }, preflighted]) {
        const answer = await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(query)}`, { headers });
        expect([400, 405]).toContain(answer.status);
      }
    });
  });

  test('other paths and methods are no way in', async () => {
    const statuses = [];
    for (const [method, path] of [
      ['GET', '/nothing'],
      ['GET', '/graphql/../../etc/passwd'],
      ['GET', '/%2e%2e/%2e%2e/etc/passwd'],
      ['GET', '/%ff'],
      ['PUT', '/graphql'],
      ['DELETE', '/healthz'],
    ] as const) {
      statuses.push((await fetch(`${gateway.url}${path}`, { method })).status);
    }
    expect(statuses.every((status) => [400, 404, 405].includes(status))).toBe(true);
  });
});

/** Sends as much as the other side takes, and answers what it said to it. */
function rawFlood(url: string, header: string, bytes: number): Promise<string> {
  const { hostname, port } = new URL(url);
  const chunked = header.includes('chunked');
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname);
    const piece = 'x'.repeat(64 * 1024);
    let left = bytes;
    const pour = (): void => {
      while (left > 0 && !socket.destroyed) {
        left -= piece.length;
        const text = chunked ? `${piece.length.toString(16)}\r\n${piece}\r\n` : piece;
        if (!socket.write(text)) return void socket.once('drain', pour);
      }
    };
    socket.on('data', (data) => {
      answer += data.toString();
    });
    socket.on('error', () => resolve(answer));
    socket.on('close', () => resolve(answer));
    socket.write(`POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${header}\r\n\r\n`);
    pour();
  });
}
