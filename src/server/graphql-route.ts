// The way from Fastify to Apollo Server and back.
import type { ApolloServer, HTTPGraphQLRequest, HTTPGraphQLResponse } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestContext } from '../request/context';

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

/** As bytes: a text would be turned into them three times on its way, twice only to know how many they are. */
function answer(response: HTTPGraphQLResponse, to: FastifyReply): Buffer {
  for (const [name, value] of response.headers) to.header(name, value);
  to.code(response.status ?? 200);
  // Incremental delivery needs `@defer`, which the schema does not have.
  return bytesOf(response.body.kind === 'complete' ? response.body.string : '');
}

export type GraphqlHandler = (request: FastifyRequest, to: FastifyReply) => Promise<Buffer>;

/**
 * Does what `@as-integrations/fastify` does, which parses the URL with the `Host` header in it (a malformed one ends as
 * an internal error) and copies all headers of each request.
 */
export function graphqlHandler(
  apollo: ApolloServer<RequestContext>,
  contextOf: (request: FastifyRequest) => Promise<RequestContext>,
): GraphqlHandler {
  return async (request, to) => {
    const httpGraphQLRequest = toGraphql(request);
    return answer(
      await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: () => contextOf(request) }),
      to,
    );
  };
}
