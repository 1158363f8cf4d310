// What a caller gets to see of an error: expected ones keep their code, all others are masked and logged.
import { HeaderMap } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Visitor } from '../request/policy';
import { describeError } from './logger';

/** The codes in `extensions.code` that this room adds to those of Apollo Server. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'UNAVAILABLE'
  | 'OVERLOADED'
  | 'INTERNAL'
  | 'BAD_USER_INPUT'
  | 'BAD_REQUEST'
  | 'BODY_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'METHOD_NOT_ALLOWED'
  | 'NOT_FOUND';

export interface ErrorLog {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export const INTERNAL_MESSAGE = 'Internal error. Quote the request id when you report it.';
export const UNAVAILABLE_MESSAGE = 'The service cannot reach its database at the moment. Try again in a few seconds.';
const TOKEN_REFUSED_MESSAGE =
  'The token was not accepted. Ask for a fresh one and send it as `Authorization: Bearer TOKEN`.';
const RETRY_AFTER_SECONDS = '1';

/** The status and headers of the whole answer, in the place where Apollo Server looks for them (and removes them). */
function httpHead(status: number, headers: Record<string, string> = {}): Record<string, unknown> {
  return { http: { status, headers: new HeaderMap(Object.entries(headers)) } };
}

export function unauthenticated(message = TOKEN_REFUSED_MESSAGE): GraphQLError {
  const code: ErrorCode = 'UNAUTHENTICATED';
  return new GraphQLError(message, { extensions: { code, ...httpHead(401, { 'www-authenticate': 'Bearer' }) } });
}

const FIELDS_NAMED = 10;

/** For an operation that names what its visitor may not name; it is refused whole. */
export function forbidden(fields: readonly string[], visitor: Visitor): GraphQLError {
  const named = fields.slice(0, FIELDS_NAMED).join(', ');
  if (visitor === 'ANONYMOUS') {
    return unauthenticated(`${named}: a token is needed. Send one as \`Authorization: Bearer TOKEN\`.`);
  }
  const code: ErrorCode = 'FORBIDDEN';
  const message = `The role ${visitor} may not name ${named}. Leave it out, or use a token of another role.`;
  return new GraphQLError(message, {
    extensions: { code, fields: fields.slice(0, FIELDS_NAMED), role: visitor, ...httpHead(403) },
  });
}

/** For an operation that names what the partner's key was not made for; it is refused whole. */
export function outOfScope(fields: ReadonlyArray<readonly [field: string, scope: string]>): GraphQLError {
  const code: ErrorCode = 'FORBIDDEN';
  const shown = fields.slice(0, FIELDS_NAMED);
  const scopes = [...new Set(shown.map(([, scope]) => scope))].filter((scope) => scope !== 'NONE');
  const named = shown.map(([field, scope]) => (scope === 'NONE' ? `${field} (no key may)` : `${field} (${scope})`));
  const message = `This key may not name ${named.join(', ')}. Use a key with the scope in brackets, or leave it out.`;
  const extensions = { code, fields: shown.map(([field]) => field), scopes, role: 'PARTNER', ...httpHead(403) };
  return new GraphQLError(message, { extensions });
}

/** An answer that says "try again", for a request that was not executed at all. */
export function unavailable(requestId: string): GraphQLError {
  const extensions = { ...retryable(requestId), ...httpHead(503, { 'retry-after': RETRY_AFTER_SECONDS }) };
  return new GraphQLError(UNAVAILABLE_MESSAGE, { extensions });
}

export function internal(requestId: string): GraphQLError {
  return new GraphQLError(INTERNAL_MESSAGE, { extensions: { code: 'INTERNAL', requestId, ...httpHead(500) } });
}

function retryable(requestId: string): Record<string, unknown> {
  return { code: 'UNAVAILABLE', retryable: true, requestId };
}

/**
 * A GraphQLError with the place of `error` in the document. graphql-jit's errors carry locations but no nodes, and
 * lack `extensions`, which Apollo Server's formatter relies on.
 */
function placedLike(error: GraphQLError, message: string, extensions: Record<string, unknown>): GraphQLError {
  const { nodes, source, positions, path, locations } = error;
  const originalError = error.originalError ?? undefined;
  const placed = new GraphQLError(message, { nodes, source, positions, path, originalError, extensions });
  return Object.assign(placed, { locations });
}

/** The error that a resolver threw, below all the wrappers. */
function causeOf(error: GraphQLError): Error {
  let cause: Error = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

export interface ErrorScope {
  readonly requestId: string;
  readonly operationName: string | null;
  readonly log: ErrorLog;
  isUnavailable(error: unknown): boolean;
}

/** An error of an execution as its caller may see it. */
export function presentable(error: GraphQLError, hasData: boolean, scope: ErrorScope): GraphQLError {
  const { requestId, operationName, log } = scope;
  const cause = causeOf(error);
  const extensions: Record<string, unknown> = { ...error.extensions, ...(cause as Partial<GraphQLError>).extensions };
  if (cause instanceof GraphQLError && typeof extensions.code === 'string') {
    return placedLike(error, error.message, extensions);
  }
  // Without a path it is about the request (an unknown operation, a variable of the wrong type), not about a resolver.
  if (cause instanceof GraphQLError && error.path === undefined) return error;
  if (cause instanceof GraphQLError && error.message.startsWith('Argument "')) {
    return placedLike(error, error.message, { code: 'BAD_USER_INPUT' });
  }
  const details = { requestId, operationName, path: error.path?.join('.'), error: describeError(cause) };
  if (scope.isUnavailable(cause)) {
    log.warn(details, 'an operation failed because something it needs is away');
    const head = hasData ? {} : httpHead(503, { 'retry-after': RETRY_AFTER_SECONDS });
    return placedLike(error, UNAVAILABLE_MESSAGE, { ...retryable(requestId), ...head });
  }
  log.error(details, 'an operation failed unexpectedly');
  return placedLike(error, INTERNAL_MESSAGE, { code: 'INTERNAL', requestId });
}

/** The last net, for errors that do not come from an execution: Apollo's own unexpected ones are masked too. */
export function maskUnexpected(formatted: GraphQLFormattedError): GraphQLFormattedError {
  if (formatted.extensions?.code !== 'INTERNAL_SERVER_ERROR') return formatted;
  return { message: INTERNAL_MESSAGE, extensions: { code: 'INTERNAL' } };
}
