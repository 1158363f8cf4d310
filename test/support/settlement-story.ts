// Settlements of the tests through the API: agreements in force, with deliveries, disputes and statements.
import { draftOf } from './agreement-story';
import { partnerOf, type TestGateway } from './gateway';
import { fresh } from './gateway-story';
import { BD } from './partner-story';

/** Views are worth 2 each and ours, leads 30 and theirs. */
const ITEMS = [
  { code: 'views', side: 'OPERATOR', kind: 'EXPOSURE', unit: 'view', unitValue: 2 },
  { code: 'leads', side: 'PARTNER', kind: 'LEAD', unit: 'lead', unitValue: 30 },
];

export interface Settled {
  /** The global id of an agreement that both sides confirmed, from the first of 2026 on. */
  readonly agreement: string;
  readonly partner: string;
}

export async function settledWith(gateway: TestGateway, partner = 'brewer'): Promise<Settled> {
  const agreement = await draftOf(gateway, ITEMS, { partner });
  for (const who of [BD, partnerOf(partner)]) {
    await gateway.run(who, 'confirm-agreement', { input: { agreement, revision: 1 } });
  }
  return { agreement, partner };
}

/** A delivery of leads by the partner, or with `ours` of views by the operator. */
export async function deliveredUnder(gateway: TestGateway, { agreement, partner }: Settled, ours = false) {
  const deliveries = [{ externalId: fresh('slot'), item: ours ? 'views' : 'leads', quantity: 4 }];
  const who = ours ? BD : partnerOf(partner);
  const recorded = await gateway.run<{ results: { delivery: { id: string } }[] }>(who, 'record-deliveries', {
    input: { agreement, source: 'test', deliveries },
  });
  return recorded.results[0]!.delivery.id;
}

/** A delivery that is in dispute: of the partner's leads, or with `ours` of our views. */
export async function disputedUnder(gateway: TestGateway, settled: Settled, ours = false): Promise<string> {
  const delivery = await deliveredUnder(gateway, settled, ours);
  const who = ours ? partnerOf(settled.partner) : BD;
  await gateway.run(who, 'dispute-delivery', { input: { delivery, reason: 'Two came.' } });
  return delivery;
}

export interface Issued {
  readonly id: string;
  readonly hash: string;
}

/** The next statement of an agreement; the gateway's clock must have left its period behind. */
export function issuedUnder(gateway: TestGateway, { agreement }: Settled): Promise<Issued> {
  return gateway.run<Issued>(BD, 'issue-statement', { input: { agreement } });
}
