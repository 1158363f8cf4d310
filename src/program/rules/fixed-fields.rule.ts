// What cannot change once it was applied, because accounts, cards and coupons of members were made under it.
import type { ItemKind, Program } from '../program';
import { SECTIONS } from '../program';
import { type FaultAt, type Path, showGiven } from '../program-fault';
import { itemKey, itemsOf, type ProgramItem, SECTION_NAMES } from '../program-item';

const FIXED: Partial<Record<ItemKind, Readonly<Record<string, string>>>> = {
  PROGRAM: { currency: 'the accounts of all members are kept in it' },
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
      if (earlier[field] === undefined || earlier[field] === definition[field]) return [];
      const path = [...pathOf(next, kind, code), field];
      return [
        { path, given: showGiven(definition[field]), allowed: `${showGiven(earlier[field])} as before: ${reason}` },
      ];
    });
  });
}

function pathOf(program: Program, kind: ItemKind, code: string): Path {
  const section = SECTION_NAMES.find((name) => SECTIONS[name] === kind);
  return section ? [section, program[section].findIndex((item) => item.code === code)] : [];
}
