// A budget is set aside for one group: the cards of some plans, or the members at some levels.
import type { FaultAt } from '../program-fault';
import { present, type Rule } from './rule';

export const budgets: Rule = (program) => {
  const faults: FaultAt[] = [];
  for (const [at, { plans, levels }] of present(program.budgets)) {
    if (!plans || !levels || plans.length > 0 !== levels.length > 0) continue;
    const given = plans.length > 0 ? 'plans and levels' : 'neither plans nor levels';
    faults.push({ path: ['budgets', at], given, allowed: 'exactly one of plans and levels' });
  }
  return faults;
};
