// Opens the gateway: every service, in the order of the rooms, with the jobs of the worker.
import type { Logger } from 'pino';
import { MODULES } from '../../partners/modules';
import type { AgreementSide } from '../agreements/agreement-side';
import { AuditService } from '../audit/audit.service';
import type { Config } from '../config';
import { type Database } from '../database/database';
import { type EngagementSide, makeEngagementSide } from '../engagement/engagement-side';
import { loadCodeKey } from '../identity/code-key';
import { type InsightSide, insightJobs, makeInsightSide } from '../insight/insight-side';
import { type Clock, systemClock } from '../kernel/clock';
import { ExpireHoldsJob } from '../ledger/expire-holds.job';
import { FoldContraJob } from '../ledger/fold-contra.job';
import { LedgerService } from '../ledger/ledger.service';
import { CodePoolService } from '../marketplace/code-pool.service';
import type { GroupBudgetService } from '../marketplace/group-budget.service';
import { OfferService } from '../marketplace/offer/offer.service';
import { OfferReviewService } from '../marketplace/offer/review.service';
import { makePartnerSide, type PartnerSide } from '../marketplace/partner/partner-side';
import { StockService } from '../marketplace/stock.service';
import { StockLowJob } from '../marketplace/stock-low.job';
import { CardService } from '../members/card.service';
import { ExpirePointsJob } from '../members/expire-points.job';
import { BookLevelsJob } from '../members/level/book-levels.job';
import { LevelService } from '../members/level/level.service';
import { MemberService } from '../members/member.service';
import { MemberRowsStore } from '../members/member-rows.store';
import type { SaleSide } from '../members/sale/sale-side';
import { AvailabilityCache } from '../partner-port/availability-cache';
import type { PartnerDirectory } from '../partner-port/connector';
import { standardConnector } from '../partner-port/standard/standard-connector';
import { CatalogueService } from '../program/catalogue.service';
import { ProgramService } from '../program/program.service';
import { EndRedemptionService } from '../redemption/end.service';
import type { ExchangeBoard } from '../redemption/exchange-board';
import { ExpireRedemptionsJob } from '../redemption/expire-redemptions.job';
import { PartnerAvailability } from '../redemption/partner-availability';
import { RedemptionService } from '../redemption/redemption.service';
import type { RefundService } from '../redemption/refund/refund.service';
import { SettleRefundsJob } from '../redemption/refund/settle-refunds.job';
import { RunSagaJob } from '../redemption/saga/run-saga.job';
import { SagaService } from '../redemption/saga/saga.service';
import { ToldStockService } from '../redemption/told-stock.service';
import { makeTrackingSide, type TrackingSide } from '../redemption/tracking/tracking-side';
import { makeReconciliationSide, type ReconciliationSide } from '../settlement/reconciliation/reconciliation-side';
import { makeSettlementSide, type SettlementSide } from '../settlement/settlement-side';
import { DeliverWebhooksJob } from '../webhooks/deliver-webhooks.job';
import { PruneWebhooksJob } from '../webhooks/prune-webhooks.job';
import { makeWebhookSide, type WebhookSide } from '../webhooks/webhook-side';
import { Worker } from '../worker/worker';
import { composeHouse, composeRedemption } from './house';

/** For commands, which do not see `partners/`. */
export const connectorModules = MODULES;

/** Everything that a command, a test or the server works with. */
export interface Gateway
  extends PartnerSide,
    WebhookSide,
    EngagementSide,
    SaleSide,
    InsightSide,
    AgreementSide,
    SettlementSide,
    ReconciliationSide,
    TrackingSide {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly database: Database;
  readonly ledger: LedgerService;
  readonly catalogue: CatalogueService;
  readonly programs: ProgramService;
  readonly memberRows: MemberRowsStore;
  readonly members: MemberService;
  readonly levels: LevelService;
  readonly cards: CardService;
  readonly stock: StockService;
  readonly pools: CodePoolService;
  readonly toldStock: ToldStockService;
  readonly partnerAvailability: PartnerAvailability;
  readonly offers: OfferService;
  readonly offerReviews: OfferReviewService;
  readonly redemptions: RedemptionService;
  readonly ends: EndRedemptionService;
  readonly saga: SagaService;
  readonly refunds: RefundService;
  readonly exchangeBoard: ExchangeBoard;
  readonly budgets: GroupBudgetService;
  readonly audit: AuditService;
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
  const { database, ledger, catalogue, stock, budgets, levels } = house;
  const base = { config, log, clock, ...house };
  const availability = new AvailabilityCache(clock);
  const policy = { allowHttp: config.mode === 'demo', allow: new Set(config.partnerHosts) };
  const partnerSide = makePartnerSide({ ...base, key, policy, standard: standardConnector, modules: MODULES });
  const { directory, transports } = partnerSide;
  const partners = partnerApis ?? directory;
  const redemption = composeRedemption(base, partners);
  const { saga, ends, refunds } = redemption;
  catalogue.onChange((next, previous) => stock.align(next, previous));
  catalogue.onChange((next) => budgets.align(next));
  catalogue.onChange((next) => redemption.exchangeBoard.look(next));
  const toldStock = new ToldStockService(database, () => catalogue.current(), clock);
  const news = { redemptionNews: saga, stockNews: toldStock };
  const webhookSide = makeWebhookSide({ ...base, ...redemption, ...news, policy, key });
  const { dispatcher } = webhookSide;
  const engagement = makeEngagementSide({ ...base, ...redemption });
  const settled = makeSettlementSide(base);
  const settlement = { ...settled, ...makeReconciliationSide({ ...base, ...settled }) };
  const insight = makeInsightSide(base);
  const tracking = makeTrackingSide(base);
  const jobs = [
    new RunSagaJob(saga),
    new ExpireRedemptionsJob(ends),
    new ExpireHoldsJob(ledger, clock, [(chain) => ends.ownsHoldsOf(chain)]),
    new SettleRefundsJob(refunds),
    new FoldContraJob(ledger),
    new ExpirePointsJob(house.points),
    new DeliverWebhooksJob(database, dispatcher, clock),
    new PruneWebhooksJob(database, clock),
    new BookLevelsJob(database, levels, () => catalogue.current(), clock),
    new StockLowJob(database, stock, () => catalogue.current(), clock),
    ...house.agreementJobs,
    ...engagement.engagementJobs,
    ...insightJobs({ ...base, ...insight, directory }),
    tracking.pruneImpressions,
    settlement.reconcileJob,
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
  const partnerAvailability = new PartnerAvailability(partners, availability, toldStock);
  const audit = new AuditService(database, clock);
  const sides = { ...partnerSide, ...webhookSide, ...engagement, ...settlement, ...insight, ...tracking };
  return { ...base, ...sides, toldStock, partnerAvailability, ...redemption, audit, worker, close };
}
