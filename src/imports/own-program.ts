// An import brings its own program: applied to a database that has none, and looked at again before work goes on.
import { printFault } from '../program/program-fault';
import { ImportFault } from './import-fault';
import type { ImportHouse } from './import-house';

export interface OwnProgram {
  readonly text: string;
  /** What messages call it. */
  readonly file: string;
  readonly appliedBy: string;
  /** A database that a message may propose. */
  readonly example: string;
}

/** Throws ImportFault when the database has another program in force. */
export async function applyOwnProgram({ programs }: Pick<ImportHouse, 'programs'>, own: OwnProgram): Promise<void> {
  const { text, file, appliedBy, example } = own;
  const planned = await programs.plan(text, file);
  if (planned.faults) throw new ImportFault(`The program is faulty: ${printFault(planned.faults[0]!)}`);
  // A program without a difference is ours, from a run that was interrupted before it could say so.
  if (planned.currentVersion > 0 && planned.changes.length > 0) {
    throw new ImportFault(
      'The database has another program in force, which the import would replace. ' +
        `Name a fresh database, for instance DATABASE_URL=${example}`,
    );
  }
  const applied = await programs.apply(text, appliedBy, file);
  if (applied.faults) throw new ImportFault(`The program is faulty: ${printFault(applied.faults[0]!)}`);
}

/** Whether the program in force is still the one that this import applied. */
export async function isOwnProgram(
  { programs }: Pick<ImportHouse, 'programs'>,
  { text, file }: Pick<OwnProgram, 'text' | 'file'>,
): Promise<boolean> {
  const planned = await programs.plan(text, file);
  return planned.faults === undefined && planned.changes.length === 0;
}
