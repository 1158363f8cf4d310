// How long a request may take to arrive: Node's own limit knows no exceptions, and an upload of codes is one.
import type { FastifyInstance, FastifyRequest } from 'fastify';

const TIMED_OUT = 'HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';
const timers = new WeakMap<FastifyRequest, NodeJS.Timeout>();

/** In the `config` of a route: it looks after slow bodies itself. */
export const SLOW_BODY = { slowBody: true } as const;

function settle(request: FastifyRequest): void {
  clearTimeout(timers.get(request));
}

/** A body that is not there `milliseconds` after its headers is answered with 408, and its connection closed. */
export function limitBodyTime(http: FastifyInstance, milliseconds: number): void {
  http.addHook('preParsing', (request, _to, payload, done) => {
    const { config } = request.routeOptions as { config?: Partial<typeof SLOW_BODY> };
    if (!config?.slowBody) {
      const { socket } = request.raw;
      const timer = setTimeout(() => socket.end(TIMED_OUT, () => socket.destroy()), milliseconds);
      timer.unref();
      timers.set(request, timer);
    }
    done(null, payload);
  });
  http.addHook('preValidation', (request, _to, done) => {
    settle(request);
    done();
  });
  http.addHook('onResponse', (request, _to, done) => {
    settle(request);
    done();
  });
  http.addHook('onRequestAbort', (request, done) => {
    settle(request);
    done();
  });
}
