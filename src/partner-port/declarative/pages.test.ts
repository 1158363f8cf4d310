// A partner's catalogue, page by page, in each of the ways that partners have; and pages that would never end.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call, connectorOf } from '../../../test/support/declarative-scene';
import { type Scripted, ScriptedPartner } from '../../../test/support/scripted-partner';
import { nextLink } from './pages';

let partner: ScriptedPartner;

beforeAll(async () => {
  partner = await ScriptedPartner.open();
});
afterAll(() => partner.close());

const ITEMS = [
  { id: 'a', title: 'A' },
  { id: 'b', title: 'B' },
];

function catalogue(pagination: object, query: object = {}): object {
  const operation = {
    requests: [{ method: 'GET', path: '/offers', query }],
    answer: '= [body.items.{"offerRef": id, "title": title, "faceValue": value, "validUntil": until}]',
    pagination,
  };
  return {
    kind: 'HTTP',
    slug: 'tea',
    name: 'Tea',
    baseUrl: `${partner.url}/api`,
    operations: { catalogue: operation },
  };
}

async function pull(manifest: object): Promise<string[]> {
  const connector = connectorOf(manifest);
  const refs: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await connector.catalogue(cursor, call());
    if (page.kind !== 'CONFIRMED') return [...refs, page.kind === 'UNKNOWN' ? page.cause : page.reason];
    refs.push(...page.value.offers.map(({ offerRef }) => offerRef));
    cursor = page.value.nextCursor;
  } while (cursor !== undefined && refs.length < 9);
  return refs;
}

const paths = () => partner.received.map(({ path }) => path);

describe('a catalogue', () => {
  test('of one page', async () => {
    partner.play(() => ({ body: { items: ITEMS } }));
    expect(await pull(catalogue({ kind: 'NONE' }))).toEqual(['a', 'b']);
  });

  test('by cursors', async () => {
    partner.play(({ path }) => ({
      body: path.includes('x%2Fy') ? { items: ITEMS[1] } : { items: ITEMS[0], next: 'x/y' },
    }));
    expect(await pull(catalogue({ kind: 'CURSOR', next: '= body.next' }, { after: '= cursor' }))).toEqual(['a', 'b']);
    expect(paths()).toEqual(['/api/offers', '/api/offers?after=x%2Fy']);
  });

  test('by page numbers', async () => {
    partner.play(({ path }) => ({ body: path.endsWith('page=1') ? { items: ITEMS, more: true } : { items: [] } }));
    expect(await pull(catalogue({ kind: 'PAGE', more: '= body.more' }, { page: '= page' }))).toEqual(['a', 'b']);
    expect(paths()).toEqual(['/api/offers?page=1', '/api/offers?page=2']);
  });

  test('by Link headers', async () => {
    partner.play(({ path }) => {
      if (path.includes('p=2')) return { body: { items: ITEMS[1] } };
      const link = `<${partner.url}/api/offers?p=9>; rel="last", </api/offers?p=2>; rel="next"`;
      return { headers: { link }, body: { items: ITEMS[0] } };
    });
    expect(await pull(catalogue({ kind: 'LINK' }))).toEqual(['a', 'b']);
    expect(paths()).toEqual(['/api/offers', '/api/offers?p=2']);
  });

  test.each<[string, Scripted]>([
    ['that leads elsewhere', { headers: { link: '<https://evil.example/api>; rel=next' }, body: { items: ITEMS } }],
    ['without items', { body: { items: [{ id: 'a' }] } }],
    ['with money that is none', { body: { items: [{ ...ITEMS[0], value: { amount: 1.5, currency: 'CNY' } }] } }],
    ['with a time that is none', { body: { items: [{ ...ITEMS[0], until: '2026-02-01' }] } }],
  ])('of a page %s is unreadable', async (_what, answer) => {
    partner.play(() => answer);
    expect(await pull(catalogue({ kind: 'LINK' }))).toEqual(['UNREADABLE']);
  });

  test('whose cursor stays the same ends as unreadable', async () => {
    partner.play(() => ({ body: { items: ITEMS, next: 'same' } }));
    const pages = await pull(catalogue({ kind: 'CURSOR', next: '= body.next' }, { after: '= cursor' }));
    expect(pages).toEqual(['a', 'b', 'UNREADABLE']);
  });

  test.each([
    ['PAGE', { kind: 'PAGE', more: '= true' }, 'eleven'],
    ['LINK', { kind: 'LINK' }, 'https://evil.example/'],
  ])('by %s is not tried with a cursor of somebody else', async (_kind, pagination, cursor) => {
    partner.play(() => ({ body: { items: ITEMS } }));
    expect(await connectorOf(catalogue(pagination)).catalogue(cursor, call())).toMatchObject({ cause: 'NOT_TRIED' });
    expect(partner.received).toEqual([]);
  });
});

test.each<[string, string | undefined]>([
  ['', undefined],
  ['<a>; rel=next', 'a'],
  ['<a>; rel="prev next"', 'a'],
  ['<a>; rel=prev, <b>; title="x"; REL="NEXT"', 'b'],
  ['<a>; rel=nextish', undefined],
  ['a; rel=next', undefined],
])('the next page of %j', (header, link) => {
  expect(nextLink(header)).toBe(link);
});
