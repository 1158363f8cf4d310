// Manifests as they are read: defaults, secrets, and every fault at once with its place.
import { describe, expect, test } from '@jest/globals';
import { type Manifest, repeatsSafely, secretsOf } from './manifest';
import { printFault } from './manifest-fault';
import { parseManifest } from './manifest-file';

const HTTP = `kind: HTTP
slug: tea-house
name: Tea house
baseUrl: https://tea.example/api
operations:
  availability:
    requests:
      - { method: GET, path: /stock }
    answer: "= body.stock"
`;

function faultsOf(text: string): string[] {
  const parsed = parseManifest(text);
  return 'faults' in parsed ? parsed.faults.map(printFault) : [];
}

function manifestOf(text: string): Manifest {
  const parsed = parseManifest(text);
  if ('faults' in parsed) throw new Error(parsed.faults.map(printFault).join('\n'));
  return parsed;
}

describe('a manifest', () => {
  test('is read with its defaults, and frozen', () => {
    const manifest = manifestOf(HTTP);
    expect(manifest).toMatchObject({
      auth: { kind: 'NONE' },
      limits: { connectMs: 1000, totalMs: 5000, concurrency: 16 },
      idempotency: { honoured: false },
      operations: { availability: { perOffer: false, errors: [], requests: [{ query: {}, bodyFormat: 'JSON' }] } },
    });
    expect(Object.isFrozen(manifest) && Object.isFrozen(manifest.limits)).toBe(true);
    expect(repeatsSafely(manifest)).toBe(false);
  });

  test('may be JSON', () => {
    const manifest = { kind: 'STANDARD', slug: 'a', name: 'A', baseUrl: 'https://a.example', signingSecret: 'signing' };
    expect(secretsOf(manifestOf(JSON.stringify(manifest)))).toEqual(['signing']);
    expect(repeatsSafely(manifestOf(JSON.stringify(manifest)))).toBe(true);
  });

  test.each([
    ['HEADERS, headers: { X-Id: { secret: id }, X-Key: { secret: key, prefix: "Key " }, X-Shop: "7" }', ['id', 'key']],
    ['BASIC, username: shop, password: { secret: password }', ['password']],
    ['BASIC, username: { secret: user }, password: { secret: user }', ['user']],
    [
      'CLIENT_CREDENTIALS, tokenUrl: "https://id.example/", clientId: { secret: id }, clientSecret: { secret: key }',
      ['id', 'key'],
    ],
    [
      'HMAC, secret: signing, message: "= body", headers: { X-Key: { secret: id }, X-Sig: "= signature" }',
      ['signing', 'id'],
    ],
    ['NONE', []],
  ])('tells the secrets that it needs: %s', (auth, names) => {
    expect(secretsOf(manifestOf(`${HTTP}auth: { kind: ${auth} }\n`))).toEqual(names);
  });

  test('tells the secrets of a login', () => {
    const text = `kind: GRAPHQL
slug: shop
name: Shop
baseUrl: https://shop.example/admin-api
auth:
  kind: LOGIN
  document: "mutation ($u: String!, $p: String!) { login(username: $u, password: $p) { id } }"
  variables: { u: perkgate, p: { secret: password } }
  token: { header: shop-token }
operations:
  cardStatus:
    requests: [{ document: "query ($m: ID!) { card(of: $m) { state } }", variables: { m: = memberRef } }]
    answer: { state: = body.data.card.state }
`;
    expect(secretsOf(manifestOf(text))).toEqual(['password']);
  });
});

describe('what is wrong is told with its place:', () => {
  test.each([
    [
      'another kind',
      HTTP.replace('HTTP', 'SOAP'),
      '1:7: kind: given "SOAP"; allowed one of STANDARD, HTTP, GRAPHQL, MODULE',
    ],
    ['no kind', HTTP.replace('kind: HTTP\n', ''), '1:1: kind: given nothing; allowed one of'],
    ['nothing at all', '', '1:1: given null; allowed a mapping'],
    ['no YAML', 'a: [', 'given a fault of YAML'],
    ['a key twice', `${HTTP}name: Other\n`, 'given a fault of YAML (Map keys must be unique)'],
    ['an alias', `a: &a 1\nb: *a\n`, '2:4: given an alias; allowed no aliases'],
    ['an unknown key', `${HTTP}colour: red\n`, '10:1: colour: given the unknown key "colour"; allowed kind, slug'],
    [
      'a wrong slug',
      HTTP.replace('tea-house', '7tea'),
      '2:7: slug: given "7tea"; allowed a-z, 0-9 and hyphens, a letter first',
    ],
    [
      'a wrong number',
      `${HTTP}limits: { totalMs: 9 }\n`,
      '10:20: limits.totalMs: given 9; allowed an integer from 100 to 30000',
    ],
    [
      'no answer',
      HTTP.replace(/ {4}answer.*\n/, ''),
      'operations.availability.answer: given nothing; allowed a mapping of templates',
    ],
    ['a bad expression', HTTP.replace('body.stock', 'body.['), '9:13: operations.availability.answer: given'],
    ['a regular expression', HTTP.replace('body.stock', '$contains(body, /a+/)'), 'given a regular expression'],
    ['$eval', HTTP.replace('body.stock', '$eval(body)'), 'given the function $eval'],
    ['$eval by another name', HTTP.replace('body.stock', '($e := $eval; $e(body))'), 'given the function $eval'],
    ['braces that do not pair', HTTP.replace('/stock', '"/{a"'), 'requests[0].path: given "/{a"; allowed a path'],
    ['a bad expression in a path', HTTP.replace('/stock', '"/{a.}"'), 'requests[0].path: given'],
    ['an answer that is plain text', HTTP.replace('= body.stock', 'body.stock'), 'answer: given a text; allowed'],
    ['a list by a mapping', HTTP.replace('"= body.stock"', '{ left: 1 }'), 'allowed one expression that makes a list'],
    [
      'a login with HTTP',
      `${HTTP}auth: { kind: LOGIN, document: "{ a }", token: { header: t } }\n`,
      'allowed LOGIN with GRAPHQL only',
    ],
    [
      'a secret in the open',
      `${HTTP}auth: { kind: BASIC, username: a, password: b }\n`,
      'auth.password: given "b"; allowed a mapping',
    ],
    ['a wrong auth', `${HTTP}auth: { kind: MAGIC }\n`, 'auth.kind: given "MAGIC"; allowed one of NONE, HEADERS, BASIC'],
    [
      'a header of the transport',
      `${HTTP}headers: { Host: evil.example }\n`,
      '10:12: headers.Host: given the header Host',
    ],
    [
      'a header with a line break',
      `${HTTP}headers: { "A\\r\\nB": "1" }\n`,
      'the name of a header that is free to be set',
    ],
    ['a header twice', `${HTTP}headers: { X-A: "1", x-a: "2" }\n`, 'given the header x-a again'],
    ['an empty rule', `${HTTP}errors: [{ means: ABSENT }]\n`, 'errors[0]: given neither status nor test'],
    [
      'a reason too many',
      `${HTTP}errors: [{ status: [404], means: ABSENT, reason: ENDED }]\n`,
      'given a reason with ABSENT',
    ],
    [
      'a wrong status',
      `${HTTP}errors: [{ status: [6xx], means: ABSENT }]\n`,
      'given "6xx"; allowed a status from 100 to 599',
    ],
  ])('%s', (_what, text, fault) => {
    expect(faultsOf(text)).toEqual(expect.arrayContaining([expect.stringContaining(fault)]));
  });

  test.each([
    'ftp://a.example',
    'https://user@a.example',
    'https://a.example/?q',
    'https://a.example/#',
    'https://a.example/x/../y',
    'https://a.example\\@b.example',
    'https://0x7f.1/',
    'a.example',
  ])('the base URL %s', (url) => {
    expect(faultsOf(HTTP.replace('https://tea.example/api', `'${url}'`))).toEqual([
      expect.stringContaining('baseUrl: given'),
    ]);
  });

  test('issue without status and cancel', () => {
    expect(faultsOf(HTTP.replace('availability', 'issue').replace('= body.stock', '= body'))).toEqual([
      expect.stringContaining('status beside issue (required)'),
      expect.stringContaining('cancel beside issue (required)'),
    ]);
  });

  test('a GraphQL document that is none', () => {
    const text = HTTP.replace('HTTP', 'GRAPHQL').replace('{ method: GET, path: /stock }', '{ document: "query {" }');
    expect(faultsOf(text)).toEqual([expect.stringContaining('allowed a GraphQL document with one query or mutation')]);
  });

  test('all faults at once, in the order of the text', () => {
    const text = HTTP.replace('Tea house', "''")
      .replace('/stock', 'stock')
      .concat('limits: { concurrency: 0 }\nx: 1\n');
    expect(faultsOf(text).map((fault) => fault.split(':')[0])).toEqual(['3', '8', '10', '11']);
  });

  test.each([
    ['too large a text', `# ${'x'.repeat(70_000)}`],
    ['thousands of brackets', '['.repeat(60_000)],
    ['thousands of braces', '{a: '.repeat(15_000)],
    ['thousands of lists in lists', '- '.repeat(30_000)],
    ['thousands of keys in keys', '? '.repeat(30_000)],
    ['levels by indentation', Array.from({ length: 330 }, (_line, at) => `${' '.repeat(at)}a:`).join('\n')],
  ])('%s', (_what, text) => {
    expect(faultsOf(text).length).toBeGreaterThan(0);
  });
});
