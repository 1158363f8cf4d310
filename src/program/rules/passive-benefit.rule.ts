// A passive benefit is shown and never claimed, so nothing can hold its cost against a cap or count its uses.
import type { FaultAt } from '../program-fault';
import { present, type Rule } from './rule';

export const passiveBenefit: Rule = (program) => {
  const faults: FaultAt[] = [];
  const passive = new Set<string>();
  for (const [at, { code, redeemable, unitCost, pointsPrice }] of present(program.benefits)) {
    if (redeemable !== false) continue;
    if (code !== undefined) passive.add(code);
    if (unitCost !== undefined && unitCost > 0) {
      const allowed = '0 for a benefit with redeemable: false, because no cap would stop its cost';
      faults.push({ path: ['benefits', at, 'unitCost'], given: String(unitCost), allowed });
    }
    if (pointsPrice !== undefined && pointsPrice > 0) {
      const allowed = '0 for a benefit with redeemable: false, because nobody claims it and pays';
      faults.push({ path: ['benefits', at, 'pointsPrice'], given: String(pointsPrice), allowed });
    }
  }
  for (const section of ['levels', 'plans'] as const) {
    for (const [at, owner] of present<Owner>(program[section])) {
      for (const [index, { benefit, quota }] of present(owner.entitlements)) {
        if (quota === undefined || benefit === undefined || !passive.has(benefit)) continue;
        const allowed = `no quota: ${benefit} has redeemable: false and is never claimed`;
        faults.push({ path: [section, at, 'entitlements', index, 'quota'], given: 'a quota', allowed });
      }
    }
  }
  return faults;
};

interface Owner {
  readonly entitlements?: readonly ({ readonly benefit?: string; readonly quota?: object } | undefined)[];
}
