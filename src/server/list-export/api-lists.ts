// The lists of the API: root fields that answer a connection, alone or as the good end of a union with a refusal.
import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  isUnionType,
} from 'graphql';

export interface ApiList {
  readonly name: string;
  readonly field: GraphQLField<unknown, unknown>;
  readonly connection: GraphQLObjectType;
  readonly node: GraphQLObjectType;
}

/** What the edges of a connection hold; `undefined` when the type is none. */
export function nodeOf(type: GraphQLNamedType): GraphQLObjectType | undefined {
  if (!isObjectType(type)) return undefined;
  const { edges, pageInfo } = type.getFields();
  const edge = edges && pageInfo && getNamedType(edges.type);
  const node = isObjectType(edge) ? getNamedType(edge.getFields().node?.type) : undefined;
  return isObjectType(node) ? node : undefined;
}

/** By name, in the order of the schema. */
export function apiListsOf(schema: GraphQLSchema): ReadonlyMap<string, ApiList> {
  const lists = new Map<string, ApiList>();
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    if (isListType(getNullableType(field.type))) continue;
    const answered = getNamedType(field.type);
    for (const type of isUnionType(answered) ? answered.getTypes() : [answered]) {
      const node = nodeOf(type);
      if (node) lists.set(field.name, { name: field.name, field, connection: type as GraphQLObjectType, node });
    }
  }
  return lists;
}
