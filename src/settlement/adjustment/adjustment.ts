// Adjustments: what is put right in the books of an agreement, by a transfer beside what stood there, and why.
import type { ExchangeSide } from '../../agreements/agreement';
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { type Refusal, refuse } from '../../kernel/refusal';
import { checkProse, checkText } from '../../members/input-checks';
import type { AdjustmentSource } from './adjustment-source';

export interface Adjustment {
  /** That of its chain in the ledger. */
  readonly id: Id;
  readonly agreementId: Id;
  readonly partnerId: Id;
  /** The number of the item. */
  readonly item: number;
  /** Who gives the item. */
  readonly side: ExchangeSide;
  /** Signed: below zero is taken back from what that side gave. Zero where only the value was wrong. */
  readonly quantity: number;
  /** In the minor unit, signed as the quantity. */
  readonly value: number;
  readonly reason: string;
  readonly source: AdjustmentSource;
  /** When what is put right happened, which says whose ceilings it counts under. */
  readonly happenedAt: Instant;
  readonly madeAt: Instant;
  /** `role:subject`. */
  readonly madeBy: string;
}

export const REASON_MAX = 500;
/** So that no sum of an agreement leaves the safe integers. */
export const QUANTITY_MAX = 1_000_000_000;
export const VALUE_MAX = 1_000_000_000_000;
const SOURCE = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** The name of a source: what begins with a letter or a digit is never taken for a formula. */
export function checkSource(field: string, source: string): Refusal | undefined {
  if (source.length <= 64 && SOURCE.test(source)) return undefined;
  const rule = '1 to 64 of a-z, 0-9 and single hyphens';
  return refuse('INVALID_INPUT', `${field} is not the name of a source; allowed are ${rule}.`, field);
}

export function checkReason(reason: string, field = 'reason'): Refusal | undefined {
  return checkProse(field, reason, REASON_MAX, 1);
}

type Asked = Pick<Adjustment, 'quantity' | 'value' | 'reason' | 'source'>;

export function checkAdjusted({ quantity, value, reason, source }: Asked): Refusal | undefined {
  const fault = checkReason(reason) ?? checkSource('source.kind', source.kind) ?? checkText('source.id', source.id);
  if (fault) return fault;
  const within = (amount: number, most: number) => Number.isSafeInteger(amount) && Math.abs(amount) <= most;
  if (!within(quantity, QUANTITY_MAX)) return invalid('quantity', quantity, `from -${QUANTITY_MAX} to ${QUANTITY_MAX}`);
  if (!within(value, VALUE_MAX)) return invalid('value', value, `from -${VALUE_MAX} to ${VALUE_MAX}`);
  if (quantity === 0 && value === 0) return invalid('quantity', quantity, 'other than 0, or the value is');
  if (Math.sign(quantity) * Math.sign(value) < 0) return invalid('value', value, 'of the sign of the quantity');
  return undefined;
}

function invalid(field: string, given: number, rule: string): Refusal {
  return refuse('INVALID_INPUT', `${field} is ${given}; allowed is an integer ${rule}.`, field);
}
