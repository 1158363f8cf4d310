// The one file that knows every room: constructors by hand, in the order of the rooms.
import type { Logger } from 'pino';
import { MIGRATIONS } from '../migrations/all';
import type { Config } from './config';
import { type Database, openDatabase } from './database/database';
import { Authenticator } from './identity/authenticator';
import { loadCodeKey } from './identity/code-key';
import { type DemoKey, loadDemoKey } from './identity/demo-key';
import { type TokenTrust, trustDemoKey, trustIssuer } from './identity/token-keys';
import { MemberSavingsResolver } from './insight/savings.resolver';
import type { Role } from './kernel/actor';
import { type Clock, systemClock } from './kernel/clock';
import { ExpireHoldsJob } from './ledger/expire-holds.job';
import { FoldContraJob } from './ledger/fold-contra.job';
import { LedgerService } from './ledger/ledger.service';
import { CodeCipher } from './marketplace/code-cipher';
import { CodePoolService } from './marketplace/code-pool.service';
import { OfferResolver } from './marketplace/offer/offer.resolver';
import { OfferService } from './marketplace/offer/offer.service';
import { OfferCatalogueStore } from './marketplace/offer/offer-catalogue.store';
import { OfferReviewResolver } from './marketplace/offer/review.resolver';
import { OfferReviewService } from './marketplace/offer/review.service';
import { StockService } from './marketplace/stock.service';
import { StockBoardPoller } from './marketplace/stock-board';
import { CardService } from './members/card.service';
import { MemberResolver } from './members/member.resolver';
import { MemberService } from './members/member.service';
import { firstPeriodsAt, MemberRowsStore } from './members/member-rows.store';
import { AvailabilityCache } from './partner-port/availability-cache';
import type { PartnerDirectory } from './partner-port/connector';
import { CatalogueService } from './program/catalogue.service';
import { ProgramResolver } from './program/program.resolver';
import { ProgramService } from './program/program.service';
import { ProgramStore } from './program/program.store';
import { EndRedemptionService } from './redemption/end.service';
import { ExpireRedemptionsJob } from './redemption/expire-redemptions.job';
import { PartnerAvailability } from './redemption/partner-availability';
import { RedemptionResolver } from './redemption/redemption.resolver';
import { RedemptionService } from './redemption/redemption.service';
import { TrackingResolver } from './redemption/tracking.resolver';
import { CardBenefitsResolver, MemberWalletResolver } from './redemption/wallet.resolver';
import type { ExplorerOptions } from './server/explorer';
import { createServer, type GatewayServer } from './server/http';
import { type ResolverClass, schemaOf } from './server/schema';
import { Worker } from './worker/worker';

export const RESOLVERS: readonly ResolverClass[] = [
  ProgramResolver,
  MemberResolver,
  OfferResolver,
  OfferReviewResolver,
  RedemptionResolver,
  TrackingResolver,
  MemberWalletResolver,
  CardBenefitsResolver,
  MemberSavingsResolver,
];

/** Everything that a command, a test or the server works with. */
export interface Gateway {
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
  readonly worker: Worker;
  /** Finishes the chains in hand and closes the database. */
  close(): Promise<void>;
}

/** Until partners bring their APIs. */
const NO_PARTNERS: PartnerDirectory = { apiOf: () => undefined };

/** Opens the database and makes every service. Runs no migration, polls nothing and serves nothing yet. */
export async function compose(
  config: Config,
  log: Logger,
  clock: Clock = systemClock,
  partners: PartnerDirectory = NO_PARTNERS,
): Promise<Gateway> {
  const database = await openDatabase({
    url: config.databaseUrl,
    poolSize: config.databasePoolSize,
    migrations: MIGRATIONS,
    entities: [],
  });
  const cipher = new CodeCipher(await loadCodeKey(config));
  const ledger = new LedgerService(database, clock);
  const programStore = new ProgramStore();
  const catalogue = new CatalogueService(database, [programStore, new OfferCatalogueStore()], log);
  const current = () => catalogue.current();
  const programs = new ProgramService(database, programStore, catalogue, clock);
  const memberRows = new MemberRowsStore(database.read, () => firstPeriodsAt(current().time, clock.now()));
  const members = new MemberService(database, ledger, memberRows, clock);
  const cards = new CardService(database, ledger, memberRows, current, clock);
  const stock = new StockService(database, ledger, clock);
  const pools = new CodePoolService(database, ledger, cipher, clock);
  const availability = new AvailabilityCache(clock);
  const offers = new OfferService(database, catalogue, clock);
  const offerReviews = new OfferReviewService(database, catalogue, clock);
  const redemptions = new RedemptionService(database, ledger, memberRows, current, cipher, clock);
  const ends = new EndRedemptionService(database, ledger, memberRows, current, clock);
  catalogue.onChange((next, previous) => stock.align(next, previous));
  const jobs = [
    new ExpireRedemptionsJob(ends),
    new ExpireHoldsJob(ledger, clock, [(chain) => ends.ownsHoldsOf(chain)]),
    new FoldContraJob(ledger),
  ];
  const worker = new Worker(database, jobs, clock, log);
  const close = async (): Promise<void> => {
    availability.stop();
    await ledger.drain();
    await database.close();
  };
  return {
    config,
    log,
    clock,
    database,
    ledger,
    catalogue,
    programs,
    memberRows,
    members,
    cards,
    stock,
    pools,
    partnerAvailability: new PartnerAvailability(partners, availability),
    offers,
    offerReviews,
    redemptions,
    ends,
    worker,
    close,
  };
}

export function gatewaySchema(gateway: Gateway) {
  const { members, cards, programs, redemptions, ends, stock, partnerAvailability, offers, offerReviews } = gateway;
  const current = () => gateway.catalogue.current();
  const instances = new Map<ResolverClass, object>([
    [ProgramResolver, new ProgramResolver(programs)],
    [MemberResolver, new MemberResolver(members, cards, current)],
    [OfferResolver, new OfferResolver(current, stock, offers, offerReviews)],
    [OfferReviewResolver, new OfferReviewResolver(offerReviews, stock, current)],
    [RedemptionResolver, new RedemptionResolver(redemptions, ends, members, current)],
    [TrackingResolver, new TrackingResolver(redemptions, current)],
    [MemberWalletResolver, new MemberWalletResolver(redemptions, { stock, partners: partnerAvailability })],
    [CardBenefitsResolver, new CardBenefitsResolver()],
    [MemberSavingsResolver, new MemberSavingsResolver()],
  ]);
  return schemaOf(RESOLVERS, instances);
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
  await catalogue.start();
  const board = new StockBoardPoller(stock, catalogue, log);
  const authenticator = new Authenticator({
    trust: await trustOf(gateway),
    clock,
    findSubject: (role, subject) => findSubject(gateway, role, subject),
  });
  const server = await createServer({
    schema: gatewaySchema(gateway),
    limits: config.limits,
    production: config.mode === 'production',
    logger: log,
    authenticate: (token) => authenticator.actorOf(token),
    contextFor: (actor, requestId) => ({ actor, requestId, now: clock.now(), clock }),
    readiness: { database: () => database.ping() },
    isUnavailable: (error) => database.dialect.failureKind(error) === 'UNKNOWN',
    explorer,
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

async function findSubject(gateway: Gateway, role: Role, subject: string) {
  if (role === 'MEMBER') {
    const memberId = await gateway.members.idOf(subject);
    return memberId === undefined ? undefined : { memberId };
  }
  if (role !== 'PARTNER') return undefined;
  const partner = gateway.catalogue.current().partnerByCode(subject);
  return partner && { partnerId: partner.id };
}
