// How levels were before the program in force: what earlier versions said of them, until another one was applied.
import { isDeepStrictEqual } from 'node:util';
import type { Instant } from '../kernel/clock';
import type { AppliedVersion, EarlierVersions, StoredItem } from './catalogue-item';
import type { ItemKind } from './program';
import { ProgramDocument } from './program-document';
import { itemKey, itemsOf, type ProgramItem } from './program-item';
import { restoreProgram } from './program-schema';

/** What levels are made of, and what they refer to. */
export interface EarlierItems {
  /** When the next version was applied that says something else of levels. */
  readonly until: Instant;
  readonly items: readonly StoredItem[];
}

/** Kinds that say how levels are reached, kept and lost. */
export const LEVEL_KINDS: ReadonlySet<ItemKind> = new Set(['PROGRAM', 'LEVEL']);
const NEEDED: ReadonlySet<ItemKind> = new Set([...LEVEL_KINDS, 'PLAN', 'BENEFIT', 'PARTNER']);

/**
 * The oldest first. `stored` are the items of now, of which each code keeps its id. A version that cannot be read any
 * more is passed over.
 */
export function earlierLevels({ versions, until }: EarlierVersions, stored: readonly StoredItem[]): EarlierItems[] {
  const earlier: EarlierItems[] = [];
  for (const [at, version] of versions.entries()) {
    const said = saidBy(version);
    if (!said) continue;
    const before = earlier.at(-1);
    const items = itemsBy(said, version, stored, before?.items);
    // Where a clock was set back, a version ended when the first of all later ones was applied.
    const end = versions.slice(at + 1).reduce((first, { appliedAt }) => Math.min(first, appliedAt), until);
    if (before && isDeepStrictEqual(saidOfLevels(before.items), saidOfLevels(items))) {
      earlier[earlier.length - 1] = { items: before.items, until: end };
    } else {
      earlier.push({ items, until: end });
    }
  }
  return earlier;
}

// Reading a text takes longer than all the rest, and what a version says never changes.
const read = new WeakMap<AppliedVersion, ReadonlyMap<string, ProgramItem>>();

/** By kind and code. */
function saidBy(version: AppliedVersion): ReadonlyMap<string, ProgramItem> | undefined {
  const known = read.get(version);
  if (known) return known;
  const parsed = ProgramDocument.read(version.text, `version ${version.version}`);
  if ('faults' in parsed) return undefined;
  const items = itemsOf(restoreProgram(parsed.document.content));
  const said = new Map(items.map((item) => [itemKey(item.kind, item.code), item]));
  read.set(version, said);
  return said;
}

/** Those that say the same as before keep the version and the instant from then. */
function itemsBy(
  said: ReadonlyMap<string, ProgramItem>,
  { version, appliedAt }: AppliedVersion,
  stored: readonly StoredItem[],
  before: readonly StoredItem[] = [],
): StoredItem[] {
  const known = new Map(before.map((item) => [item.id, item]));
  return stored.flatMap((item): StoredItem[] => {
    if (!NEEDED.has(item.kind) || item.guest) return [];
    const { definition = item.definition } = said.get(itemKey(item.kind, item.code)) ?? {};
    const retired = !said.has(itemKey(item.kind, item.code));
    const last = known.get(item.id);
    if (last && last.retired === retired && isDeepStrictEqual(last.definition, definition)) return [last];
    return [{ ...item, definition, retired, version, appliedAt, earlier: undefined }];
  });
}

function saidOfLevels(items: readonly StoredItem[]) {
  return items
    .filter(({ kind }) => LEVEL_KINDS.has(kind))
    .map(({ id, definition, retired }) => [id, definition, retired]);
}
