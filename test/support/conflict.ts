// Stages conflicts: tells a test at which moment a unit of work has met one.
import type { Database } from '../../src/database/database';
import type { FailureKind } from '../../src/database/dialect';

export interface ConflictWatch {
  /** What each failure meant, in order. */
  readonly kinds: FailureKind[];
  stop(): void;
}

/** Calls `act` each time a failure is judged on this lane's dialect, so before the work is run again. */
export function watchFailures(database: Database, act: () => void): ConflictWatch {
  const { dialect } = database;
  const original = dialect.failureKind;
  const kinds: FailureKind[] = [];
  const spy = jest.spyOn(dialect, 'failureKind').mockImplementation((error) => {
    const kind = original.call(dialect, error);
    kinds.push(kind);
    act();
    return kind;
  });
  return { kinds, stop: () => spy.mockRestore() };
}

/** A door that opens for all once `parties` have come to it. */
export function meeting(parties: number): () => Promise<void> {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let arrived = 0;
  return () => {
    arrived += 1;
    if (arrived === parties) open();
    return opened;
  };
}
