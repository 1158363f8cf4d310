// What the parts of the check-in ask of each other.
import type { FaultAt } from '../program-fault';
import { rewardFaults } from './reward-faults';
import { present, type Rule } from './rule';

export const checkInTerms: Rule = (program) => {
  const { checkIn } = program;
  if (!checkIn) return [];
  const { daily, streaks, cycleDays, makeUp } = checkIn;
  const faults: FaultAt[] = rewardFaults(program, daily, ['checkIn', 'daily']);
  const seen = new Set<number>();
  for (const [at, { day, reward }] of present(streaks)) {
    const path = ['checkIn', 'streaks', at];
    if (day !== undefined && seen.has(day)) {
      faults.push({ path: [...path, 'day'], given: `${day} again`, allowed: 'each number of days once' });
    }
    if (day !== undefined && cycleDays !== undefined && day > cycleDays) {
      const allowed = `1 to ${cycleDays} (cycleDays), after which the numbers begin anew`;
      faults.push({ path: [...path, 'day'], given: String(day), allowed });
    }
    if (day !== undefined) seen.add(day);
    faults.push(...rewardFaults(program, reward, [...path, 'reward']));
  }
  if (makeUp && makeUp.freePerMonth === 0 && makeUp.pointsPrice === undefined) {
    const allowed = 'a freePerMonth above 0, or a pointsPrice: as it is, nobody can make up for a day';
    faults.push({ path: ['checkIn', 'makeUp'], given: 'neither free nor sold days', allowed });
  }
  return faults;
};
