// Identifiers: UUIDv7 as 32 lower-case hex digits in code, 16 bytes in SQL, `<type>_<hex>` at the API.
import { hash } from 'node:crypto';
import type { Instant } from './clock';
import { takeRandom } from './random';

/** 32 lower-case hexadecimal digits. */
export type Id = string;

export const ZERO_ID: Id = '0'.repeat(32);

const ID_PATTERN = /^[0-9a-f]{32}$/;

export function isId(value: string): boolean {
  return ID_PATTERN.test(value);
}

const VARIANT_DIGITS = '89ab';

/**
 * A new UUIDv7 (RFC 9562 §5.7) whose lowest byte is zero: an id owns the 256 ids that follow it (`idAt`), so the
 * transfers of a chain need no ids of their own and lie together in the clustered index. 66 bits are random.
 */
export function newId(now: Instant): Id {
  const time = Math.trunc(now).toString(16).padStart(12, '0');
  const random = takeRandom(9).toString('hex');
  const variant = VARIANT_DIGITS[Number.parseInt(random[0]!, 16) & 3]!;
  return `${time}7${random.slice(1, 4)}${variant}${random.slice(4, 17)}00`;
}

/** The id `offset` places after `base`; `base` must end in a zero byte. */
export function idAt(base: Id, offset: number): Id {
  return base.slice(0, 30) + (offset < 16 ? '0' : '') + offset.toString(16);
}

/** The base of an id made by `idAt`. */
export function baseOf(id: Id): Id {
  return `${id.slice(0, 30)}00`;
}

/**
 * A name-based id (UUIDv8 layout over SHA-256, RFC 9562 §5.8): equal parts give the equal id in every process, and it
 * ends in a zero byte as `newId`'s do.
 */
export function namedId(...parts: readonly string[]): Id {
  const hex = hash('sha256', parts.join('\u0000'), 'hex');
  const variant = VARIANT_DIGITS[Number.parseInt(hex[16]!, 16) & 3]!;
  return `${hex.slice(0, 12)}8${hex.slice(13, 16)}${variant}${hex.slice(17, 30)}00`;
}

export function idToBytes(id: Id): Buffer {
  return Buffer.from(id, 'hex');
}

export function idFromBytes(bytes: Buffer): Id {
  return bytes.toString('hex');
}

/** Types that have a global id at the API. The prefix is part of the id, so an id of another type is never accepted. */
export const GLOBAL_ID_TYPES = [
  'member',
  'card',
  'term',
  'level',
  'plan',
  'budget',
  'planApplication',
  'benefit',
  'entitlement',
  'partner',
  'credential',
  'offer',
  'redemption',
  'coupon',
  'event',
  'reconciliationItem',
  'earningRule',
  'memberEvent',
  'task',
  'draw',
  'drawing',
  'alert',
  'campaign',
  'campaignGift',
  'agreement',
  'delivery',
  'adjustment',
  'statement',
  'feed',
  'reconciliation',
] as const;
export type GlobalIdType = (typeof GLOBAL_ID_TYPES)[number];

export function toGlobalId(type: GlobalIdType, id: Id): string {
  return `${type}_${id}`;
}

/** The id inside a global id of the given type, or `undefined` when the text is anything else. */
export function fromGlobalId(type: GlobalIdType, globalId: string): Id | undefined {
  if (!globalId.startsWith(`${type}_`)) return undefined;
  const id = globalId.slice(type.length + 1);
  return isId(id) ? id : undefined;
}
