// A reward as the program file writes it: what one occasion gives.
import type { Code } from './code';

/** At least one part is there. Parts are given independently: one that is refused takes no other with it. */
export interface Reward {
  /** Points, above zero. */
  readonly points?: number;
  /** Growth value, above zero. */
  readonly growth?: number;
  /** Stored value, in the minor unit of the program's currency. */
  readonly storedValue?: number;
  /** Coupons of benefits, by code: given outside of any quota, at the cost of the operator or of the member's card. */
  readonly benefits?: readonly Code[];
  /** Coupons of offers, by code, within their stock, budget and limits. */
  readonly offers?: readonly Code[];
  /** Chances of draws, by the draw's code. */
  readonly draws?: Readonly<Record<Code, number>>;
}
