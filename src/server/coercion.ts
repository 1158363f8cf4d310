// Coerces the variables of an operation that is known: quickly what is as it should be, by graphql whatever is not.
import {
  type GraphQLInputType,
  type GraphQLSchema,
  getVariableValues,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql';

type Values = Readonly<Record<string, unknown>>;
type Coerce = (value: unknown) => unknown;
type Coerced = ReturnType<typeof getVariableValues>;

const VARIABLE_ERRORS_MAX = 50;
/** Thrown at all that is not plainly right; graphql then says what is wrong with it, if anything is. */
const NOT_PLAIN = new Error('to be coerced by graphql');

function notPlain(): never {
  throw NOT_PLAIN;
}

/** Makes the coercers of a schema's types, each once, because input types may hold themselves. */
class Coercers {
  private readonly known = new Map<GraphQLInputType, Coerce>();

  of(type: GraphQLInputType): Coerce {
    const known = this.known.get(type);
    if (known) return known;
    const made = this.make(type);
    this.known.set(type, made);
    return made;
  }

  private make(type: GraphQLInputType): Coerce {
    if (isNonNullType(type)) {
      const inner = this.of(type.ofType as GraphQLInputType);
      return (value) => (value === null || value === undefined ? notPlain() : inner(value));
    }
    if (isListType(type)) {
      const item = this.of(type.ofType);
      // A single value is a list of one, which graphql knows to make.
      return orNull((value) => (Array.isArray(value) ? value.map((one) => item(one)) : notPlain()));
    }
    if (isLeafType(type)) return orNull((value) => type.parseValue(value) ?? notPlain());
    if (type.isOneOf) return notPlain;
    // At the first value, when all types are there that its fields may be of.
    let object: Coerce | undefined;
    return orNull((value) => {
      object ??= this.object(Object.values(type.getFields()));
      return object(value);
    });
  }

  private object(fields: readonly { name: string; type: GraphQLInputType; defaultValue?: unknown }[]): Coerce {
    const parts = fields.map(({ name, type, defaultValue }) => ({
      name,
      defaultValue,
      needed: isNonNullType(type) && defaultValue === undefined,
      coerce: this.of(type),
    }));
    return (value) => {
      if (typeof value !== 'object' || Array.isArray(value)) notPlain();
      const given = value as Values;
      const coerced: Record<string, unknown> = {};
      let taken = 0;
      for (const { name, defaultValue, needed, coerce } of parts) {
        const inner = given[name];
        if (inner !== undefined) {
          taken += 1;
          coerced[name] = coerce(inner);
        } else if (defaultValue !== undefined) coerced[name] = defaultValue;
        else if (needed) notPlain();
      }
      return taken === Object.keys(given).length ? coerced : notPlain();
    };
  }
}

function orNull(coerce: Coerce): Coerce {
  return (value) => (value === null || value === undefined ? null : coerce(value));
}

const coercersOf = new WeakMap<GraphQLSchema, Coercers>();

/** What graphql's own `getVariableValues` answers for the operation, values and errors alike. */
export function variableCoercer(schema: GraphQLSchema, operation: OperationDefinitionNode): (given: Values) => Coerced {
  const definitions = operation.variableDefinitions ?? [];
  const coercers = coercersOf.get(schema) ?? new Coercers();
  coercersOf.set(schema, coercers);
  const variables = definitions.map((definition) => variableOf(schema, coercers, definition));
  return (given) => {
    try {
      const coerced: Record<string, unknown> = {};
      for (const { name, coerce, absent } of variables) {
        if (Object.hasOwn(given, name)) coerced[name] = coerce(given[name]);
        else absent(coerced);
      }
      return { coerced };
    } catch {
      return getVariableValues(schema, definitions, given, { maxErrors: VARIABLE_ERRORS_MAX });
    }
  };
}

function variableOf(schema: GraphQLSchema, coercers: Coercers, definition: VariableDefinitionNode) {
  const { defaultValue } = definition;
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type as never);
  if (!isInputType(type)) return { name, coerce: notPlain, absent: notPlain };
  const absent = (coerced: Record<string, unknown>): void => {
    // Each request gets a default of its own, which it may change.
    if (defaultValue) coerced[name] = valueFromAST(defaultValue, type);
    else if (isNonNullType(type)) notPlain();
  };
  return { name, coerce: coercers.of(type), absent };
}
