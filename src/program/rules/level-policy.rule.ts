// The level policy fits together: what it refers to exists, its times agree, and growth never falls below nothing.
import { type FaultAt, nearest, type Path, showGiven } from '../program-fault';
import { codesOf, type Draft, type ProgramDraft, present, type Rule } from './rule';

type Policy = NonNullable<ProgramDraft['levelPolicy']>;
const ROOT = 'levelPolicy';

export const levelPolicy: Rule = (program) => {
  const policy = program.levelPolicy;
  if (!policy) return [];
  return [...planFaults(program, policy), ...whenFaults(policy), ...decayFaults(policy.decay), ...ratingFaults(policy)];
};

function planFaults(program: ProgramDraft, { plans, decay, daily, activation }: Policy): FaultAt[] {
  const known = codesOf(program.plans);
  const fault = (code: string, path: Path, atKey: boolean): FaultAt[] => {
    if (known.has(code)) return [];
    const meant = nearest(code, known);
    const allowed = `the code of one of the plans in this file${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    return [{ path, atKey, given: showGiven(code), allowed }];
  };
  return [
    ...[...present(plans)].flatMap(([at, code]) => fault(code, [ROOT, 'plans', at], false)),
    ...[...present(decay?.plans)].flatMap(([at, code]) => fault(code, [ROOT, 'decay', 'plans', at], false)),
    ...Object.keys(daily ?? {}).flatMap((code) => fault(code, [ROOT, 'daily', code], true)),
    ...Object.keys(activation ?? {}).flatMap((code) => fault(code, [ROOT, 'activation', code], true)),
  ];
}

function whenFaults({ when = 'AT_ONCE', downgrade, keep, date, graceDays = 0 }: Policy): FaultAt[] {
  const faults: FaultAt[] = [];
  if (when === 'AT_KEEP_END' && !keep) {
    faults.push({
      path: [ROOT, 'keep'],
      given: 'nothing',
      allowed: 'a time to keep levels for: AT_KEEP_END waits for it',
    });
  }
  if (when === 'AT_ONCE' && keep) {
    const allowed = 'no time to keep: AT_ONCE lets no level outlive its growth; give AT_KEEP_END or AT_DATE';
    faults.push({ path: [ROOT, 'keep'], atKey: true, given: 'a time to keep', allowed });
  }
  if (when === 'AT_DATE' && !date) {
    faults.push({ path: [ROOT, 'date'], given: 'nothing', allowed: 'the day of the year of AT_DATE' });
  }
  if (when !== 'AT_DATE' && date) {
    faults.push({
      path: [ROOT, 'date'],
      atKey: true,
      given: 'a day of the year',
      allowed: 'no date: only AT_DATE has one',
    });
  }
  if (date?.month !== undefined && date.day !== undefined && date.day > daysOf(date.month)) {
    const allowed = `a day that month ${date.month} has, of which the last is ${daysOf(date.month)}`;
    faults.push({ path: [ROOT, 'date', 'day'], given: String(date.day), allowed });
  }
  if (downgrade === 'ONE_STEP' && when === 'AT_ONCE' && graceDays === 0) {
    const allowed = 'TO_MATCHING, which is what one step after the other at once comes to; or graceDays of 1 and more';
    faults.push({ path: [ROOT, 'downgrade'], given: 'ONE_STEP at once without grace', allowed });
  }
  return faults;
}

function daysOf(month: number): number {
  // Of a leap year.
  return new Date(Date.UTC(2024, month, 0)).getUTCDate();
}

function decayFaults(decay: Draft<Policy>['decay']): FaultAt[] {
  const { graceDays, firstDay } = decay ?? {};
  if (graceDays === undefined || firstDay === undefined) return [];
  if (firstDay === graceDays || firstDay === graceDays + 1) return [];
  const allowed = `${graceDays}, the last day of grace, or ${graceDays + 1}, the day after`;
  return [{ path: [ROOT, 'decay', 'firstDay'], given: String(firstDay), allowed }];
}

function ratingFaults({ rating }: Policy): FaultAt[] {
  const { initial, max } = rating ?? {};
  if (initial === undefined || max === undefined || initial <= max) return [];
  return [{ path: [ROOT, 'rating', 'initial'], given: String(initial), allowed: `at most ${max}, which is max` }];
}
