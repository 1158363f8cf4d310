// The way in for files of deliveries: `POST /settlement/agreements/:id/deliveries`.
import type { FastifyInstance } from 'fastify';
import type { Actor } from '../kernel/actor';
import type { Clock } from '../kernel/clock';
import { fromGlobalId, type Id } from '../kernel/id';
import { isRefusal, type Refusal } from '../kernel/refusal';
import type { DeliveryUpload, DeliveryUploadReport } from '../settlement/delivery/delivery-upload';
import type { BearerOptions } from './bearer';
import type { RouteFault } from './route-actor';
import { addUploadRoute, type Upload } from './upload-route';

export interface DeliveriesRouteOptions extends BearerOptions {
  readonly clock: Clock;
  /** Why the actor may record nothing under the agreement; `undefined` when it may. */
  refusalFor(actor: Actor, agreementId: Id): Promise<Refusal | undefined>;
  load(file: DeliveryUpload, upload: Upload): Promise<DeliveryUploadReport | Refusal>;
}

const STAFF_ROLES: readonly string[] = ['BD', 'OPERATIONS', 'ADMIN'];
const STATUS: Readonly<Partial<Record<Refusal['code'], number>>> = { NOT_FOUND: 404, CONFLICT: 409 };

export function addDeliveriesRoute(http: FastifyInstance, options: DeliveriesRouteOptions): void {
  addUploadRoute<Id, DeliveryUploadReport>(http, {
    ...options,
    url: '/settlement/agreements/:id/deliveries',
    lineWord: 'delivery',
    accept: (actor, id) => accepted(actor, id, options),
    load: async (agreementId, { source: file, name }, upload) => {
      const report = await options.load({ agreementId, file, name }, upload);
      return isRefusal(report) ? { fault: faultOf(report) } : report;
    },
    addedOf: ({ recorded }) => recorded,
  });
}

async function accepted(
  actor: Actor,
  id: string,
  { refusalFor }: DeliveriesRouteOptions,
): Promise<{ readonly target: Id } | RouteFault> {
  const { role, scopes } = actor;
  const forbidden = (message: string): RouteFault => ({ status: 403, code: 'FORBIDDEN', message });
  if (role !== 'PARTNER' && !STAFF_ROLES.includes(role))
    return forbidden(`The role ${role} may not record deliveries.`);
  if (scopes && !scopes.has('SETTLEMENT')) {
    return forbidden('This key may not record deliveries; use one with SETTLEMENT.');
  }
  const agreementId = fromGlobalId('agreement', id);
  if (agreementId === undefined) return { status: 404, code: 'NOT_FOUND', message: 'There is no such agreement.' };
  const refusal = await refusalFor(actor, agreementId);
  return refusal ? faultOf(refusal) : { target: agreementId };
}

function faultOf({ code, message }: Refusal): RouteFault {
  return { status: STATUS[code] ?? 422, code: code === 'INVALID_INPUT' ? 'BAD_REQUEST' : code, message };
}
