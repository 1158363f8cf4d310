// What a verification found: rows looked at and violations, one tally a check.
import { type Column, textTable } from '../kernel/text-table';

const EXAMPLES_KEPT = 20;

export interface CheckReport {
  readonly name: string;
  /** Rows looked at; absent for the checks of other rooms, which count for themselves. */
  readonly rows?: number;
  readonly violations: number;
  /** The first twenty, in words. */
  readonly examples: readonly string[];
}

export interface VerifyReport {
  readonly clean: boolean;
  readonly checks: readonly CheckReport[];
}

export class Tally {
  private rows = 0;
  private violations = 0;
  private readonly examples: string[] = [];

  constructor(readonly name: string) {}

  look(rows = 1): void {
    this.rows += rows;
  }

  /** Counts the violation; `words` is asked for only while examples are kept. */
  violate(words: () => string): void {
    this.violations += 1;
    if (this.examples.length < EXAMPLES_KEPT) this.examples.push(words());
  }

  report(): CheckReport {
    return { name: this.name, rows: this.rows, violations: this.violations, examples: this.examples };
  }
}

export function foreignReport(name: string, violations: readonly string[]): CheckReport {
  return { name, violations: violations.length, examples: violations.slice(0, EXAMPLES_KEPT) };
}

const COLUMNS: Column[] = [{ title: 'check' }, { title: 'rows', align: 'right' }, { title: 'violations' }];

/** The report as a table, with what was found wrong below it. */
export function renderVerifyReport({ clean, checks }: VerifyReport): string {
  const table = textTable(
    COLUMNS,
    checks.map(({ name, rows, violations }) => [name, rows, violations]),
  );
  const wrong = checks.flatMap(({ name, violations, examples }) => [
    ...examples.map((example) => `${name}: ${example}`),
    ...(violations > examples.length ? [`${name}: … and ${violations - examples.length} more`] : []),
  ]);
  return [table, '', ...wrong, clean ? 'clean: nothing to object to' : 'NOT CLEAN: see above'].join('\n');
}
