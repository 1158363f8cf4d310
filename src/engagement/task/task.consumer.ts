// What an event does for tasks: it takes from what is left to do, in the event's own chain.
import type { PeriodNumber } from '../../kernel/period';
import { available } from '../../ledger/account';
import { companion } from '../../ledger/batch';
import { TRANSFER_CODES } from '../../ledger/chart';
import { ChainDraft } from '../../members/credit';
import type { Judging } from '../../members/level';
import type { Catalogue } from '../../program/catalogue';
import { type CatalogueTask, isWithin } from '../../program/catalogue-engagement';
import type { EventType } from '../../program/event-type';
import type { MemberEvent } from '../event/event';
import type { EventConsumer, EventPart } from '../event/event-consumer';
import { isMeant, windowOf } from '../event-match';
import type { RewardService } from '../reward/reward.service';
import { progressWriter, streakWriter } from './task.store';
import {
  assignedTurns,
  ONLY_TURN,
  type Turn,
  targetOf,
  taskAccount,
  taskContra,
  taskDayAccount,
  taskDaysAccount,
  taskDaysOpened,
} from './task-accounts';

/** Groups of an event's chain from here on are those of tasks. */
const FIRST_GROUP = 100;
/** Turns that one event goes towards at most: what a chain holds beside what the event earns. */
const TURNS_MAX = 80;

const byType = new WeakMap<Catalogue, ReadonlyMap<EventType, readonly CatalogueTask[]>>();

function tasksOn(catalogue: Catalogue, type: EventType): readonly CatalogueTask[] {
  let known = byType.get(catalogue);
  if (!known) {
    const kin = (on: EventType) => catalogue.tasks.filter((task) => task.on === on);
    known = new Map(catalogue.tasks.map(({ on }) => [on, kin(on)]));
    byType.set(catalogue, known);
  }
  return known.get(type) ?? [];
}

/** The turn of a task for everybody at an instant. */
export function turnAt({ kind }: CatalogueTask, { catalogue, now }: Pick<Judging, 'catalogue' | 'now'>): Turn {
  const period = kind === 'DAILY' ? 'DAY' : kind === 'WEEKLY' ? 'WEEK' : undefined;
  return period ? { ...ONLY_TURN, period: catalogue.time.periodAt(period, now) } : ONLY_TURN;
}

export class TaskConsumer implements EventConsumer {
  constructor(private readonly rewards: RewardService) {}

  part(event: MemberEvent, judging: Judging): EventPart | undefined {
    const tasks = tasksOn(judging.catalogue, event.type).filter(
      (task) => isWithin(task, event.occurredAt) && isMeant(task, event, judging),
    );
    if (tasks.length === 0) return undefined;
    const steps = new Steps(event, judging);
    const assigned = tasks.some(({ isAssigned }) => isAssigned) ? assignedTurns(judging.rows) : undefined;
    for (const task of tasks) {
      if (task.kind === 'STREAK') steps.addDay(task);
      else if (!task.isAssigned) steps.advance(task, turnAt(task, judging));
      else for (const turn of assigned?.get(task.number) ?? []) steps.advanceAssigned(task, turn);
    }
    return steps.draft;
  }

  async after(events: readonly MemberEvent[]): Promise<void> {
    await this.rewards.settle(events.map(({ memberId }) => memberId));
  }
}

/** Puts together what one event does; `judging.now` is when it occurred. */
class Steps {
  readonly draft = new ChainDraft();
  private group = FIRST_GROUP;

  constructor(
    private readonly event: MemberEvent,
    private readonly judging: Judging,
  ) {}

  advanceAssigned(task: CatalogueTask, turn: Turn): void {
    const { from, until } = windowOf(turn.assignment);
    if (this.event.occurredAt >= from && this.event.occurredAt <= until) this.advance(task, turn);
  }

  advance(task: CatalogueTask, turn: Turn): void {
    const { memberId } = this.event;
    const account = taskAccount(memberId, task, turn);
    const balance = this.judging.rows.balances.get(account);
    const step = this.next(task);
    if (!step || (balance && available(balance) === 0)) return;
    const counted = this.counted(task);
    // What was asked for when the turn began is what was granted then.
    const need = targetOf(this.judging.rows.balances, account) ?? task.need;
    const asked = task.single ? (counted >= need ? need : 0) : counted;
    if (asked <= 0) return;
    this.group += 1;
    this.draft.open(account, taskContra('TASK_SET', task), task.need);
    this.draft.move(account, taskContra('TASK_DONE', task), asked, TRANSFER_CODES.TASK, step.group);
    this.draft.companions.push(companion(progressWriter, { ...step, turn, account }));
  }

  addDay(task: CatalogueTask): void {
    const { memberId, occurredAt } = this.event;
    const day: PeriodNumber = this.judging.catalogue.time.periodAt('DAY', occurredAt);
    const account = taskDayAccount(memberId, task, day);
    const balance = this.judging.rows.balances.get(account);
    const step = this.next(task);
    if (!step || (balance && available(balance) === 0)) return;
    this.group += 1;
    this.draft.open(account, taskDaysOpened(task), 1);
    this.draft.open(taskDaysAccount(memberId, task), taskDaysOpened(task));
    this.draft.move(account, taskDaysAccount(memberId, task), 1, TRANSFER_CODES.TASK, step.group);
    this.draft.companions.push(companion(streakWriter, { ...step, day }));
  }

  private next(task: CatalogueTask) {
    const { memberId, id: eventId, occurredAt } = this.event;
    if (this.group >= FIRST_GROUP + TURNS_MAX) return undefined;
    return { memberId, task, eventId, occurredAt, group: this.group };
  }

  private counted({ count }: CatalogueTask): number {
    if (count === 'COUNT') return 1;
    return count === 'AMOUNT' ? (this.event.amount ?? 0) : this.event.quantity;
  }
}
