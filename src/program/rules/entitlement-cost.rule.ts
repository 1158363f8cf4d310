// No plan promises a benefit of which a single use costs more than the card may ever cost.
import type { FaultAt } from '../program-fault';
import { tightestLimit } from './affordable';
import { present, type Rule } from './rule';

export const entitlementCost: Rule = (program) => {
  const benefits = new Map([...present(program.benefits)].map(([, benefit]) => [benefit.code, benefit]));
  const faults: FaultAt[] = [];
  for (const [at, plan] of present(program.plans)) {
    for (const [index, entitlement] of present(plan.entitlements)) {
      const benefit = entitlement.benefit === undefined ? undefined : benefits.get(entitlement.benefit);
      if (benefit?.unitCost === undefined || benefit.coPay !== false || benefit.redeemable !== true) continue;
      const limit = tightestLimit(program, plan, benefit.class, undefined);
      if (!limit || benefit.unitCost <= limit.amount) continue;
      faults.push({
        path: ['plans', at, 'entitlements', index, 'benefit'],
        given: `${entitlement.benefit}, of which one use costs ${benefit.unitCost}`,
        allowed: `a unitCost of at most ${limit.amount} (${limit.name}), or coPay: true on the benefit`,
      });
    }
  }
  return faults;
};
