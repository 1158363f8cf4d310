// Levels leave no hole: one begins at 0 unless a member may have none, and a higher rank has a higher threshold.
import type { FaultAt } from '../program-fault';
import { present, type Rule } from './rule';

export const levelsAscend: Rule = (program) => {
  const known = [...present(program.levels)].flatMap(([at, { rank, threshold }]) =>
    rank === undefined || threshold === undefined ? [] : [{ at, rank, threshold }],
  );
  // With a level of unknown rank or threshold, nothing sure can be said about the order of all.
  const list = program.levels ?? [];
  if (known.length === 0 || known.length < list.length) return [];
  const faults: FaultAt[] = [];
  const ordered = known.toSorted((left, right) => left.rank - right.rank || left.at - right.at);
  for (const [place, level] of ordered.entries()) {
    const lower = ordered[place - 1];
    if (!lower) continue;
    if (level.rank === lower.rank) {
      const given = `${level.rank}, the rank of levels[${lower.at}]`;
      faults.push({ path: ['levels', level.at, 'rank'], given, allowed: 'a rank that no other level has' });
    } else if (level.threshold <= lower.threshold) {
      const given = `${level.threshold} at rank ${level.rank}`;
      const allowed = `more than ${lower.threshold}, the threshold of rank ${lower.rank}`;
      faults.push({ path: ['levels', level.at, 'threshold'], given, allowed });
    }
  }
  const lowest = ordered[0]!;
  if (!known.some(({ threshold }) => threshold === 0) && !program.levelPolicy?.mayHaveNone) {
    const allowed = '0 for the lowest level, so that every member has one';
    faults.push({ path: ['levels', lowest.at, 'threshold'], given: String(lowest.threshold), allowed });
  }
  return faults;
};
