// What is wrong with a manifest, and where.

/** Keys and indexes from the root of the manifest: `['operations', 'issue', 'requests', 0]`. */
export type Path = readonly (string | number)[];

export interface ManifestFault {
  /** Both begin at 1. */
  readonly line: number;
  readonly column: number;
  /** `operations.issue.requests[0].path`; empty for the manifest as a whole. */
  readonly path: string;
  readonly given: string;
  readonly allowed: string;
}

/** A fault before its place in the text is known. */
export interface FaultAt {
  readonly path: Path;
  /** Whether the key itself is at fault, not the value under it. */
  readonly atKey?: boolean;
  readonly given: string;
  readonly allowed: string;
}

/** `12:10: baseUrl: given "ftp://a"; allowed an absolute URL…` */
export function printFault({ line, column, path, given, allowed }: ManifestFault): string {
  return `${line}:${column}: ${path === '' ? '' : `${path}: `}given ${given}; allowed ${allowed}`;
}

export function printPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

const GIVEN_MAX = 60;

/** How a value is shown: scalars as they are, shortened; the rest by its kind. */
export function showGiven(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > GIVEN_MAX ? `${text.slice(0, GIVEN_MAX)}… (${text.length} characters)` : text;
}
