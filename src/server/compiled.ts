// Turns an operation into a function with graphql-jit, around the parts of it that are not to be relied on.
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLScalarType,
  type GraphQLSchema,
  isEnumType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { variableCoercer } from './coercion';
import { quickLeaves } from './quick-leaves';

export type CompiledOperation = (
  context: unknown,
  variables: Readonly<Record<string, unknown>>,
) => ExecutionResult | Promise<ExecutionResult>;

// graphql-jit writes code for every field of a variable's type, without end when an input type holds itself, and its
// own coercion differs from the specification in places. So they are coerced here (`coercion.ts`), and
// graphql-jit is shown a document whose variables are all of one type, which takes values as they are.
const COERCED = new GraphQLScalarType({ name: 'PerkgateCoercedValue' });
const COERCED_TYPE: TypeNode = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: COERCED.name } };

/** The schema as it is, plus the type of coerced values. */
export function compilableSchema(schema: GraphQLSchema): GraphQLSchema {
  return Object.create(schema, {
    getType: { value: (name: string) => (name === COERCED.name ? COERCED : schema.getType(name)) },
  }) as GraphQLSchema;
}

function withCoercedVariables(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  const variableDefinitions = operation.variableDefinitions?.map((definition) => ({
    ...definition,
    type: COERCED_TYPE,
    defaultValue: undefined,
  }));
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return { ...document, definitions: [{ ...operation, variableDefinitions }, ...fragments] };
}

// Compiling takes time that grows with the fields, and nothing else is served meanwhile. A whole home screen has about
// 110 fields; what has several times as many, for instance by fragments that multiply, is executed plainly.
const FIELDS_COMPILED = 400;

function fieldCount(document: DocumentNode, operation: OperationDefinitionNode): number {
  const counted = new Map<string, number>();
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition.selectionSet);
  }
  const inFragment = (name: string): number => {
    const known = counted.get(name);
    if (known !== undefined) return known;
    const selections = fragments.get(name);
    const count = selections ? inSelections(selections) : 0;
    counted.set(name, count);
    return count;
  };
  const inSelections = ({ selections }: SelectionSetNode): number =>
    selections.reduce((total, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return total + inFragment(selection.name.value);
      const inner = selection.selectionSet ? inSelections(selection.selectionSet) : 0;
      return total + inner + (selection.kind === Kind.FIELD ? 1 : 0);
    }, 0);
  return inSelections(operation.selectionSet);
}

/**
 * Texts, numbers, booleans and enums go out as the resolvers give them, which the compiler of TypeScript has checked;
 * graphql-jit's own check of each is a third of what executing a list costs. Only where the values of an enum are not
 * its names does each leaf have to be looked at.
 */
function leavesAsTheyAre(schema: GraphQLSchema): boolean {
  const known = asTheyAre.get(schema);
  if (known !== undefined) return known;
  const enums = Object.values(schema.getTypeMap()).filter(isEnumType);
  const plain = enums.every((type) => type.getValues().every(({ name, value }) => name === value));
  asTheyAre.set(schema, plain);
  return plain;
}

const asTheyAre = new WeakMap<GraphQLSchema, boolean>();

/** `undefined` when graphql-jit cannot compile it; it is then to be executed plainly. */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CompiledOperation | undefined {
  if (operation.operation === 'subscription' || fieldCount(document, operation) > FIELDS_COMPILED) return undefined;
  try {
    const name = operation.name?.value ?? '';
    const compiled = compileQuery(compilableSchema(schema), withCoercedVariables(document, operation), name, {
      disablingCapturingStackErrors: true,
      customSerializers: quickLeaves,
      disableLeafSerialization: leavesAsTheyAre(schema),
    });
    if (!isCompiledQuery(compiled)) return undefined;
    const coercedOf = variableCoercer(schema, operation);
    return (context, variables) => {
      const { coerced, errors } = coercedOf(variables);
      if (errors) return { errors };
      return compiled.query(undefined, context, coerced) as ExecutionResult | Promise<ExecutionResult>;
    };
  } catch {
    return undefined;
  }
}
