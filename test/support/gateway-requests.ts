// Requests made from the schema itself: every argument that names something, and an operation that gives it a value.
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  GraphQLNonNull,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isIntrospectionType,
  isLeafType,
  isListType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { visitorsOf } from '../../src/identity/policy-map';
import type { Role } from '../../src/kernel/actor';

/** One leaf of the arguments of a field: `Mutation.redeem(input.card)`. */
export interface ArgumentLeaf {
  readonly name: string;
  readonly parent: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
  /** The argument, then the fields of its input types. */
  readonly path: readonly string[];
  readonly type: string;
}

/** Texts and ids can name something that belongs to somebody; numbers, times and enums cannot. */
const NAMING_TYPES = ['String', 'ID'];

/** Every argument, of whatever field, that takes a text or an id, in the order of the schema. */
export function namingArguments(schema: GraphQLSchema): ArgumentLeaf[] {
  return objectTypesOf(schema).flatMap((parent) =>
    Object.values(parent.getFields()).flatMap((field) =>
      field.args.flatMap((argument) =>
        leavesOf(argument, []).map(({ path, type }) => ({
          name: `${parent.name}.${field.name}(${path.join('.')})`,
          parent,
          field,
          path,
          type,
        })),
      ),
    ),
  );
}

function objectTypesOf(schema: GraphQLSchema): GraphQLObjectType[] {
  const types: GraphQLNamedType[] = Object.values(schema.getTypeMap());
  return types.filter((type): type is GraphQLObjectType => isObjectType(type) && !isIntrospectionType(type));
}

function leavesOf(input: GraphQLArgument | GraphQLInputField, above: string[]): { path: string[]; type: string }[] {
  const path = [...above, input.name];
  const named = getNamedType(input.type);
  if (isInputObjectType(named)) return Object.values(named.getFields()).flatMap((field) => leavesOf(field, path));
  return NAMING_TYPES.includes(named.name) ? [{ path, type: named.name }] : [];
}

/**
 * The leaves of a field that must be given with one leaf of it, by their names; also those that name nothing. What is
 * optional is asked for when the leaf lies in it.
 */
export function requiredLeaves({ parent, field, path: to }: ArgumentLeaf): string[] {
  const walk = (input: GraphQLArgument | GraphQLInputField, above: readonly string[]): string[] => {
    const path = [...above, input.name];
    const leadsTo = path.length < to.length && path.every((step, at) => to[at] === step);
    if (!(input.type instanceof GraphQLNonNull) && !leadsTo) return [];
    const named = getNamedType(input.type);
    if (isInputObjectType(named)) return Object.values(named.getFields()).flatMap((inner) => walk(inner, path));
    return 'defaultValue' in input && input.defaultValue !== undefined ? [] : [path.join('.')];
  };
  return field.args.flatMap((argument) => walk(argument, [])).map((path) => `${parent.name}.${field.name}(${path})`);
}

export interface MadeRequest {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/**
 * An operation that asks the field for everything that the role may name. `route` leads to the field's parent, such as
 * `me`, and is empty for queries and mutations. `values`: by the leaf's path, such as `input.card`.
 */
export function requestFor(
  leaf: ArgumentLeaf,
  role: Role,
  route: readonly string[],
  values: ReadonlyMap<string, unknown>,
): MadeRequest {
  const { parent, field } = leaf;
  const given = field.args.filter(
    (argument) =>
      (argument.type instanceof GraphQLNonNull && argument.defaultValue === undefined) ||
      [...values.keys()].some((path) => path.split('.')[0] === argument.name),
  );
  const definitions = given.map((argument) => `$${argument.name}: ${argument.type}`).join(', ');
  const passed = given.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  const call = `${field.name}${passed && `(${passed})`} ${selectionOf(getNamedType(field.type), role, DEPTH)}`;
  const body = route.reduceRight((inner, step) => `${step} { ${inner} }`, call);
  const kind = ['Mutation', 'Subscription'].includes(parent.name) ? parent.name.toLowerCase() : 'query';
  const variables = Object.fromEntries(
    given.map((argument) => [argument.name, inputOf(argument.type, [argument.name], values)]),
  );
  return { query: `${kind} Made${definitions && `(${definitions})`} { ${body} }`, variables };
}

const DEPTH = 3;

/** All that the role may name of a type, aliased by it, because the members of a union share names of fields. */
function selectionOf(type: GraphQLNamedType, role: Role, depth: number): string {
  if (isLeafType(type)) return '';
  if (isUnionType(type)) {
    const parts = type.getTypes().map((member) => `... on ${member.name} ${selectionOf(member, role, depth)}`);
    return `{ __typename ${parts.join(' ')} }`;
  }
  if (!isObjectType(type)) return '{ __typename }';
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type);
    if (!visitorsOf(type, field)?.includes(role)) return [];
    if (!isLeafType(inner) && depth === 0) return [];
    return [`${type.name}_${field.name}: ${field.name} ${selectionOf(inner, role, depth - 1)}`];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

function inputOf(type: GraphQLInputType, path: readonly string[], values: ReadonlyMap<string, unknown>): unknown {
  const named = getNamedType(type);
  const nullable = type instanceof GraphQLNonNull ? type.ofType : type;
  if (!isInputObjectType(named)) return values.get(path.join('.'));
  const entries = Object.values(named.getFields()).map((field) => {
    return [field.name, inputOf(field.type, [...path, field.name], values)] as const;
  });
  const value = Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
  // Nobody gives an object of nothing, unless it must be there.
  if (Object.keys(value).length === 0 && !(type instanceof GraphQLNonNull)) return undefined;
  return isListType(nullable) ? [value] : value;
}
