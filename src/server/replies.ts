// Answers to requests that never reach GraphQL (too large, malformed, turned away), in GraphQL's shape all the same.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { RefusalCode } from '../kernel/refusal';
import { OverloadedError } from './admission';
import { type ErrorCode, INTERNAL_MESSAGE } from './errors';
import { describeError } from './logger';
import { discardRest } from './rest-of-body';

interface Answer {
  readonly status: number;
  readonly code: ErrorCode | RefusalCode;
  readonly message: string;
}

export function reply(reply: FastifyReply, answer: Answer): FastifyReply {
  const { status, code, message } = answer;
  const requestId = reply.request.id;
  return reply.code(status).send({ errors: [{ message, extensions: { code, requestId } }] });
}

export const OVERLOADED: Answer = {
  status: 503,
  code: 'OVERLOADED',
  message: 'Too many requests are being worked on. This one was not begun; send it again in a second.',
};

export const SHUTTING_DOWN: Answer = {
  status: 503,
  code: 'UNAVAILABLE',
  message: 'This gateway is shutting down. The request was not begun; send it again.',
};

export function replyOverloaded(to: FastifyReply): FastifyReply {
  return reply(to.header('retry-after', '1'), OVERLOADED);
}

function answerTo(error: FastifyError, bodyBytes: number, types: readonly string[]): Answer {
  const status = error.statusCode ?? 500;
  if (status === 413) {
    return { status, code: 'BODY_TOO_LARGE', message: `The body is too large; at most ${bodyBytes} bytes are read.` };
  }
  if (status === 415) {
    const [type, ...others] = types;
    const besides = others.length > 0 ? `; taken as well: ${others.join(', ')}` : '';
    const message = `Send the body as \`Content-Type: ${type}\`${besides}.`;
    return { status, code: 'UNSUPPORTED_MEDIA_TYPE', message };
  }
  if (status >= 400 && status < 500) return { status, code: 'BAD_REQUEST', message: error.message };
  return { status: 500, code: 'INTERNAL', message: INTERNAL_MESSAGE };
}

/**
 * Fastify's error handler: our own shape, and nothing about unexpected errors but the request id. A route that takes
 * other content types than JSON has one of its own, which tells them.
 */
export function errorHandler(bodyBytes: number, types: readonly string[] = ['application/json']) {
  return (error: FastifyError, request: FastifyRequest, to: FastifyReply): FastifyReply => {
    if (error instanceof OverloadedError) return replyOverloaded(to);
    const answer = answerTo(error, bodyBytes, types);
    if (answer.status >= 500) {
      request.log.error({ requestId: request.id, error: describeError(error) }, 'a request failed unexpectedly');
    }
    if (answer.status === 413) discardRest(to);
    return reply(to, answer);
  };
}

export function notFoundHandler(_request: FastifyRequest, to: FastifyReply): FastifyReply {
  return reply(to, { status: 404, code: 'NOT_FOUND', message: 'There is nothing here; the API is at /graphql.' });
}

export function replyMethodNotAllowed(_request: FastifyRequest, to: FastifyReply): FastifyReply {
  const message = 'GraphQL is asked by POST, or by GET for queries.';
  return reply(to.header('allow', 'GET, POST'), { status: 405, code: 'METHOD_NOT_ALLOWED', message });
}
