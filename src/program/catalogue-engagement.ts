// Tasks and draws as requests read them: conditions compiled, times as instants; rewards as they are written.
import { assert } from '../kernel/assert';
import type { Instant } from '../kernel/clock';
import { COUNT, type Unit } from '../kernel/money';
import { baseOf } from './catalogue-build';
import type { CatalogueItem, StoredItem } from './catalogue-item';
import { compileEventCondition, type EventCondition } from './condition';
import type { Draw, EventFilter, Prize, Task, TaskCount, TaskKind } from './engagement';
import type { EventType } from './event-type';
import type { MemberLimit } from './program';
import type { Reward } from './reward';

/** Which events are meant. */
export interface CatalogueEventFilter {
  readonly on: EventType;
  readonly eventName?: string;
  readonly condition?: EventCondition;
}

/** When something is open: always two numbers, −Infinity and Infinity where the file gives none. */
export interface Span {
  /** Inclusive. */
  readonly validFrom: Instant;
  /** Exclusive. */
  readonly validUntil: Instant;
}

export interface CatalogueTask extends CatalogueItem, CatalogueEventFilter, Span {
  readonly name: string;
  readonly description?: string;
  readonly kind: TaskKind;
  readonly count: TaskCount;
  /** What has to be gathered: one more than the target for a strict task. */
  readonly need: number;
  readonly unit: Unit;
  readonly single: boolean;
  readonly takenBack: boolean;
  readonly isAssigned: boolean;
  readonly windowDays: number;
  readonly reward?: Reward;
}

export interface CatalogueDraw extends CatalogueItem, Span {
  readonly name: string;
  readonly description?: string;
  readonly chancePrice?: number;
  readonly prizes: readonly Prize[];
  readonly nothing: number;
  readonly memberLimit?: MemberLimit;
}

export function eventFilterFrom({ on, eventName, when }: EventFilter): CatalogueEventFilter {
  const compiled = when === undefined ? undefined : compileEventCondition(when);
  assert(!compiled || 'condition' in compiled, `the condition ${when} was stored unchecked`);
  return { on, eventName, condition: compiled?.condition };
}

export function taskFrom(item: StoredItem, task: Task, currency: Unit): CatalogueTask {
  const { name, description, kind, count, single, takenBack = false, reward, windowDays = 0 } = task;
  return Object.freeze({
    ...baseOf('task', item),
    ...eventFilterFrom(task),
    ...spanOf(task),
    name,
    description,
    kind,
    count,
    need: task.strict ? task.target + 1 : task.target,
    unit: count === 'AMOUNT' ? currency : COUNT,
    single,
    takenBack,
    isAssigned: task.openTo === 'ASSIGNED',
    windowDays,
    reward,
  });
}

export function drawFrom(item: StoredItem, draw: Draw): CatalogueDraw {
  const { name, description, chancePrice, prizes, nothing, memberLimit } = draw;
  const own = { name, description, chancePrice, prizes, nothing, memberLimit };
  return Object.freeze({ ...baseOf('draw', item), ...spanOf(draw), ...own });
}

function spanOf({ validFrom, validUntil }: { validFrom?: string; validUntil?: string }): Span {
  return {
    validFrom: validFrom === undefined ? Number.NEGATIVE_INFINITY : Date.parse(validFrom),
    validUntil: validUntil === undefined ? Number.POSITIVE_INFINITY : Date.parse(validUntil),
  };
}

export function isWithin({ validFrom, validUntil }: Span, instant: Instant): boolean {
  return instant >= validFrom && instant < validUntil;
}
