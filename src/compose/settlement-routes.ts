// The routes of settlement: files of deliveries in, statements out.
import type { FastifyInstance } from 'fastify';
import type { Actor } from '../kernel/actor';
import { type Id, toGlobalId } from '../kernel/id';
import { isRefusal } from '../kernel/refusal';
import type { BearerOptions } from '../server/bearer';
import { addDeliveriesRoute } from '../server/deliveries-route';
import { addStatementRoute } from '../server/statement-route';
import type { Upload } from '../server/upload-route';
import type { DeliveryUpload } from '../settlement/delivery/delivery-upload';
import type { Gateway } from './gateway';

export function addSettlementRoutes(http: FastifyInstance, gateway: Gateway, bearer: BearerOptions): void {
  const { clock, statements, statementFiles } = gateway;
  addDeliveriesRoute(http, {
    ...bearer,
    clock,
    refusalFor: async (actor: Actor, agreementId: Id) => {
      const found = await gateway.deliveries.open(actor, agreementId);
      return isRefusal(found) ? found : undefined;
    },
    load: (file, upload) => loadAudited(gateway, file, upload),
  });
  addStatementRoute(http, {
    ...bearer,
    find: (scope, id) => statements.find(scope, id),
    stream: (statement, format) => statementFiles.stream(statement, format),
  });
}

/** An upload is a change like any other, although it comes by a route of its own. */
function loadAudited(gateway: Gateway, file: DeliveryUpload, { actor, requestId }: Upload) {
  const { role, subject: who } = actor;
  const subject = { type: 'agreement', key: toGlobalId('agreement', file.agreementId) };
  const args = { file: file.name ?? null };
  const asked = { role, actor: who, requestId, action: 'POST deliveries', subject, args };
  return gateway.audit.around(
    asked,
    () => gateway.deliveryFiles.load(actor, file),
    (report) => {
      if (isRefusal(report)) return { outcome: 'REFUSED', code: report.code };
      const { lines, recorded } = report;
      return { outcome: 'DONE', counts: { lines, recorded } };
    },
  );
}
