// Values in a partner's answer, each checked: what is not as agreed makes the whole answer unreadable.
import type { Instant } from '../../kernel/clock';
import { isAmount, isCurrency, type Money } from '../../kernel/money';
import { MappingError } from './mapping-error';

export type Fields = Readonly<Record<string, unknown>>;

const INSTANT_MAX = 8_640_000_000_000_000;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/;

export function fieldsOf(value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new MappingError('an answer that is no mapping');
}

/** JSONata answers one item for a list of one, but nothing is not an empty list. */
export function listOf(value: unknown, most: number): readonly unknown[] {
  if (value === undefined || value === null) throw new MappingError('an answer that is no list');
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > most) throw new MappingError(`a list of more than ${most} items`);
  return list;
}

/** `undefined` and `null` are absent; a whole number is taken for its digits. */
export function textIn(fields: Fields, key: string, most: number): string | undefined {
  const value = fields[key] ?? undefined;
  if (value === undefined) return undefined;
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || text === '' || text.length > most || /[\p{Cc}\p{Cs}]/u.test(text)) {
    throw new MappingError(`a ${key} that is no text of 1 to ${most} characters`);
  }
  return text;
}

/** As `textIn`, with line breaks; control characters are taken out. */
export function proseIn(fields: Fields, key: string, most: number): string | undefined {
  const value = fields[key] ?? undefined;
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new MappingError(`a ${key} that is no text`);
  return value.replace(/[^\P{Cc}\n]|\p{Cs}/gu, ' ').slice(0, most);
}

export function required<Value>(value: Value | undefined, key: string): Value {
  if (value === undefined) throw new MappingError(`no ${key}`);
  return value;
}

export function oneOf<Word extends string>(fields: Fields, key: string, words: readonly Word[]): Word | undefined {
  const value = fields[key] ?? undefined;
  if (value === undefined) return undefined;
  const word = words.find((one) => one === value);
  if (word === undefined) throw new MappingError(`a ${key} that is none of ${words.join(', ')}`);
  return word;
}

/** Milliseconds, or ISO 8601 with an offset. */
export function instantIn(fields: Fields, key: string): Instant | undefined {
  const value = fields[key] ?? undefined;
  if (value === undefined) return undefined;
  const instant = typeof value === 'string' && ISO.test(value) ? Date.parse(value) : value;
  if (typeof instant !== 'number' || !Number.isInteger(instant) || instant < 0 || instant > INSTANT_MAX) {
    throw new MappingError(`a ${key} that is neither milliseconds nor ISO 8601 with an offset`);
  }
  return instant;
}

export function linkIn(fields: Fields, key: string): string | undefined {
  const text = textIn(fields, key, 2_000);
  if (text === undefined) return undefined;
  if (!/^https:\/\//i.test(text) || !URL.canParse(text)) throw new MappingError(`a ${key} that is no https link`);
  const { href, username, password } = new URL(text);
  if (username !== '' || password !== '') throw new MappingError(`a ${key} with a user in it`);
  return href;
}

export function booleanIn(fields: Fields, key: string): boolean | undefined {
  const value = fields[key] ?? undefined;
  if (value !== undefined && typeof value !== 'boolean')
    throw new MappingError(`a ${key} that is neither true nor false`);
  return value;
}

export function countIn(fields: Fields, key: string): number | undefined {
  const value = fields[key] ?? undefined;
  if (value !== undefined && !isAmount(value)) throw new MappingError(`a ${key} that is no whole number from 0`);
  return value;
}

export function moneyIn(fields: Fields, key: string): Money | undefined {
  const value = fields[key] ?? undefined;
  if (value === undefined) return undefined;
  const { amount, currency } = fieldsOf(value);
  if (!isAmount(amount) || typeof currency !== 'string' || !isCurrency(currency)) {
    throw new MappingError(`a ${key} that is no money`);
  }
  return { amount, currency };
}
