// Apollo Server around our execution: parsing, validation, CSRF prevention and HTTP semantics are its work.
import {
  ApolloServer,
  type ApolloServerOptionsWithGateway,
  type ApolloServerPlugin,
  type GraphQLRequestContextResponseForOperation,
  HeaderMap,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyBaseLogger } from 'fastify';
import type { FormattedExecutionResult, GraphQLSchema } from 'graphql';
import type { RequestContext } from '../request/context';
import { maskUnexpected } from './errors';
import { Execution, type Outcome } from './execution';
import { type DocumentLimits, limitRules } from './limits';

export interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly limits: DocumentLimits & { readonly tokens: number };
  /** Switches introspection off and keeps names of the schema out of error messages. */
  readonly production: boolean;
  readonly log: FastifyBaseLogger;
  isUnavailable(error: unknown): boolean;
  readonly compileAtUse?: number;
}

// Fragments that spread each other may multiply the selections of a short document; this many are looked at.
const SELECTIONS_MAX = 2_000;
const VALIDATION_ERRORS_MAX = 20;

/** Adds nothing to the status and the headers of an answer. */
const NO_HEAD = { status: undefined, headers: new HeaderMap() };

type Gateway = ApolloServerOptionsWithGateway<RequestContext>['gateway'];
type Asked = GraphQLRequestContextResponseForOperation<RequestContext>;

/**
 * Hands operations to our execution at two of Apollo Server's hooks. The hook for an answer from elsewhere comes first
 * and costs the least: on the way to the other one Apollo Server copies the whole request three times. What has errors
 * is told at the other one all the same, because it is there that Apollo Server makes answers of errors.
 */
class ExecutionHooks {
  /** By the context of their request, outcomes with errors that were found at the first hook. */
  private readonly failed = new WeakMap<RequestContext, Outcome>();
  private announce: Parameters<Gateway['onSchemaLoadOrUpdate']>[0] = () => undefined;
  private readonly listening: ReturnType<NonNullable<ApolloServerPlugin<RequestContext>['requestDidStart']>>;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly execution: Execution,
  ) {
    this.listening = Promise.resolve({ responseForOperation: (asked) => this.answer(asked) });
  }

  readonly plugin: ApolloServerPlugin<RequestContext> = { requestDidStart: () => this.listening };

  private async answer({ request, contextValue: context, document, operation, queryHash = '' }: Asked) {
    const { operationName, variables = {} } = request;
    const outcome = await this.execution.run({ queryHash, document, operation, operationName, variables, context });
    if (!outcome.errors) return { http: NO_HEAD, body: { kind: 'single', singleResult: outcome } } as const;
    this.failed.set(context, outcome);
    return null;
  }

  /** Apollo Server's hook for executing elsewhere; here "elsewhere" is this process. */
  readonly gateway: Gateway = {
    onSchemaLoadOrUpdate: (callback) => {
      this.announce = callback;
      return () => undefined;
    },
    load: async () => {
      this.announce({ apiSchema: this.schema, coreSupergraphSdl: '' });
      return { executor: async ({ context }) => this.failed.get(context as RequestContext)! };
    },
    stop: async () => undefined,
  };
}

/** Errors first, as the specification advises. */
export function resultText({ errors, data, extensions }: FormattedExecutionResult): string {
  return JSON.stringify({ errors, data, extensions });
}

/** Apollo Server would install what they stand for. */
const SWITCHED_OFF: readonly ApolloServerPlugin<RequestContext>[] = [
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginLandingPageDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginUsageReportingDisabled(),
];

/** Answers a server that has started. */
export async function startApollo(options: ApolloOptions): Promise<ApolloServer<RequestContext>> {
  const { schema, limits, production, log, isUnavailable, compileAtUse } = options;
  const execution = new Execution({ schema, log, isUnavailable, compileAtUse });
  const hooks = new ExecutionHooks(schema, execution);
  const plugins = [hooks.plugin, ...SWITCHED_OFF];
  const apollo = new ApolloServer<RequestContext>({
    gateway: hooks.gateway,
    logger: log,
    nodeEnv: 'production',
    introspection: !production,
    hideSchemaDetailsFromClientErrors: production,
    includeStacktraceInErrorResponses: false,
    parseOptions: { maxTokens: limits.tokens },
    validationRules: limitRules(limits),
    maxRecursiveSelections: SELECTIONS_MAX,
    validationOptions: { maxErrors: VALIDATION_ERRORS_MAX },
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    formatError: maskUnexpected,
    stringifyResult: resultText,
    plugins,
  });
  await apollo.start();
  // They have had their say. Apollo Server goes on with the list that it was given, which may have grown, and would ask
  // them in each request.
  for (const plugin of SWITCHED_OFF) plugins.splice(plugins.indexOf(plugin), 1);
  return apollo;
}
