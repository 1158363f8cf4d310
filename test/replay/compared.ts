// What a replay compares: what was expected of it, and what it found.

/** One thing that was compared. */
export interface Compared {
  readonly what: string;
  readonly expected: unknown;
  readonly found: unknown;
}

export function differing(compared: readonly Compared[]): Compared[] {
  return compared.filter(({ expected, found }) => canonical(expected) !== canonical(found));
}

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return JSON.stringify(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

export function tally(counted: readonly (readonly [string, number])[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [key, count] of counted) sums[key] = (sums[key] ?? 0) + count;
  return sums;
}
