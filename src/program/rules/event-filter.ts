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
  if (when === undefined) return faults;
  const compiled = compileEventCondition(when);
  if ('fault' in compiled) {
    const { line, column, reason } = compiled.fault;
    const given = `${showGiven(when)}, where at ${line}:${column} ${reason}`;
    const allowed = 'a CEL expression over event, member and card that is true or false';
    faults.push({ path: [...path, 'when'], given, allowed });
  }
  return faults;
}

/** Two instants of the file in their order. */
export function spanFaults(span: { readonly validFrom?: string; readonly validUntil?: string }, path: Path): FaultAt[] {
  const { validFrom, validUntil } = span;
  if (validFrom === undefined || validUntil === undefined || Date.parse(validFrom) < Date.parse(validUntil)) return [];
  const allowed = `a moment after validFrom (${validFrom})`;
  return [{ path: [...path, 'validUntil'], given: validUntil, allowed }];
}
