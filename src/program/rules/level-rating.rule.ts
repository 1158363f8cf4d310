// Ratings of levels rise with their rank, within what the program's rating can reach.
import type { FaultAt } from '../program-fault';
import { present, type Rule } from './rule';

export const levelRating: Rule = ({ levels, levelPolicy }) => {
  const faults: FaultAt[] = [];
  const max = levelPolicy?.rating?.max;
  for (const [at, { minRating }] of present(levels)) {
    if (minRating === undefined) continue;
    const path = ['levels', at, 'minRating'];
    if (!levelPolicy?.rating) {
      const allowed = 'no minRating: the program has no levelPolicy.rating';
      faults.push({ path, atKey: true, given: String(minRating), allowed });
    } else if (max !== undefined && minRating > max) {
      faults.push({ path, given: String(minRating), allowed: `at most ${max}, the highest rating there is` });
    }
  }
  const known = [...present(levels)].flatMap(([at, { rank, minRating = 0 }]) =>
    rank === undefined ? [] : [{ at, rank, minRating }],
  );
  if (!levelPolicy?.rating || known.length < (levels ?? []).length) return faults;
  const ordered = known.toSorted((left, right) => left.rank - right.rank);
  for (const [place, level] of ordered.entries()) {
    const lower = ordered[place - 1];
    if (lower && level.minRating < lower.minRating) {
      const allowed = `at least ${lower.minRating}, which rank ${lower.rank} needs already`;
      const given = `${level.minRating} at rank ${level.rank}`;
      faults.push({ path: ['levels', level.at, 'minRating'], given, allowed });
    }
  }
  const [lowest] = ordered;
  if (lowest && lowest.minRating > 0 && !levelPolicy.mayHaveNone) {
    const allowed = '0 for the lowest level, so that every member has one; or levelPolicy.mayHaveNone';
    faults.push({ path: ['levels', lowest.at, 'minRating'], given: String(lowest.minRating), allowed });
  }
  return faults;
};
