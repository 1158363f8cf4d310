// From the `authorization` header to the actor, or to the one refusal that says why not.
import type { FastifyRequest } from 'fastify';
import { KeysUnavailableError } from '../identity/authenticator';
import { TokenRefusedError } from '../identity/token-refused';
import type { Actor } from '../kernel/actor';
import { type ErrorLog, internal, unauthenticated, unavailable } from './errors';
import { describeError } from './logger';

export interface BearerOptions {
  /** Throws TokenRefusedError or KeysUnavailableError; see `Authenticator.actorOf`. */
  authenticate(token: string): Promise<Actor>;
  isUnavailable(error: unknown): boolean;
  readonly log: ErrorLog & { info(details: object, message: string): void };
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i;
const SCHEME_HINT = 'The `authorization` header is malformed. Send `Authorization: Bearer TOKEN`, or leave it out.';

/** `undefined` for a request without the header; throws GraphQLError. */
export async function actorOf(request: FastifyRequest, options: BearerOptions): Promise<Actor | undefined> {
  const header = request.headers.authorization;
  if (header === undefined || header === '') return undefined;
  const token = BEARER.exec(header)?.[1];
  if (token === undefined) throw unauthenticated(SCHEME_HINT);
  try {
    return await options.authenticate(token);
  } catch (error) {
    const requestId = request.id;
    if (error instanceof TokenRefusedError) {
      options.log.info({ requestId, reason: error.reason }, 'a token was refused');
      throw unauthenticated();
    }
    const details = { requestId, error: describeError(error) };
    if (error instanceof KeysUnavailableError || options.isUnavailable(error)) {
      options.log.warn(details, 'a token could not be judged');
      throw unavailable(requestId);
    }
    options.log.error(details, 'a token could not be judged');
    throw internal(requestId);
  }
}
