// How requests prove who sends them: each kind, tokens that are fetched once and anew, and no secret in a message.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call, connectorOf, NOW } from '../../../test/support/declarative-scene';
import { type Received, ScriptedPartner } from '../../../test/support/scripted-partner';
import { ManualClock } from '../../kernel/clock';

let partner: ScriptedPartner;

beforeAll(async () => {
  partner = await ScriptedPartner.open();
});
afterAll(() => partner.close());

const CARD = { state: 'ACTIVE' };

function cards(auth: object): object {
  const cardStatus = {
    requests: [{ method: 'POST', path: '/cards', query: { m: '= memberRef' }, body: { m: '= memberRef' } }],
    answer: { state: '= body.state' },
  };
  return { kind: 'HTTP', slug: 'tea', name: 'Tea', baseUrl: partner.url, auth, operations: { cardStatus } };
}

async function sentWith(auth: object, secrets: Readonly<Record<string, string>>): Promise<Received> {
  partner.play(() => ({ body: CARD }));
  const outcome = await connectorOf(cards(auth), secrets).cardStatus('m 1', call());
  expect(outcome).toEqual({ kind: 'CONFIRMED', value: CARD });
  return partner.received[0]!;
}

describe('a proof', () => {
  test('by headers', async () => {
    const headers = { 'X-Id': { secret: 'id' }, Authorization: { secret: 'key', prefix: 'Key ' }, 'X-Shop': 'main' };
    const sent = await sentWith({ kind: 'HEADERS', headers }, { id: 'i-1', key: 'k-1' });
    expect(sent.headers).toMatchObject({ 'x-id': 'i-1', authorization: 'Key k-1', 'x-shop': 'main' });
  });

  test('by name and password', async () => {
    const auth = { kind: 'BASIC', username: 'Aladdin', password: { secret: 'word' } };
    const sent = await sentWith(auth, { word: 'open sesame' });
    expect(sent.headers.authorization).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
  });

  test('by a signature over what is sent', async () => {
    const message = "= $join([method, path, query, timestamp, body], '\n')";
    const headers = { 'X-Time': '= timestamp', 'X-Sign': '= "v1=" & signature', 'X-Id': { secret: 'id' } };
    const auth = { kind: 'HMAC', secret: 'key', algorithm: 'sha512', encoding: 'base64', message, headers };
    const sent = await sentWith(auth, { key: 'k', id: 'i-1' });
    const signed = ['POST', '/cards', 'm=m+1', String(NOW / 1000), sent.body].join('\n');
    expect(sent.headers).toMatchObject({
      'x-time': String(NOW / 1000),
      'x-sign': `v1=${createHmac('sha512', 'k').update(signed).digest('base64')}`,
      'x-id': 'i-1',
    });
  });

  test('without its secret is not tried', async () => {
    const connector = connectorOf(cards({ kind: 'HEADERS', headers: { 'X-Id': { secret: 'id' } } }));
    const outcome = await connector.cardStatus('m', call());
    expect(outcome).toMatchObject({ kind: 'UNKNOWN', message: expect.stringContaining('no secret by the name id') });
  });

  test('that a partner sends back stands in no message', async () => {
    const errors = [{ status: [400], means: 'DECLINED', message: '= body.seen' }];
    const auth = { kind: 'HEADERS', headers: { 'X-Key': { secret: 'key' } } };
    const connector = connectorOf({ ...cards(auth), errors }, { key: 'swordfish' });
    partner.play(({ headers }) => ({ status: 400, body: { seen: `not ${headers['x-key']}` } }));
    expect(await connector.cardStatus('m', call())).toEqual({ kind: 'DECLINED', reason: 'OTHER', message: 'not ***' });
  });
});

describe('client credentials', () => {
  const secrets = { id: 'shop 1', key: 'a:b' };
  const auth = (changes: object = {}) => ({
    kind: 'CLIENT_CREDENTIALS',
    tokenUrl: `${partner.url}/token`,
    clientId: { secret: 'id' },
    clientSecret: { secret: 'key' },
    scope: 'cards',
    ...changes,
  });
  const tokens = () => partner.received.filter(({ path }) => path === '/token');
  const isToken = ({ path }: Received) => path === '/token';

  /** Gives the tokens t1, t2 … and takes those of `valid`. */
  function playTokens(valid: (token: string) => boolean, answer: object = { token_type: 'Bearer', expires_in: 600 }) {
    partner.play((received, before) => {
      if (isToken(received)) return { body: { access_token: `t${before.filter(isToken).length + 1}`, ...answer } };
      return valid(received.headers.authorization ?? '') ? { body: CARD } : { status: 401 };
    });
  }

  test('are exchanged once for many calls', async () => {
    playTokens((token) => token === 'Bearer t1');
    const connector = connectorOf(cards(auth()), secrets);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => connector.cardStatus('m', call())));
    expect(outcomes.every(({ kind }) => kind === 'CONFIRMED')).toBe(true);
    expect(tokens()).toHaveLength(1);
    expect(tokens()[0]).toMatchObject({
      headers: { authorization: `Basic ${Buffer.from('shop%201:a%3Ab').toString('base64')}` },
      body: 'grant_type=client_credentials&scope=cards',
    });
  });

  test('go in the form when the partner wants them there', async () => {
    playTokens(() => true);
    await connectorOf(cards(auth({ credentialsIn: 'BODY', audience: 'tea' })), secrets).cardStatus('m', call());
    expect(tokens()[0]?.headers.authorization).toBeUndefined();
    const form = 'grant_type=client_credentials&scope=cards&audience=tea&client_id=shop+1&client_secret=a%3Ab';
    expect(tokens()[0]?.body).toBe(form);
  });

  test('are exchanged again shortly before the token expires', async () => {
    playTokens(() => true);
    const clock = new ManualClock(NOW);
    const connector = connectorOf(cards(auth()), secrets, { clock });
    await connector.cardStatus('m', call());
    clock.advance(569_999);
    await connector.cardStatus('m', call());
    expect(tokens()).toHaveLength(1);
    clock.advance(1);
    await connector.cardStatus('m', call());
    expect(tokens()).toHaveLength(2);
  });

  test('are exchanged once more after a 401, and the request goes again', async () => {
    playTokens((token) => token !== 'Bearer t1');
    const outcome = await connectorOf(cards(auth()), secrets).cardStatus('m', call());
    expect(outcome).toMatchObject({ kind: 'CONFIRMED' });
    expect(tokens()).toHaveLength(2);
  });

  test('are not exchanged for ever', async () => {
    playTokens(() => false);
    const outcome = await connectorOf(cards(auth()), secrets).cardStatus('m', call());
    expect(outcome).toMatchObject({ kind: 'UNKNOWN', cause: 'UNAUTHORIZED' });
    expect(tokens()).toHaveLength(2);
  });

  test('leave no token in a message', async () => {
    const errors = [{ status: [400], means: 'DECLINED', message: '= body.seen' }];
    partner.play((received) =>
      isToken(received)
        ? { body: { access_token: 'swordfish', expires_in: 600 } }
        : { status: 400, body: { seen: `not ${received.headers.authorization}` } },
    );
    const outcome = await connectorOf({ ...cards(auth()), errors }, secrets).cardStatus('m', call());
    expect(outcome).toMatchObject({ kind: 'DECLINED', message: 'not Bearer ***' });
  });

  test.each<[string, object]>([
    ['no token', { access_token: undefined }],
    ['a token with a line break', { access_token: 'a\r\nX: 1' }],
    ['a token that has expired', { expires_in: 0 }],
    ['a time that is none', { expires_in: 'soon' }],
  ])('with the answer of %s', async (_what, answer) => {
    playTokens(() => true, answer);
    const outcome = await connectorOf(cards(auth()), secrets).cardStatus('m', call());
    expect(outcome).toMatchObject({ kind: 'UNKNOWN', cause: 'UNAUTHORIZED' });
    expect(partner.received).toHaveLength(1);
  });

  test('end with the call when the token does not come', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    partner.play(async () => {
      arrive();
      await held;
      return { body: { access_token: 't', expires_in: 600 } };
    });
    const connector = connectorOf(cards(auth()), secrets);
    const hurry = new AbortController();
    const waiting = connector.cardStatus('m', { signal: hurry.signal });
    // A request that is still on its way would come in the middle of another test.
    await arrived;
    hurry.abort();
    expect(await waiting).toMatchObject({ kind: 'UNKNOWN', cause: 'UNAUTHORIZED' });
    release();
  });
});
