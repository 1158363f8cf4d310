// No offer is addressed to a plan whose card could never pay for a single redemption of it.
import type { FaultAt } from '../program-fault';
import { tightestLimit } from './affordable';
import { present, type Rule } from './rule';

export const offerCost: Rule = (program) => {
  const plans = new Map([...present(program.plans)].map(([, plan]) => [plan.code, plan]));
  const faults: FaultAt[] = [];
  for (const [at, offer] of present(program.offers)) {
    if (offer.card === 'NONE' && offer.coPay) {
      const allowed = 'false when no card is charged: co-pay covers what a cap does not';
      faults.push({ path: ['offers', at, 'coPay'], given: 'true with card: NONE', allowed });
    }
    // What the partner bears is charged to no cap.
    if (offer.unitCost === undefined || offer.card !== 'REQUIRED' || offer.coPay !== false) continue;
    if (offer.funding !== 'OPERATOR') continue;
    for (const [index, code] of present(offer.audience?.plans)) {
      const plan = plans.get(code);
      const limit = plan && tightestLimit(program, plan, offer.benefitClass, offer.partner);
      if (!limit || offer.unitCost <= limit.amount) continue;
      faults.push({
        path: ['offers', at, 'audience', 'plans', index],
        given: `${code} for an offer of unitCost ${offer.unitCost}`,
        allowed: `plans of which the cap is at least the unitCost (${limit.amount} is ${limit.name}), or coPay: true`,
      });
    }
  }
  return faults;
};
