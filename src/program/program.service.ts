// The door to the program: what a file would change, applying it in one transaction, and writing it back.
import { createHash } from 'node:crypto';
import type { Database } from '../database/database';
import type { Sql } from '../database/sql';
import type { Clock, Instant } from '../kernel/clock';
import { type Id, newId } from '../kernel/id';
import type { CatalogueService } from './catalogue.service';
import type { StoredItem } from './catalogue-item';
import { type Change, differenceOfItems } from './difference';
import { LEVEL_KINDS } from './earlier-levels';
import type { Program } from './program';
import type { ProgramStore, ProgramVersion } from './program.store';
import type { ProgramDocument } from './program-document';
import type { ProgramFault } from './program-fault';
import { parseProgram, printProgram } from './program-file';
import { itemKey, itemsOf } from './program-item';
import { fixedFields } from './rules/fixed-fields.rule';
import { takenCodes } from './rules/taken-codes.rule';

const APPLIED_BY_MAX = 128;

export interface Faulty {
  readonly faults: readonly ProgramFault[];
}
export interface PlannedProgram {
  readonly faults?: undefined;
  readonly program: Program;
  readonly changes: readonly Change[];
  /** The version in force; 0 before the first. */
  readonly currentVersion: number;
  /** All items of the catalogue as they would be afterwards, those of guests and retired ones too. */
  readonly items: readonly StoredItem[];
}
export interface AppliedProgram {
  readonly faults?: undefined;
  readonly changes: readonly Change[];
  /** The version in force afterwards; a new one only if there were changes. */
  readonly version: number;
}

export class ProgramService {
  constructor(
    private readonly database: Database,
    private readonly store: ProgramStore,
    private readonly catalogue: CatalogueService,
    private readonly clock: Clock,
  ) {}

  /** What applying the file would change; nothing is written. `fileName` is for the faults only. */
  async plan(source: string | Uint8Array, fileName = 'program.yaml'): Promise<PlannedProgram | Faulty> {
    const parsed = parseProgram(source, fileName);
    if (parsed.faults) return parsed;
    const { program, document } = parsed;
    const stored = await this.store.load(this.database.read);
    const all = await this.catalogue.loadAll(this.database.read);
    const faults = transitionFaults({ stored, all }, program, document);
    if (faults.length > 0) return { faults };
    const currentVersion = (await this.store.version(this.database.read))?.version ?? 0;
    const changes = changesOf(stored, program);
    const number = all.reduce((highest, item) => Math.max(highest, item.number), 0) + 1;
    const writing = { stored, program, changes, version: currentVersion + 1 };
    const { saved, retired } = itemsToWrite(writing, number, this.clock.now());
    return { program, changes, currentVersion, items: itemsAfter(all, saved, retired) };
  }

  /** Applies the file as a whole, in one transaction, or answers its faults. Without changes, nothing is written. */
  async apply(source: string | Uint8Array, by: string, fileName = 'program.yaml'): Promise<AppliedProgram | Faulty> {
    if (by === '' || by.length > APPLIED_BY_MAX) {
      throw new RangeError(`who applies a program is named by 1 to ${APPLIED_BY_MAX} characters, given ${by.length}`);
    }
    const parsed = parseProgram(source, fileName);
    if (parsed.faults) return parsed;
    const { program, document } = parsed;
    const outcome = await this.database.transaction(async (tx) => {
      await this.catalogue.lock(tx);
      const stored = await this.store.load(tx);
      const all = await this.catalogue.loadAll(tx);
      const faults = transitionFaults({ stored, all }, program, document);
      if (faults.length > 0) return { faults };
      const changes = changesOf(stored, program);
      const current = (await this.store.version(tx))?.version ?? 0;
      if (changes.length === 0) return { changes, version: current };
      await this.write(tx, { stored, program, changes, version: current + 1, by });
      return { changes, version: current + 1 };
    });
    // The commit stands even if this process cannot read it yet.
    if (outcome.faults === undefined) await this.catalogue.refreshSoon();
    return outcome;
  }

  /** The program in force, or `undefined` before the first. */
  current(): Promise<ProgramVersion | undefined> {
    return this.store.version(this.database.read);
  }

  /** The canonical text of the program in force, or `undefined` before the first. */
  async export(): Promise<string | undefined> {
    return (await this.current())?.text;
  }

  /** A version as it was applied: what a member earned under it stays explainable. */
  version(version: number): Promise<ProgramVersion | undefined> {
    return this.store.version(this.database.read, version);
  }

  private async write(tx: Sql, writing: Writing): Promise<void> {
    const { program, version, by } = writing;
    const now = this.clock.now();
    const { saved, retired } = itemsToWrite(writing, await this.catalogue.nextNumber(tx), now);
    await this.store.save(tx, saved);
    await this.store.retire(tx, retired, version);
    const text = printProgram(program);
    const hash = createHash('sha256').update(text).digest('hex');
    await this.store.addVersion(tx, { version, appliedAt: now, appliedBy: by, hash, text });
    await this.catalogue.bump(tx);
  }
}

interface NextItems {
  readonly stored: readonly StoredItem[];
  readonly program: Program;
  readonly changes: readonly Change[];
  readonly version: number;
}
interface Writing extends NextItems {
  readonly by: string;
}

/** The items that are added or overwritten, new ones numbered from `number` on, and the ids of those to be retired. */
function itemsToWrite({ stored, program, changes, version }: NextItems, number: number, now: Instant) {
  const byKey = new Map(stored.map((item) => [itemKey(item.kind, item.code), item]));
  const changed = new Set(changes.map(({ kind, code }) => itemKey(kind, code)));
  let next = number;
  const saved = itemsOf(program).flatMap((item): StoredItem[] => {
    const key = itemKey(item.kind, item.code);
    if (!changed.has(key)) return [];
    // A code that comes back names the same item again, under the id that cards and redemptions know.
    const { id, number: kept } = byKey.get(key) ?? { id: newId(now), number: next++ };
    const appliedAt = LEVEL_KINDS.has(item.kind) ? now : undefined;
    return [{ ...item, id, number: kept, version, retired: false, appliedAt }];
  });
  const removed = changes.filter(({ action }) => action === 'REMOVED');
  const retired = removed.flatMap(({ kind, code }) => byKey.get(itemKey(kind, code))?.id ?? []);
  return { saved, retired };
}

function itemsAfter(all: readonly StoredItem[], saved: readonly StoredItem[], retired: readonly Id[]): StoredItem[] {
  const replaced = new Set(saved.map(({ id }) => id));
  const gone = new Set(retired);
  const kept = all.filter(({ id }) => !replaced.has(id));
  return [...kept.map((item) => (gone.has(item.id) ? { ...item, retired: true } : item)), ...saved];
}

function changesOf(stored: readonly StoredItem[], program: Program): Change[] {
  return differenceOfItems(
    stored.filter((item) => !item.retired),
    itemsOf(program),
  );
}

function transitionFaults(
  { stored, all }: { readonly stored: readonly StoredItem[]; readonly all: readonly StoredItem[] },
  program: Program,
  document: ProgramDocument,
): readonly ProgramFault[] {
  const own = new Set(stored.map(({ id }) => id));
  const others = all.filter(({ id }) => !own.has(id));
  return [...fixedFields(stored, program), ...takenCodes(others, program)].map((fault) => document.fault(fault));
}
