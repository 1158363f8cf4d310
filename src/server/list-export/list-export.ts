// Every list of the API as a file: its pages are asked one after the other as its reader could, and sent on as rows.
import type { Readable } from 'node:stream';
import type { GraphQLError, GraphQLSchema } from 'graphql';
import type { Actor } from '../../kernel/actor';
import { PAGE_MAX } from '../../kernel/page';
import { type Row, type SheetFormat, sheetStream } from '../../kernel/sheet';
import { shown } from '../../members/input-checks';
import type { RequestContext } from '../../request/context';
import { scopeOf } from '../../request/policy';
import { type ErrorCode, type ErrorLog, forbidden, outOfScope } from '../errors';
import { Execution } from '../execution';
import type { RouteFault } from '../route-actor';
import { type ApiList, apiListsOf } from './api-lists';
import { readArguments, type Variables } from './list-arguments';
import { cellAt } from './list-cells';
import { type ListDocument, ListDocuments, type Reader } from './list-document';

export interface ListExportOptions {
  readonly schema: GraphQLSchema;
  readonly log: ErrorLog;
  isUnavailable(error: unknown): boolean;
  contextFor(actor: Actor, requestId: string): RequestContext;
  /** Lists that have a file of their own, with columns made for it, and so none here. */
  readonly elsewhere: readonly string[];
}

export interface ListAsked {
  readonly list: string;
  readonly format: SheetFormat;
  /** Arguments as texts, by name. */
  readonly words: Variables;
  readonly actor: Actor;
  readonly requestId: string;
  /** Called after each page with the rows so far, and whether more follow. */
  readonly onProgress?: (rows: number, more: boolean) => void;
}

interface Page {
  readonly nodes: readonly unknown[];
  /** Where the next one begins; absent after the last. */
  readonly next: string | undefined;
}

interface Found {
  readonly edges: readonly { readonly node: unknown }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
type Answered = Found | { readonly __typename: 'Refusal'; readonly code: RouteFault['code']; readonly message: string };

const OPERATIONS_KEPT = 50;
/** A sheet of a workbook has a name of at most 31 characters, its number included. */
const SHEET_NAME_MAX = 26;
const STATUS: Readonly<Partial<Record<RouteFault['code'], number>>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  INTERNAL: 500,
  UNAVAILABLE: 503,
};

export class ListExport {
  private readonly lists: ReadonlyMap<string, ApiList>;
  private readonly documents: ListDocuments;
  private readonly execution: Execution;

  constructor(private readonly options: ListExportOptions) {
    const { schema, log, isUnavailable } = options;
    this.lists = apiListsOf(schema);
    this.documents = new ListDocuments(schema);
    this.execution = new Execution({ schema, log, isUnavailable, operationsKept: OPERATIONS_KEPT });
  }

  /** The lists that have a file for the reader, also those that have one elsewhere. */
  namesFor(reader: Reader): string[] {
    return [...this.lists.values()].filter((list) => this.documents.mayRead(reader, list)).map(({ name }) => name);
  }

  /**
   * The file, once its first page is there; or why there is none. What a later page cannot answer destroys the stream.
   * The rows are as the API shows them when their page is read; one page is in memory at a time.
   */
  async open(asked: ListAsked): Promise<Readable | RouteFault> {
    const list = this.lists.get(asked.list);
    if (!list || this.options.elsewhere.includes(asked.list)) return this.unknown(asked);
    if (!this.documents.mayRead(asked.actor, list)) return faultOf([this.closed(list, asked.actor)]);
    const made = this.documents.make(list, asked.actor);
    const variables = readArguments(made.takes, asked.words);
    if (typeof variables === 'string') return badRequest(variables);
    const pageAfter = (after: string | undefined) => this.page(list, made, { ...variables, after }, asked);
    const first = await pageAfter(undefined);
    if ('status' in first) return first;
    const header = made.columns.map((path) => path.join('.'));
    const { now } = this.options.contextFor(asked.actor, asked.requestId);
    const name = list.name.slice(0, SHEET_NAME_MAX);
    return sheetStream(asked.format, { name, header, now, rows: rowsOf(first, pageAfter, made, asked.onProgress) });
  }

  private unknown({ list, actor }: ListAsked): RouteFault {
    const names = this.namesFor(actor).join(', ');
    return badRequest(`${shown(list)} is no list that is exported here; the role ${actor.role} has ${names}.`);
  }

  private closed(list: ApiList, { role }: Reader): GraphQLError {
    const path = `Query.${list.name}`;
    if (!this.documents.mayRead({ role }, list)) return forbidden([path], role);
    return outOfScope([[path, scopeOf(list.field.extensions) ?? 'NONE']]);
  }

  private async page(
    { name }: ApiList,
    { text, document, operation }: ListDocument,
    variables: Variables,
    { actor, requestId }: ListAsked,
  ): Promise<Page | RouteFault> {
    const { data, errors } = await this.execution.run({
      queryHash: text,
      document,
      operation,
      operationName: undefined,
      variables: { ...variables, first: PAGE_MAX },
      // Of its own for each page: a long list is not answered for the minute in which it was asked for.
      context: this.options.contextFor(actor, requestId),
    });
    if (errors?.length) return faultOf(errors);
    const answered = data?.[name] as Answered | null | undefined;
    if (!answered) return { status: 404, code: 'NOT_FOUND', message: `${name}: there is nothing of that name.` };
    if (!('edges' in answered)) return faultOf([answered]);
    const { edges, pageInfo } = answered;
    const next = pageInfo.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined;
    return { nodes: edges.map(({ node }) => node), next };
  }
}

async function* rowsOf(
  first: Page,
  pageAfter: (after: string) => Promise<Page | RouteFault>,
  { columns }: ListDocument,
  onProgress: ListAsked['onProgress'],
): AsyncGenerator<Row> {
  let page = first;
  for (let count = 0; ; ) {
    for (const node of page.nodes) yield columns.map((path) => cellAt(node, path));
    count += page.nodes.length;
    onProgress?.(count, page.next !== undefined);
    if (page.next === undefined) return;
    const following = await pageAfter(page.next);
    if ('status' in following) throw new Error(`after ${count} rows: ${following.message}`);
    page = following;
  }
}

function badRequest(message: string): RouteFault {
  return { status: 400, code: 'BAD_REQUEST', message };
}

/** The first of what went wrong: an error of the API, or a refusal. */
function faultOf(
  errors: readonly (GraphQLError | { readonly code: RouteFault['code']; message: string })[],
): RouteFault {
  const [error] = errors;
  const told = 'code' in error! ? error.code : ((error as GraphQLError).extensions.code as ErrorCode | undefined);
  const code = told ?? 'BAD_USER_INPUT';
  return { status: STATUS[code] ?? 400, code, message: error!.message };
}
