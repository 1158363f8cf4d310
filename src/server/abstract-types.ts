// Makes unions and interfaces fit for compiled execution, which cannot wait for a promise in `resolveType`.
import { type GraphQLAbstractType, type GraphQLSchema, type GraphQLTypeResolver, isAbstractType } from 'graphql';

const settled = new WeakSet<GraphQLAbstractType>();

type TypeResolver = GraphQLTypeResolver<unknown, unknown>;

function settledResolver(type: GraphQLAbstractType, original: TypeResolver): TypeResolver {
  return (value, context, info) => {
    const named = (value as { __typename?: unknown } | null)?.__typename;
    if (typeof named === 'string') return named;
    try {
      const answer = original(value, context, info, type);
      return typeof answer === 'string' ? answer : undefined;
    } catch {
      // The compiled code does not expect a throw here; without an answer it reports that the type is unknown.
      return undefined;
    }
  };
}

/**
 * A value of a union or an interface is told by its `__typename`, or by being an instance of a class that type-graphql
 * knows. A `resolveType` of `createUnionType` becomes an async function, so it is of no use; such a value is reported
 * as an error in plain execution too, so that both ways of executing agree and a test finds it.
 */
export function settleAbstractTypes(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isAbstractType(type) || !type.resolveType || settled.has(type)) continue;
    type.resolveType = settledResolver(type, type.resolveType as TypeResolver) as typeof type.resolveType;
    settled.add(type);
  }
}
