// What the parts of an offer's terms ask of each other: conditions that hold together, limits that can be counted.
import { compileCondition } from '../condition';
import type { OfferDefinition } from '../program';
import { type FaultAt, type Path, showGiven } from '../program-fault';
import { type Draft, present, type Rule } from './rule';

type Offer = Draft<OfferDefinition>;

export const offerTerms: Rule = (program) =>
  [...present(program.offers)].flatMap(([at, offer]) => [
    ...conditionFaults(offer, ['offers', at]),
    ...fundingFaults(offer, ['offers', at]),
    ...limitFaults(offer, ['offers', at]),
    ...referenceFaults(offer, ['offers', at]),
  ]);

function conditionFaults({ audience }: Offer, offer: Path): FaultAt[] {
  if (audience?.condition === undefined) return [];
  const compiled = compileCondition(audience.condition);
  if (!('fault' in compiled)) return [];
  const { line, column, reason } = compiled.fault;
  const given = `${showGiven(audience.condition)}, where at ${line}:${column} ${reason}`;
  const allowed = 'a CEL expression over member and card that is true or false';
  return [{ path: [...offer, 'audience', 'condition'], given, allowed }];
}

function fundingFaults({ funding, coPay, budget, unitCost }: Offer, offer: Path): FaultAt[] {
  const faults: FaultAt[] = [];
  if ((funding === 'PARTNER' || funding === 'EXCHANGE') && coPay) {
    const bearer = funding === 'PARTNER' ? 'the partner bears the cost' : 'the operator pays in kind';
    const allowed = `false when ${bearer}: co-pay covers what a cap does not`;
    faults.push({ path: [...offer, 'coPay'], given: `true with funding: ${funding}`, allowed });
  }
  if (funding === 'EXCHANGE' && budget !== undefined) {
    const allowed = 'no budget with funding: EXCHANGE, of which the agreement says how much it may be';
    faults.push({ path: [...offer, 'budget'], given: String(budget), allowed });
  }
  if (budget !== undefined && unitCost !== undefined && budget < unitCost) {
    const allowed = `at least the unitCost (${unitCost}), or no budget`;
    faults.push({ path: [...offer, 'budget'], given: String(budget), allowed });
  }
  return faults;
}

function limitFaults({ memberLimit, memberLimits }: Offer, offer: Path): FaultAt[] {
  const faults: FaultAt[] = [];
  const seen = new Set<string | undefined>([memberLimit?.period]);
  for (const [index, { period }] of present(memberLimits)) {
    if (period === undefined) continue;
    if (seen.has(period)) {
      const allowed = 'each period once, memberLimit included';
      faults.push({ path: [...offer, 'memberLimits', index, 'period'], given: `a second ${period}`, allowed });
    }
    seen.add(period);
  }
  return faults;
}

function referenceFaults({ fulfilment, offerRef }: Offer, offer: Path): FaultAt[] {
  if (fulfilment === undefined || fulfilment === 'PARTNER_API' || offerRef === undefined) return [];
  const allowed = `nothing for a fulfilment of ${fulfilment}`;
  return [{ path: [...offer, 'offerRef'], given: showGiven(offerRef), allowed }];
}
