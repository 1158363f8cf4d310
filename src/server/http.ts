// The HTTP server: Fastify with its limits, the routes, and a shutdown that finishes what was begun.
import { fastify as createFastify, type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Actor } from '../kernel/actor';
import type { RequestContext } from '../request/context';
import { Admission } from './admission';
import { startApollo } from './apollo';
import { actorOf } from './bearer';
import { limitBodyTime } from './body-time';
import { Drain } from './drain';
import { addExplorerRoute, type ExplorerOptions } from './explorer';
import { type GraphqlHandler, graphqlHandler } from './graphql-route';
import { addHealthRoutes, type ReadinessChecks } from './health';
import { readJsonBodiesOnly } from './json-body';
import type { DocumentLimits } from './limits';
import { errorHandler, notFoundHandler, reply, replyMethodNotAllowed, replyOverloaded, SHUTTING_DOWN } from './replies';
import { requestIdOf } from './request-id';
import { Streams } from './stream-route';

export interface ServerLimits extends DocumentLimits {
  readonly bodyBytes: number;
  readonly tokens: number;
  readonly operationsAtOnce: number;
  readonly operationsWaiting: number;
  readonly streamsAtOnce: number;
}

export interface ServerOptions {
  readonly schema: GraphQLSchema;
  readonly limits: ServerLimits;
  /** Switches introspection off and hides details of the schema in errors. */
  readonly production: boolean;
  readonly logger: FastifyBaseLogger;
  /** The actor of a token; throws TokenRefusedError or KeysUnavailableError. */
  authenticate(token: string): Promise<Actor>;
  contextFor(actor: Actor | undefined, requestId: string): RequestContext;
  /** By name, what must work before the gateway is ready; each throws when it does not. */
  readonly readiness: ReadinessChecks;
  /** Whether an error means that something the gateway needs, such as its database, is away for now. */
  isUnavailable(error: unknown): boolean;
  /** Absent: `/` shows no explorer. */
  readonly explorer?: ExplorerOptions;
  /** Further routes; each stands behind the common headers, limits and log. */
  readonly routes?: readonly ((http: FastifyInstance) => void)[];
  /** Addresses and networks of proxies whose `x-forwarded-for` is believed; nobody's unless told. */
  readonly trustedProxies?: readonly string[];
  readonly shutdownMs?: number;
  readonly compileAtUse?: number;
}

export interface GatewayServer {
  readonly fastify: FastifyInstance;
  /** Begins to listen and gives the URL; port 0 takes a free one. */
  listen(address: { readonly port: number; readonly host: string }): Promise<string>;
  /**
   * Stops listening, but goes on serving who is connected, and tells each to go; answers when all are gone or the time
   * is over. For before `close`, where callers keep their connections and must not see a request fail.
   */
  drain(milliseconds: number): Promise<void>;
  /** Stops accepting, finishes what is in flight, at most `shutdownMs` (10 s). Safe to call twice. */
  close(): Promise<void>;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
// How often Node looks for connections that exceed the two above; its default of 30 s would make it 40 s.
const TIMEOUT_CHECK_MS = 1_000;
const SHUTDOWN_MS = 10_000;

function createHttp(options: ServerOptions): FastifyInstance {
  return createFastify({
    loggerInstance: options.logger,
    // One logger for all requests: each line names its request, and no child logger is made per request.
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdOf,
    requestIdHeader: false,
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    bodyLimit: options.limits.bodyBytes,
    requestTimeout: 0,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
  }) as unknown as FastifyInstance;
}

function addGraphql(http: FastifyInstance, handler: GraphqlHandler, limits: ServerLimits): void {
  const admission = new Admission(limits.operationsAtOnce, limits.operationsWaiting);
  http.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    exposeHeadRoute: false,
    // Before the body is read, so that turning a request away costs next to nothing.
    onRequest: (_request, to, done) => {
      if (admission.isFull) replyOverloaded(to);
      else done();
    },
    handler: async function handleGraphql(request, to) {
      await admission.enter(() => to.raw.destroyed);
      try {
        return await handler(request, to);
      } finally {
        admission.leave();
      }
    },
  });
  http.route({
    method: ['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: '/graphql',
    handler: replyMethodNotAllowed,
  });
}

function addCommonHeaders(http: FastifyInstance, isClosing: () => boolean, isLeaving: () => boolean): void {
  http.addHook('onRequest', (request, to, done) => {
    to.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    if (isClosing() && request.url !== '/readyz') reply(to.header('connection', 'close'), SHUTTING_DOWN);
    else done();
  });
  http.addHook('onSend', (_request, to, payload, done) => {
    // A connection that stays open after the last answer would hold the shutdown up.
    if (isLeaving()) to.header('connection', 'close');
    if (!to.hasHeader('cache-control')) to.header('cache-control', 'no-store');
    to.header('x-frame-options', 'DENY').header('referrer-policy', 'no-referrer');
    done(null, payload);
  });
}

function addRequestLog(http: FastifyInstance): void {
  http.addHook('onResponse', (request, to, done) => {
    const level = to.statusCode >= 500 ? 'warn' : 'debug';
    if (level === 'warn' || request.log.level === 'debug' || request.log.level === 'trace') {
      const { id: requestId, method, routeOptions } = request;
      const milliseconds = Math.round(to.elapsedTime);
      request.log[level](
        { requestId, method, route: routeOptions.url, status: to.statusCode, milliseconds },
        'answered',
      );
    }
    done();
  });
}

export async function createServer(options: ServerOptions): Promise<GatewayServer> {
  const { schema, limits, production, logger, isUnavailable, contextFor, compileAtUse } = options;
  const apollo = await startApollo({ schema, limits, production, log: logger, isUnavailable, compileAtUse });
  const http = createHttp(options);
  let closing: Promise<void> | undefined;
  const drain = new Drain(http.server);
  const isClosing = () => closing !== undefined;
  const isLeaving = () => drain.hasBegun || isClosing();

  readJsonBodiesOnly(http);
  limitBodyTime(http, REQUEST_TIMEOUT_MS);
  addCommonHeaders(http, isClosing, isLeaving);
  addRequestLog(http);
  http.setErrorHandler(errorHandler(limits.bodyBytes));
  http.setNotFoundHandler(notFoundHandler);
  const bearer = { authenticate: options.authenticate, isUnavailable, log: logger };
  const context = async (request: Parameters<typeof actorOf>[0]) =>
    contextFor(await actorOf(request, bearer), request.id);
  addGraphql(http, graphqlHandler(apollo, context), limits);
  const streams = new Streams({ schema, limits, production, log: logger, isUnavailable, contextOf: context });
  streams.addTo(http);
  addHealthRoutes(http, {
    checks: options.readiness,
    isClosing: isLeaving,
    failed: (check, reason) => logger.warn({ check, error: reason }, 'not ready'),
  });
  addExplorerRoute(http, options.explorer);
  for (const addRoute of options.routes ?? []) addRoute(http);

  const stop = async (): Promise<void> => {
    const timer = setTimeout(() => http.server.closeAllConnections(), options.shutdownMs ?? SHUTDOWN_MS);
    streams.close();
    try {
      await drain.end();
      await http.close();
    } finally {
      clearTimeout(timer);
    }
    await apollo.stop();
  };
  return {
    fastify: http,
    listen: (address) => http.listen({ ...address, listenTextResolver: (url) => `listening at ${url}` }),
    drain: (milliseconds) => {
      streams.close();
      return drain.run(milliseconds);
    },
    close: () => {
      closing ??= stop();
      return closing;
    },
  };
}
