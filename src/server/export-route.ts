// The way out for lists: a file that is made while it is sent, for staff and for the partner whose list it is.
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from '../kernel/actor';
import { MEDIA_TYPES } from '../kernel/sheet';
import { type ExportWords, readExportWords } from '../redemption/tracking/export-words';
import { STAFF_WORDS } from '../redemption/tracking/tracking-scope';
import { STAFF } from '../request/policy';
import { Admission } from './admission';
import type { BearerOptions } from './bearer';
import { reply, replyOverloaded } from './replies';
import { isFault, type RouteFault, routeActor } from './route-actor';
import { sendFile } from './send-file';

export interface ExportRouteOptions extends BearerOptions {
  redemptions(actor: Actor, asked: ExportWords): Readable;
}

const AT_ONCE = 2;
const WAITING = 8;

/** `GET /export/redemptions?format=csv&partner=…`, with the words of `RedemptionFilter` as parameters. */
export function addExportRoute(http: FastifyInstance, options: ExportRouteOptions): void {
  const admission = new Admission(AT_ONCE, WAITING);
  http.route({
    method: 'GET',
    url: '/export/redemptions',
    exposeHeadRoute: false,
    onRequest: (_request, to, done) => {
      if (admission.isFull) replyOverloaded(to);
      else done();
    },
    handler: async (request, to) => {
      const asked = await accepted(request, options);
      if ('status' in asked) return reply(to, asked);
      await admission.enter(() => to.raw.destroyed);
      const file = options.redemptions(asked.actor, asked.words);
      file.once('close', () => admission.leave());
      const { format } = asked.words;
      return sendFile({ file, mediaType: MEDIA_TYPES[format], name: `redemptions.${format}` }, request, to, options);
    },
  });
}

async function accepted(
  request: FastifyRequest,
  options: ExportRouteOptions,
): Promise<{ readonly actor: Actor; readonly words: ExportWords } | RouteFault> {
  const actor = await routeActor(request, options);
  if (isFault(actor)) return actor;
  const { role, scopes } = actor;
  const forbidden = (message: string): RouteFault => ({ status: 403, code: 'FORBIDDEN', message });
  if (role !== 'PARTNER' && !STAFF.includes(role)) return forbidden(`The role ${role} may not export redemptions.`);
  if (scopes && !scopes.has('REDEMPTIONS_READ')) {
    return forbidden('This key may not export redemptions; use one with REDEMPTIONS_READ.');
  }
  const words = readExportWords(request.query as Record<string, unknown>);
  if (typeof words === 'string') return { status: 400, code: 'BAD_REQUEST', message: words };
  const hidden = role === 'PARTNER' ? STAFF_WORDS.find((word) => words.words[word] !== undefined) : undefined;
  return hidden ? forbidden(`The role PARTNER may not name ${hidden}. Leave it out.`) : { actor, words };
}
