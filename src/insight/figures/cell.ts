// Cells: what something adds to a figure on a day; as texts that are remembered, and as sums that are compared.
import { assert } from '../../kernel/assert';
import type { Id } from '../../kernel/id';
import { COUNT, type Unit, unitCode } from '../../kernel/money';
import type { PeriodNumber } from '../../kernel/period';
import { FIGURES, type FigureName } from './figure';

export interface Cell {
  readonly figure: FigureName;
  readonly day: PeriodNumber;
  /** A plan, a level, as the figure says; absent for none. */
  readonly one?: Id;
  readonly other?: Id;
  readonly mark?: number;
  /** A count unless told. */
  readonly unit?: Unit;
  /** 1 unless told; a safe integer, also below zero. */
  readonly value?: number;
}

/** Numbers that stand for ids: 0 for none. */
export type Numbers = (id: Id | undefined) => number;

/** `figure,day,one,other,mark,unit` → a sum that is not zero. */
export type Sums = Map<string, number>;

export function add(sums: Sums, key: string, value: number): void {
  const sum = (sums.get(key) ?? 0) + value;
  assert(Number.isSafeInteger(sum), `a sum of a figure left the safe integers at ${key}`);
  if (sum === 0) sums.delete(key);
  else sums.set(key, sum);
}

export function addCells(sums: Sums, cells: readonly Cell[], numbers: Numbers): void {
  for (const { figure, day, one, other, mark = 0, unit = COUNT, value = 1 } of cells) {
    if (value === 0) continue;
    add(sums, `${FIGURES[figure].number},${day},${numbers(one)},${numbers(other)},${mark},${unitCode(unit)}`, value);
  }
}

export function sumsOf(cells: readonly Cell[], numbers: Numbers): Sums {
  const sums: Sums = new Map();
  addCells(sums, cells, numbers);
  return sums;
}

export function addSums(sums: Sums, more: Sums, sign: 1 | -1 = 1): void {
  for (const [key, value] of more) add(sums, key, sign * value);
}

/** The same sums make the same text. */
export function partText(sums: Sums): string {
  return [...sums]
    .map(([key, value]) => `${key},${value}`)
    .sort()
    .join(';');
}

export function fromPartText(text: string): Sums {
  const sums: Sums = new Map();
  if (text === '') return sums;
  for (const cell of text.split(';')) {
    const at = cell.lastIndexOf(',');
    sums.set(cell.slice(0, at), Number(cell.slice(at + 1)));
  }
  return sums;
}

/** The day of a key. */
export function dayOfKey(key: string): PeriodNumber {
  const at = key.indexOf(',') + 1;
  return Number(key.slice(at, key.indexOf(',', at)));
}

/** The keys of the month and of the year that a day's sum is added to as well. */
export function widerKeys(key: string): [string, string] {
  const day = dayOfKey(key);
  const year = Math.trunc(day / 10_000) * 10_000;
  const at = key.indexOf(',') + 1;
  const [before, after] = [key.slice(0, at), key.slice(key.indexOf(',', at))];
  return [`${before}${Math.trunc(day / 100) * 100}${after}`, `${before}${year + 1_300}${after}`];
}
