// The way in for code files: `POST /partner/offers/:id/codes`.
import type { FastifyInstance } from 'fastify';
import type { Actor } from '../kernel/actor';
import type { Clock } from '../kernel/clock';
import { fromGlobalId, type Id } from '../kernel/id';
import type { CodeImport, CodeImportReport } from '../marketplace/code-pool.service';
import type { BearerOptions } from './bearer';
import type { RouteFault } from './route-actor';
import { addUploadRoute, type Upload } from './upload-route';

export interface CodesRouteOptions extends BearerOptions {
  readonly clock: Clock;
  load(request: CodeImport, upload: Upload): Promise<CodeImportReport>;
  /** The partner of an offer and whether it has a code pool; `undefined` when there is no such offer. */
  offerOf(offerId: Id): Promise<{ readonly partnerId: Id; readonly hasPool: boolean } | undefined>;
}

const STAFF_ROLES: readonly string[] = ['BD', 'OPERATIONS', 'ADMIN'];

export function addCodesRoute(http: FastifyInstance, options: CodesRouteOptions): void {
  addUploadRoute<Id, CodeImportReport>(http, {
    ...options,
    url: '/partner/offers/:id/codes',
    lineWord: 'code',
    accept: (actor, id) => accepted(actor, id, options),
    load: (offerId, file, upload) => options.load({ offerId, ...file }, upload),
    addedOf: ({ added }) => added,
  });
}

async function accepted(
  actor: Actor,
  id: string,
  options: CodesRouteOptions,
): Promise<{ readonly target: Id } | RouteFault> {
  const fault = roleFault(actor);
  if (fault) return { status: 403, code: 'FORBIDDEN', message: fault };
  const offerId = fromGlobalId('offer', id);
  const offer = offerId === undefined ? undefined : await options.offerOf(offerId);
  const isOwn = actor.role !== 'PARTNER' || offer?.partnerId === actor.partnerId;
  if (offerId === undefined || !offer || !isOwn) {
    return { status: 404, code: 'NOT_FOUND', message: 'There is no such offer.' };
  }
  if (offer.hasPool) return { target: offerId };
  return { status: 409, code: 'CONFLICT', message: 'The offer has no code pool; its fulfilment must be CODE_POOL.' };
}

function roleFault({ role, scopes }: Actor): string | undefined {
  if (role !== 'PARTNER' && !STAFF_ROLES.includes(role)) return `The role ${role} may not load codes.`;
  return scopes && !scopes.has('CODES_WRITE') ? 'This key may not load codes; use one with CODES_WRITE.' : undefined;
}
