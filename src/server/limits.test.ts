// Requests that are too large, too deep, too wide or malformed get a clear answer of GraphQL's shape, and nothing runs.
import { type SampleAnswer, type SampleServer, startSample } from '../../test/support/sample-server';

let server: SampleServer;
beforeAll(async () => {
  server = await startSample();
});
afterAll(() => server.close());

function expectRefusal(answer: SampleAnswer, status: number, code: string, message: RegExp): void {
  expect(answer.body).toEqual({
    errors: [
      expect.objectContaining({
        message: expect.stringMatching(message),
        extensions: expect.objectContaining({ code }),
      }),
    ],
  });
  expect(answer.status).toBe(status);
}

const nested = (levels: number) => `{ me { ${'friend { '.repeat(levels)} name ${'} '.repeat(levels)} } }`;
const asMember = { authorization: 'Bearer member' };

it('takes a query of the greatest depth, and refuses one that is deeper', async () => {
  expect((await server.query(nested(10), 'member')).body.errors).toBeUndefined();
  expectRefusal(
    await server.query(nested(11), 'member'),
    400,
    'GRAPHQL_VALIDATION_FAILED',
    /^Query depth limit of 12 exceeded, found 13/,
  );
});

it('counts the depth that fragments hide', async () => {
  const query = `query { me { ...A } } fragment A on Person { ${'friend { '.repeat(9)} ...B ${'} '.repeat(9)} }
    fragment B on Person { friend { friend { name } } }`;
  expectRefusal(await server.query(query, 'member'), 400, 'GRAPHQL_VALIDATION_FAILED', /depth limit of 12/);
});

it('takes 15 aliases, and refuses 16, also through a fragment', async () => {
  const aliased = (count: number) => Array.from({ length: count }, (_, index) => `a${index}: hello`).join(' ');
  expect((await server.query(`{ ${aliased(15)} }`)).body.errors).toBeUndefined();
  expectRefusal(
    await server.query(`{ ${aliased(16)} }`),
    400,
    'GRAPHQL_VALIDATION_FAILED',
    /^Aliases limit of 15 exceeded, found 16/,
  );
  const spread = `query { ...A ...A } fragment A on Query { ${aliased(8)} }`;
  expectRefusal(await server.query(spread), 400, 'GRAPHQL_VALIDATION_FAILED', /Aliases limit/);
});

it('refuses a document of more than 1,000 tokens', async () => {
  expectRefusal(await server.query(`{ ${'hello '.repeat(1_000)} }`), 400, 'GRAPHQL_PARSE_FAILED', /1000 tokens/);
});

it('takes 5 operations, and refuses 6', async () => {
  const query = (count: number) => Array.from({ length: count }, (_, index) => `query Q${index} { hello }`).join(' ');
  expect((await server.post({ query: query(5), operationName: 'Q4' })).body).toEqual({ data: { hello: 'world' } });
  expectRefusal(
    await server.post({ query: query(6), operationName: 'Q4' }),
    400,
    'GRAPHQL_VALIDATION_FAILED',
    /may hold 5 operations, found 6/,
  );
});

it('refuses a pile of directives, with a short answer', async () => {
  const spread = `{ ${'hello @skip(if: false) '.repeat(51)} }`;
  expectRefusal(
    await server.query(spread),
    400,
    'GRAPHQL_VALIDATION_FAILED',
    /^Directives limit of 50 exceeded, found 51/,
  );
  const unknown = await server.query(`{ hello ${'@x '.repeat(300)} }`);
  expect(unknown.status).toBe(400);
  expect(unknown.body.errors?.length).toBeLessThanOrEqual(21);
});

it('refuses fragments that multiply each other', async () => {
  const fragments = Array.from({ length: 12 }, (_, level) =>
    `fragment F${level} on Person { friend { ...N } ... { ...N } ... { ... { ...N } } }`.replaceAll(
      '...N',
      `...F${level + 1}`,
    ),
  );
  const query = `query { me { ...F0 } } ${fragments.join(' ')} fragment F12 on Person { name }`;
  const answer = await server.query(query, 'member');
  expect(answer.status).toBe(400);
  expect(answer.body).not.toHaveProperty('data');
});

it('refuses fragments in a circle', async () => {
  const query =
    'query { me { ...A } } fragment A on Person { friend { ...B } } fragment B on Person { friend { ...A } }';
  expectRefusal(
    await server.query(query, 'member'),
    400,
    'GRAPHQL_VALIDATION_FAILED',
    /Cannot spread fragment "A" within itself/,
  );
});

it('refuses a list of requests', async () => {
  expectRefusal(
    await server.post([{ query: '{ hello }' }, { query: '{ hello }' }]),
    400,
    'BAD_REQUEST',
    /batching disabled/,
  );
});

it('refuses a body of 10 MB without reading it whole', async () => {
  expectRefusal(
    await server.post(`{"query":"${'x'.repeat(10_000_000)}"}`),
    413,
    'BODY_TOO_LARGE',
    /at most 100000 bytes/,
  );
});

it('refuses bytes that are no UTF-8', async () => {
  const body = Buffer.concat([
    Buffer.from('{"query":"{ hello }","operationName":"'),
    Buffer.from([0xc3, 0x28]),
    Buffer.from('"}'),
  ]);
  expectRefusal(await server.post(body), 400, 'BAD_REQUEST', /not well-formed UTF-8/);
});

it.each([
  ['{"query": "{ hello }"', 'BAD_REQUEST', /not well-formed JSON/],
  ['', 'BAD_REQUEST', /body is empty/],
  ['"{ hello }"', 'BAD_REQUEST', /./],
  ['null', 'BAD_REQUEST', /./],
  ['{}', 'BAD_REQUEST', /no keys/],
  ['{"variables": {}}', 'BAD_REQUEST', /non-empty `query`/],
  ['{"query": 7}', 'BAD_REQUEST', /./],
  ['{"query": "{ hello }", "variables": [1]}', 'BAD_REQUEST', /variables/],
  ['{"query": "{ hello }", "__proto__": {"a": 1}}', 'BAD_REQUEST', /not well-formed JSON/],
  ['{"query": "{ hello "}', 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
  ['{"query": "{ nothing }"}', 'GRAPHQL_VALIDATION_FAILED', /Cannot query field/],
  [`{"query": "{ hello }", "variables": ${'['.repeat(40_000)}`, 'BAD_REQUEST', /JSON/],
])('refuses the body %.40s', async (body, code, message) => {
  expectRefusal(await server.post(body), 400, code, message);
});

it('refuses other content types', async () => {
  const headers = { 'content-type': 'text/plain' };
  expectRefusal(
    await server.post('{"query":"{ hello }"}', headers),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    /application\/json/,
  );
});

it('answers a query by GET when no browser form could have sent it, and never a mutation', async () => {
  const get = (query: string, headers = {}) =>
    server.fastify.inject({ method: 'GET', url: `/graphql?query=${encodeURIComponent(query)}`, headers });
  const preflighted = { 'apollo-require-preflight': '1' };
  expect((await get('{ hello }', preflighted)).json()).toEqual({ data: { hello: 'world' } });
  expect((await get('{ hello }')).statusCode).toBe(400);
  expect((await get('mutation { add(a: 1, b: 2) }', preflighted)).statusCode).toBe(405);
});

it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'] as const)('refuses the method %s', async (method) => {
  const answer = await server.fastify.inject({ method, url: '/graphql' });
  expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, POST']);
});

it('is not upset by a host that is no host', async () => {
  const answer = await server.post({ query: '{ hello }' }, { host: 'a b:c:d[', ...asMember });
  expect(answer.status).toBeLessThan(500);
});

it('knows no other paths', async () => {
  const answer = await server.fastify.inject({ url: '/graphql/../etc/passwd' });
  expect([answer.statusCode, answer.json().errors[0].extensions.code]).toEqual([404, 'NOT_FOUND']);
});
