// The services, jobs and resolvers of this room, put together.
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { LedgerService } from '../ledger/ledger.service';
import type { Catalogue } from '../program/catalogue';
import type { CatalogueService } from '../program/catalogue.service';
import { AgreementResolver } from './agreement.resolver';
import { AgreementService, type PartnersOfOffers } from './agreement.service';
import { BalanceBook } from './agreement-balances';
import { AgreementClockJob } from './agreement-clock.job';

export interface AgreementParts {
  readonly database: Database;
  readonly ledger: LedgerService;
  readonly catalogue: CatalogueService;
  readonly clock: Clock;
  readonly partnersOfOffers: PartnersOfOffers;
}

export interface AgreementSide {
  readonly agreements: AgreementService;
  readonly agreementBook: BalanceBook;
  readonly agreementJobs: readonly AgreementClockJob[];
}

export function makeAgreementSide(parts: AgreementParts): AgreementSide {
  const { database, ledger, catalogue, clock, partnersOfOffers } = parts;
  return {
    agreements: new AgreementService(database, catalogue, partnersOfOffers, clock),
    agreementBook: new BalanceBook(ledger),
    agreementJobs: [new AgreementClockJob(database, catalogue, clock)],
  };
}

export const AGREEMENT_RESOLVERS = [AgreementResolver] as const;

type Instance = readonly [(typeof AGREEMENT_RESOLVERS)[number], object];

export function agreementResolvers(side: AgreementSide, catalogue: () => Catalogue): readonly Instance[] {
  return [[AgreementResolver, new AgreementResolver(side.agreements, side.agreementBook, catalogue)]];
}
