// Reads request bodies: JSON in well-formed UTF-8, and nothing else.
import { isUtf8 } from 'node:buffer';
import type { FastifyError, FastifyInstance } from 'fastify';

function badRequest(message: string): FastifyError {
  return Object.assign(new Error(message), { statusCode: 400, code: 'BAD_REQUEST', name: 'FastifyError' });
}

export function readJsonBodiesOnly(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  const types = ['application/json', 'application/graphql-response+json'];
  fastify.addContentTypeParser(types, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) return done(badRequest('The body is empty; send a JSON object with `query`.'));
    // Decoding would replace wrong bytes silently, and a name or a code would change on its way.
    if (!isUtf8(body)) return done(badRequest('The body is not well-formed UTF-8.'));
    return parseJson(request, body.toString(), (error, value) => {
      if (error) done(badRequest('The body is not well-formed JSON.'));
      else done(null, value);
    });
  });
}
