// The standard protocol as the simulated partner serves it: signature, form, faults, and then its books.
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../kernel/clock';
import type { Operation } from '../partner-port/connector';
import { signatureFault } from '../partner-port/signature';
import { checkAgainst, type ProtocolSchemas, type WireRedemption } from '../partner-port/standard/protocol';
import { signedBodyOfGet } from '../partner-port/standard/signed-request';
import type { FaultBoard, FaultsNow } from './fault';
import { type Result, refused, type Shop } from './shop';

export interface RouteParts {
  readonly shop: Shop;
  readonly faults: FaultBoard;
  readonly secrets: readonly string[];
  readonly clock: Clock;
  /** Fires when the simulator closes, so that nothing waits on. */
  readonly closing: AbortSignal;
  /** Tells the gateway that a coupon was issued, and waits for what it answers. */
  announce(redemption: WireRedemption): Promise<void>;
  /** Issues after a while what is pending. */
  settleAfter(redemptionId: string, milliseconds: number): void;
}

interface Asked {
  readonly params: { readonly redemptionId: string; readonly memberRef: string };
  readonly query: { readonly cursor?: string };
  readonly body: unknown;
  readonly faults: FaultsNow;
}

type Handler = (asked: Asked) => Result | Promise<Result>;

const LATENCY_MS = 3_000;
const HUGE_BYTES = 4_000_000;
/** Answered by nobody: the connection stays open until the caller gives up or the simulator closes. */
const SILENCE = Symbol('silence');

export function addProtocolRoutes(http: FastifyInstance, parts: RouteParts): void {
  const { shop } = parts;
  const post = (url: string, operation: Operation, handler: Handler) =>
    http.post(url, (request, reply) => serve(parts, operation, handler, request, reply));
  const get = (url: string, operation: Operation, handler: Handler) =>
    http.get(url, { exposeHeadRoute: false }, (request, reply) => serve(parts, operation, handler, request, reply));
  post('/availability', 'availability', ({ body, faults }) =>
    withForm('AvailabilityRequest', body, ({ offerRefs }) => shop.availability(offerRefs, faults.has('stock-out'))),
  );
  post('/redemptions', 'issue', (asked) => issue(parts, asked));
  post('/redemptions/:redemptionId/cancel', 'cancel', ({ body, params, faults }) =>
    withForm('CancelRequest', body, ({ redemptionId }) =>
      redemptionId === params.redemptionId
        ? shop.cancel(redemptionId, faults.has('cancel-of-used'))
        : refused(400, 'BAD_REQUEST', 'The redemptionId of the body is not the one of the path.'),
    ),
  );
  get('/redemptions/:redemptionId', 'status', ({ params, faults }) =>
    faults.has('forgotten-status')
      ? refused(404, 'REDEMPTION_NOT_FOUND', 'No redemption has this id.')
      : shop.status(params.redemptionId),
  );
  get('/offers', 'catalogue', ({ query }) => shop.offerPage(query.cursor));
  get('/cards/:memberRef', 'cardStatus', ({ params }) => shop.card(params.memberRef));
}

async function issue({ shop, announce, settleAfter }: RouteParts, { body, faults }: Asked): Promise<Result> {
  const checked = checkAgainst('IssueRequest', body);
  if ('fault' in checked) return refused(400, 'BAD_REQUEST', checked.fault);
  const request = checked.value;
  const late = faults.has('issue-then-late-success');
  const later = late ? 'UNHEARD' : faults.has('pending') ? 'PENDING' : undefined;
  const result = shop.issue(request, {
    decline: faults.has('decline') ? 'OTHER' : faults.has('stock-out') ? 'OUT_OF_STOCK' : undefined,
    later,
    secondCoupon: faults.has('second-coupon'),
    uncheckedContent: faults.has('unchecked-content'),
  });
  const milliseconds = faults.milliseconds(late ? 'issue-then-late-success' : 'pending');
  if (later && milliseconds !== undefined) settleAfter(request.redemptionId, milliseconds);
  if (result.status === 201 && faults.has('webhook-before-answer')) await announce(result.body as WireRedemption);
  return result;
}

function withForm<Name extends keyof ProtocolSchemas>(
  name: Name,
  body: unknown,
  work: (content: ProtocolSchemas[Name]) => Result,
): Result {
  const checked = checkAgainst(name, body);
  return 'fault' in checked ? refused(400, 'BAD_REQUEST', checked.fault) : work(checked.value);
}

async function serve(
  parts: RouteParts,
  operation: Operation,
  handler: Handler,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const faults = parts.faults.take(operation);
  const text = request.body instanceof Buffer ? request.body.toString() : undefined;
  const signed = text ?? signedBodyOfGet(request.raw.url ?? '');
  const fault = signatureFault(parts.secrets, request.headers, signed, parts.clock.now());
  if (fault !== undefined && !faults.has('unchecked-signature')) {
    return send(reply, refused(401, 'BAD_SIGNATURE', `The signature is ${fault.toLowerCase().replace('_', ' ')}.`));
  }
  const json = parsed(text);
  if (text !== undefined && json === undefined) return send(reply, refused(400, 'BAD_REQUEST', 'This is no JSON.'));
  if (faults.has('latency')) await pause(faults.milliseconds('latency') ?? LATENCY_MS, parts.closing);
  const instead = beforeWork(faults, request);
  if (instead === SILENCE) return reply.hijack();
  if (instead) return send(reply, instead);
  const result = await handler({ ...(request as Pick<Asked, 'params' | 'query'>), body: json, faults } as Asked);
  return answer(reply, result, faults, operation);
}

/** Faults that keep the partner from doing anything. */
function beforeWork(faults: FaultsNow, request: FastifyRequest): Result | typeof SILENCE | undefined {
  if (faults.has('hang')) return SILENCE;
  if (faults.has('reset')) {
    request.raw.socket.resetAndDestroy();
    return SILENCE;
  }
  if (faults.has('server-error')) return refused(503, 'INTERNAL', 'The simulated partner is out of order.');
  if (faults.has('too-many-requests')) return refused(429, 'TOO_MANY_REQUESTS', 'Slow down.');
  if (faults.has('redirect')) return refused(302, 'ELSEWHERE', 'It moved.');
  return undefined;
}

function answer(reply: FastifyReply, result: Result, faults: FaultsNow, operation: Operation): FastifyReply {
  const silent = ['issue-then-time-out', 'issue-then-late-success'] as const;
  if (operation === 'issue' && silent.some((name) => faults.has(name))) return reply.hijack();
  if (faults.has('garbage')) return reply.code(200).type('application/json').send('<!doctype html>{"oops":');
  if (faults.has('huge-body')) {
    return send(reply, { ...result, body: { ...result.body, filling: 'x'.repeat(HUGE_BYTES) } });
  }
  if (faults.has('wrong-shape')) return send(reply, { ...result, body: { result: result.body, status: 'ok' } });
  if (faults.has('wrong-type')) return reply.code(result.status).type('text/html').send(JSON.stringify(result.body));
  if (faults.has('wrong-redemption') && 'redemptionId' in result.body) {
    return send(reply, { ...result, body: { ...result.body, redemptionId: 'f'.repeat(32) } });
  }
  return send(reply, result);
}

function send(reply: FastifyReply, { status, body }: Result): FastifyReply {
  if (status === 302) reply.header('location', '/elsewhere');
  if (status === 429) reply.header('retry-after', '1');
  return reply.code(status).type('application/json').send(JSON.stringify(body));
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => undefined);
}
