// Settlements of the tests below the API: the room composed on a house, with agreements of both sides' items.
import type { WrittenTerms } from '../../src/agreements/agreement-terms';
import { LedgerService } from '../../src/ledger/ledger.service';
import { makeSettlementSide, type SettlementSide } from '../../src/settlement/settlement-side';
import type { House } from './house';

/** Thousands of views that we give, worth 2000 each. */
export const VIEWS: WrittenTerms['items'][number] = {
  code: 'views',
  side: 'OPERATOR',
  kind: 'EXPOSURE',
  unit: 'thousand views',
  unitValue: 2_000,
  offers: [],
  countsAt: 'ISSUE',
  atCeiling: 'WARN',
};

/** Addresses of people that the partner gives, worth 300 each. */
export const LEADS: WrittenTerms['items'][number] = { ...VIEWS, code: 'leads', side: 'PARTNER', unitValue: 300 };

/** With `ledgerDoor`, the ledger writes through another door than the rest, as tests that hold it up need. */
export function settlementOf(house: House, ledgerDoor = house.database): SettlementSide {
  const { database, catalogue, clock, exchange } = house;
  const ledger = ledgerDoor === database ? house.ledger : new LedgerService(ledgerDoor, clock);
  return makeSettlementSide({ database, ledger, catalogue, clock, agreements: exchange.agreements });
}
