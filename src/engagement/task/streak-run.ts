// Days in a row: which blocks of them a new day completes. Pure; days are period numbers.
import { addDays, type PeriodNumber } from '../../kernel/period';

/** The run of consecutive days that holds `day`, out of days in their order. */
export function runAround(days: readonly PeriodNumber[], day: PeriodNumber): PeriodNumber[] {
  const there = new Set(days);
  let first = day;
  while (there.has(addDays(first, -1))) first = addDays(first, -1);
  const run: PeriodNumber[] = [];
  for (let next = first; there.has(next); next = addDays(next, 1)) run.push(next);
  return run;
}

/** Blocks of `length` days, from the begin of the run that holds `day`; what is left over waits for more days. */
export function blocksOf(days: readonly PeriodNumber[], day: PeriodNumber, length: number): PeriodNumber[][] {
  const run = runAround(days, day);
  const blocks: PeriodNumber[][] = [];
  for (let at = 0; at + length <= run.length; at += length) blocks.push(run.slice(at, at + length));
  return blocks;
}
