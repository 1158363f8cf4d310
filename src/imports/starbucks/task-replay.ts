// Feeds the received offers as assignments and the transactions as events, and holds what tasks were completed against
// the completions of the data: the same member, offer and hour, and as often.

import type { EventInput } from '../../engagement/event/event';
import type { EventService } from '../../engagement/event/event.service';
import type { Assigned, AssignInput, TaskService } from '../../engagement/task/task.service';
import type { Actor } from '../../kernel/actor';
import { HOUR, type ManualClock } from '../../kernel/clock';
import { isRefusal, type Refusal } from '../../kernel/refusal';
import type { Figure } from '../figure-table';
import { ImportFault } from '../import-fault';
import type { ImportHouse, OnProgress } from '../import-house';
import { newLineCount } from '../json-lines';
import type { CheckedFolder } from './check';
import type { StarbucksEvent } from './records';
import type { ImportState } from './state';

const ACTOR: Actor = { role: 'SERVER', subject: 'import starbucks' };
const SOURCE = 'starbucks';
/** As many as the API takes in one call. */
const CALL = 1_000;
const PAGE = 5_000;

export interface TaskHouse extends ImportHouse {
  readonly tasks: Pick<TaskService, 'assign' | 'completions'>;
  readonly events: Pick<EventService, 'record'>;
}

export interface TaskOutcome {
  assigned: number;
  recorded: number;
  /** Completions of the data. */
  expected: number;
  /** Tasks that were completed. */
  completed: number;
  /** Completions of the data that no task has, and the other way round; both should be 0. */
  misses: number;
  extras: number;
}

export interface TaskReplayRequest {
  readonly checked: CheckedFolder;
  readonly state: ImportState;
  readonly onProgress?: OnProgress;
}

/** Viewed offers play no part, and informational ones have no task. The lines of the other completions are not read. */
function isFed(text: string): boolean {
  return text.includes('offer received') || text.includes('transaction');
}

/**
 * In file order, in calls of records of one kind and one hour. The record's number is the key of an assignment and the
 * id of an event, so a replay that was interrupted goes on when it is asked again. The clock follows the data.
 */
export class TaskReplay {
  private readonly outcome: TaskOutcome = { assigned: 0, recorded: 0, expected: 0, completed: 0, misses: 0, extras: 0 };
  private assignments: AssignInput[] = [];
  private events: EventInput[] = [];
  private hour = 0;

  constructor(
    private readonly house: TaskHouse,
    private readonly clock: ManualClock,
    private readonly request: TaskReplayRequest,
  ) {}

  async run(): Promise<TaskOutcome> {
    const { checked, onProgress = () => {} } = this.request;
    const { events } = checked.totals;
    const total = events.transaction + events['offer received'];
    let fed = 0;
    for await (const { record, value } of checked.folder.transcript.records(newLineCount(), isFed)) {
      await this.feed(record, value);
      fed += 1;
      if (fed % CALL === 0) onProgress('offers received and transactions', fed, total);
    }
    await this.flush();
    onProgress('offers received and transactions', fed, total);
    await this.compare();
    return this.outcome;
  }

  private async feed(record: number, value: StarbucksEvent): Promise<void> {
    if (value.event !== 'offer received' && value.event !== 'transaction') return;
    const isOffer = value.event === 'offer received';
    const gathered = this.assignments.length + this.events.length;
    const changesKind = isOffer ? this.events.length > 0 : this.assignments.length > 0;
    if (value.time !== this.hour || changesKind || gathered === CALL) await this.flush();
    this.hour = value.time;
    const at = this.request.state.startsAt + value.time * HOUR;
    const key = `${SOURCE}-${record}`;
    if (value.event === 'transaction') {
      const { amount } = value.value;
      this.events.push({
        source: SOURCE,
        eventId: key,
        member: value.person,
        type: 'PURCHASE',
        occurredAt: at,
        amount,
      });
    } else if (this.house.catalogue.current().taskByCode(value.value)) {
      this.assignments.push({ member: value.person, task: value.value, assignedAt: at, idempotencyKey: key });
    }
  }

  private async flush(): Promise<void> {
    const { assignments, events } = this;
    if (assignments.length + events.length === 0) return;
    this.clock.set(this.request.state.startsAt + this.hour * HOUR);
    [this.assignments, this.events] = [[], []];
    this.outcome.assigned += counted(assignments.length > 0 ? await this.house.tasks.assign(ACTOR, assignments) : []);
    this.outcome.recorded += counted(events.length > 0 ? await this.house.events.record(events) : []);
  }

  private async compare(): Promise<void> {
    const { checked, state } = this.request;
    const counts = new Map<string, number>();
    for await (const { value } of checked.folder.transcript.records(newLineCount(), (text) => /completed/.test(text))) {
      if (value.event !== 'offer completed') continue;
      count(counts, nameOf(value.person, value.value.offer_id, value.time), 1);
      this.outcome.expected += 1;
    }
    for await (const { member, task, completedAt } of this.house.tasks.completions(PAGE)) {
      count(counts, nameOf(member, task, (completedAt - state.startsAt) / HOUR), -1);
      this.outcome.completed += 1;
    }
    for (const left of counts.values()) {
      if (left > 0) this.outcome.misses += left;
      else this.outcome.extras -= left;
    }
  }
}

function counted(outcomes: readonly (Assigned | object | Refusal)[]): number {
  const refused = outcomes.find(isRefusal);
  if (refused) throw new ImportFault(`A record was refused: ${refused.message}`);
  return outcomes.length;
}

function nameOf(person: string, offer: string, hour: number): string {
  return `${person} ${offer} ${hour}`;
}

function count(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

export function taskFigures(outcome: TaskOutcome, checked: CheckedFolder): Figure[] {
  const { events } = checked.totals;
  return [
    { what: 'transactions as events', expected: events.transaction, got: outcome.recorded },
    { what: 'offers with a task, received', got: outcome.assigned },
    { what: 'completed offers of the data', expected: events['offer completed'], got: outcome.expected },
    { what: 'tasks completed', expected: outcome.expected, got: outcome.completed },
    { what: '… missing', expected: 0, got: outcome.misses },
    { what: '… too many', expected: 0, got: outcome.extras },
  ];
}
