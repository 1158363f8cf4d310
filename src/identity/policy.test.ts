// Who may name what: declared beside the field, found however the document spells it.
import 'reflect-metadata';
import { type GraphQLObjectType, getOperationAST, parse, validate } from 'graphql';
import { buildSchemaSync, Field, FieldResolver, ObjectType, Query, Resolver } from 'type-graphql';
import { sampleSchema } from '../../test/support/sample-server';
import { Allow, ANYONE, MEMBERS, SIGNED_IN, STAFF, type Visitor } from '../request/policy';
import { PolicyCheck } from './policy-check';
import { fieldsWithoutPolicy, visitorsOf } from './policy-map';

const check = new PolicyCheck(sampleSchema);

function judge(
  query: string,
  visitor: Visitor,
  variables: Record<string, unknown> = {},
  operationName?: string,
): string[] {
  const document = parse(query);
  expect(validate(sampleSchema, document)).toEqual([]);
  const verdict = check.judge(document, getOperationAST(document, operationName)!, visitor);
  return [...verdict.forbidden, ...check.forbiddenInVariables(verdict, variables, visitor)];
}

it.each<[string, string, Visitor, string[]]>([
  ['an open field without a token', '{ hello }', 'ANONYMOUS', []],
  ['__typename without a token', '{ __typename }', 'ANONYMOUS', []],
  ['introspection without a token', '{ __schema { types { name } } }', 'ANONYMOUS', []],
  ['a closed field without a token', '{ me { name } }', 'ANONYMOUS', ['Query.me', 'Person.name']],
  ['a field of signed-in visitors', '{ me { name cards { id } } }', 'MEMBER', []],
  ['a staff field, named by a member', '{ me { cards { costCap } } }', 'MEMBER', ['Card.costCap']],
  ['a staff field, named by staff', '{ me { cards { costCap } } }', 'AUDITOR', []],
  ["a staff field, named by the operator's server", '{ me { cards { costCap } } }', 'SERVER', ['Card.costCap']],
  ['a field of members, named by staff', '{ membersOnly }', 'ADMIN', ['Query.membersOnly']],
  ['a field without a policy', '{ unpoliced }', 'ADMIN', ['Query.unpoliced']],
  ['an alias', '{ me { name: name cards { id: costCap } } }', 'MEMBER', ['Card.costCap']],
  [
    'a fragment',
    'query { me { ...P } } fragment P on Person { cards { ...C } } fragment C on Card { costCap }',
    'MEMBER',
    ['Card.costCap'],
  ],
  ['an inline fragment', '{ me { ... { cards { ... on Card { costCap } } } } }', 'MEMBER', ['Card.costCap']],
  ['a field that is skipped', '{ me { cards { id costCap @skip(if: true) } } }', 'MEMBER', ['Card.costCap']],
  ['an interface that hides a stricter type', '{ things { title } }', 'MEMBER', ['Named.title']],
  ['the same through staff', '{ things { title } }', 'BD', []],
  ['a type inside of an interface', '{ things { ... on OpenThing { title } } }', 'MEMBER', []],
  [
    'a stricter type inside of an interface',
    '{ things { ... on StaffThing { note } } }',
    'MEMBER',
    ['StaffThing.note'],
  ],
  ['an argument of staff', '{ list(first: 1, tenant: "a") }', 'MEMBER', ['Query.list(tenant)']],
  ['an argument of all', '{ list(first: 1) }', 'MEMBER', []],
  ['an input field of staff', '{ offer(terms: { discount: 1 }) }', 'MEMBER', ['Terms.discount']],
  [
    'an input field deep inside',
    '{ offer(terms: { inner: { inner: { discount: 1 } } }) }',
    'MEMBER',
    ['Terms.discount'],
  ],
  [
    'a default of a variable',
    'query ($t: Terms! = { discount: 5 }) { offer(terms: $t) }',
    'MEMBER',
    ['Terms.discount'],
  ],
  ['an input field of staff, by staff', '{ offer(terms: { discount: 1 }) }', 'OPERATIONS', []],
])('%s', (_name, query, visitor, expected) => {
  expect(judge(query, visitor)).toEqual(expected);
});

it('looks into the values of variables that can hold a guarded field', () => {
  const query = 'query ($t: Terms!) { offer(terms: $t) }';
  expect(judge(query, 'MEMBER', { t: { count: 1, inner: { count: 2 } } })).toEqual([]);
  expect(judge(query, 'MEMBER', { t: { inner: { discount: null } } })).toEqual(['Terms.discount']);
  expect(judge(query, 'OPERATIONS', { t: { inner: { discount: 3 } } })).toEqual([]);
});

it('judges the operation that is to run and the fragments that it reaches, not the others', () => {
  const query = 'query A { hello } query B { me { ...C } } fragment C on Person { cards { costCap } }';
  expect(judge(query, 'MEMBER', {}, 'A')).toEqual([]);
  expect(judge(query, 'MEMBER', {}, 'B')).toEqual(['Card.costCap']);
});

it('lists the fields that nobody declared a policy for', () => {
  expect(fieldsWithoutPolicy(sampleSchema)).toEqual(['Query.unpoliced']);
});

describe('declarations that meet on one field', () => {
  @ObjectType()
  @Allow(SIGNED_IN)
  class Base {
    @Field() shared!: string;
  }
  @ObjectType()
  @Allow(STAFF, 'PARTNER')
  class Heir extends Base {
    @Field() @Allow(STAFF) both!: string;
    @Field() own!: string;
    @Field() @Allow(ANYONE) open!: string;
  }
  @Resolver(() => Heir)
  class HeirResolver {
    @Query(() => Heir) @Allow(ANYONE) heir(): object {
      return {};
    }
    @FieldResolver(() => String) @Allow(MEMBERS, 'ADMIN') both(): string {
      return 'x';
    }
    @FieldResolver(() => String) @Allow(MEMBERS) added(): string {
      return 'y';
    }
  }
  const schema = buildSchemaSync({ resolvers: [HeirResolver], validate: false });
  const heir = schema.getType('Heir') as GraphQLObjectType;
  const visitors = (field: string) => [...(visitorsOf(heir, heir.getFields()[field]!) ?? [])].sort();

  it('lets an heir narrow its base class, never widen it', () => {
    expect(visitors('own')).toEqual(['ADMIN', 'AUDITOR', 'BD', 'OPERATIONS', 'PARTNER']);
  });
  it('lets a field say otherwise than its class', () => {
    expect(visitors('open')).toContain('ANONYMOUS');
  });
  it('lets a resolver narrow the field that it resolves', () => {
    expect(visitors('both')).toEqual(['ADMIN']);
  });
  it('takes what a later room hangs on', () => {
    expect(visitors('added')).toEqual(['MEMBER']);
  });
});
