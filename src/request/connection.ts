// Lists at the API: edges with cursors and a page, the same for every list of the house.

import { Field, ObjectType } from 'type-graphql';
import { Allow, type Visitor } from './policy';
import { PageInfoType } from './shared.type';

export interface Edge<Node> {
  readonly cursor: string;
  readonly node: Node;
}

export interface Connection<Node> {
  readonly edges: readonly Edge<Node>[];
  readonly pageInfo: PageInfoType;
}

type Class<Instance> = new () => Instance;

export interface ConnectionOptions {
  readonly who: readonly Visitor[];
  /** In which order the edges stand. */
  readonly order?: string;
}

/** The types `NAMEConnection` and `NAMEEdge` of the nodes of a class. */
export function connectionOf<Node extends object>(
  name: string,
  node: () => Class<Node>,
  { who, order }: ConnectionOptions,
): Class<Connection<Node>> {
  @Allow(who)
  @ObjectType(`${name}Edge`, { simpleResolvers: true })
  class EdgeType {
    @Field()
    cursor!: string;
    @Field(node)
    node!: Node;
  }

  @Allow(who)
  @ObjectType(`${name}Connection`, { simpleResolvers: true })
  class ConnectionType {
    @Field(() => [EdgeType], { description: order })
    edges!: readonly EdgeType[];
    @Field(() => PageInfoType)
    pageInfo!: PageInfoType;
  }
  return ConnectionType;
}

/** A page of at most `size` of what was found; whoever asks for one row more than the page holds knows of the next. */
export function connectionPage<Found, Node>(
  found: readonly Found[],
  size: number,
  edgeOf: (found: Found) => Edge<Node>,
): Connection<Node> {
  const edges = found.slice(0, size).map(edgeOf);
  return { edges, pageInfo: { hasNextPage: found.length > size, endCursor: edges.at(-1)?.cursor ?? null } };
}
