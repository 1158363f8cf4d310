// Routes that answer with a file which is made while it is sent: a few at once, and what went wrong before as JSON.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Admission } from './admission';
import type { BearerOptions } from './bearer';
import { reply, replyOverloaded } from './replies';
import { isRouteFault, type RouteFault } from './route-actor';
import { type SentFile, sendFile } from './send-file';

const AT_ONCE = 2;
const WAITING = 8;

/** Two files at once, eight that wait; routes that share one share these. */
export function filesAtOnce(): Admission {
  return new Admission(AT_ONCE, WAITING);
}

export type Open = () => SentFile | RouteFault | Promise<SentFile | RouteFault>;

export interface FileRoute {
  readonly url: string;
  readonly admission: Admission;
  /** Judges the request; what it answers is called when the request has its place. */
  accept(request: FastifyRequest): Promise<Open | RouteFault>;
}

export function addFileRoute(
  http: FastifyInstance,
  { url, admission, accept }: FileRoute,
  options: Pick<BearerOptions, 'log'>,
): void {
  http.route({
    method: 'GET',
    url,
    exposeHeadRoute: false,
    onRequest: (_request, to, done) => {
      if (admission.isFull) replyOverloaded(to);
      else done();
    },
    handler: async (request, to) => {
      const open = await accept(request);
      if (isRouteFault(open)) return reply(to, open);
      await admission.enter(() => to.raw.destroyed);
      const sent = await opened(open, admission);
      if (isRouteFault(sent)) return reply(to, sent);
      sendFile(sent, request, to, options);
      // Who hung up while the file was opened takes none of it.
      if (to.raw.destroyed) sent.file.destroy();
      return to;
    },
  });
}

/** The place is free again when the file is closed, or when there is none. */
async function opened(open: Open, admission: Admission): Promise<SentFile | RouteFault> {
  let file: SentFile['file'] | undefined;
  try {
    const sent = await open();
    if (!isRouteFault(sent)) file = sent.file.once('close', () => admission.leave());
    return sent;
  } finally {
    if (!file) admission.leave();
  }
}
