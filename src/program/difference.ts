// What would change if one program took another's place: item by item, field by field, and as a text to read.
import { costCapOfPlan, type ItemKind, type Plan, type Program } from './program';
import { itemKey, itemsOf, type Json, type JsonObject, type ProgramItem } from './program-item';

export interface FieldChange {
  /** `price`, `subCaps.perMonth`, `entitlements[freight-coupon].quota.limit`. */
  readonly path: string;
  /** Absent where there was, or will be, nothing. */
  readonly before?: Json;
  readonly after?: Json;
}
export interface Change {
  readonly action: 'ADDED' | 'CHANGED' | 'REMOVED';
  readonly kind: ItemKind;
  readonly code: string;
  readonly fields: readonly FieldChange[];
}

/** Changes in the order of the next program, then what is removed. The order of items in a section does not count. */
export function differenceOf(current: Program | undefined, next: Program): Change[] {
  return differenceOfItems(current ? itemsOf(current) : [], itemsOf(next));
}

export function differenceOfItems(current: readonly ProgramItem[], next: readonly ProgramItem[]): Change[] {
  const before = new Map(current.map((item) => [itemKey(item.kind, item.code), item]));
  const changes: Change[] = [];
  for (const item of next) {
    const key = itemKey(item.kind, item.code);
    const earlier = before.get(key);
    before.delete(key);
    const fields = fieldChanges(earlier, item);
    if (fields.length === 0 && earlier) continue;
    changes.push({ action: earlier ? 'CHANGED' : 'ADDED', kind: item.kind, code: item.code, fields });
  }
  for (const item of before.values()) {
    changes.push({ action: 'REMOVED', kind: item.kind, code: item.code, fields: fieldChanges(item, undefined) });
  }
  return changes;
}

function fieldChanges(before: ProgramItem | undefined, after: ProgramItem | undefined): FieldChange[] {
  const old = leavesOf(before);
  const fresh = leavesOf(after);
  const paths = [...new Set([...old.keys(), ...fresh.keys()])];
  return paths
    .filter((path) => JSON.stringify(old.get(path)) !== JSON.stringify(fresh.get(path)))
    .map((path) => ({
      path,
      ...(old.has(path) ? { before: old.get(path) } : {}),
      ...(fresh.has(path) ? { after: fresh.get(path) } : {}),
    }));
}

const DERIVED_CAP = 'costCap (price ÷ targetRoi)';

function leavesOf(item: ProgramItem | undefined): Map<string, Json> {
  const leaves = new Map<string, Json>();
  if (!item) return leaves;
  for (const [key, value] of Object.entries(item.definition)) if (key !== 'code') addLeaves(leaves, key, value);
  if (item.kind === 'PLAN' && item.definition.targetRoi !== undefined) {
    leaves.set(DERIVED_CAP, costCapOfPlan(item.definition as unknown as Plan));
  }
  return leaves;
}

function addLeaves(leaves: Map<string, Json>, path: string, value: Json): void {
  if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) addLeaves(leaves, `${path}.${key}`, inner);
    return;
  }
  if (!Array.isArray(value) || !value.some(isObject)) {
    // An empty list says no more than a missing one.
    if (!Array.isArray(value) || value.length > 0) leaves.set(path, value);
    return;
  }
  // A list of objects is told by their names in order, then by what each says, so that moving one is one change.
  const named = value.filter(isObject).map((inner) => [nameOf(inner), inner] as const);
  leaves.set(
    path,
    named.map(([name]) => name),
  );
  for (const [name, inner] of named) {
    if (ownNameOf(inner) === undefined) continue;
    for (const [key, part] of Object.entries(inner)) {
      if (part !== name) addLeaves(leaves, `${path}[${name}].${key}`, part);
    }
  }
}

function nameOf(value: JsonObject): string {
  return String(ownNameOf(value) ?? partsOf(value));
}

function ownNameOf(value: JsonObject): Json | undefined {
  return value.code ?? value.benefit ?? value.period ?? value.day;
}

/** What has no name is told by all that it says, in whatever order it was written. */
function partsOf(value: JsonObject): string {
  const parts = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return parts.flatMap(([key, part]) => (String(part) === '' ? [] : [`${key} ${show(part)}`])).join(', ');
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const SIGN = { ADDED: '+', CHANGED: '~', REMOVED: '-' } as const;

/** A table of the changes; `no changes` for none. What is added or removed shows its fields' values alone. */
export function printDifference(changes: readonly Change[]): string {
  if (changes.length === 0) return 'no changes';
  const width = Math.max(...changes.flatMap(({ fields }) => fields.map(({ path }) => path.length)));
  const lines = changes.flatMap(({ action, kind, code, fields }) => [
    `${SIGN[action]} ${kind.padEnd(8)} ${code}`,
    ...(action === 'REMOVED'
      ? []
      : fields.map((field) => `      ${field.path.padEnd(width)}  ${valuesOf(action, field)}`)),
  ]);
  const count = (action: Change['action']): number => changes.filter((change) => change.action === action).length;
  lines.push('', `${count('ADDED')} added, ${count('CHANGED')} changed, ${count('REMOVED')} removed`);
  return lines.join('\n');
}

function valuesOf(action: Change['action'], { before, after }: FieldChange): string {
  return action === 'ADDED' ? show(after) : `${show(before)} → ${show(after)}`;
}

function show(value: Json | undefined): string {
  if (value === undefined) return '(none)';
  if (Array.isArray(value)) return value.map(show).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
