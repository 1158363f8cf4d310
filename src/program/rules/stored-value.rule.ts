// What stored value asks of a program: steps that can be told apart, and a place for what rules give of it.
import type { FaultAt } from '../program-fault';
import { present, type Rule } from './rule';

export const storedValue: Rule = ({ storedValue: policy, earningRules }) => {
  const faults: FaultAt[] = [];
  const seen = new Set<number>();
  for (const [at, { from }] of present(policy?.bonuses)) {
    if (from === undefined) continue;
    if (seen.has(from)) {
      const allowed = 'an amount that no other step has';
      faults.push({ path: ['storedValue', 'bonuses', at, 'from'], given: `a second ${from}`, allowed });
    }
    seen.add(from);
  }
  if (policy) return faults;
  for (const [at, { earns }] of present(earningRules)) {
    if (earns !== 'STORED_VALUE') continue;
    const allowed = 'GROWTH or POINTS: this program has no storedValue';
    faults.push({ path: ['earningRules', at, 'earns'], given: 'STORED_VALUE', allowed });
  }
  return faults;
};
