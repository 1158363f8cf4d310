// A file that is made while it is sent: named, and ended when nobody takes it.
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BearerOptions } from './bearer';
import { describeError } from './logger';

/** Who takes nothing for so long is gone. */
const IDLE_MS = 30_000;

export interface SentFile {
  readonly file: Readable;
  readonly mediaType: string;
  /** Letters, digits, hyphens and a point. */
  readonly name: string;
}

export function sendFile(
  { file, mediaType, name }: SentFile,
  { id: requestId, raw }: Pick<FastifyRequest, 'id' | 'raw'>,
  to: FastifyReply,
  { log }: Pick<BearerOptions, 'log'>,
): FastifyReply {
  const { socket } = raw;
  const hangUp = () => socket.destroy();
  socket.setTimeout(IDLE_MS, hangUp);
  file.once('close', () => socket.off('timeout', hangUp).setTimeout(0));
  // What breaks off has no last chunk, so that no client takes a part for the whole.
  file.once('error', (error) => log.warn({ requestId, name, error: describeError(error) }, 'a file broke off'));
  return to.type(mediaType).header('content-disposition', `attachment; filename="${name}"`).send(file);
}
