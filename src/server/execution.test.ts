// Compiled and plain execution must be told apart by nobody.
import { getOperationAST, parse } from 'graphql';
import { freshGate, type SampleServer, sampleSchema, startSample } from '../../test/support/sample-server';
import { compileOperation } from './compiled';

let plain: SampleServer;
let compiled: SampleServer;

beforeAll(async () => {
  plain = await startSample({ compileAtUse: 0 });
  compiled = await startSample({ compileAtUse: 1 });
});
afterAll(() => Promise.all([plain.close(), compiled.close()]));

const operations: ReadonlyArray<readonly [string, string, object?]> = [
  ['a leaf', '{ hello }'],
  ['objects and lists', '{ me { name cards { id } friend { name friend { name } } } }'],
  [
    'aliases, fragments and __typename',
    'query A { a: me { ...P } b: hello } fragment P on Person { __typename n: name }',
  ],
  ['directives', 'query ($y: Boolean!) { hello @include(if: $y) me @skip(if: $y) { name } }', { y: true }],
  [
    'a union of instances and of named objects',
    '{ outcomes { __typename ... on Accepted { id } ... on Refused { code } } }',
  ],
  ['a union whose resolveType is of no use', '{ hello stray { __typename } }'],
  ['an interface', '{ things { __typename title ... on StaffThing { note } } }'],
  ['a mutation', 'mutation { one: add(a: 1, b: 2) two: add(a: 3, b: 4) }'],
  ['variables', 'query ($n: Int!) { twice(number: $n) }', { n: 21 }],
  ['a default', 'query ($n: Int = 4) { twice(number: $n) }'],
  ['a variable of the wrong type', 'query ($n: Int!) { twice(number: $n) }', { n: 'many' }],
  ['a missing variable', 'query ($n: Int!) { twice(number: $n) }', {}],
  ['a number too large', 'query ($n: Int!) { twice(number: $n) }', { n: 2 ** 53 }],
  ['an unknown input field', 'query ($t: Terms!) { offer(terms: $t) }', { t: { count: 1, price: 2 } }],
  ['an input type that holds itself', 'query ($t: Terms!) { offer(terms: $t) }', { t: { inner: { count: 3 } } }],
  ['a list for an input object', 'query ($t: Terms!) { offer(terms: $t) }', { t: [] }],
  ['a default for a part of an input', 'query ($c: Int = 5) { offer(terms: { inner: { count: $c } }) }'],
  [
    'an enum, one item for a list, and defaults of both',
    'query ($k: [Kind!] = [OLD]) { kinds(kinds: $k) }',
    { k: 'NEW' },
  ],
  ['a default of an enum', 'query ($k: [Kind!] = [OLD]) { kinds(kinds: $k) }'],
  ['null where a default was', 'query ($n: Int = 1) { twice(number: $n) }', { n: null }],
  ['an unexpected error', '{ hello crash }'],
  ['an unexpected rejection that nulls everything', '{ hello crashLater }'],
  ['an expected error', '{ hello expected }'],
  ['a dependency that is away', '{ hello away }'],
  ['null in a non-null field', '{ hello missing }'],
  ['a leaf of the wrong type', '{ hello badLeaf }'],
];

// The message of graphql-jit for a null in a non-null field differs, but both are masked; so all of the body is equal.
describe.each(operations)('%s', (_name, query, variables) => {
  it('gives the same answer compiled and not', async () => {
    const headers = { 'x-request-id': 'same', authorization: 'Bearer operations' };
    const expected = await plain.post({ query, variables }, headers);
    const first = await compiled.post({ query, variables }, headers);
    const second = await compiled.post({ query, variables }, headers);
    expect(first.body).toEqual(expected.body);
    expect(second.body).toEqual(expected.body);
    expect([first.status, second.status]).toEqual([expected.status, expected.status]);
  });
});

it('runs several requests of one compiled operation side by side', async () => {
  const gate = freshGate();
  const held = [compiled.query('{ slow }'), compiled.query('{ slow }')];
  await gate.reached;
  expect((await compiled.query('{ hello }')).body).toEqual({ data: { hello: 'world' } });
  gate.release();
  for (const answer of await Promise.all(held)) expect(answer.body).toEqual({ data: { slow: 'done' } });
});

it('does not compile what fragments multiply into very many fields', () => {
  const withLevels = (levels: number) => {
    const fragments = Array.from(
      { length: levels },
      (_, level) => `fragment F${level} on Person { a: friend { ...F${level + 1} } friend { ...F${level + 1} } }`,
    );
    return parse(`query { me { ...F0 } } ${fragments.join(' ')} fragment F${levels} on Person { name }`);
  };
  const compiles = (levels: number) => {
    const document = withLevels(levels);
    return compileOperation(sampleSchema, document, getOperationAST(document)!) !== undefined;
  };
  expect([compiles(3), compiles(8)]).toEqual([true, false]);
});

it('answers an unknown operation name and an ambiguous document with 400', async () => {
  const query = 'query A { hello } query B { hello }';
  const unknown = await compiled.post({ query, operationName: 'C' });
  expect(unknown.status).toBe(400);
  expect(unknown.body.errors?.[0]?.extensions.code).toBe('OPERATION_RESOLUTION_FAILURE');
  expect((await compiled.post({ query })).status).toBe(400);
  expect((await compiled.post({ query, operationName: 'B' })).body).toEqual({ data: { hello: 'world' } });
});
