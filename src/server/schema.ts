// The GraphQL schema from resolver classes, and its text as it stands in `schema/`.
import 'reflect-metadata';
import { type GraphQLSchema, isIntrospectionType, isSpecifiedScalarType, printType } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';

// biome-ignore lint/complexity/noBannedTypes: type-graphql names its resolver classes so.
export type ResolverClass = Function;

/** Hands out instances that were made by hand; type-graphql asks for them by class. */
export type Instances = ReadonlyMap<ResolverClass, object>;

function noTopic(): never {
  throw new Error('subscriptions bring streams of their own; there are no topics');
}

/** type-graphql wants one as soon as there is a subscription. */
const NO_TOPICS = { publish: noTopic, subscribe: noTopic };

export function schemaOf(resolvers: readonly ResolverClass[], instances: Instances): GraphQLSchema {
  return buildSchemaSync({
    resolvers: resolvers as unknown as NonEmptyArray<ResolverClass>,
    container: { get: (resolver: ResolverClass) => instances.get(resolver) },
    // Inputs are checked by the services, which say what was given and what is allowed.
    validate: false,
    pubSub: NO_TOPICS,
  });
}

/**
 * The schema as it is committed: types by name, so that a change shows where it happened and nowhere else; fields and
 * enum values in the order of the code, because the order of some enums means something.
 */
export function schemaText(schema: GraphQLSchema): string {
  const head = '# Emitted from the code by `npm run schema`; do not edit.';
  const own = Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
  );
  const sorted = own.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  return `${[head, ...sorted.map((type) => printType(type))].join('\n\n')}\n`;
}
