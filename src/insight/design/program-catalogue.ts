// A program file as a catalogue of its own, to be tried out as if it had just been applied.
import { isDeepStrictEqual } from 'node:util';
import type { Instant } from '../../kernel/clock';
import { namedId } from '../../kernel/id';
import { Catalogue } from '../../program/catalogue';
import type { StoredItem } from '../../program/catalogue-item';
import { designedThresholds } from '../../program/level-design';
import type { ItemKind, Program } from '../../program/program';
import { itemKey, itemsOf, type ProgramItem } from '../../program/program-item';

/** What a database follows now: levels and cards of its members refer to that. */
export interface InForce {
  readonly catalogue: Catalogue;
  readonly now: Instant;
}

/** Kinds of items that members hold, also when the program has them no more. */
const HELD: readonly ItemKind[] = ['LEVEL', 'PLAN'];
/** Kinds of which it matters when they were applied. */
const DATED: readonly ItemKind[] = ['PROGRAM', 'LEVEL'];

/** With ids that nothing else has; or with those of the items in force, of which a changed one is applied now. */
export function catalogueOf(program: Program, inForce?: InForce): Catalogue {
  const items = itemsOf(program).map((item) => applied(item, inForce));
  const kept = new Set(items.map(({ kind, code }) => itemKey(kind, code)));
  const held = inForce ? HELD.flatMap((kind) => inForce.catalogue.items(kind)) : [];
  const gone = held
    .filter(({ kind, code }) => !kept.has(itemKey(kind, code)))
    .map((item) => (item.retired || !inForce ? item : { ...item, retired: true, ...dated(item.kind, inForce) }));
  const numbered = [...items, ...gone].map((item, at): StoredItem => ({ ...item, number: at + 1, guest: undefined }));
  return new Catalogue(inForce?.catalogue.version ?? 0, numbered);
}

function applied(item: ProgramItem, inForce: InForce | undefined): Omit<StoredItem, 'number'> {
  const known = inForce?.catalogue.items(item.kind).find(({ code }) => code === item.code);
  if (known && !known.retired && isDeepStrictEqual(known.definition, item.definition)) return known;
  const id = known?.id ?? namedId('simulated', item.kind, item.code);
  return { ...item, id, version: 0, retired: false, ...(inForce && dated(item.kind, inForce)) };
}

function dated(kind: ItemKind, { catalogue, now }: InForce): Pick<StoredItem, 'version' | 'appliedAt'> {
  return { version: catalogue.programVersion + 1, appliedAt: DATED.includes(kind) ? now : undefined };
}

/** The program with the thresholds that its design yields. */
export function asDesigned(program: Program): Program {
  if (!program.levelDesign) return program;
  const thresholds = designedThresholds(program.levelDesign);
  const levels = program.levels.toSorted((left, right) => left.rank - right.rank);
  return { ...program, levels: levels.map((level, at) => ({ ...level, threshold: thresholds[at]! })) };
}
