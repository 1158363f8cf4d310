// The way from Fastify to Apollo Server and back.
import type { ApolloServer, GraphQLRequest, GraphQLResponse, HTTPGraphQLRequest } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BoundedMap } from '../kernel/bounded-map';
import type { RequestContext } from '../request/context';
import { resultText } from './apollo';

// What Apollo Server looks at: content negotiation and the signs that no browser form sent the request.
const HEADERS_SHOWN = ['accept', 'content-type', 'apollo-require-preflight', 'x-apollo-operation-name'] as const;

function toGraphql(request: FastifyRequest): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const name of HEADERS_SHOWN) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const { url, method, body } = request;
  const question = url.indexOf('?');
  return { method, headers, body, search: question < 0 ? '' : url.slice(question) };
}

const BYTES_A_UNIT = 3;
const scratch = Buffer.allocUnsafeSlow(256 * 1_024);

/** Written to the scratch first: `Buffer.from` has to count the bytes of a text before it has a place for them. */
function bytesOf(text: string): Buffer {
  if (text.length * BYTES_A_UNIT > scratch.length) return Buffer.from(text);
  return Buffer.from(scratch.subarray(0, scratch.write(text)));
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: Iterable<readonly [name: string, value: string]>;
  readonly text: string;
}

/** As bytes: a text would be turned into them three times on its way, twice only to know how many they are. */
function send({ status, headers, text }: Answer, to: FastifyReply): Buffer {
  for (const [name, value] of headers) to.header(name, value);
  to.code(status ?? 200);
  return bytesOf(text);
}

// With these no form of a browser can have sent the request.
const JSON_TYPES: ReadonlySet<string | undefined> = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
  'application/json; charset=UTF-8',
  'application/json;charset=UTF-8',
]);
const ACCEPTS_KEPT = 50;
const NO_ACCEPT = '';

/** The operation that a body asks for, when there is nothing about the body that HTTP could refuse. */
function plainOperation(body: unknown): GraphQLRequest | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { query, operationName, variables, extensions } = body as Record<string, unknown>;
  if (typeof query !== 'string' || query === '' || (extensions !== undefined && extensions !== null)) return undefined;
  const named = typeof operationName === 'string';
  if (!named && operationName !== undefined && operationName !== null) return undefined;
  const given = typeof variables === 'object' && variables !== null;
  if (given ? Array.isArray(variables) : variables !== undefined && variables !== null) return undefined;
  return {
    query,
    operationName: named ? operationName : undefined,
    variables: given ? (variables as GraphQLRequest['variables']) : undefined,
  };
}

function answerOf({ http, body }: GraphQLResponse, contentType: string): Answer {
  // Incremental delivery needs `@defer`, which the schema does not have.
  const text = body.kind === 'single' ? resultText(body.singleResult) : '';
  return { status: http.status, headers: http.headers.set('content-type', contentType), text };
}

export type GraphqlHandler = (request: FastifyRequest, to: FastifyReply) => Promise<Buffer>;

/**
 * Does what `@as-integrations/fastify` does, which parses the URL with the `Host` header in it (a malformed one ends as
 * an internal error) and copies all headers of each request.
 *
 * What HTTP has to say of a request is found out by Apollo Server: methods, bodies, CSRF, negotiation. Where it can say
 * nothing, as of nearly all requests, it is asked for the operation alone. How an `accept` header is answered is learnt
 * from the first request that came with it.
 */
export function graphqlHandler(
  apollo: ApolloServer<RequestContext>,
  contextOf: (request: FastifyRequest) => Promise<RequestContext>,
): GraphqlHandler {
  const typeByAccept = new BoundedMap<string, string>(ACCEPTS_KEPT);

  const throughHttp = async (request: FastifyRequest, context: () => Promise<RequestContext>): Promise<Answer> => {
    const httpGraphQLRequest = toGraphql(request);
    const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context });
    const contentType = headers.get('content-type');
    if (status === undefined && contentType) typeByAccept.set(request.headers.accept ?? NO_ACCEPT, contentType);
    return { status, headers, text: body.kind === 'complete' ? body.string : '' };
  };

  return async (request, to) => {
    const { method, headers, body } = request;
    const contentType = typeByAccept.get(headers.accept ?? NO_ACCEPT);
    const plain = method === 'POST' && contentType && JSON_TYPES.has(headers['content-type']);
    const operation = plain ? plainOperation(body) : undefined;
    if (!contentType || !operation) return send(await throughHttp(request, () => contextOf(request)), to);
    try {
      const contextValue = await contextOf(request);
      return send(answerOf(await apollo.executeOperation(operation, { contextValue }), contentType), to);
    } catch (error) {
      return send(await throughHttp(request, () => Promise.reject(error)), to);
    }
  };
}
