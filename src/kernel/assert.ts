// Broken invariants end the work at once; they are faults of ours, never answers to a caller.

/** Thrown when something that must always hold does not. Its message is for the log, never for an API answer. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

export function unreachable(value: never): never {
  throw new InvariantError(`unreachable value ${String(value)}`);
}
