// Variables are coerced as graphql coerces them, whatever is given.
import fc from 'fast-check';
import { buildSchema, GraphQLEnumType, getVariableValues, type OperationDefinitionNode, parse } from 'graphql';
import { variableCoercer } from './coercion';

const schema = buildSchema(`
  enum Kind { OLD NEW }
  input Either @oneOf { id: ID, number: Int }
  input Terms {
    name: String!
    count: Int! = 3
    kinds: [Kind!] = [NEW]
    grid: [[Float]]
    inner: Terms
    constructor: Boolean
    either: Either
  }
  type Query { offer(terms: Terms, many: [Terms!]!, kind: Kind, id: ID!, count: Int): Int }
`);
// Inside, a kind is something else than its name, and no value may be taken for another.
const kinds = schema.getType('Kind') as GraphQLEnumType;
for (const value of kinds.getValues()) value.value = { inside: value.name };
Object.assign(kinds, { _nameLookup: null, _valueLookup: null });

const document = parse(`
  query ($terms: Terms, $many: [Terms!]! = [{ name: "default" }], $kind: Kind = OLD, $id: ID!, $count: Int) {
    offer(terms: $terms, many: $many, kind: $kind, id: $id, count: $count)
  }
`);
const operation = document.definitions[0] as OperationDefinitionNode;

const odd = fc.oneof(fc.constantFrom(null, 'OLD', 'NEW', '', 'x', 1, 1.5, 2 ** 40, true, {}), fc.jsonValue());
/** Mostly as it should be: what is odd anywhere makes the whole odd. */
const mostly = (sound: fc.Arbitrary<unknown>, weight = 60) => fc.oneof({ weight, arbitrary: sound }, odd);

const { terms } = fc.letrec<{ terms: unknown }>((tie) => ({
  terms: mostly(
    fc
      .record(
        {
          name: mostly(fc.string()),
          count: mostly(fc.integer({ min: 0, max: 9 })),
          kinds: mostly(fc.array(fc.constantFrom('OLD', 'NEW'))),
          grid: mostly(fc.array(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })))),
          inner: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.constant(null), tie('terms')),
          constructor: fc.boolean(),
          either: mostly(fc.constantFrom({ id: 'a' }, { number: 1 }), 5),
        },
        { requiredKeys: ['name'] },
      )
      .chain((fields) => fc.constantFrom(...Array<object>(40).fill(fields), { ...fields, unheard: 1 })),
  ),
}));
const given = fc.record(
  {
    terms,
    many: mostly(fc.array(terms, { maxLength: 2 })),
    kind: mostly(fc.constantFrom('OLD', 'NEW', null)),
    id: mostly(fc.oneof(fc.string(), fc.integer())),
    count: mostly(fc.integer()),
    unheard: fc.string(),
  },
  { requiredKeys: ['id'] },
);

const told = ({ coerced, errors }: ReturnType<typeof getVariableValues>) => ({
  coerced,
  errors: errors?.map((error) => ({ message: error.message, locations: error.locations })),
});

it('answers the same values and the same errors', () => {
  const coercer = variableCoercer(schema, operation);
  const definitions = operation.variableDefinitions!;
  let sound = 0;
  fc.assert(
    fc.property(given, (values) => {
      const variables = JSON.parse(JSON.stringify(values)) as Record<string, unknown>;
      const answer = coercer(variables);
      const wanted = getVariableValues(schema, definitions, variables, { maxErrors: 50 });
      expect(told(answer)).toEqual(told(wanted));
      // In the same order.
      expect(JSON.stringify(answer.coerced)).toBe(JSON.stringify(wanted.coerced));
      sound += answer.errors ? 0 : 1;
    }),
    { numRuns: 600 },
  );
  expect(sound).toBeGreaterThan(60);
});

it('makes each request defaults of its own', () => {
  const coercer = variableCoercer(schema, operation);
  const [first, second] = [coercer({ id: 'a' }), coercer({ id: 'a' })];
  expect(first).toEqual(second);
  expect(first.coerced!.many).not.toBe(second.coerced!.many);
});
