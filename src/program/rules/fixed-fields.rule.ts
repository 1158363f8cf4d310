// What cannot change once it was applied, because accounts, cards and coupons of members were made under it.
import type { ItemKind, Program } from '../program';
import { SECTIONS } from '../program';
import { type FaultAt, type Path, showGiven } from '../program-fault';
import { itemKey, itemsOf, type JsonObject, type ProgramItem, SECTION_NAMES } from '../program-item';

const FIXED: Partial<Record<ItemKind, Readonly<Record<string, string>>>> = {
  PROGRAM: {
    currency: 'the accounts of all members are kept in it',
    'levelPolicy.rating.max': 'the rating of each member was opened with it',
  },
  PLAN: { kind: 'cards were opened under it; give the new plan another code' },
  OFFER: { fulfilment: 'its stock is counted that way; give the new offer another code' },
};

/** `stored` holds retired items as well: their codes may come back, and then name the same thing as before. */
export function fixedFields(stored: readonly ProgramItem[], next: Program): FaultAt[] {
  const before = new Map(stored.map((item) => [itemKey(item.kind, item.code), item.definition]));
  return itemsOf(next).flatMap(({ kind, code, definition }) => {
    const earlier = before.get(itemKey(kind, code));
    if (!earlier) return [];
    return Object.entries(FIXED[kind] ?? {}).flatMap(([field, reason]) => {
      const [was, is] = [partOf(earlier, field), partOf(definition, field)];
      if (was === undefined || was === is) return [];
      const path = [...pathOf(next, kind, code), ...field.split('.')];
      return [{ path, given: showGiven(is), allowed: `${showGiven(was)} as before: ${reason}` }];
    });
  });
}

/** The value under a field, or under a path of fields with dots. */
function partOf(definition: JsonObject, field: string): unknown {
  return field.split('.').reduce<unknown>((value, key) => (value as JsonObject | undefined)?.[key], definition);
}

function pathOf(program: Program, kind: ItemKind, code: string): Path {
  const section = SECTION_NAMES.find((name) => SECTIONS[name] === kind);
  return section ? [section, program[section].findIndex((item) => item.code === code)] : [];
}
