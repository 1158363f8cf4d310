// The services of members, offers and redemptions: constructors by hand.
import type { Logger } from 'pino';
import { MIGRATIONS } from '../../migrations/all';
import type { PartnersOfOffers } from '../agreements/agreement.service';
import { AgreementCatalogueStore } from '../agreements/agreement-catalogue.store';
import { makeAgreementSide } from '../agreements/agreement-side';
import type { Config } from '../config';
import { openDatabase } from '../database/database';
import { PurchaseStore } from '../engagement/event/purchase.store';
import { type Clock } from '../kernel/clock';
import { LedgerService } from '../ledger/ledger.service';
import { CodeCipher } from '../marketplace/code-cipher';
import { CodePoolService } from '../marketplace/code-pool.service';
import { GroupBudgetService } from '../marketplace/group-budget.service';
import { OfferService } from '../marketplace/offer/offer.service';
import { partnersOfOffers } from '../marketplace/offer/offer.store';
import { OfferCatalogueStore } from '../marketplace/offer/offer-catalogue.store';
import { OfferReviewService } from '../marketplace/offer/review.service';
import { PartnerStore } from '../marketplace/partner/partner.store';
import { StockService } from '../marketplace/stock.service';
import { CardService } from '../members/card.service';
import { LevelService } from '../members/level/level.service';
import { LevelWriter } from '../members/level/level-writer';
import { MemberService } from '../members/member.service';
import { firstPeriodsAt, MemberRowsStore } from '../members/member-rows.store';
import { PointsService } from '../members/points.service';
import { ApplicationService } from '../members/sale/application.service';
import type { PartnerDirectory } from '../partner-port/connector';
import type { Catalogue } from '../program/catalogue';
import { CatalogueService } from '../program/catalogue.service';
import { ProgramService } from '../program/program.service';
import { ProgramStore } from '../program/program.store';
import { EndRedemptionService } from '../redemption/end.service';
import { Endings } from '../redemption/endings';
import { ExchangeBoard } from '../redemption/exchange-board';
import { RedemptionService } from '../redemption/redemption.service';
import { RefundService } from '../redemption/refund/refund.service';
import { SagaService } from '../redemption/saga/saga.service';

/** What works without any partner's API. */
export async function composeHouse(config: Config, log: Logger, clock: Clock, key: Buffer) {
  const database = await openDatabase({
    url: config.databaseUrl,
    poolSize: config.databasePoolSize,
    migrations: MIGRATIONS,
    entities: [],
  });
  const cipher = new CodeCipher(key);
  const ledger = new LedgerService(database, clock);
  const programStore = new ProgramStore();
  const sources = [programStore, new PartnerStore(), new OfferCatalogueStore(), new AgreementCatalogueStore()];
  const catalogue = new CatalogueService(database, sources, log);
  const current = () => catalogue.current();
  const programs = new ProgramService(database, programStore, catalogue, clock);
  const memberRows = new MemberRowsStore(database.read, () => firstPeriodsAt(current().time, clock.now()));
  const points = new PointsService(database, ledger, memberRows, current, clock);
  const members = new MemberService(database, ledger, memberRows, points, current, clock);
  const levelWriter = new LevelWriter(current);
  ledger.watch(levelWriter);
  const levels = new LevelService(database, ledger, memberRows, levelWriter, current, clock);
  const cards = new CardService(database, ledger, memberRows, current, clock);
  const stock = new StockService(database, ledger, clock);
  const pools = new CodePoolService(database, ledger, cipher, clock);
  const offers = new OfferService(database, catalogue, clock);
  const offerReviews = new OfferReviewService(database, catalogue, clock);
  const applications = new ApplicationService(database, memberRows, current, clock);
  const budgets = new GroupBudgetService(database, ledger, clock);
  const marketplace = { stock, pools, offers, offerReviews, budgets };
  const purchases = new PurchaseStore(database.read);
  const partnersOfOffers = offerPartners(current);
  const agreements = makeAgreementSide({ database, ledger, catalogue, clock, partnersOfOffers });
  const people = { memberRows, points, members, levels, cards, applications, purchases };
  return { database, cipher, ledger, catalogue, programs, ...people, ...marketplace, ...agreements, partnersOfOffers };
}

/** Offers of the program are in the catalogue, and what partners registered is in their table. */
function offerPartners(current: () => Catalogue): PartnersOfOffers {
  return async (sql, ids) => {
    const found = await partnersOfOffers(sql, ids);
    for (const id of ids) {
      const offer = found.has(id) ? undefined : current().offer(id);
      if (offer) found.set(id, offer.partner.id);
    }
    return found;
  };
}

type House = Awaited<ReturnType<typeof composeHouse>>;

export function composeRedemption(
  base: House & { readonly config: Config; readonly log: Logger; readonly clock: Clock },
  partners: PartnerDirectory,
) {
  const { config, log, clock, database, ledger, catalogue, memberRows, points, cipher, cards } = base;
  const current = () => catalogue.current();
  const endings = new Endings(ledger, memberRows, current, clock);
  const saga = new SagaService({ database, endings, partners, cipher, clock, log, waitMs: config.redeemWaitMs });
  const redemptions = new RedemptionService(database, ledger, memberRows, current, cipher, saga, points, clock);
  const ends = new EndRedemptionService(database, endings, saga, clock);
  const refunds = new RefundService(database, ledger, cards, ends, current, clock);
  const exchangeBoard = new ExchangeBoard(database, clock);
  return { saga, redemptions, ends, refunds, exchangeBoard };
}
