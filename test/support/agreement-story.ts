// Agreements of the tests through the API: written, and confirmed by both sides.
import { partnerOf, type TestGateway } from './gateway';
import { fresh } from './gateway-story';
import { BD } from './partner-story';

/** An item of the partner `brewer` that an offer of it is paid from; one is worth 500. */
export function itemOf(gateway: TestGateway, offer: string, more: object = {}) {
  const item = { code: 'cups', side: 'PARTNER', kind: 'PERK_REDEMPTION', unit: 'cup', unitValue: 500 };
  return { ...item, offers: [gateway.itemId(offer)], ...more };
}

/** A draft for the whole of 2026, of the partner `brewer` unless told. */
export async function draftOf(
  gateway: TestGateway,
  items: readonly object[],
  more: { readonly partner?: string; readonly theirsAhead?: number } = {},
): Promise<string> {
  const { partner = 'brewer', theirsAhead } = more;
  const { globalId } = gateway.gateway.catalogue.current().partnerByCode(partner)!;
  const terms = { title: 'Cups', startsOn: '2026-01-01', endsBefore: '2027-01-01', items, theirsAhead };
  const input = { code: fresh('agreement'), partner: globalId, terms };
  return (await gateway.run<{ id: string }>(BD, 'create-agreement', { input })).id;
}

/** An agreement in force about one offer of the partner `brewer`. */
export async function agreeOn(
  gateway: TestGateway,
  offer: string,
  item: object,
  theirsAhead?: number,
): Promise<string> {
  const agreement = await draftOf(gateway, [itemOf(gateway, offer, item)], { theirsAhead });
  for (const who of [BD, partnerOf('brewer')]) {
    await gateway.run(who, 'confirm-agreement', { input: { agreement, revision: 1 } });
  }
  return agreement;
}
