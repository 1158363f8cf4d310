// An offer closes after it opens, and counts its stock in one place only.
import type { FaultAt } from '../program-fault';
import { spanFaults } from './event-filter';
import { present, type Rule } from './rule';

export const offerSupply: Rule = (program) => {
  const faults: FaultAt[] = [];
  for (const [at, offer] of present(program.offers)) {
    const { fulfilment, stock } = offer;
    faults.push(...spanFaults(offer, ['offers', at]));
    if (fulfilment === 'CODE_POOL' && stock !== undefined) {
      const allowed = 'no stock for a CODE_POOL: its stock is the codes that were imported';
      faults.push({ path: ['offers', at, 'stock'], given: String(stock), allowed });
    }
  }
  return faults;
};
