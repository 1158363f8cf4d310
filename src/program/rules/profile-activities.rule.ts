// An activity of a profile is named once, and ends after it begins.
import type { FaultAt } from '../program-fault';
import { present, type Rule } from './rule';

export const profileActivities: Rule = (program) => {
  const faults: FaultAt[] = [];
  for (const [at, { activities }] of present(program.profiles)) {
    const seen = new Set<string>();
    for (const [index, { code, fromWeek, untilWeek }] of present(activities)) {
      const path = ['profiles', at, 'activities', index];
      if (code !== undefined && seen.has(code)) {
        faults.push({
          path: [...path, 'code'],
          given: `${code} again`,
          allowed: 'a code that no other activity of it has',
        });
      }
      if (code !== undefined) seen.add(code);
      if (untilWeek === undefined || fromWeek === undefined || untilWeek >= fromWeek) continue;
      faults.push({
        path: [...path, 'untilWeek'],
        given: String(untilWeek),
        allowed: `${fromWeek} or later: fromWeek`,
      });
    }
  }
  return faults;
};
