// How long a request may take to arrive: Node's own limit knows no exceptions, and an upload of codes is one.
import type { FastifyInstance, FastifyRequest } from 'fastify';

const TIMED_OUT = 'HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';
/** So often is looked within the time that a body has: a timer for each request would be a hundredth of its cost. */
const LOOKS = 15;

/** In the `config` of a route: it looks after slow bodies itself. */
export const SLOW_BODY = { slowBody: true } as const;

/**
 * A body that is not there `milliseconds` after its headers, or a fifteenth of that later, is answered with 408, and
 * its connection closed.
 */
export function limitBodyTime(http: FastifyInstance, milliseconds: number): void {
  // In the order of arrival, each with the number of the look before it.
  const arriving = new Map<FastifyRequest, number>();
  let looks = 0;
  const look = (): void => {
    looks += 1;
    for (const [request, since] of arriving) {
      if (looks - since <= LOOKS) return;
      arriving.delete(request);
      const { socket } = request.raw;
      socket.end(TIMED_OUT, () => socket.destroy());
    }
  };
  const timer = setInterval(look, milliseconds / LOOKS);
  timer.unref();
  http.addHook('onClose', async () => clearInterval(timer));
  http.addHook('preParsing', (request, _to, payload, done) => {
    const { config } = request.routeOptions as { config?: Partial<typeof SLOW_BODY> };
    if (!config?.slowBody) arriving.set(request, looks);
    done(null, payload);
  });
  const arrived = (request: FastifyRequest, _to: unknown, done: () => void): void => {
    arriving.delete(request);
    done();
  };
  http.addHook('preValidation', arrived);
  http.addHook('onResponse', arrived);
  http.addHook('onRequestAbort', (request, done) => arrived(request, undefined, done));
}
