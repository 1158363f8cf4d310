// Tokens and roles at the door: who gets in, with which status, and what the refusal says.

import { type SampleServer, startSample } from '../../test/support/sample-server';
import { KeysUnavailableError } from '../identity/authenticator';

let server: SampleServer;
beforeEach(async () => {
  server = await startSample();
});
afterEach(() => server.close());

it('answers what is open without a token', async () => {
  expect((await server.query('{ hello }')).body).toEqual({ data: { hello: 'world' } });
});

it('refuses an operation whole when it names a forbidden field', async () => {
  const answer = await server.query('{ hello me { cards { id costCap } } }', 'member');
  expect(answer.status).toBe(403);
  expect(answer.body).toEqual({
    errors: [
      {
        message: 'The role MEMBER may not name Card.costCap. Leave it out, or use a token of another role.',
        extensions: { code: 'FORBIDDEN', fields: ['Card.costCap'], role: 'MEMBER' },
      },
    ],
  });
});

it('judges each role by itself, also when the operation is known', async () => {
  const query = '{ me { cards { costCap } } }';
  for (const round of [1, 2, 3]) {
    expect([round, (await server.query(query, 'operations')).status]).toEqual([round, 200]);
    expect([round, (await server.query(query, 'member')).status]).toEqual([round, 403]);
    expect([round, (await server.query(query)).status]).toEqual([round, 401]);
  }
});

it('judges the values of variables in each request', async () => {
  const query = 'query ($t: Terms!) { offer(terms: $t) }';
  expect((await server.query(query, 'member', { t: { count: 2 } })).body).toEqual({ data: { offer: 2 } });
  const refused = await server.query(query, 'member', { t: { count: 2, discount: 1 } });
  expect([refused.status, refused.body.errors?.[0]?.extensions.fields]).toEqual([403, ['Terms.discount']]);
  expect((await server.query(query, 'operations', { t: { count: 3, discount: 1 } })).body).toEqual({
    data: { offer: 3 },
  });
});

it('asks for a token where one is needed', async () => {
  const answer = await server.query('{ me { name } }');
  expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
  expect(answer.body.errors?.[0]).toMatchObject({
    message: expect.stringMatching(/^Query\.me, Person\.name: a token is needed\. Send one as `Authorization: Bearer/),
    extensions: { code: 'UNAUTHENTICATED' },
  });
});

it.each(['Bearer nonsense', 'Bearer', 'Bearer a b', 'Basic YTpi', 'member', 'Bearer \u0001'])(
  'refuses the header "%s", also for what is open',
  async (authorization) => {
    const answer = await server.post({ query: '{ hello }' }, { authorization });
    expect([answer.status, answer.body.errors?.length]).toEqual([401, 1]);
    expect(answer.body.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(answer.body.errors?.[0]?.message).toMatch(/Authorization: Bearer TOKEN/);
  },
);

it('does not tell why a token was refused, but logs it without the token', async () => {
  const answer = await server.post(
    { query: '{ hello }' },
    { authorization: 'Bearer stolen-token', 'x-request-id': 'r-1' },
  );
  expect(JSON.stringify(answer.body)).not.toMatch(/sample|stolen/);
  expect(server.log).toContainEqual(expect.objectContaining({ requestId: 'r-1', reason: 'no token of the sample' }));
  expect(JSON.stringify(server.log)).not.toMatch(/stolen/);
});

it('says "try again" when members cannot be looked up, and when keys cannot be had', async () => {
  const away = await server.query('{ hello }', 'away');
  expect([away.status, away.headers['retry-after']]).toEqual([503, '1']);
  expect(away.body.errors?.[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  const keyless = await startSample({
    authenticate: async () => {
      throw new KeysUnavailableError('away');
    },
  });
  expect((await keyless.query('{ hello }', 'any')).status).toBe(503);
  await keyless.close();
});

it('masks what breaks unexpectedly while a token is judged', async () => {
  const broken = await startSample({
    authenticate: async () => {
      throw new Error('secret detail');
    },
  });
  const answer = await broken.query('{ hello }', 'any');
  expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([500, 'INTERNAL']);
  expect(JSON.stringify(answer.body)).not.toMatch(/secret detail/);
  await broken.close();
});

it('shows the schema in demo mode, and nothing of it in production', async () => {
  const introspection = '{ __schema { queryType { name } } __type(name: "Card") { name } }';
  expect((await server.query(introspection)).body.data).toMatchObject({ __schema: { queryType: { name: 'Query' } } });
  const production = await startSample({ production: true });
  expect((await production.query(introspection)).status).toBe(400);
  expect((await production.query('{ __typename }')).body).toEqual({ data: { __typename: 'Query' } });
  const typo = await production.query('{ hell }');
  expect(typo.body.errors?.[0]?.message).not.toMatch(/hello/);
  await production.close();
});
