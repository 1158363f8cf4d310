// Only a privilege plan has parents, a parent is a membership plan, and who draws on a parent's cap names the parents.
import type { FaultAt } from '../program-fault';
import { present, type Rule } from './rule';

export const parentPlans: Rule = (program) => {
  const kinds = new Map([...present(program.plans)].map(([, { code, kind }]) => [code, kind]));
  const faults: FaultAt[] = [];
  for (const [at, plan] of present(program.plans)) {
    if (plan.kind === 'MEMBERSHIP' && plan.drawsOnParentCap) {
      const allowed = 'false for a MEMBERSHIP plan; only a PRIVILEGE card has a parent';
      faults.push({ path: ['plans', at, 'drawsOnParentCap'], given: 'true', allowed });
    }
    if (plan.kind === 'MEMBERSHIP' && plan.parentPlans && plan.parentPlans.length > 0) {
      const given = `${plan.parentPlans.length} parents`;
      faults.push({ path: ['plans', at, 'parentPlans'], given, allowed: 'none for a MEMBERSHIP plan' });
      continue;
    }
    for (const [index, parent] of present(plan.parentPlans)) {
      if (kinds.get(parent) !== 'PRIVILEGE') continue;
      const given = `the PRIVILEGE plan ${parent}`;
      faults.push({ path: ['plans', at, 'parentPlans', index], given, allowed: 'the code of a MEMBERSHIP plan' });
    }
    if (plan.kind === 'PRIVILEGE' && plan.drawsOnParentCap && plan.parentPlans?.length === 0) {
      const allowed = 'at least one parent in parentPlans, or drawsOnParentCap: false';
      faults.push({ path: ['plans', at, 'drawsOnParentCap'], given: 'true without parentPlans', allowed });
    }
  }
  return faults;
};
