// The way in for messages of partners: bounded in size, number and misses, and answered in words.
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Clock, type Instant, MINUTE, SECOND } from '../kernel/clock';
import type { IncomingService, Reception } from '../webhooks/incoming.service';
import { Admission } from './admission';
import { type ErrorLog, UNAVAILABLE_MESSAGE } from './errors';
import { describeError } from './logger';
import { errorHandler, reply, replyOverloaded } from './replies';

export interface WebhookRouteOptions {
  readonly incoming: Pick<IncomingService, 'receive'>;
  readonly clock: Clock;
  readonly log: Pick<ErrorLog, 'warn'>;
  /** Whether an error means that the database is away for now. */
  isUnavailable(error: unknown): boolean;
}

const BODY_BYTES_MAX = 65_536;
const AT_ONCE = 32;
const WAITING = 128;
const MISSES_A_MINUTE = 60;
const ADDRESSES_KEPT = 10_000;

const UNPROVED = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message:
    'The message was not accepted: partner, signature or time is not right. Quote the request id when you ask why.',
} as const;
const TOO_MANY_MISSES = {
  status: 429,
  code: 'OVERLOADED',
  message: 'Too many messages from this address were not accepted. Correct the signature and try again in a minute.',
} as const;

/** Counts what each address got wrong within a minute; the counts of all are dropped when there are too many. */
class Misses {
  private counts = new Map<string, number>();
  private since: Instant = 0;

  isTooMany(address: string, now: Instant): boolean {
    if (now - this.since >= MINUTE || now < this.since || this.counts.size > ADDRESSES_KEPT) {
      this.counts = new Map();
      this.since = now;
    }
    return (this.counts.get(address) ?? 0) >= MISSES_A_MINUTE;
  }

  add(address: string): void {
    this.counts.set(address, (this.counts.get(address) ?? 0) + 1);
  }
}

/** `POST /partner/webhooks/:partnerCode`, in a scope of its own, since here the body must stay as it came. */
export function addWebhookRoute(http: FastifyInstance, options: WebhookRouteOptions): void {
  const admission = new Admission(AT_ONCE, WAITING);
  const misses = new Misses();
  void http.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.setErrorHandler(errorHandler(BODY_BYTES_MAX));
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.route<{ Params: { partnerCode: string } }>({
      method: 'POST',
      url: '/partner/webhooks/:partnerCode',
      bodyLimit: BODY_BYTES_MAX,
      onRequest: (request, to, done) => {
        if (admission.isFull) replyOverloaded(to);
        else if (misses.isTooMany(request.ip, options.clock.now())) {
          reply(to.header('retry-after', String(MINUTE / SECOND)), TOO_MANY_MISSES);
        } else done();
      },
      handler: async (request, to) => {
        await admission.enter(() => to.raw.destroyed);
        try {
          return await receive(request, to, options, misses);
        } finally {
          admission.leave();
        }
      },
    });
  });
}

async function receive(
  request: FastifyRequest<{ Params: { partnerCode: string } }>,
  to: FastifyReply,
  options: WebhookRouteOptions,
  misses: Misses,
): Promise<FastifyReply> {
  const { body } = request;
  if (!Buffer.isBuffer(body) || !isUtf8(body)) {
    return reply(to, { status: 400, code: 'BAD_REQUEST', message: 'The body is not well-formed UTF-8.' });
  }
  const { partnerCode } = request.params;
  try {
    const given = { partnerCode, headers: request.headers, body: body.toString('utf8') };
    const reception = await options.incoming.receive(given);
    if (reception.kind === 'UNPROVED') {
      misses.add(request.ip);
      const details = { requestId: request.id, partner: partnerCode.slice(0, 64), fault: reception.fault };
      options.log.warn(details, 'a webhook was not accepted');
    }
    return answer(reception, to);
  } catch (error) {
    if (!options.isUnavailable(error)) throw error;
    options.log.warn({ requestId: request.id, error: describeError(error) }, 'a webhook could not be taken');
    return reply(to.header('retry-after', '1'), { status: 503, code: 'UNAVAILABLE', message: UNAVAILABLE_MESSAGE });
  }
}

function answer(reception: Reception, to: FastifyReply): FastifyReply {
  switch (reception.kind) {
    case 'TAKEN':
    case 'DUPLICATE':
      return to.code(200).send({ status: reception.kind.toLowerCase() });
    case 'UNPROVED':
      return reply(to, UNPROVED);
    case 'UNREADABLE':
      return reply(to, { status: 422, code: 'BAD_USER_INPUT', message: reception.message });
    case 'REFUSED':
      return reply(to, { status: 422, code: reception.refusal.code, message: reception.refusal.message });
  }
}
