// The rest of a body that was refused before it was there: read and thrown away, so that its sender sees the answer.
import type { FastifyReply } from 'fastify';

/** What more of a body is thrown away at most, and for how long; whoever goes on after that is cut off. */
const REST_BYTES = 32_000_000;
const REST_MS = 3_000;

/**
 * A connection that is closed while its sender writes is reset, and many a client then tells of a broken pipe instead
 * of the answer. To be called before the answer is sent; the connection stays good for the next request.
 */
export function discardRest(to: FastifyReply): void {
  const { raw } = to.request;
  const { socket } = raw;
  if (raw.readableEnded || raw.destroyed) return;
  const most = socket.bytesRead + REST_BYTES;
  const timer = setTimeout(() => socket.destroy(), REST_MS);
  to.removeHeader('connection');
  raw.on('data', () => {
    if (socket.bytesRead > most) socket.destroy();
  });
  for (const over of ['end', 'close']) raw.once(over, () => clearTimeout(timer));
}
