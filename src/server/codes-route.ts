// The way in for code files: streamed as they come, in whole batches, and answered with what became of each line.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../kernel/actor';
import type { Clock } from '../kernel/clock';
import { fromGlobalId, type Id, namedId, newId } from '../kernel/id';
import type { CodeImport, CodeImportReport } from '../marketplace/code-pool.service';
import { Admission } from './admission';
import type { BearerOptions } from './bearer';
import { SLOW_BODY } from './body-time';
import { UNAVAILABLE_MESSAGE } from './errors';
import { describeError } from './logger';
import { reply, replyOverloaded } from './replies';
import { isFault, routeActor } from './route-actor';

/** Who sends, and under which id the log knows the request. */
export interface CodesUpload {
  readonly actor: Actor;
  readonly requestId: string;
}

export interface CodesRouteOptions extends BearerOptions {
  readonly clock: Clock;
  load(request: CodeImport, upload: CodesUpload): Promise<CodeImportReport>;
  /** The partner of an offer and whether it has a code pool; `undefined` when there is no such offer. */
  offerOf(offerId: Id): Promise<{ readonly partnerId: Id; readonly hasPool: boolean } | undefined>;
}

const BYTES_MAX = 256 * 1024 * 1024;
const AT_ONCE = 2;
const WAITING = 8;
const IDLE_MS = 30_000;
const TYPES = ['text/csv', 'text/plain', 'application/octet-stream'];
const DIGEST = /^sha-256=:([A-Za-z0-9+/]{43}=):$/;
const STAFF_ROLES: readonly string[] = ['BD', 'OPERATIONS', 'ADMIN'];

class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

interface Upload {
  readonly actor: Actor;
  readonly offerId: Id;
  readonly body: Readable;
  /** SHA-256 of the whole file in base64, when the caller said it. */
  readonly digest?: string;
}

/** `POST /partner/offers/:id/codes`, in a scope of its own, since here the body is not read beforehand. */
export function addCodesRoute(http: FastifyInstance, options: CodesRouteOptions): void {
  const admission = new Admission(AT_ONCE, WAITING);
  void http.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(TYPES, (_request, payload, done) => done(null, payload));
    scope.route<{ Params: { id: string } }>({
      method: 'POST',
      url: '/partner/offers/:id/codes',
      config: SLOW_BODY,
      bodyLimit: BYTES_MAX,
      onRequest: (_request, to, done) => {
        if (admission.isFull) replyOverloaded(to);
        else done();
      },
      handler: async (request, to) => {
        const upload = await accepted(request, to, options);
        if (!upload) return to;
        await admission.enter(() => to.raw.destroyed);
        try {
          return await take(upload, request, to, options);
        } finally {
          admission.leave();
        }
      },
    });
  });
}

/** What is to be loaded; or nothing, when it was answered why not. */
async function accepted(
  request: FastifyRequest<{ Params: { id: string } }>,
  to: FastifyReply,
  options: CodesRouteOptions,
): Promise<Upload | undefined> {
  // What is refused is not read to its end either.
  const no = (status: number, code: Parameters<typeof reply>[1]['code'], message: string) => {
    reply(to.header('connection', 'close'), { status, code, message });
    return undefined;
  };
  const actor = await routeActor(request, options);
  if (isFault(actor)) return no(actor.status, actor.code, actor.message);
  const fault = roleFault(actor);
  if (fault) return no(403, 'FORBIDDEN', fault);
  const offerId = fromGlobalId('offer', request.params.id);
  const offer = offerId === undefined ? undefined : await options.offerOf(offerId);
  const isOwn = actor.role !== 'PARTNER' || offer?.partnerId === actor.partnerId;
  if (offerId === undefined || !offer || !isOwn) return no(404, 'NOT_FOUND', 'There is no such offer.');
  if (!offer.hasPool) return no(409, 'CONFLICT', 'The offer has no code pool; its fulfilment must be CODE_POOL.');
  const header = request.headers['content-digest'];
  const digest = typeof header === 'string' ? DIGEST.exec(header)?.[1] : undefined;
  if (header !== undefined && digest === undefined) {
    return no(400, 'BAD_REQUEST', 'content-digest is malformed; send sha-256=:BASE64: or leave it out.');
  }
  if (!(request.body instanceof Readable)) return no(400, 'BAD_REQUEST', 'The body is empty; send one code a line.');
  return { actor, offerId, body: request.body, digest };
}

function roleFault({ role, scopes }: Actor): string | undefined {
  if (role !== 'PARTNER' && !STAFF_ROLES.includes(role)) return `The role ${role} may not load codes.`;
  return scopes && !scopes.has('CODES_WRITE') ? 'This key may not load codes; use one with CODES_WRITE.' : undefined;
}

async function take(
  { actor, offerId, body, digest }: Upload,
  request: FastifyRequest,
  to: FastifyReply,
  options: CodesRouteOptions,
): Promise<FastifyReply> {
  const hash = createHash('sha256');
  // A sender that says nothing for a while is gone; what it sent in whole batches stays.
  const { socket } = request.raw;
  const hangUp = () => request.raw.destroy();
  socket.setTimeout(IDLE_MS, hangUp);
  try {
    const source = Readable.from(watched(body, hash));
    const asked = { offerId, name: nameOf(digest, options), source };
    const report = await options.load(asked, { actor, requestId: request.id });
    const sent = hash.digest('base64');
    if (digest === undefined || digest === sent) return to.code(200).send(report);
    const message = `The body is not what content-digest says; ${report.added} codes of it were added all the same.`;
    return reply(to, { status: 422, code: 'BAD_REQUEST', message });
  } catch (error) {
    return failed(error, request, to, options);
  } finally {
    socket.setTimeout(0, hangUp);
  }
}

/** As `codes load` names a file, so that either goes on with what the other began; else a name that is used once. */
function nameOf(digest: string | undefined, { clock }: CodesRouteOptions): string {
  if (digest === undefined) return namedId('codes upload', newId(clock.now()));
  return Buffer.from(digest, 'base64').toString('hex').slice(0, 32);
}

async function* watched(body: Readable, hash: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BYTES_MAX) throw new TooLargeError();
    hash.update(chunk);
    yield chunk;
  }
}

function failed(
  error: unknown,
  request: FastifyRequest,
  to: FastifyReply,
  { log, isUnavailable }: CodesRouteOptions,
): FastifyReply {
  if (error instanceof TooLargeError) {
    const message = `The body is too large; at most ${BYTES_MAX} bytes are read. Send the rest in another request.`;
    return reply(to.header('connection', 'close'), { status: 413, code: 'BODY_TOO_LARGE', message });
  }
  const details = { requestId: request.id, error: describeError(error) };
  if (request.raw.destroyed && !request.raw.complete) {
    log.info(details, 'an upload of codes broke off; what came in whole batches stays');
    return to.hijack();
  }
  if (!isUnavailable(error)) throw error;
  log.warn(details, 'an upload of codes failed because something it needs is away');
  return reply(to.header('connection', 'close').header('retry-after', '1'), {
    status: 503,
    code: 'UNAVAILABLE',
    message: UNAVAILABLE_MESSAGE,
  });
}
