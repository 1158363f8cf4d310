// Subscriptions over server-sent events at `/graphql/stream`, under the same tokens, limits and policies as `/graphql`.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  specifiedRules,
  subscribe,
  validate,
} from 'graphql';
import { createHandler } from 'graphql-sse/lib/use/fastify';
import { PolicyCheck } from '../identity/policy-check';
import type { RequestContext } from '../request/context';
import { type ErrorLog, forbidden, internal, outOfScope, presentable } from './errors';
import { type DocumentLimits, limitRules } from './limits';
import { describeError } from './logger';
import { replyOverloaded } from './replies';

export interface StreamOptions {
  readonly schema: GraphQLSchema;
  readonly limits: DocumentLimits & { readonly tokens: number; readonly streamsAtOnce: number };
  /** Keeps names of the schema out of error messages. */
  readonly production: boolean;
  readonly log: ErrorLog;
  isUnavailable(error: unknown): boolean;
  contextOf(request: FastifyRequest): Promise<RequestContext>;
}

interface Asked {
  readonly document: DocumentNode;
  readonly operationName?: string;
  readonly variables: Readonly<Record<string, unknown>>;
}
type StreamContext = RequestContext & Record<PropertyKey, unknown>;
type Answer = [body: string, head: { status: number; statusText: string; headers: Record<string, string> }];

/** The streams of one server. Each is one operation on a connection of its own. */
export class Streams {
  private readonly open = new Set<FastifyReply>();
  private readonly policies: PolicyCheck;
  private readonly contexts = new WeakMap<FastifyRequest, RequestContext>();
  private readonly handle: (request: FastifyRequest, to: FastifyReply) => Promise<void>;

  constructor(private readonly options: StreamOptions) {
    this.policies = new PolicyCheck(options.schema);
    this.handle = createHandler<StreamContext>({
      // No stream is shared by several operations, so there are none that somebody else could attach to.
      authenticate: () => null,
      validate: () => [],
      subscribe: (args) => subscribe(args as ExecutionArgs) as ReturnType<typeof subscribe>,
      onSubscribe: ({ raw }, { query, operationName, variables }) => {
        const context = this.contexts.get(raw)! as StreamContext;
        const document = this.documentOf(query);
        if (!('kind' in document)) return refusal(document, 400);
        const fault = this.judge({ document, operationName, variables: variables ?? {} }, context);
        if (fault) return refusal([fault], statusOf(fault));
        const { schema } = this.options;
        return { schema, document, operationName, variableValues: variables, contextValue: context };
      },
      onNext: (context, _request, result) => this.presented(result as ExecutionResult, context) as never,
    });
  }

  addTo(http: FastifyInstance): void {
    http.route({
      method: ['GET', 'POST'],
      url: '/graphql/stream',
      exposeHeadRoute: false,
      onRequest: (_request, to, done) => {
        if (this.open.size >= this.options.limits.streamsAtOnce) replyOverloaded(to);
        else done();
      },
      handler: (request, to) => this.serve(request, to),
    });
  }

  /** Ends all streams as if they were complete; their clients ask again elsewhere. */
  close(): void {
    for (const { raw } of this.open) raw.end();
  }

  private async serve(request: FastifyRequest, to: FastifyReply): Promise<void> {
    if (request.headers.accept !== 'text/event-stream') {
      to.code(406).send(errorsOf([notAStream()]));
      return;
    }
    try {
      this.contexts.set(request, await this.options.contextOf(request));
    } catch (error) {
      const fault = error instanceof GraphQLError ? error : internal(request.id);
      to.code(statusOf(fault)).send(errorsOf([fault]));
      return;
    }
    to.hijack();
    this.open.add(to);
    try {
      await this.handle(request, to);
    } catch (error) {
      this.options.log.error({ requestId: request.id, error: describeError(error) }, 'a stream broke off');
      to.raw.destroy();
    } finally {
      this.open.delete(to);
    }
  }

  private documentOf(query: string): DocumentNode | readonly GraphQLError[] {
    const { schema, limits, production } = this.options;
    try {
      const document = parse(query, { maxTokens: limits.tokens });
      const rules = [...specifiedRules, ...limitRules(limits, ['subscription'])];
      const faults = validate(schema, document, rules, { maxErrors: 20, hideSuggestions: production });
      return faults.length > 0 ? faults : document;
    } catch (error) {
      return [error instanceof GraphQLError ? error : new GraphQLError('The document cannot be read.')];
    }
  }

  private judge({ document, operationName, variables }: Asked, context: RequestContext): GraphQLError | undefined {
    const operation = getOperationAST(document, operationName);
    if (!operation) return new GraphQLError('The document has no such operation. Name one that it has.');
    const visitor = context.actor?.role ?? 'ANONYMOUS';
    const verdict = this.policies.judge(document, operation, visitor);
    if (verdict.forbidden.length > 0) return forbidden(verdict.forbidden, visitor);
    const outside = context.actor?.scopes ? this.policies.outOfScope(verdict, context.actor.scopes) : [];
    if (outside.length > 0) return outOfScope(outside);
    const given = this.policies.forbiddenInVariables(verdict, variables, visitor);
    return given.length > 0 ? forbidden(given, visitor) : undefined;
  }

  private presented(result: ExecutionResult, { requestId }: RequestContext): ExecutionResult {
    if (!result.errors) return result;
    const { log, isUnavailable } = this.options;
    const scope = { requestId, operationName: null, log, isUnavailable };
    return { ...result, errors: result.errors.map((error) => shown(presentable(error, true, scope))) };
  }
}

function notAStream(): GraphQLError {
  return new GraphQLError('This is a stream of events. Send `Accept: text/event-stream`.', {
    extensions: { code: 'BAD_REQUEST' },
  });
}

/** Without the HTTP head, which Apollo Server takes out of errors at `/graphql`. */
function shown(error: GraphQLError): GraphQLError {
  const { http: _head, ...extensions } = error.extensions;
  const { message, nodes, path } = error;
  return new GraphQLError(message, { nodes, path, extensions: { code: 'BAD_REQUEST', ...extensions } });
}

function statusOf({ extensions }: GraphQLError): number {
  return (extensions.http as { status?: number } | undefined)?.status ?? 400;
}

function errorsOf(errors: readonly GraphQLError[]): object {
  return { errors: errors.map(shown) };
}

function refusal(errors: readonly GraphQLError[], status: number): Answer {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return [JSON.stringify(errorsOf(errors)), { status, statusText: '', headers }];
}
