// Requests about which HTTP has nothing to say take a shorter way; nobody may tell it from the long one.
import { type SampleServer, startSample } from '../../test/support/sample-server';

let server: SampleServer;
beforeEach(async () => {
  server = await startSample();
});
afterEach(() => server.close());

const JSON_TYPE = 'application/json';
/** Means the same, and is spelled as nobody does, so it is judged by Apollo Server each time. */
const ODD_TYPE = 'application/json; charset="utf-8"';

const HELLO = { query: '{ hello }' };
const BODIES: ReadonlyArray<readonly [what: string, body: unknown]> = [
  ['a query', HELLO],
  ['a mutation', { query: 'mutation { add(a: 1, b: 2) }' }],
  ['variables', { query: 'query ($n: Int!) { twice(number: $n) }', variables: { n: 4 } }],
  ['a named operation', { query: 'query A { hello } query B { kinds(kinds: [OLD]) }', operationName: 'B' }],
  ['nulls', { ...HELLO, variables: null, operationName: null, extensions: null }],
  ['more than is asked for', { ...HELLO, id: 7 }],
  ['extensions', { ...HELLO, extensions: { persistedQuery: { version: 1, sha256Hash: 'a' } } }],
  ['extensions as a text', { ...HELLO, extensions: '{}' }],
  ['a document that is parsed', { query: { kind: 'Document' } }],
  ['no query', { variables: {} }],
  ['an empty query', { query: '' }],
  ['an empty object', {}],
  ['a list', [HELLO]],
  ['an operation that is not there', { query: 'query A { hello }', operationName: 'B' }],
  ['an operation name that is none', { ...HELLO, operationName: 3 }],
  ['variables as a list', { ...HELLO, variables: [] }],
  ['variables as a text', { ...HELLO, variables: '{}' }],
  ['a variable of the wrong type', { query: 'query ($n: Int!) { twice(number: $n) }', variables: { n: 'x' } }],
  ['a syntax error', { query: '{ hello' }],
  ['an unknown field', { query: '{ unheard }' }],
  ['a subscription', { query: 'subscription { ticks }' }],
  ['no token where one is needed', { query: '{ membersOnly }' }],
  ['an error in a part of the answer', { query: '{ hello crash expected }' }],
  ['an error that leaves no data', { query: '{ awayEntirely }' }],
];
const HEADERS: ReadonlyArray<readonly [what: string, headers: Record<string, string>]> = [
  ['no accept', {}],
  ['anything', { accept: '*/*' }],
  ['what Apollo Client accepts', { accept: 'application/graphql-response+json,application/json;q=0.9' }],
  ['nothing that is served', { accept: 'text/html' }],
  ['a token of nobody', { authorization: 'Bearer stranger' }],
  ['a header that is malformed', { authorization: 'Basic x' }],
  ['a token that cannot be judged', { authorization: 'Bearer away' }],
];

describe.each(HEADERS)('%s', (_headers, headers) => {
  it.each(BODIES)('%s', async (_body, body) => {
    const ask = async (type: string) => {
      const answer = await server.post(body, { ...headers, 'content-type': type, 'x-request-id': 'req-7' });
      const { date: _date, ...rest } = answer.headers;
      return { status: answer.status, headers: rest, body: answer.body };
    };
    const long = [await ask(ODD_TYPE), await ask(ODD_TYPE), await ask(ODD_TYPE)];
    expect([await ask(JSON_TYPE), await ask(JSON_TYPE), await ask(JSON_TYPE)]).toEqual(long);
  });
});

it('still wants a sign from those who come without a type', async () => {
  await server.post(HELLO);
  await server.post(HELLO);
  const answer = await server.fastify.inject({ method: 'GET', url: '/graphql?query={hello}' });
  expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining('Cross-Site Request Forgery')]);
});
