// The one file that knows every room: constructors by hand, in the order of the rooms.
import type { Logger } from 'pino';
import { MIGRATIONS } from '../migrations/all';
import { AuditResolver } from './audit/audit.resolver';
import { AuditService } from './audit/audit.service';
import { auditMutations } from './audit/audited-schema';
import type { Config } from './config';
import { type Database, openDatabase } from './database/database';
import { RewardService } from './engagement/reward/reward.service';
import { Authenticator } from './identity/authenticator';
import { loadCodeKey } from './identity/code-key';
import { type DemoKey, loadDemoKey } from './identity/demo-key';
import { type TokenTrust, trustDemoKey, trustIssuer } from './identity/token-keys';
import { MemberSavingsResolver } from './insight/savings.resolver';
import type { Role } from './kernel/actor';
import { type Clock, systemClock } from './kernel/clock';
import { type Id, toGlobalId } from './kernel/id';
import { ExpireHoldsJob } from './ledger/expire-holds.job';
import { FoldContraJob } from './ledger/fold-contra.job';
import { LedgerService } from './ledger/ledger.service';
import { CodeCipher } from './marketplace/code-cipher';
import { type CodeImport, CodePoolService } from './marketplace/code-pool.service';
import { OfferResolver } from './marketplace/offer/offer.resolver';
import { OfferService } from './marketplace/offer/offer.service';
import { OfferCatalogueStore } from './marketplace/offer/offer-catalogue.store';
import { poolOwner } from './marketplace/offer/pool-owner';
import { OfferReviewResolver } from './marketplace/offer/review.resolver';
import { OfferReviewService } from './marketplace/offer/review.service';
import { PartnerStore } from './marketplace/partner/partner.store';
import { PARTNER_RESOLVERS, partnerResolvers } from './marketplace/partner/partner-resolvers';
import { makePartnerSide, type PartnerSide } from './marketplace/partner/partner-side';
import { StockService } from './marketplace/stock.service';
import { StockBoardPoller } from './marketplace/stock-board';
import { StockLowJob } from './marketplace/stock-low.job';
import { CardService } from './members/card.service';
import { MemberResolver } from './members/member.resolver';
import { MemberService } from './members/member.service';
import { firstPeriodsAt, MemberRowsStore } from './members/member-rows.store';
import { AvailabilityCache } from './partner-port/availability-cache';
import type { PartnerDirectory } from './partner-port/connector';
import { standardConnector } from './partner-port/standard/standard-connector';
import { CatalogueService } from './program/catalogue.service';
import { ProgramResolver } from './program/program.resolver';
import { ProgramService } from './program/program.service';
import { ProgramStore } from './program/program.store';
import { EndRedemptionService } from './redemption/end.service';
import { Endings } from './redemption/endings';
import { ExpireRedemptionsJob } from './redemption/expire-redemptions.job';
import { PartnerAvailability } from './redemption/partner-availability';
import { RedemptionResolver } from './redemption/redemption.resolver';
import { RedemptionService } from './redemption/redemption.service';
import { FeedResolver, serveFeed } from './redemption/saga/feed.resolver';
import { ReconciliationResolver } from './redemption/saga/reconciliation.resolver';
import { RedemptionFeed } from './redemption/saga/redemption-feed';
import { RunSagaJob } from './redemption/saga/run-saga.job';
import { SagaService } from './redemption/saga/saga.service';
import { TrackingResolver } from './redemption/tracking.resolver';
import { CardBenefitsResolver, MemberWalletResolver } from './redemption/wallet.resolver';
import { addCodesRoute, type CodesUpload } from './server/codes-route';
import type { ExplorerOptions } from './server/explorer';
import { createServer, type GatewayServer } from './server/http';
import { type ResolverClass, schemaOf } from './server/schema';
import { addWebhookRoute } from './server/webhook-route';
import { DeliverWebhooksJob } from './webhooks/deliver-webhooks.job';
import { PruneWebhooksJob } from './webhooks/prune-webhooks.job';
import { WebhookResolver } from './webhooks/webhook.resolver';
import { makeWebhookSide, type WebhookSide } from './webhooks/webhook-side';
import { Worker } from './worker/worker';

export const RESOLVERS: readonly ResolverClass[] = [
  ProgramResolver,
  MemberResolver,
  OfferResolver,
  OfferReviewResolver,
  ...PARTNER_RESOLVERS,
  RedemptionResolver,
  TrackingResolver,
  ReconciliationResolver,
  FeedResolver,
  WebhookResolver,
  MemberWalletResolver,
  CardBenefitsResolver,
  MemberSavingsResolver,
  AuditResolver,
];

/** Everything that a command, a test or the server works with. */
export interface Gateway extends PartnerSide, WebhookSide {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly database: Database;
  readonly ledger: LedgerService;
  readonly catalogue: CatalogueService;
  readonly programs: ProgramService;
  readonly memberRows: MemberRowsStore;
  readonly members: MemberService;
  readonly cards: CardService;
  readonly stock: StockService;
  readonly pools: CodePoolService;
  readonly partnerAvailability: PartnerAvailability;
  readonly offers: OfferService;
  readonly offerReviews: OfferReviewService;
  readonly redemptions: RedemptionService;
  readonly ends: EndRedemptionService;
  readonly saga: SagaService;
<<<<<<< HEAD
  readonly rewards: RewardService;
=======
  readonly audit: AuditService;
>>>>>>> 98bfa98 (audit: changes of staff and partners are written down before and after, in a chain of hashes)
  readonly worker: Worker;
  /** Finishes the chains in hand and closes the database. */
  close(): Promise<void>;
}

/** Opens the database and makes every service. Runs no migration, polls nothing and serves nothing yet. */
export async function compose(
  config: Config,
  log: Logger,
  clock: Clock = systemClock,
  partnerApis?: PartnerDirectory,
): Promise<Gateway> {
  const key = await loadCodeKey(config);
  const house = await composeHouse(config, log, clock, key);
  const { database, ledger, catalogue, stock } = house;
  const base = { config, log, clock, ...house };
  const availability = new AvailabilityCache(clock);
  const policy = { allowHttp: config.mode === 'demo', allow: new Set(config.partnerHosts) };
  const partnerSide = makePartnerSide({ ...base, key, policy, standard: standardConnector, modules: new Map() });
  const { directory, transports } = partnerSide;
  const partners = partnerApis ?? directory;
  const redemption = composeRedemption(base, partners);
  const { saga, ends } = redemption;
  catalogue.onChange((next, previous) => stock.align(next, previous));
  const webhookSide = makeWebhookSide({ ...base, ...redemption, policy, key, redemptionNews: saga });
  const { dispatcher } = webhookSide;
  const jobs = [
    new RunSagaJob(saga),
    new ExpireRedemptionsJob(ends),
    new ExpireHoldsJob(ledger, clock, [(chain) => ends.ownsHoldsOf(chain)]),
    new FoldContraJob(ledger),
    new DeliverWebhooksJob(database, dispatcher, clock),
    new PruneWebhooksJob(database, clock),
    new StockLowJob(database, stock, () => catalogue.current(), clock),
  ];
  const worker = new Worker(database, jobs, clock, log);
  const close = async (): Promise<void> => {
    availability.stop();
    await saga.drain();
    await dispatcher.stop();
    await webhookSide.transport.close();
    await ledger.drain();
    await transports.close();
    await database.close();
  };
  const partnerAvailability = new PartnerAvailability(partners, availability);
  const audit = new AuditService(database, clock);
  return { ...base, ...partnerSide, partnerAvailability, ...redemption, ...webhookSide, audit, worker, close };
}

/** What works without any partner's API. */
async function composeHouse(config: Config, log: Logger, clock: Clock, key: Buffer) {
  const database = await openDatabase({
    url: config.databaseUrl,
    poolSize: config.databasePoolSize,
    migrations: MIGRATIONS,
    entities: [],
  });
  const cipher = new CodeCipher(key);
  const ledger = new LedgerService(database, clock);
  const programStore = new ProgramStore();
  const sources = [programStore, new PartnerStore(), new OfferCatalogueStore()];
  const catalogue = new CatalogueService(database, sources, log);
  const current = () => catalogue.current();
  const programs = new ProgramService(database, programStore, catalogue, clock);
  const memberRows = new MemberRowsStore(database.read, () => firstPeriodsAt(current().time, clock.now()));
  const members = new MemberService(database, ledger, memberRows, clock);
  const cards = new CardService(database, ledger, memberRows, current, clock);
  const stock = new StockService(database, ledger, clock);
  const pools = new CodePoolService(database, ledger, cipher, clock);
  const offers = new OfferService(database, catalogue, clock);
  const offerReviews = new OfferReviewService(database, catalogue, clock);
  const marketplace = { stock, pools, offers, offerReviews };
  return { database, cipher, ledger, catalogue, programs, memberRows, members, cards, ...marketplace };
}

function composeRedemption(
  base: Pick<Gateway, 'config' | 'log' | 'clock' | 'database' | 'ledger' | 'catalogue' | 'memberRows'> & {
    readonly cipher: CodeCipher;
  },
  partners: PartnerDirectory,
) {
  const { config, log, clock, database, ledger, catalogue, memberRows, cipher } = base;
  const current = () => catalogue.current();
  const endings = new Endings(ledger, memberRows, current, clock);
  const saga = new SagaService({ database, endings, partners, cipher, clock, log, waitMs: config.redeemWaitMs });
  const redemptions = new RedemptionService(database, ledger, memberRows, current, cipher, saga, clock);
  const rewards = new RewardService(database, ledger, redemptions, current, clock);
  return { saga, redemptions, rewards, ends: new EndRedemptionService(database, endings, saga, clock) };
}

export function gatewaySchema(gateway: Gateway) {
  const { members, cards, programs, redemptions, ends, stock, partnerAvailability, webhooks } = gateway;
  const { offers, offerReviews } = gateway;
  const current = () => gateway.catalogue.current();
  const watched = new RedemptionFeed((id) => redemptions.find(id), gateway.clock);
  const feed = new FeedResolver(redemptions, watched, current);
  const instances = new Map<ResolverClass, object>([
    [ProgramResolver, new ProgramResolver(programs)],
    [MemberResolver, new MemberResolver(members, cards, current)],
    [OfferResolver, new OfferResolver(current, stock, offers, offerReviews)],
    [OfferReviewResolver, new OfferReviewResolver(offerReviews, stock, current)],
    ...partnerResolvers(gateway, current),
    [RedemptionResolver, new RedemptionResolver(redemptions, ends, members, current)],
    [TrackingResolver, new TrackingResolver(redemptions, current)],
    [WebhookResolver, new WebhookResolver(webhooks, current)],
    [FeedResolver, feed],
    [ReconciliationResolver, new ReconciliationResolver(gateway.saga)],
    [MemberWalletResolver, new MemberWalletResolver(redemptions, { stock, partners: partnerAvailability })],
    [CardBenefitsResolver, new CardBenefitsResolver()],
    [MemberSavingsResolver, new MemberSavingsResolver()],
    [AuditResolver, new AuditResolver(gateway.audit)],
  ]);
  return auditMutations(serveFeed(schemaOf(RESOLVERS, instances), feed), gateway.audit);
}

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
  const { config, log, clock, database, catalogue, stock, worker } = gateway;
  // Whoever serves nothing asks no partner, and need not be let call where its partners are.
  catalogue.onChange(() => gateway.directory.follow());
  await catalogue.start();
  const board = new StockBoardPoller(stock, catalogue, log);
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
    load: (request: CodeImport, upload: CodesUpload) => loadAudited(gateway, request, upload),
    offerOf: (offerId: Id) => poolOwner(catalogue.current(), gateway.offerReviews, offerId),
  };
  const server = await createServer({
    schema: gatewaySchema(gateway),
    limits: config.limits,
    production: config.mode === 'production',
    logger: log,
    authenticate,
    contextFor: (actor, requestId) => ({ actor, requestId, now: clock.now(), clock }),
    readiness: { database: () => database.ping() },
    isUnavailable,
    explorer,
    routes: [
      (http) => addCodesRoute(http, codes),
      (http) => addWebhookRoute(http, { incoming: gateway.incoming, clock, log, isUnavailable }),
    ],
  });
  board.start();
  worker.start();
  const stop = async (): Promise<void> => {
    await server.close();
    await worker.stop();
    await board.stop();
    await catalogue.stop();
    await gateway.close();
  };
  return { server, stop };
}

/** An upload is a change like any other, although it comes by a route of its own. */
function loadAudited(gateway: Gateway, request: CodeImport, { actor, requestId }: CodesUpload) {
  const { role, subject: who } = actor;
  const subject = { type: 'offer', key: toGlobalId('offer', request.offerId) };
  const asked = { role, actor: who, requestId, action: 'POST codes', subject, args: { file: request.name } };
  return gateway.audit.around(
    asked,
    () => gateway.pools.load(request),
    ({ lines, added }) => ({ outcome: 'DONE', counts: { lines, added } }),
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
