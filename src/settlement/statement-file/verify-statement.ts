// Verifies the file of a statement by itself: makes its sums and its hash again, and says everything that differs.
import { StatementTally } from '../statement/canonical';
import { type StatedItem, type StatementHead, type StatementTotals, type Sum, totalsOf } from '../statement/statement';
import type { FileHead, FileStatement } from './file-statement';

export interface VerifyReport {
  readonly agreement: string;
  readonly number: number;
  /** That were read. */
  readonly lines: number;
  /** As the file says it. */
  readonly hash: string;
  /** As it was made again. */
  readonly computed: string;
  readonly faults: readonly string[];
}

export async function verifyStatement(
  { head, lines }: FileStatement,
  onProgress: (lines: number) => void = () => {},
): Promise<VerifyReport> {
  const faults: string[] = [];
  const tally = new StatementTally(headOf(head), head.items);
  let count = 0;
  for await (const line of lines) {
    count += 1;
    if (!tally.add(line) && faults.length < FAULTS_KEPT) {
      faults.push(`Line ${count} is of ${line.item}, which is no item of the statement.`);
    }
    if (count % 1_000 === 0) onProgress(count);
  }
  const made = tally.close();
  faults.push(...itemFaults(head.items, made.items), ...totalFaults(head.totals, totalsOf(made.items)));
  if (head.lineCount !== made.lineCount) {
    faults.push(`The statement says that it has ${head.lineCount} lines; there are ${made.lineCount}.`);
  }
  if (head.hash !== made.hash) faults.push(`The hash of what stands here is ${made.hash}, not ${head.hash}.`);
  const { agreement, number, hash } = head;
  return { agreement, number, lines: made.lineCount, hash, computed: made.hash, faults };
}

const FAULTS_KEPT = 20;

function headOf({ previousHash, startsAt, endsAt, issuedAt, ...head }: FileHead): StatementHead {
  const { agreement, title, partner, number, timeZone, currency } = head;
  return {
    ...{ agreement, title, partner, number, timeZone, currency, previousHash: previousHash ?? undefined },
    startsAt: Date.parse(startsAt),
    endsAt: Date.parse(endsAt),
    issuedAt: Date.parse(issuedAt),
  };
}

function itemFaults(said: readonly StatedItem[], made: readonly StatedItem[]): string[] {
  const differ = (left: Sum, right: Sum) => left.quantity !== right.quantity || left.value !== right.value;
  const words = ({ quantity, value }: Sum) => `${quantity} worth ${value}`;
  return said.flatMap((item, at) =>
    (['counted', 'adjusted', 'closing'] as const)
      .filter((name) => differ(item[name], made[at]![name]))
      .map((name) => `${item.code}: ${name} is said to be ${words(item[name])}; it is ${words(made[at]![name])}.`),
  );
}

function totalFaults(said: StatementTotals, made: StatementTotals): string[] {
  return (Object.keys(made) as (keyof StatementTotals)[])
    .filter((name) => said[name] !== made[name])
    .map((name) => `The total ${name} is said to be ${said[name]}; it is ${made[name]}.`);
}
