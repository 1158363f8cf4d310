// What the parts of a task ask of each other.
import type { Task } from '../engagement';
import type { FaultAt, Path } from '../program-fault';
import { eventFilterFaults, spanFaults } from './event-filter';
import { rewardFaults } from './reward-faults';
import { type Draft, present, type Rule } from './rule';

type DraftTask = Draft<Task>;

export const taskTerms: Rule = (program) =>
  [...present(program.tasks)].flatMap(([at, task]) => {
    const path = ['tasks', at];
    return [
      ...eventFilterFaults(task, path),
      ...countFaults(task, path),
      ...streakFaults(task, path),
      ...takenBackFaults(task, path),
      ...windowFaults(task, path),
      ...spanFaults(task, path),
      ...rewardFaults(program, task.reward, [...path, 'reward']),
    ];
  });

const WITH_MONEY: readonly string[] = ['PURCHASE', 'RETURN', 'RECHARGE'];

function countFaults({ kind, on, count, single }: DraftTask, path: Path): FaultAt[] {
  const faults: FaultAt[] = [];
  if (kind === 'SPEND_TARGET' && count !== undefined && count !== 'AMOUNT') {
    faults.push({ path: [...path, 'count'], given: count, allowed: 'AMOUNT for a SPEND_TARGET' });
  }
  if (count === 'AMOUNT' && on !== undefined && !WITH_MONEY.includes(on)) {
    const allowed = `COUNT or QUANTITY: only ${WITH_MONEY.join(', ')} have an amount`;
    faults.push({ path: [...path, 'count'], given: `AMOUNT with on: ${on}`, allowed });
  }
  if (single && count === 'COUNT' && kind !== 'SPEND_TARGET') {
    faults.push({ path: [...path, 'single'], given: 'true with count: COUNT', allowed: 'AMOUNT or QUANTITY for it' });
  }
  return faults;
}

function takenBackFaults({ kind, on, single, takenBack }: DraftTask, path: Path): FaultAt[] {
  if (!takenBack || (on === 'PURCHASE' && kind !== 'STREAK' && !single)) return [];
  const of = kind === 'STREAK' ? 'kind: STREAK' : single ? 'single: true' : `on: ${on}`;
  const allowed = 'false; only tasks on: PURCHASE that add up can be taken back';
  return [{ path: [...path, 'takenBack'], given: `true with ${of}`, allowed }];
}

function streakFaults({ kind, count, target, strict }: DraftTask, path: Path): FaultAt[] {
  if (kind !== 'STREAK') return [];
  const faults: FaultAt[] = [];
  if (count !== undefined && count !== 'COUNT') {
    faults.push({ path: [...path, 'count'], given: count, allowed: 'COUNT for a STREAK, whose days are counted' });
  }
  if (target !== undefined && (target < 2 || target > 366)) {
    faults.push({ path: [...path, 'target'], given: String(target), allowed: '2 to 366 days in a row for a STREAK' });
  }
  if (strict) faults.push({ path: [...path, 'strict'], given: 'true', allowed: 'false for a STREAK' });
  return faults;
}

function windowFaults({ kind, openTo, windowDays }: DraftTask, path: Path): FaultAt[] {
  if (openTo !== 'ASSIGNED') {
    if (windowDays === undefined) return [];
    const allowed = 'nothing: a window is counted from an assignment; give validFrom and validUntil instead';
    return [{ path: [...path, 'windowDays'], given: `${windowDays} with openTo: EVERYBODY`, allowed }];
  }
  const faults: FaultAt[] = [];
  if (windowDays === undefined) {
    faults.push({ path: [...path, 'windowDays'], given: 'nothing', allowed: '1 to 365 days for openTo: ASSIGNED' });
  }
  if (kind !== undefined && kind !== 'ONCE' && kind !== 'SPEND_TARGET') {
    const given = `ASSIGNED with kind: ${kind}`;
    faults.push({ path: [...path, 'openTo'], given, allowed: 'EVERYBODY, or a kind of ONCE or SPEND_TARGET' });
  }
  return faults;
}
