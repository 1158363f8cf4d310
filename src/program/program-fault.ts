// What is wrong with a program file, and where: file, line, column, path, what was given and what is allowed.

/** Keys and indexes from the root of the file: `['plans', 0, 'price']`. */
export type Path = readonly (string | number)[];

export interface ProgramFault {
  readonly file: string;
  /** Both begin at 1. */
  readonly line: number;
  readonly column: number;
  /** `plans[0].price`; empty for the file as a whole. */
  readonly path: string;
  readonly given: string;
  readonly allowed: string;
}

/** A fault before its place in the file is known. */
export interface FaultAt {
  readonly path: Path;
  /** Whether the key itself is at fault, not the value under it. */
  readonly atKey?: boolean;
  readonly given: string;
  readonly allowed: string;
}

export function printPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** `plus.yaml:12:10: plans[0].price: given -5; allowed an integer from 0 to 1000000000000` */
export function printFault(fault: ProgramFault): string {
  const place = `${fault.file}:${fault.line}:${fault.column}`;
  const path = fault.path === '' ? '' : `${fault.path}: `;
  return `${place}: ${path}given ${fault.given}; allowed ${fault.allowed}`;
}

const GIVEN_MAX = 60;

/** How a value is shown in a fault: scalars as they are, shortened; the rest by its kind. */
export function showGiven(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > GIVEN_MAX ? `${text.slice(0, GIVEN_MAX)}… (${text.length} characters)` : text;
}

/** The candidate that a mistyped word most likely means, or `undefined` when none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined;
  let best: string | undefined;
  let bestDistance = Math.floor(word.length / 3) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const replaced = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[right.length]!;
}
