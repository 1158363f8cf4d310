// What is wrong with a reward, wherever in the file it stands: rules of sections that give rewards call this.
import { type FaultAt, nearest, type Path, showGiven } from '../program-fault';
import type { Reward } from '../reward';
import { codesOf, type Draft, type ProgramDraft, present } from './rule';

/** `path` leads to the reward. Passive benefits cannot be given, since there is nothing to claim. */
export function rewardFaults(program: ProgramDraft, reward: Draft<Reward> | undefined, path: Path): FaultAt[] {
  if (!reward) return [];
  const redeemable = [...present(program.benefits)].flatMap(([, one]) => (one.redeemable === false ? [] : [one]));
  const faults = [
    ...listFaults(reward.benefits, codesOf(redeemable), [...path, 'benefits'], 'redeemable benefits'),
    ...listFaults(reward.offers, codesOf(program.offers), [...path, 'offers'], 'offers'),
  ];
  if (reward.storedValue !== undefined && !program.storedValue) {
    const allowed = 'no storedValue: the program has none that members could spend; add the section storedValue';
    faults.push({ path: [...path, 'storedValue'], atKey: true, given: String(reward.storedValue), allowed });
  }
  const draws = codesOf(program.draws);
  for (const code of Object.keys(reward.draws ?? {})) {
    if (!draws.has(code)) faults.push({ ...codeFault(code, draws, [...path, 'draws', code], 'draws'), atKey: true });
  }
  return faults;
}

function listFaults(
  list: readonly (string | undefined)[] | undefined,
  codes: ReadonlySet<string>,
  path: Path,
  what: string,
): FaultAt[] {
  return [...present(list)].flatMap(([at, code]) =>
    codes.has(code) ? [] : [codeFault(code, codes, [...path, at], what)],
  );
}

function codeFault(code: string, codes: ReadonlySet<string>, path: Path, what: string): FaultAt {
  const meant = nearest(code, codes);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return { path, given: showGiven(code), allowed: `the code of one of the ${what} in this file${hint}` };
}
