// An offer closes after it opens, and counts its stock in one place only.
import type { FaultAt } from '../program-fault';
import { present, type Rule } from './rule';

export const offerSupply: Rule = (program) => {
  const faults: FaultAt[] = [];
  for (const [at, { validFrom, validUntil, fulfilment, stock }] of present(program.offers)) {
    if (validFrom !== undefined && validUntil !== undefined && Date.parse(validUntil) <= Date.parse(validFrom)) {
      faults.push({
        path: ['offers', at, 'validUntil'],
        given: validUntil,
        allowed: `a moment after validFrom (${validFrom})`,
      });
    }
    if (fulfilment === 'CODE_POOL' && stock !== undefined) {
      const allowed = 'no stock for a CODE_POOL: its stock is the codes that were imported';
      faults.push({ path: ['offers', at, 'stock'], given: String(stock), allowed });
    }
  }
  return faults;
};
