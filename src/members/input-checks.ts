// Checks of what callers send about members and cards; each names the field, what was given and what is allowed.
import { DAY, type Instant } from '../kernel/clock';
import { type Refusal, refuse } from '../kernel/refusal';

const TEXT_MAX = 128;
const TAGS_MAX = 50;

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Shows what was given, shortened, so that a message never grows with its input; what cannot be seen is escaped. */
export function shown(value: string): string {
  const quoted = JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return quoted.replaceAll(INVISIBLE, (letter) => `\\u{${letter.codePointAt(0)!.toString(16)}}`);
}

/** 1 to 128 characters, none of them control or invisible ones, no space at either end. */
export function checkText(field: string, value: string): Refusal | undefined {
  const clean = value.trim() === value && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(value);
  if (value.length >= 1 && value.length <= TEXT_MAX && clean) return undefined;
  const rule = `1 to ${TEXT_MAX} characters without control characters and without spaces at the ends`;
  return refuse('INVALID_INPUT', `${field} is ${shown(value)}; allowed are ${rule}.`, field);
}

/** Text of several lines, without other control characters. */
export function checkProse(field: string, value: string, most: number, least = 0): Refusal | undefined {
  const clean = !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(value.replaceAll(/[\n\r\t]/g, ' '));
  if (clean && value.length <= most && value.trim().length >= least) return undefined;
  const rule = `${least} to ${most} characters without control characters`;
  return refuse('INVALID_INPUT', `${field} is ${shown(value)}; allowed are ${rule}.`, field);
}

/** As `checkText`, but joiners are allowed: emoji families are made of them. Characters that turn the line are not. */
export function checkNickname(value: string): Refusal | undefined {
  return checkText('nickname', value.replaceAll(/[\u200c\u200d]/gu, ''));
}

export function checkTags(tags: readonly string[]): Refusal | undefined {
  if (tags.length > TAGS_MAX) {
    return refuse('INVALID_INPUT', `tags has ${tags.length} entries; allowed are at most ${TAGS_MAX}.`, 'tags');
  }
  return tags.map((tag) => checkText('tags', tag)).find((fault) => fault !== undefined);
}

export function checkBirthday(birthday: string | undefined): Refusal | undefined {
  if (birthday === undefined) return undefined;
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(birthday);
  const date = match && new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])));
  if (date?.toISOString().startsWith(birthday)) return undefined;
  return refuse('INVALID_INPUT', `birthday is ${shown(birthday)}; allowed is a date like 1990-02-28.`, 'birthday');
}

/** A safe integer from `min` up. */
export function checkAmount(field: string, value: number, min = 0): Refusal | undefined {
  if (Number.isSafeInteger(value) && value >= min) return undefined;
  const rule = `an integer from ${min} to ${Number.MAX_SAFE_INTEGER}`;
  return refuse('INVALID_INPUT', `${field} is ${value}; allowed is ${rule}.`, field);
}

/** The largest amount of one request or one definition: sums over all members must stay exact as well. */
const AMOUNT_MAX = 1_000_000_000_000;

/** What one request adds (above zero) or takes (below zero). */
export function checkAdjustment(field: string, value: number): Refusal | undefined {
  if (Number.isSafeInteger(value) && value !== 0 && Math.abs(value) <= AMOUNT_MAX) return undefined;
  const rule = `an integer from -${AMOUNT_MAX} to ${AMOUNT_MAX}, but not 0`;
  return refuse('INVALID_INPUT', `${field} is ${value}; allowed is ${rule}.`, field);
}

const AHEAD = 5 * 366 * DAY;

/** An instant from `from` to five years from now; later ones are slips of a digit or of a unit. */
export function checkInstant(
  field: string,
  value: Instant | undefined,
  range: { from: Instant; now: Instant },
): Refusal | undefined {
  const to = range.now + AHEAD;
  if (value === undefined || (Number.isSafeInteger(value) && value >= range.from && value <= to)) return undefined;
  const rule = `a time from ${day(range.from)} to ${day(to)}`;
  return refuse('INVALID_INPUT', `${field} is ${timeWords(value)}; allowed is ${rule}.`, field);
}

function day(instant: Instant): string {
  return new Date(instant).toISOString().slice(0, 10);
}

function timeWords(value: number): string {
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? String(value) : date.toISOString();
}
