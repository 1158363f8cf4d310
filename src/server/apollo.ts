// Apollo Server around our execution: parsing, validation, CSRF prevention and HTTP semantics are its work.
import { ApolloServer, type ApolloServerOptionsWithGateway } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyBaseLogger } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { RequestContext } from '../request/context';
import { maskUnexpected } from './errors';
import { Execution } from './execution';
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

type Gateway = ApolloServerOptionsWithGateway<RequestContext>['gateway'];

/** Apollo Server's hook for executing elsewhere; here "elsewhere" is this process. */
function gatewayOf(schema: GraphQLSchema, execution: Execution): Gateway {
  let announce: Parameters<Gateway['onSchemaLoadOrUpdate']>[0] = () => undefined;
  return {
    onSchemaLoadOrUpdate(callback) {
      announce = callback;
      return () => undefined;
    },
    async load() {
      announce({ apiSchema: schema, coreSupergraphSdl: '' });
      return {
        executor: ({ request, context, document, operation, queryHash }) =>
          execution.run({
            queryHash,
            document,
            operation,
            operationName: request.operationName,
            variables: request.variables ?? {},
            context: context as RequestContext,
          }),
      };
    },
    async stop() {},
  };
}

export function createApollo(options: ApolloOptions): ApolloServer<RequestContext> {
  const { schema, limits, production, log, isUnavailable, compileAtUse } = options;
  const execution = new Execution({ schema, log, isUnavailable, compileAtUse });
  return new ApolloServer<RequestContext>({
    gateway: gatewayOf(schema, execution),
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
    stringifyResult: (result) => JSON.stringify(result),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}
