// What the parts that say which events are meant ask of each other, wherever in the file they stand.
import { compileEventCondition } from '../condition';
import type { EventFilter } from '../engagement';
import { type FaultAt, type Path, showGiven } from '../program-fault';
import type { Draft } from './rule';

export function eventFilterFaults({ on, eventName, when }: Draft<EventFilter>, path: Path): FaultAt[] {
  const faults: FaultAt[] = [];
  if (eventName !== undefined && on !== undefined && on !== 'CUSTOM') {
    const allowed = 'nothing: only CUSTOM events have a name';
    faults.push({ path: [...path, 'eventName'], given: `${showGiven(eventName)} with on: ${on}`, allowed });
  }
  return [...faults, ...eventConditionFaults(when, [...path, 'when'])];
}

/** A condition over the event, the member and its card; `path` is where it stands. */
export function eventConditionFaults(when: string | undefined, path: Path): FaultAt[] {
  const compiled = when === undefined ? undefined : compileEventCondition(when);
  if (!compiled || !('fault' in compiled)) return [];
  const { line, column, reason } = compiled.fault;
  const given = `${showGiven(when)}, where at ${line}:${column} ${reason}`;
  return [{ path, given, allowed: 'a CEL expression over event, member and card that is true or false' }];
}

/** Two instants of the file in their order. */
export function spanFaults(span: { readonly validFrom?: string; readonly validUntil?: string }, path: Path): FaultAt[] {
  const { validFrom, validUntil } = span;
  if (validFrom === undefined || validUntil === undefined || Date.parse(validFrom) < Date.parse(validUntil)) return [];
  const allowed = `a moment after validFrom (${validFrom})`;
  return [{ path: [...path, 'validUntil'], given: validUntil, allowed }];
}
