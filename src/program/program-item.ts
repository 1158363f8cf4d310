// A program as a set of items by kind and code, which is how it is compared and stored.
import { type Code, type ItemKind, type Program, type ProgramSettings, SECTIONS, type Section } from './program';

/** Anything that a YAML or JSON file can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface ProgramItem {
  readonly kind: ItemKind;
  readonly code: Code;
  readonly definition: JsonObject;
}

/** The code under which the program's own settings are stored. */
export const SETTINGS_CODE: Code = 'program';

export const SECTION_NAMES = Object.keys(SECTIONS) as readonly Section[];

export function itemKey(kind: ItemKind, code: Code): string {
  return `${kind} ${code}`;
}

/** Whatever the file says outside of its sections: name, currency, and each setting that is no list of items. */
export function settingsOf(program: Program): ProgramSettings {
  const settings = Object.entries(program).filter(([key]) => !Object.hasOwn(SECTIONS, key));
  return Object.fromEntries(settings) as unknown as ProgramSettings;
}

export function itemsOf(program: Program): ProgramItem[] {
  const settings = settingsOf(program) as unknown as JsonObject;
  const items: ProgramItem[] = [{ kind: 'PROGRAM', code: SETTINGS_CODE, definition: settings }];
  for (const section of SECTION_NAMES) {
    for (const definition of program[section]) {
      items.push({ kind: SECTIONS[section], code: definition.code, definition: definition as unknown as JsonObject });
    }
  }
  return items;
}

/** The content of the file that has these items; not checked: whoever needs a `Program` hands it to the schema. */
export function contentOf(items: readonly ProgramItem[]): Record<string, unknown> {
  const content: Record<string, unknown> = {};
  for (const item of items) if (item.kind === 'PROGRAM') Object.assign(content, item.definition);
  for (const section of SECTION_NAMES) {
    content[section] = items.filter((item) => item.kind === SECTIONS[section]).map((item) => item.definition);
  }
  return content;
}

export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
