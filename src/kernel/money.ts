// Amounts: safe integers in the minor unit, never floats; and the units that they are counted in.
import { assert } from './assert';

/** An ISO 4217 code (`CNY`, `USD`), or one of the units that are not money. */
export type Unit = string;

export const COUNT: Unit = '#COUNT';
export const POINT: Unit = '#POINT';
export const GROWTH: Unit = '#GROWTH';
export const RATING: Unit = '#RATING';
/** Only appended to: a place in it is part of account keys. */
const COUNTED_UNITS: readonly Unit[] = [COUNT, POINT, GROWTH, RATING];

export interface Money {
  /** In the minor unit (fen, cents). */
  readonly amount: number;
  readonly currency: Unit;
}

export function isAmount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isCurrency(value: string): boolean {
  return /^[A-Z]{3}$/.test(value);
}

const FIRST_COUNTED_CODE = 20_000;
const codes = new Map<Unit, number>();

/** A number of 16 bits for a unit, for account keys: three letters in base 26 for money, 20000 and up for the rest. */
export function unitCode(unit: Unit): number {
  const known = codes.get(unit);
  if (known !== undefined) return known;
  const counted = COUNTED_UNITS.indexOf(unit);
  assert(counted >= 0 || isCurrency(unit), `unknown unit ${unit}`);
  const inLetters = () => [...unit].reduce((code, letter) => code * 26 + letter.charCodeAt(0) - 65, 0);
  const code = counted >= 0 ? FIRST_COUNTED_CODE + counted : inLetters();
  // At most as many as there are triples of letters.
  codes.set(unit, code);
  return code;
}

export function unitFromCode(code: number): Unit {
  if (code >= FIRST_COUNTED_CODE) {
    const unit = COUNTED_UNITS[code - FIRST_COUNTED_CODE];
    assert(unit, `unknown unit code ${code}`);
    return unit;
  }
  const letters = [Math.trunc(code / 676), Math.trunc(code / 26) % 26, code % 26];
  return String.fromCharCode(...letters.map((letter) => 65 + letter));
}

/**
 * The cost cap of a card: price ÷ target ROI, floored to the minor unit, so that the target is never missed by a
 * fraction (10900 fen at 1.2 → 9083 fen). The ratio is computed on integers (ROI in millionths), not on floats.
 */
export function costCapOf(priceAmount: number, targetRoi: number): number {
  assert(isAmount(priceAmount), `price ${priceAmount} is not an amount`);
  const roiMillionths = BigInt(Math.round(targetRoi * 1_000_000));
  assert(roiMillionths > 0n, `target ROI ${targetRoi} is not above zero`);
  const cap = Number((BigInt(priceAmount) * 1_000_000n) / roiMillionths);
  assert(isAmount(cap), `price ${priceAmount} at target ROI ${targetRoi} makes a cap beyond the safe integers`);
  return cap;
}
