// Lists as files: of every list of the schema a document is made that is valid and that each reader may ask.
import 'reflect-metadata';
import { validate } from 'graphql';
import { RESOLVERS } from '../src/compose/schema';
import { PolicyCheck } from '../src/identity/policy-check';
import { PARTNER_SCOPES, STAFF_ROLES } from '../src/kernel/actor';
import { STAFF } from '../src/request/policy';
import { apiListsOf } from '../src/server/list-export/api-lists';
import { readArguments } from '../src/server/list-export/list-arguments';
import { cellAt } from '../src/server/list-export/list-cells';
import { ListDocuments, type Reader } from '../src/server/list-export/list-document';
import { schemaOf, schemaText } from '../src/server/schema';

const schema = schemaOf(RESOLVERS, new Map());
const lists = apiListsOf(schema);
const documents = new ListDocuments(schema);
const policies = new PolicyCheck(schema);
const READERS: readonly Reader[] = [
  ...STAFF_ROLES.map((role) => ({ role })),
  { role: 'PARTNER' },
  ...PARTNER_SCOPES.map((scope) => ({ role: 'PARTNER' as const, scopes: new Set([scope]) })),
];

test('every root field that answers edges is a list, and each has a reader among the staff', () => {
  const query = /^type Query \{.*?^\}/ms.exec(schemaText(schema))![0];
  // Fields by the names of their types, which the code under test does not go by.
  const named = [...query.matchAll(/^ {2}(\w+)(?:\((?:[^)]*)\))?: (\w+Connection|RedemptionFunnelResult)\b/gm)];
  expect([...lists.keys()]).toEqual(named.map(([, name]) => name));
  expect(lists.size).toBeGreaterThan(15);
  for (const list of lists.values())
    expect(STAFF.some((role) => documents.mayRead({ role } as Reader, list))).toBe(true);
});

describe.each([...lists.values()].map((list) => [list.name, list] as const))('%s', (_name, list) => {
  test('is asked by a valid document that its reader may ask', () => {
    const readers = READERS.filter((reader) => documents.mayRead(reader, list));
    expect(readers).not.toEqual([]);
    for (const reader of readers) {
      const { document, operation, columns } = documents.make(list, reader);
      expect(validate(schema, document)).toEqual([]);
      const verdict = policies.judge(document, operation, reader.role);
      expect(verdict.forbidden).toEqual([]);
      if (reader.scopes) expect(policies.outOfScope(verdict, reader.scopes)).toEqual([]);
      expect(columns.length).toBeGreaterThan(1);
      expect(new Set(columns.map(String)).size).toBe(columns.length);
    }
  });

  test('is closed to all others, by the policy as well', () => {
    const { document, operation } = documents.make(list, { role: 'ADMIN' });
    for (const { role, scopes } of READERS.filter((reader) => !documents.mayRead(reader, list))) {
      const verdict = policies.judge(document, operation, role);
      const outside = scopes ? policies.outOfScope(verdict, scopes).map(([field]) => field) : [];
      expect([...verdict.forbidden, ...outside]).toContain(`Query.${list.name}`);
    }
  });

  test('has no argument that the format would hide', () => {
    expect(list.field.args.map(({ name }) => name)).not.toContain('format');
  });
});

test('columns are all that the role may read, in the order of the schema, without lists of objects', () => {
  const of = (name: string, role: Reader['role']) =>
    documents.make(lists.get(name)!, { role }).columns.map((path) => path.join('.'));
  expect(of('deliveries', 'BD')).toEqual([
    ...['id', 'agreement', 'item', 'side', 'source', 'externalId', 'quantity', 'value.amount', 'value.currency'],
    ...['countedQuantity', 'countedValue.amount', 'countedValue.currency', 'deliveredAt', 'recordedAt', 'recordedBy'],
    ...['evidence', 'note', 'state'],
  ]);
  expect(of('reconciliationItems', 'BD')).toContain('ours.amount.amount');
  expect(of('registeredOffers', 'BD')).toContain('unitCost.amount');
  expect(of('registeredOffers', 'PARTNER')).not.toContain('unitCost.amount');
  expect(of('auditEntries', 'AUDITOR').filter((column) => column.startsWith('changes'))).toEqual([]);
});

describe('arguments', () => {
  const takes = (name: string) => documents.make(lists.get(name)!, { role: 'ADMIN' }).takes;

  test.each<[string, Record<string, string>, object]>([
    ['alerts', { kind: 'STOCK_LOW', open: 'true', partner: '12' }, { kind: 'STOCK_LOW', open: true, partner: '12' }],
    ['agreements', { filter: '{"state":"ACTIVE"}' }, { filter: { state: 'ACTIVE' } }],
    ['campaignGifts', { campaign: 'birthday' }, { campaign: 'birthday' }],
    ['feeds', {}, {}],
  ])('of %s are read by their types', (name, words, expected) => {
    expect(readArguments(takes(name), words)).toEqual(expected);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['alerts', { kind: 'LOST' }, /^kind is "LOST"; allowed are [A-Z_]+, /],
    ['alerts', { open: 'yes' }, /^open is "yes"; allowed are true and false\./],
    ['alerts', { open: ['true', 'false'] }, /^open is given more than once/],
    ['alerts', { first: '5' }, /^"first" is no argument of this list; allowed are format, partner, kind, open\./],
    ['agreements', { filter: '{state' }, /^filter is "\{state"; allowed is JSON of AgreementFilter/],
    ['agreements', { filter: '[]' }, /^filter is "\[\]"; allowed is JSON/],
    ['campaignGifts', {}, /^campaign is not given; this list needs it\./],
  ])('of %s that do not fit are told', (name, words, message) => {
    expect(readArguments(takes(name), words)).toMatch(message);
  });
});

test('values become cells: nothing stays nothing, scalars are joined, objects are JSON', () => {
  const node = { a: { b: null, c: true }, list: ['x', 'y'], json: { k: 1 }, n: 5, none: null };
  const paths = [['a', 'b', 'c'], ['a', 'c'], ['list'], ['json'], ['n'], ['none', 'x'], ['gone']];
  expect(paths.map((path) => cellAt(node, path))).toEqual([null, 'true', 'x y', '{"k":1}', 5, null, null]);
});
