// A partner that serves the standard protocol from memory, with faults to switch: for tests, the demo and partners.
import { setMaxListeners } from 'node:events';
import { fastify as createFastify, type FastifyInstance } from 'fastify';
import type { Clock } from '../kernel/clock';
import { newSigningSecret } from '../partner-port/signature';
import { compileProtocol, type WireCard, type WireRedemption } from '../partner-port/standard/protocol';
import { addAdminRoutes } from './admin-routes';
import { type Fault, FaultBoard, type FaultName } from './fault';
import { addProtocolRoutes } from './protocol-routes';
import { Shop, type SimulatedOffer } from './shop';
import { statusMessage, type Till, tillOf } from './till';
import { type Delivery, type PartnerMessage, WebhookSender, type WebhookTarget } from './webhook-sender';

export interface SimulatorOptions {
  readonly clock: Clock;
  /** A free one by default. */
  readonly port?: number;
  /** `127.0.0.1` by default. */
  readonly host?: string;
  readonly offers?: readonly SimulatedOffer[];
  readonly cards?: readonly WireCard[];
  /** Begins each code and reference; `SIM` by default. */
  readonly prefix?: string;
  /** Any of them may have signed a request; a fresh one by default. */
  readonly secrets?: readonly string[];
  /** Where webhooks go, signed with `secrets` unless told; without it none are sent. */
  readonly webhook?: { readonly url: string; readonly secrets?: readonly string[] };
  readonly faults?: readonly (Fault | FaultName)[];
}

export interface Simulator extends Till {
  /** The base URL for a manifest. */
  readonly url: string;
  /** The secrets that requests are checked with. */
  readonly secrets: readonly string[];
  readonly faults: FaultBoard;
  /** What was sent to the gateway, with what it answered. */
  readonly deliveries: readonly Delivery[];
  /** Coupons issued in all; more than redemptions only when a fault issues twice. */
  readonly couponsIssued: number;
  redemption(redemptionId: string): WireRedemption | undefined;
  setCard(card: WireCard): void;
  /** From now on webhooks go there, signed with these secrets. */
  tellTo(target: WebhookTarget): void;
  /** Sends any message to the gateway, signed; the same `id` again makes it a repeat. */
  tell(message: PartnerMessage, id?: string): Promise<void>;
  /** Breaks off what hangs. Safe to call twice. */
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 100_000;
const OFFERS: readonly SimulatedOffer[] = [
  { offerRef: 'sample-coupon', title: 'A sample coupon', faceValue: { amount: 1_000, currency: 'CNY' } },
];

export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { clock, port = 0, host = '127.0.0.1', prefix = 'SIM', secrets = [newSigningSecret()], webhook } = options;
  compileProtocol();
  const shop = new Shop(clock, prefix, options.offers ?? OFFERS, options.cards ?? []);
  const faults = new FaultBoard();
  faults.set(...(options.faults ?? []));
  const stopping = new AbortController();
  // Each answer that is held back listens to it.
  setMaxListeners(0, stopping.signal);
  const target = webhook && { url: webhook.url, secrets: webhook.secrets ?? secrets };
  const sender = new WebhookSender(target, faults, clock, stopping.signal);
  const timers = new Set<NodeJS.Timeout>();
  const till = tillOf(shop, sender);
  const http = createHttp();
  addProtocolRoutes(http, {
    shop,
    faults,
    secrets,
    clock,
    closing: stopping.signal,
    announce: (redemption) => sender.send(statusMessage(redemption)),
    settleAfter: (redemptionId, milliseconds) => {
      timers.add(setTimeout(() => void till.settle(redemptionId), milliseconds));
    },
  });
  addAdminRoutes(http, faults, till);
  const url = await http.listen({ port, host });
  const close = async (): Promise<void> => {
    stopping.abort();
    for (const timer of timers) clearTimeout(timer);
    http.server.closeAllConnections();
    await http.close();
  };
  return {
    url,
    secrets,
    faults,
    deliveries: sender.deliveries,
    get couponsIssued() {
      return shop.couponsIssued;
    },
    redemption: (redemptionId) => shop.redemption(redemptionId),
    setCard: (card) => shop.setCard(card),
    tellTo: (target) => sender.tellTo(target),
    tell: (message, id) => sender.send(message, id),
    ...till,
    close,
  };
}

/** Bodies stay bytes, since it is bytes that are signed. */
function createHttp(): FastifyInstance {
  const http = createFastify({ bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true });
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  http.setErrorHandler((error: { readonly statusCode?: number; readonly message: string }, _request, reply) => {
    const status = error.statusCode ?? 500;
    const code = status < 500 ? 'BAD_REQUEST' : 'INTERNAL';
    const message = status < 500 ? error.message : 'The simulated partner has a fault of its own.';
    return reply.code(status).send({ error: { code, message } });
  });
  http.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: { code: 'NO_SUCH_PATH', message: 'The standard protocol has no such path.' } }),
  );
  return http;
}
