// The one document that reads a list for a reader: all that the reader may name of a row, flat enough for a table.
import {
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { PolicyMap } from '../../identity/policy-map';
import type { Actor } from '../../kernel/actor';
import { NO_SCOPE, scopeOf } from '../../request/policy';
import { type ApiList, nodeOf } from './api-lists';

export type Reader = Pick<Actor, 'role' | 'scopes'>;

export interface ListDocument {
  readonly text: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** From the node to the value of each column. */
  readonly columns: readonly (readonly string[])[];
  /** The arguments that the reader may give; the page is not among them. */
  readonly takes: readonly GraphQLArgument[];
}

/** Of a row, objects two deep: a column has at most three names, such as `balances.imbalance.amount`. */
const NAMES_MAX = 3;
const OF_THE_PAGE: readonly string[] = ['first', 'after'];

interface Selected {
  readonly text: string;
  readonly columns: readonly (readonly string[])[];
}

export class ListDocuments {
  private readonly policies: PolicyMap;

  constructor(private readonly schema: GraphQLSchema) {
    this.policies = new PolicyMap(schema);
  }

  mayRead({ role, scopes }: Reader, { field }: ApiList): boolean {
    if (!this.policies.mayName(role, this.schema.getQueryType()!, field)) return false;
    const needed = scopeOf(field.extensions);
    return !scopes || needed === NO_SCOPE || (needed !== undefined && scopes.has(needed));
  }

  /** For a list that the reader may read. */
  make(list: ApiList, reader: Reader): ListDocument {
    const { text: row, columns } = this.select(list.node, reader, []);
    const takes = list.field.args.filter(
      (argument) => !OF_THE_PAGE.includes(argument.name) && this.policies.mayGive(reader.role, argument),
    );
    const variables = ['$first: Int!', '$after: String', ...takes.map((one) => `$${one.name}: ${variableType(one)}`)];
    const given = [...OF_THE_PAGE, ...takes.map(({ name }) => name)].map((name) => `${name}: $${name}`);
    const page = `edges { node ${row} } pageInfo { hasNextPage endCursor }`;
    const answer = getNamedType(list.field.type);
    const selection = isUnionType(answer)
      ? `__typename ... on ${list.connection.name} { ${page} } ${refusalOf(answer.getTypes())}`
      : page;
    const text = `query Export(${variables.join(', ')}) { ${list.name}(${given.join(', ')}) { ${selection} } }`;
    const document = parse(text);
    return { text, document, operation: document.definitions[0] as OperationDefinitionNode, columns, takes };
  }

  private select(type: GraphQLObjectType, reader: Reader, above: readonly string[]): Selected {
    const texts: string[] = [];
    const columns: (readonly string[])[] = [];
    for (const field of Object.values(type.getFields())) {
      if (!this.isNameable(type, field, reader)) continue;
      const named = getNamedType(field.type);
      const path = [...above, field.name];
      if (isLeafType(named)) {
        texts.push(field.name);
        columns.push(path);
      } else if (isObjectType(named) && !isManifold(field) && !nodeOf(named) && path.length < NAMES_MAX) {
        const inner = this.select(named, reader, path);
        if (inner.columns.length === 0) continue;
        texts.push(`${field.name} ${inner.text}`);
        columns.push(...inner.columns);
      }
    }
    return { text: `{ ${texts.join(' ')} }`, columns };
  }

  private isNameable(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>, reader: Reader): boolean {
    if (field.args.some(isRequiredArgument) || !this.policies.mayName(reader.role, type, field)) return false;
    const needed = scopeOf(field.extensions);
    return !reader.scopes || needed === undefined || (needed !== NO_SCOPE && reader.scopes.has(needed));
  }
}

function isManifold({ type }: GraphQLField<unknown, unknown>): boolean {
  return isListType(getNullableType(type));
}

/** Where there is a default, nothing need be given. */
function variableType({ type, defaultValue }: GraphQLArgument): string {
  return String(isNonNullType(type) && defaultValue !== undefined ? type.ofType : type);
}

function refusalOf(types: readonly GraphQLObjectType[]): string {
  return types.some(({ name }) => name === 'Refusal') ? '... on Refusal { code message }' : '';
}
