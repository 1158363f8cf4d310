// Agreements of the tests below the API: made, confirmed by both sides, and looked at.
import type { AgreementItem } from '../../src/agreements/agreement';
import type { AgreementBalances } from '../../src/agreements/agreement-balances';
import type { WrittenTerms } from '../../src/agreements/agreement-terms';
import type { Actor } from '../../src/kernel/actor';
import type { Id } from '../../src/kernel/id';
import { type House, must, unique } from './house';

export const BEA: Actor = { role: 'BD', subject: 'bea' };

export function partnerActor(house: House, code = 'brewer'): Actor {
  return { role: 'PARTNER', subject: code, partnerId: house.catalogue.current().partnerByCode(code)!.id };
}

/** A cup of the partner's, worth 500, counted at issue, without a ceiling unless told. */
export function cups(house: House, offer: string, more: Partial<AgreementItem> = {}): WrittenTerms['items'][number] {
  return {
    code: 'cups',
    side: 'PARTNER',
    kind: 'PERK_REDEMPTION',
    unit: 'cup',
    unitValue: 500,
    offers: [house.item(offer).itemId],
    countsAt: 'ISSUE',
    atCeiling: 'PAUSE',
    ...more,
  };
}

/** The whole of 2026 and 2027, within no imbalance unless told. */
export function termsOf(items: WrittenTerms['items'], more: Partial<WrittenTerms> = {}): WrittenTerms {
  return {
    title: 'Cups for screens',
    startsOn: '2026-01-01',
    endsBefore: '2028-01-01',
    settlement: 'MONTHLY',
    allowedImbalance: {},
    items,
    ...more,
  };
}

export async function draft(house: House, terms: WrittenTerms, code = unique('agreement')): Promise<Id> {
  const partnerId = partnerActor(house).partnerId!;
  return must(await house.exchange.agreements.create(BEA, { code, partnerId, owner: 'bea', terms }));
}

/** Both sides confirm the last revision. */
export async function agree(house: House, id: Id): Promise<void> {
  const { agreement } = (await house.exchange.agreements.find({}, id))!;
  const partner = partnerActor(house);
  must((await house.exchange.agreements.confirm(BEA, {}, id, agreement.lastRevision)) ?? true);
  const scope = { partnerId: partner.partnerId };
  must((await house.exchange.agreements.confirm(partner, scope, id, agreement.lastRevision)) ?? true);
}

export async function agreed(house: House, terms: WrittenTerms): Promise<Id> {
  const id = await draft(house, terms);
  await agree(house, id);
  return id;
}

export async function balancesOf(house: House, id: Id): Promise<AgreementBalances> {
  const found = (await house.exchange.agreements.find({}, id))!;
  return house.exchange.agreementBook.of(found, house.catalogue.current().time, house.now);
}
