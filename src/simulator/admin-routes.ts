// How a simulated partner is told what to do while it runs, from the same machine only: faults, uses, stock.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type FaultBoard, readFaults } from './fault';
import { refused } from './shop';
import type { Till } from './till';

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

export function addAdminRoutes(http: FastifyInstance, faults: FaultBoard, till: Till): void {
  http.register(async (admin) => {
    admin.addHook('onRequest', async (request, reply) => {
      if (!LOOPBACK.has(request.ip))
        return answer(reply, 403, refused(403, 'FORBIDDEN', 'From this machine only.').body);
    });
    admin.get('/faults', async (_request, reply) => answer(reply, 200, { faults: faults.current() }));
    admin.put('/faults', async (request, reply) => {
      const read = readFaults(jsonOf(request));
      if (typeof read === 'string') return answer(reply, 400, refused(400, 'BAD_REQUEST', read).body);
      faults.set(...read);
      return answer(reply, 200, { faults: faults.current() });
    });
    admin.get('/redemptions', async (_request, reply) => answer(reply, 200, { redemptions: till.redemptions() }));
    for (const [path, act] of [
      ['/use/:redemptionId', (id: string) => till.use(id)],
      ['/settle/:redemptionId', (id: string) => till.settle(id)],
    ] as const) {
      admin.post(path, async (request, reply) => {
        const { redemptionId } = request.params as { readonly redemptionId: string };
        const redemption = await act(redemptionId);
        if (redemption) return answer(reply, 200, redemption);
        return answer(reply, 409, refused(409, 'NOT_NOW', 'No coupon of this id is in a state for it.').body);
      });
    }
    admin.put('/stock/:offerRef', async (request, reply) => {
      const { offerRef } = request.params as { readonly offerRef: string };
      const left = jsonOf(request);
      if (left !== null && !(Number.isSafeInteger(left) && (left as number) >= 0)) {
        return answer(reply, 400, refused(400, 'BAD_REQUEST', 'Send a whole number, or null for no end.').body);
      }
      const known = await till.setStock(offerRef, (left as number | null) ?? undefined);
      if (known) return answer(reply, 200, { offerRef, left });
      return answer(reply, 404, refused(404, 'NOT_FOUND', 'There is no such offer.').body);
    });
  });
}

/** `undefined` for what is no JSON, which none of the routes takes. */
function jsonOf(request: FastifyRequest): unknown {
  try {
    return JSON.parse(String(request.body)) as unknown;
  } catch {
    return undefined;
  }
}

function answer(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply.code(status).type('application/json').send(JSON.stringify(body));
}
