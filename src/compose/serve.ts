// Serves a gateway: catalogue and stock are followed, jobs run, requests are answered.
import { Authenticator } from '../identity/authenticator';
import { type DemoKey, loadDemoKey } from '../identity/demo-key';
import { type TokenTrust, trustDemoKey, trustIssuer } from '../identity/token-keys';
import type { Actor, Role } from '../kernel/actor';
import { type Id, toGlobalId } from '../kernel/id';
import { isRefusal } from '../kernel/refusal';
import { type CodeImport } from '../marketplace/code-pool.service';
import { poolOwner } from '../marketplace/offer/pool-owner';
import { StockBoardPoller } from '../marketplace/stock-board';
import type { ExportWords } from '../redemption/tracking/export-words';
import { scopeFor } from '../redemption/tracking/tracking-scope';
import { addCodesRoute } from '../server/codes-route';
import type { ExplorerOptions } from '../server/explorer';
import { addExportRoute } from '../server/export-route';
import { addFeedRoute } from '../server/feed-route';
import { createServer, type GatewayServer } from '../server/http';
import type { Upload } from '../server/upload-route';
import { addWebhookRoute } from '../server/webhook-route';
import type { FeedFile } from '../settlement/reconciliation/feed.service';
import { type SettlementScope, scopeOf } from '../settlement/settlement-scope';
import type { Gateway } from './gateway';
import { boardsOf, listExport } from './list-export';
import { gatewaySchema } from './schema';
import { addSettlementRoutes } from './settlement-routes';

/** The key that signs demo tokens; in demo mode only. */
export function demoKeyOf(gateway: Pick<Gateway, 'config' | 'clock'>): Promise<DemoKey> {
  return loadDemoKey(gateway.config.demoKeyFile, gateway.clock);
}

async function trustOf(gateway: Gateway): Promise<TokenTrust> {
  const { jwt } = gateway.config;
  return jwt ? trustIssuer(jwt) : trustDemoKey(await demoKeyOf(gateway));
}

export interface RunningGateway {
  readonly server: GatewayServer;
  /** Stops accepting, finishes what is in flight, stops the pollers and the worker, closes the gateway. */
  stop(): Promise<void>;
}

/** Serves the gateway: catalogue and stock are followed, jobs run, requests are answered once `listen` is called. */
export async function run(gateway: Gateway, explorer?: ExplorerOptions): Promise<RunningGateway> {
  const { config, log, clock, database, catalogue, toldStock, worker } = gateway;
  // Whoever serves nothing asks no partner, and need not be let call where its partners are.
  catalogue.onChange(() => gateway.directory.follow());
  await catalogue.start();
  await toldStock.look();
  const boards = boardsOf(gateway).map((board) => new StockBoardPoller(board, catalogue, log));
  const authenticator = new Authenticator({
    trust: await trustOf(gateway),
    clock,
    findSubject: (role, subject) => findSubject(gateway, role, subject),
    keys: gateway.apiKeys,
  });
  const isUnavailable = (error: unknown) => database.dialect.failureKind(error) === 'UNKNOWN';
  const authenticate = (token: string) => authenticator.actorOf(token);
  const codes = {
    clock,
    authenticate,
    isUnavailable,
    log,
    load: (request: CodeImport, upload: Upload) => loadAudited(gateway, request, upload),
    offerOf: (offerId: Id) => poolOwner(catalogue.current(), gateway.offerReviews, offerId),
  };
  const feeds = {
    clock,
    authenticate,
    isUnavailable,
    log,
    find: (scope: SettlementScope, id: Id) => gateway.feeds.find(scope, id),
    load: (id: Id, file: FeedFile, upload: Upload) => loadFeedAudited(gateway, id, file, upload),
  };
  const schema = gatewaySchema(gateway);
  const exports = {
    authenticate,
    isUnavailable,
    log,
    redemptions: (actor: Actor, { format, words }: ExportWords) =>
      gateway.redemptionExport.stream(scopeFor(actor, words, catalogue.current()), { format, role: actor.role }),
    lists: listExport(gateway, schema),
  };
  const server = await createServer({
    schema,
    limits: config.limits,
    trustedProxies: config.trustedProxies,
    production: config.mode === 'production',
    logger: log,
    authenticate,
    contextFor: (actor, requestId) => ({ actor, requestId, now: clock.now(), clock }),
    readiness: { database: () => database.ping() },
    isUnavailable,
    explorer,
    routes: [
      (http) => addCodesRoute(http, codes),
      (http) => addFeedRoute(http, feeds),
      (http) => addExportRoute(http, exports),
      (http) => addSettlementRoutes(http, gateway, { authenticate, isUnavailable, log }),
      (http) => addWebhookRoute(http, { incoming: gateway.incoming, clock, log, isUnavailable }),
    ],
  });
  for (const board of boards) board.start();
  worker.start();
  const stop = async (): Promise<void> => {
    await server.close();
    await worker.stop();
    for (const board of boards) await board.stop();
    await catalogue.stop();
    await gateway.close();
  };
  return { server, stop };
}

/** An upload is a change like any other, although it comes by a route of its own. */
function loadAudited(gateway: Gateway, request: CodeImport, { actor, requestId }: Upload) {
  const { role, subject: who } = actor;
  const subject = { type: 'offer', key: toGlobalId('offer', request.offerId) };
  const asked = { role, actor: who, requestId, action: 'POST codes', subject, args: { file: request.name } };
  return gateway.audit.around(
    asked,
    () => gateway.pools.load(request),
    ({ lines, added }) => ({ outcome: 'DONE', counts: { lines, added } }),
  );
}

function loadFeedAudited(gateway: Gateway, feedId: Id, file: FeedFile, { actor, requestId }: Upload) {
  const subject = { type: 'feed', key: toGlobalId('feed', feedId) };
  const action = 'POST feed lines';
  const asked = { role: actor.role, actor: actor.subject, requestId, action, subject, args: { file: file.name } };
  return gateway.audit.around(
    asked,
    () => gateway.feeds.load(scopeOf(actor), feedId, file),
    (report) =>
      isRefusal(report)
        ? { outcome: 'REFUSED', code: report.code }
        : { outcome: 'DONE', counts: { lines: report.lines, added: report.added } },
  );
}

async function findSubject(gateway: Gateway, role: Role, subject: string) {
  if (role === 'MEMBER') {
    const memberId = await gateway.members.idOf(subject);
    return memberId === undefined ? undefined : { memberId };
  }
  if (role !== 'PARTNER') return undefined;
  const partner = gateway.catalogue.current().partnerByCode(subject);
  return partner && { partnerId: partner.id };
}
