// The door to tasks: assignments that open a turn for one member, and what a member has to do and has done.
import type { Database } from '../../database/database';
import type { Actor } from '../../kernel/actor';
import { type Clock, DAY, type Instant } from '../../kernel/clock';
import { type Id, namedId, newId, ZERO_ID } from '../../kernel/id';
import { addDays } from '../../kernel/period';
import { type Refusal, refuse } from '../../kernel/refusal';
import { type AccountKey, accountParts, available } from '../../ledger/account';
import type { LedgerService } from '../../ledger/ledger.service';
import { isMismatch } from '../../ledger/transfer';
import { checkInstant, checkText, shown } from '../../members/input-checks';
import type { Judging } from '../../members/level';
import { findMemberIds } from '../../members/member.store';
import type { MemberRows } from '../../members/member-rows';
import type { Catalogue } from '../../program/catalogue';
import { type CatalogueTask, isWithin } from '../../program/catalogue-engagement';
import { LATENESS, windowOf, windowRef } from '../event-match';
import { runAround } from './streak-run';
import { turnAt } from './task.consumer';
import {
  type Completion,
  type CompletionPlace,
  FIRST_PLACE,
  freeDays,
  pageCompletions,
  readCompletions,
} from './task.store';
import { assignedTurns, ONLY_TURN, type Turn, targetOf, taskAccount, taskContra } from './task-accounts';

export interface AssignInput {
  /** The external id of the member. */
  readonly member: string;
  /** The code of the task. */
  readonly task: string;
  /** Now unless told. */
  readonly assignedAt?: Instant;
  /** 1 to 128 characters; scoped to the actor and the member. */
  readonly idempotencyKey: string;
}

export interface Assigned {
  readonly task: CatalogueTask;
  readonly memberId: Id;
  /** Names the turn among those of the member. */
  readonly assignment: Id;
}

/** A turn at a task as it stands. */
export interface TaskStanding extends Turn {
  readonly task: CatalogueTask;
  readonly progress: number;
  readonly target: number;
  readonly state: 'OPEN' | 'COMPLETED' | 'EXPIRED';
  readonly completedAt?: Instant;
  /** When the count begins anew, for tasks of a day or a week. */
  readonly resetsAt?: Instant;
  /** The last instant at which events count, for assignments and tasks that end. */
  readonly endsAt?: Instant;
}

const NOT_ASSIGNED = 'is open to everybody; only tasks with openTo: ASSIGNED are assigned';

export class TaskService {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /** Opens a turn at a task for each input, once a key; one that is refused keeps no other back. In their order. */
  async assign(actor: Actor, inputs: readonly AssignInput[]): Promise<readonly (Assigned | Refusal)[]> {
    const faults = inputs.map((input) => this.faultOf(input));
    const sound = inputs.filter((_input, at) => !faults[at]);
    const ids = await findMemberIds(this.database.read, [...new Set(sound.map(({ member }) => member))]);
    return Promise.all(
      inputs.map((input, at): Refusal | Promise<Assigned | Refusal> => {
        const fault = faults[at];
        if (fault) return fault;
        const memberId = ids.get(input.member);
        if (memberId !== undefined) return this.assignOne(actor, memberId, input);
        return refuse('NOT_FOUND', `There is no member ${shown(input.member)}.`, 'member');
      }),
    );
  }

  /** The member's tasks: those for everybody that are open now, and its assignments of late. */
  async tasksOf({ rows, catalogue, now }: Judging): Promise<TaskStanding[]> {
    const { id } = rows.member;
    const today = catalogue.time.periodAt('DAY', now);
    const periods = [0, today, catalogue.time.periodAt('WEEK', now), addDays(today, -1)];
    const completions = await readCompletions(this.database.read, id, periods);
    const done = new Map(completions.map((completion) => [turnKey(completion.taskId, completion), completion]));
    const assigned = assignedTurns(rows);
    const standings: TaskStanding[] = [];
    for (const task of catalogue.tasks) {
      if (task.isAssigned) {
        for (const turn of assigned.get(task.number) ?? []) standings.push(assignedStanding(task, turn));
      } else if (isWithin(task, now)) {
        standings.push(task.kind === 'STREAK' ? await this.streakOf(task, { rows, catalogue, now }) : openTo(task));
      }
    }
    return standings;

    function openTo(task: CatalogueTask): TaskStanding {
      const turn = turnAt(task, { catalogue, now });
      const account = taskAccount(id, task, turn);
      const period = task.kind === 'DAILY' ? 'DAY' : task.kind === 'WEEKLY' ? 'WEEK' : undefined;
      const resetsAt = period && catalogue.time.nextPeriodAt(period, now);
      const endsAt = Number.isFinite(task.validUntil) ? task.validUntil - 1 : undefined;
      return { task, ...turn, ...progressOf(task, rows, account, done.get(turnKey(task.id, turn))), resetsAt, endsAt };
    }

    function assignedStanding(task: CatalogueTask, turn: Turn): TaskStanding {
      const account = taskAccount(id, task, turn);
      const { until: endsAt } = windowOf(turn.assignment);
      const progress = progressOf(task, rows, account, done.get(turnKey(task.id, turn)));
      const state = progress.state === 'OPEN' && now > endsAt ? 'EXPIRED' : progress.state;
      return { task, ...turn, ...progress, state, endsAt };
    }
  }

  /** All completions there are, for reports and replays; read in pages of so many. Authorise before asking. */
  async *completions(page: number): AsyncGenerator<{ member: string; task: string; completedAt: Instant }> {
    for (let after: CompletionPlace | undefined = FIRST_PLACE; after; ) {
      const { completions, last }: Awaited<ReturnType<typeof pageCompletions>> = await pageCompletions(
        this.database.read,
        after,
        page,
      );
      for (const { member, taskId, completedAt } of completions) {
        yield { member, task: this.catalogue().task(taskId)?.code ?? '', completedAt };
      }
      after = last;
    }
  }

  private async streakOf(task: CatalogueTask, { rows, catalogue, now }: Judging): Promise<TaskStanding> {
    const { id } = rows.member;
    const today = catalogue.time.periodAt('DAY', now);
    const yesterday = addDays(today, -1);
    const free = await freeDays(this.database.read, id, task.id, [addDays(today, -task.need), today]);
    const last = free.includes(today) ? today : yesterday;
    const progress = runAround(free, last).length;
    return { task, ...ONLY_TURN, progress, target: task.need, state: 'OPEN' };
  }

  private faultOf(input: AssignInput): Refusal | undefined {
    const now = this.clock.now();
    const fault =
      checkText('idempotencyKey', input.idempotencyKey) ??
      checkText('member', input.member) ??
      checkInstant('assignedAt', input.assignedAt, { from: now - 366 * DAY, now });
    if (fault) return fault;
    const task = this.catalogue().taskByCode(input.task);
    if (!task) return refuse('NOT_FOUND', `The program has no task ${shown(input.task)}.`, 'task');
    return task.isAssigned ? undefined : refuse('INVALID_INPUT', `Task ${task.code} ${NOT_ASSIGNED}.`, 'task');
  }

  private async assignOne(actor: Actor, memberId: Id, input: AssignInput): Promise<Assigned | Refusal> {
    const task = this.catalogue().taskByCode(input.task)!;
    const assignedAt = input.assignedAt ?? this.clock.now();
    const key = namedId('assign', actor.role, actor.subject, memberId, input.idempotencyKey);
    const assignment = windowRef(assignedAt, task.windowDays, key);
    const until = assignedAt + task.windowDays * DAY;
    const period = this.catalogue().time.periodAt('DAY', until + LATENESS);
    const account = taskAccount(memberId, task, { assignment, period });
    const result = await this.ledger.submit({
      key,
      fingerprint: namedId(task.id, String(input.assignedAt ?? '')),
      id: newId(this.clock.now()),
      openings: [{ account, grant: task.need, from: taskContra('TASK_SET', task) }],
      transfers: [],
    });
    if (isMismatch(result)) {
      return refuse('IDEMPOTENCY_MISMATCH', 'The idempotency key was used for another assignment.', 'idempotencyKey');
    }
    if (!result.applied) return refuse('CONFLICT', `The task could not be assigned: ${result.status}.`);
    if (!result.replayed) return { task, memberId, assignment };
    // It may have been assigned without an instant, at another time than now.
    const [grant] = await this.ledger.transfersOf(result.id);
    return { task, memberId, assignment: grant ? accountParts(grant.credit).ref : assignment };
  }
}

function turnKey(taskId: Id, { assignment, period }: Turn): string {
  return assignment === ZERO_ID ? `${taskId} ${period}` : `${taskId} ${assignment}`;
}

function progressOf(
  task: CatalogueTask,
  { balances }: MemberRows,
  account: AccountKey,
  completion: Completion | undefined,
) {
  const balance = balances.get(account);
  const target = targetOf(balances, account) ?? task.need;
  if (completion) {
    return { progress: target, target, state: 'COMPLETED', completedAt: completion.completedAt } as const;
  }
  return { progress: balance ? target - available(balance) : 0, target, state: 'OPEN' } as const;
}
