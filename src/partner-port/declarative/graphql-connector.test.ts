// Connectors by manifest at a GraphQL API: documents, errors beside data, and a login whose token expires.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call, connectorOf, ISSUE } from '../../../test/support/declarative-scene';
import { type Scripted, ScriptedPartner } from '../../../test/support/scripted-partner';

let partner: ScriptedPartner;

beforeAll(async () => {
  partner = await ScriptedPartner.open();
});
afterAll(() => partner.close());

function shop(changes: object = {}): object {
  const answer = {
    state: '= body.data.coupon.state',
    partnerRef: '= body.data.coupon.id',
    code: '= body.data.coupon.code',
  };
  const requests = [
    { document: 'query ($id: ID!) { coupon(id: $id) { id state code } }', variables: { id: '= redemptionId' } },
  ];
  return {
    kind: 'GRAPHQL',
    slug: 'shop',
    name: 'Shop',
    baseUrl: `${partner.url}/graphql`,
    errors: [{ test: "= body.errors[0].extensions.code = 'SOLD_OUT'", means: 'DECLINED', reason: 'OUT_OF_STOCK' }],
    operations: {
      issue: {
        requests: [
          {
            document: 'mutation ($id: ID!, $cents: Int!) { give(id: $id, cents: $cents) { id code } }',
            variables: { id: '= redemptionId', cents: '= faceValue.amount' },
          },
        ],
        answer: { partnerRef: '= body.data.give.id', code: '= body.data.give.code' },
      },
      status: { requests, answer, errors: [{ test: '= body.data.coupon = null', means: 'ABSENT' }] },
      cancel: { requests, answer },
    },
    ...changes,
  };
}

const login = (changes: object = {}) => ({
  kind: 'LOGIN',
  document: 'mutation ($u: String!, $p: String!) { login(u: $u, p: $p) { token } }',
  variables: { u: 'perkgate', p: { secret: 'password' } },
  token: { value: '= body.data.login.token' },
  expiredWhen: "= 'EXPIRED' in body.errors.extensions.code",
  ...changes,
});

describe('a GraphQL partner', () => {
  test('gets document and variables', async () => {
    partner.play(() => ({ body: { data: { give: { id: 'g', code: 'C' } } } }));
    const outcome = await connectorOf(shop()).issue(ISSUE, call());
    expect(outcome).toEqual({ kind: 'CONFIRMED', value: { partnerRef: 'g', code: 'C' } });
    expect(partner.received[0]).toMatchObject({ method: 'POST', path: '/graphql' });
    expect(JSON.parse(partner.received[0]!.body)).toEqual({
      query: expect.stringContaining('mutation'),
      variables: { id: ISSUE.redemptionId, cents: 1500 },
    });
  });

  test.each<[string, Scripted, object]>([
    [
      'an error by a rule',
      { body: { errors: [{ extensions: { code: 'SOLD_OUT' } }] } },
      { kind: 'DECLINED', reason: 'OUT_OF_STOCK' },
    ],
    [
      'an error beside data',
      { body: { errors: [{ message: 'oh' }], data: { give: { id: 'g', code: 'C' } } } },
      { cause: 'PARTNER_ERROR', message: 'GraphQL errors: oh' },
    ],
    ['errors that are no list', { body: { errors: 'oh' } }, { kind: 'UNKNOWN', cause: 'PARTNER_ERROR' }],
    ['a list', { body: [] }, { kind: 'UNKNOWN', cause: 'UNREADABLE' }],
    ['no data', { body: { data: null } }, { kind: 'UNKNOWN', cause: 'UNREADABLE' }],
    ['a fault', { status: 500, body: { errors: [{ message: 'oh' }] } }, { kind: 'UNKNOWN', cause: 'PARTNER_ERROR' }],
    [
      'another type',
      { headers: { 'content-type': 'text/plain' }, body: '{"data":{"give":{"id":"g","code":"C"}}}' },
      { cause: 'UNREADABLE' },
    ],
  ])('that answers issue with %s', async (_what, answer, outcome) => {
    partner.play(() => answer);
    expect(await connectorOf(shop()).issue(ISSUE, call())).toMatchObject(outcome);
  });

  test('that knows nothing of a redemption', async () => {
    partner.play(() => ({
      headers: { 'content-type': 'application/graphql-response+json' },
      body: { data: { coupon: null } },
    }));
    expect(await connectorOf(shop()).status(ISSUE, call())).toEqual({ kind: 'CONFIRMED', value: { state: 'ABSENT' } });
  });
});

describe('a login', () => {
  const isLogin = (body: string) => body.includes('login(');

  test.each<[string, object, object]>([
    ['in the answer', login(), { authorization: 'Bearer t1' }],
    [
      'in a header',
      login({ token: { header: 'Shop-Token' }, sendAs: { header: 'Shop-Token', prefix: '' } }),
      { 'shop-token': 't1' },
    ],
  ])('gives a token %s', async (_where, auth, headers) => {
    partner.play(({ body }) =>
      isLogin(body)
        ? { headers: { 'shop-token': 't1' }, body: { data: { login: { token: 't1' } } } }
        : { body: { data: { give: { id: 'g', code: 'C' } } } },
    );
    const connector = connectorOf(shop({ auth }), { password: 'swordfish' });
    await connector.issue(ISSUE, call());
    await connector.issue(ISSUE, call());
    expect(partner.received.map(({ body }) => isLogin(body))).toEqual([true, false, false]);
    expect(JSON.parse(partner.received[0]!.body).variables).toEqual({ u: 'perkgate', p: 'swordfish' });
    expect(partner.received[1]?.headers).toMatchObject(headers);
  });

  test('happens once more when the token has expired, and no oftener', async () => {
    partner.play(({ body, headers }, before) => {
      if (isLogin(body)) return { body: { data: { login: { token: `t${before.length}` } } } };
      if (headers.authorization !== 'Bearer t0') return { body: { data: { give: { id: 'g', code: 'C' } } } };
      return { body: { errors: [{ extensions: { code: 'EXPIRED' } }] } };
    });
    const connector = connectorOf(shop({ auth: login() }), { password: 'swordfish' });
    expect(await connector.issue(ISSUE, call())).toMatchObject({ kind: 'CONFIRMED' });
    expect(partner.received.map(({ body }) => isLogin(body))).toEqual([true, false, true, false]);
  });

  test('that is refused sends nothing else', async () => {
    partner.play(() => ({ body: { data: { login: null } } }));
    const outcome = await connectorOf(shop({ auth: login() }), { password: 'swordfish' }).issue(ISSUE, call());
    expect(outcome).toMatchObject({ kind: 'UNKNOWN', cause: 'UNAUTHORIZED' });
    expect(partner.received).toHaveLength(1);
  });
});
