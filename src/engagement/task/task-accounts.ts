// The ledger accounts of tasks, named once for all who write or read them.
import { type Id, ZERO_ID } from '../../kernel/id';
import { COUNT } from '../../kernel/money';
import type { PeriodNumber } from '../../kernel/period';
import { type AccountKey, accountKey, accountParts, kindOf } from '../../ledger/account';
import { ACCOUNT_KINDS as KIND } from '../../ledger/chart';
import type { MemberRows } from '../../members/member-rows';
import type { CatalogueTask } from '../../program/catalogue-engagement';

/** Which turn at a task: an assignment, or a period, or neither for a task that everybody may do once. */
export interface Turn {
  readonly assignment: Id;
  readonly period: PeriodNumber;
}

export const ONLY_TURN: Turn = { assignment: ZERO_ID, period: 0 };

/** Holds what is still to be done: its grant is the whole, what was taken from it the progress. */
export function taskAccount(memberId: Id, task: CatalogueTask, { assignment, period }: Turn): AccountKey {
  const { number: item, unit } = task;
  return accountKey({ holder: memberId, kind: KIND.TASK_LEFT, ref: assignment, item, period, unit });
}

/** What returns took back of a turn: the account beside the turn's own, which was then granted that much more. */
export function returnedOf(account: AccountKey): AccountKey {
  const { holder, ref, item, period, unit } = accountParts(account);
  return accountKey({ holder, kind: KIND.TASK_RETURNED, ref, item, period, unit });
}

/** What a turn asked for when it began; `undefined` when it has not begun. */
export function targetOf(balances: MemberRows['balances'], account: AccountKey): number | undefined {
  const balance = balances.get(account);
  if (!balance) return undefined;
  return balance.creditsPosted - (balances.get(returnedOf(account))?.creditsPosted ?? 0);
}

export function taskContra(kind: 'TASK_SET' | 'TASK_DONE', task: CatalogueTask): AccountKey {
  return accountKey({ holder: task.id, kind: KIND[kind], unit: task.unit });
}

export function taskDayAccount(memberId: Id, task: CatalogueTask, day: PeriodNumber): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.TASK_DAY, item: task.number, period: day, unit: COUNT });
}

export function taskDaysAccount(memberId: Id, task: CatalogueTask): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.TASK_DAYS, item: task.number, unit: COUNT });
}

export function taskDaysOpened(task: CatalogueTask): AccountKey {
  return accountKey({ holder: task.id, kind: KIND.TASK_DAYS_OPENED, unit: COUNT });
}

/** The turns of assignments that are among the rows, by the number of their task. */
export function assignedTurns({ balances }: MemberRows): Map<number, Turn[]> {
  const turns = new Map<number, Turn[]>();
  for (const account of balances.keys()) {
    if (kindOf(account) !== KIND.TASK_LEFT) continue;
    const { ref: assignment, item, period } = accountParts(account);
    if (assignment === ZERO_ID) continue;
    turns.set(item, [...(turns.get(item) ?? []), { assignment, period }]);
  }
  return turns;
}
