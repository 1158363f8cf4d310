// The way in for files: streamed as they come, in whole batches, and answered with what became of their lines.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../kernel/actor';
import type { Clock } from '../kernel/clock';
import { namedId, newId } from '../kernel/id';
import { Admission } from './admission';
import type { BearerOptions } from './bearer';
import { SLOW_BODY } from './body-time';
import { UNAVAILABLE_MESSAGE } from './errors';
import { describeError } from './logger';
import { errorHandler, reply, replyOverloaded } from './replies';
import { isFault, type RouteFault, routeActor } from './route-actor';

/** Who sends, and under which id the log knows the request. */
export interface Upload {
  readonly actor: Actor;
  readonly requestId: string;
}

export interface UploadedFile {
  /** Names the file by its content when the sender said its digest; else it is used once. */
  readonly name: string;
  readonly source: Readable;
}

export interface UploadRouteOptions<Target, Report extends object> extends BearerOptions {
  readonly clock: Clock;
  /** With `:id`. */
  readonly url: string;
  /** What a line of the file is, for messages: `code`. */
  readonly lineWord: string;
  /** What the id names, if the actor may send a file for it. */
  accept(actor: Actor, id: string): Promise<{ readonly target: Target } | RouteFault>;
  /** A fault is answered as one; what was taken in whole batches stays. */
  load(target: Target, file: UploadedFile, upload: Upload): Promise<Report | { readonly fault: RouteFault }>;
  /** How many lines of the file were added. */
  addedOf(report: Report): number;
}

const BYTES_MAX = 256 * 1024 * 1024;
const AT_ONCE = 2;
const WAITING = 8;
const IDLE_MS = 30_000;
const TYPES = ['text/csv', 'text/plain', 'application/octet-stream'];
const DIGEST = /^sha-256=:([A-Za-z0-9+/]{43}=):$/;

class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

interface Sent<Target> {
  readonly actor: Actor;
  readonly target: Target;
  readonly body: Readable;
  /** SHA-256 of the whole file in base64, when the caller said it. */
  readonly digest?: string;
}

/** In a scope of its own, since here the body is not read beforehand. */
export function addUploadRoute<Target, Report extends object>(
  http: FastifyInstance,
  options: UploadRouteOptions<Target, Report>,
): void {
  const admission = new Admission(AT_ONCE, WAITING);
  void http.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.setErrorHandler(errorHandler(BYTES_MAX, TYPES));
    scope.addContentTypeParser(TYPES, (_request, payload, done) => done(null, payload));
    scope.route<{ Params: { id: string } }>({
      method: 'POST',
      url: options.url,
      config: SLOW_BODY,
      bodyLimit: BYTES_MAX,
      onRequest: (_request, to, done) => {
        if (admission.isFull) replyOverloaded(to);
        else done();
      },
      handler: async (request, to) => {
        const sent = await accepted(request, options);
        // What is refused is not read to its end either.
        if ('status' in sent) return reply(to.header('connection', 'close'), sent);
        await admission.enter(() => to.raw.destroyed);
        try {
          return await take(sent, request, to, options);
        } finally {
          admission.leave();
        }
      },
    });
  });
}

async function accepted<Target, Report extends object>(
  request: FastifyRequest<{ Params: { id: string } }>,
  options: UploadRouteOptions<Target, Report>,
): Promise<Sent<Target> | RouteFault> {
  const bad = (message: string): RouteFault => ({ status: 400, code: 'BAD_REQUEST', message });
  const actor = await routeActor(request, options);
  if (isFault(actor)) return actor;
  const found = await options.accept(actor, request.params.id);
  if ('status' in found) return found;
  const header = request.headers['content-digest'];
  const digest = typeof header === 'string' ? DIGEST.exec(header)?.[1] : undefined;
  if (header !== undefined && digest === undefined) {
    return bad('content-digest is malformed; send sha-256=:BASE64: or leave it out.');
  }
  if (!(request.body instanceof Readable)) return bad(`The body is empty; send one ${options.lineWord} a line.`);
  return { actor, target: found.target, body: request.body, digest };
}

async function take<Target, Report extends object>(
  { actor, target, body, digest }: Sent<Target>,
  request: FastifyRequest,
  to: FastifyReply,
  options: UploadRouteOptions<Target, Report>,
): Promise<FastifyReply> {
  const hash = createHash('sha256');
  // A sender that says nothing for a while is gone; what it sent in whole batches stays.
  const { socket } = request.raw;
  const hangUp = () => request.raw.destroy();
  socket.setTimeout(IDLE_MS, hangUp);
  try {
    const file = { name: nameOf(digest, options), source: Readable.from(watched(body, hash)) };
    const report = await options.load(target, file, { actor, requestId: request.id });
    if ('fault' in report) return reply(to.header('connection', 'close'), report.fault as RouteFault);
    const sent = hash.digest('base64');
    if (digest === undefined || digest === sent) return to.code(200).send(report);
    const added = `${options.addedOf(report)} ${options.lineWord}s of it were added all the same`;
    return reply(to, {
      status: 422,
      code: 'BAD_REQUEST',
      message: `The body is not what content-digest says; ${added}.`,
    });
  } catch (error) {
    return failed(error, request, to, options);
  } finally {
    socket.setTimeout(0, hangUp);
  }
}

/** As commands name a file, so that either goes on with what the other began; else a name that is used once. */
function nameOf(digest: string | undefined, { clock, url }: { readonly clock: Clock; readonly url: string }): string {
  if (digest === undefined) return namedId(`upload to ${url}`, newId(clock.now()));
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
  { log, isUnavailable }: BearerOptions,
): FastifyReply {
  if (error instanceof TooLargeError) {
    const message = `The body is too large; at most ${BYTES_MAX} bytes are read. Send the rest in another request.`;
    return reply(to.header('connection', 'close'), { status: 413, code: 'BODY_TOO_LARGE', message });
  }
  const details = { requestId: request.id, error: describeError(error) };
  if (request.raw.destroyed && !request.raw.complete) {
    log.info(details, 'an upload broke off; what came in whole batches stays');
    return to.hijack();
  }
  if (!isUnavailable(error)) throw error;
  log.warn(details, 'an upload failed because something it needs is away');
  return reply(to.header('connection', 'close').header('retry-after', '1'), {
    status: 503,
    code: 'UNAVAILABLE',
    message: UNAVAILABLE_MESSAGE,
  });
}
