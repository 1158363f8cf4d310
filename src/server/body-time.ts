// How long a request may take to arrive: Node's own limit knows no exceptions, and an upload of codes is one.
import type { FastifyInstance, FastifyReply } from 'fastify';

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
  // Whose body is under way, each with the number of the look before it. Who is answered earlier, or has hung up, is
  // found at the next look, which spares all others the hooks.
  const arriving = new Map<FastifyReply, number>();
  let looks = 0;
  const look = (): void => {
    looks += 1;
    for (const [to, since] of arriving) {
      const { raw } = to.request;
      const isOver = raw.complete || raw.destroyed || to.sent;
      if (!isOver && looks - since <= LOOKS) continue;
      arriving.delete(to);
      if (!isOver) raw.socket.end(TIMED_OUT, () => raw.socket.destroy());
    }
  };
  const timer = setInterval(look, milliseconds / LOOKS);
  timer.unref();
  http.addHook('onClose', async () => clearInterval(timer));
  http.addHook('preParsing', (request, to, payload, done) => {
    const { config } = request.routeOptions as { config?: Partial<typeof SLOW_BODY> };
    if (!config?.slowBody) arriving.set(to, looks);
    done(null, payload);
  });
  http.addHook('preValidation', (_request, to, done) => {
    arriving.delete(to);
    done();
  });
}
