// Weeks in which members of a profile are away end after they begin, and who lets a card lapse has one.
import type { FaultAt } from '../program-fault';
import { present, type Rule } from './rule';

export const profileAbsence: Rule = (program) => {
  const faults: FaultAt[] = [];
  for (const [at, profile] of present(program.profiles)) {
    for (const kind of ['lapse', 'pause'] as const) {
      const { fromWeek, untilWeek } = profile[kind] ?? {};
      if (untilWeek === undefined || fromWeek === undefined || untilWeek >= fromWeek) continue;
      faults.push({
        path: ['profiles', at, kind, 'untilWeek'],
        given: String(untilWeek),
        allowed: `${fromWeek} or later: fromWeek`,
      });
    }
    if (profile.lapse === undefined || profile.plan !== undefined) continue;
    faults.push({
      path: ['profiles', at, 'lapse'],
      atKey: true,
      given: 'weeks without a card',
      allowed: 'none without a plan; or the plan of which they hold a card before',
    });
  }
  return faults;
};
