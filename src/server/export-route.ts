// The way out for lists: a file that is made while it is sent, for staff and for the partner whose list it is.
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from '../kernel/actor';
import { isSheetFormat, MEDIA_TYPES, SHEET_FORMATS, type SheetFormat } from '../kernel/sheet';
import { shown } from '../members/input-checks';
import { type ExportWords, readExportWords } from '../redemption/tracking/export-words';
import { STAFF_WORDS } from '../redemption/tracking/tracking-scope';
import { STAFF } from '../request/policy';
import type { BearerOptions } from './bearer';
import { addFileRoute, filesAtOnce, type Open } from './file-route';
import type { ListExport } from './list-export/list-export';
import { isFault, isRouteFault, type RouteFault, routeActor } from './route-actor';
import type { SentFile } from './send-file';

export interface ExportRouteOptions extends BearerOptions {
  redemptions(actor: Actor, asked: ExportWords): Readable;
  readonly lists: Pick<ListExport, 'open'>;
}

/**
 * `GET /export/redemptions?format=csv&partner=…`, with the words of `RedemptionFilter` as parameters, and
 * `GET /export/:list?format=csv&filter={…}` for every other list of the API, with its arguments as parameters.
 */
export function addExportRoute(http: FastifyInstance, options: ExportRouteOptions): void {
  const admission = filesAtOnce();
  const accept = async (request: FastifyRequest) => {
    const asked = await accepted(request, options);
    if ('status' in asked) return asked;
    const { actor, words } = asked;
    const { format } = words;
    return () => fileOf('redemptions', format, options.redemptions(actor, words));
  };
  addFileRoute(http, { url: '/export/redemptions', admission, accept }, options);
  addFileRoute(http, { url: '/export/:list', admission, accept: (request) => acceptedList(request, options) }, options);
}

function fileOf(name: string, format: SheetFormat, file: Readable): SentFile {
  return { file, mediaType: MEDIA_TYPES[format], name: `${name}.${format}` };
}

async function acceptedList(request: FastifyRequest, options: ExportRouteOptions): Promise<Open | RouteFault> {
  const actor = await routeActor(request, options);
  if (isFault(actor)) return actor;
  const { list } = request.params as { readonly list: string };
  if (!mayExport(actor)) {
    return { status: 403, code: 'FORBIDDEN', message: `The role ${actor.role} may not export ${shown(list)}.` };
  }
  const { format = 'csv', ...words } = request.query as Record<string, unknown>;
  if (!isSheetFormat(format)) {
    const message = `format is ${shown(String(format))}; allowed are ${SHEET_FORMATS.join(' and ')}.`;
    return { status: 400, code: 'BAD_REQUEST', message };
  }
  return async () => {
    const file = await options.lists.open({ list, format, words, actor, requestId: request.id });
    return isRouteFault(file) ? file : fileOf(list, format, file);
  };
}

function mayExport({ role }: Actor): boolean {
  return role === 'PARTNER' || STAFF.includes(role);
}

async function accepted(
  request: FastifyRequest,
  options: ExportRouteOptions,
): Promise<{ readonly actor: Actor; readonly words: ExportWords } | RouteFault> {
  const actor = await routeActor(request, options);
  if (isFault(actor)) return actor;
  const { role, scopes } = actor;
  const forbidden = (message: string): RouteFault => ({ status: 403, code: 'FORBIDDEN', message });
  if (!mayExport(actor)) return forbidden(`The role ${role} may not export redemptions.`);
  if (scopes && !scopes.has('REDEMPTIONS_READ')) {
    return forbidden('This key may not export redemptions; use one with REDEMPTIONS_READ.');
  }
  const words = readExportWords(request.query as Record<string, unknown>);
  if (typeof words === 'string') return { status: 400, code: 'BAD_REQUEST', message: words };
  const hidden = role === 'PARTNER' ? STAFF_WORDS.find((word) => words.words[word] !== undefined) : undefined;
  return hidden ? forbidden(`The role PARTNER may not name ${hidden}. Leave it out.`) : { actor, words };
}
