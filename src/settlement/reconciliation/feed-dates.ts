// Dates of partners' files, in the format that the partner names, as instants or, where no time is told, as days.
import { type Instant, SECOND } from '../../kernel/clock';
import type { BusinessTime, DayNumber } from '../../kernel/period';
import { shown } from '../../members/input-checks';

export type ReadDate = { readonly at: Instant } | { readonly day: DayNumber } | { readonly fault: string };
export type DateReader = (text: string, time: BusinessTime) => ReadDate;

const PARTS = {
  YYYY: '(?<year>\\d{4})',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{2})',
  D: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{2})',
  H: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  SSS: '(?<millisecond>\\d{3})',
  Z: '(?<zone>Z|[+-]\\d{2}:?\\d{2})',
} as const;
const TOKENS = /YYYY|MM|M|DD|D|HH|H|mm|ss|SSS|Z/g;
const { YYYY, MM, DD, HH, mm, ss, SSS, Z } = PARTS;
const ISO = new RegExp(`^${YYYY}-${MM}-${DD}(?:[T ]${HH}:${mm}(?::${ss}(?:\\.${SSS}\\d*)?)?${Z}?)?$`, 'u');
const LENGTH_MAX = 40;
const EPOCHS: Readonly<Record<string, { readonly unit: number; readonly digits: RegExp }>> = {
  EPOCH_SECONDS: { unit: SECOND, digits: /^\d{9,10}$/ },
  EPOCH_MILLISECONDS: { unit: 1, digits: /^\d{12,13}$/ },
};

/**
 * `ISO`, `EPOCH_SECONDS`, `EPOCH_MILLISECONDS`, or a pattern of YYYY, MM or M, DD or D, HH or H, mm, ss, SSS and Z,
 * such as `YYYY/M/D HH:mm`; what else stands in it must stand in the text too. Answers what is wrong with another one.
 */
export function dateReader(format: string): DateReader | string {
  const epoch = EPOCHS[format];
  if (epoch) {
    return (text) => (epoch.digits.test(text) ? { at: Number(text) * epoch.unit } : faultOf(text, format));
  }
  const pattern = format === 'ISO' ? ISO : patternOf(format);
  if (!pattern) {
    const rule = 'ISO, EPOCH_SECONDS, EPOCH_MILLISECONDS, or one of YYYY, MM, DD, HH, mm, ss, SSS and Z, each once';
    const whole = 'with year, month and day, and no hour without minute';
    return `mapping.dateFormat is ${shown(format)}; allowed is ${rule}, ${whole}.`;
  }
  return (text, time) => {
    const groups = pattern.exec(text)?.groups;
    return (groups && instantOf(groups, time)) ?? faultOf(text, format);
  };
}

function faultOf(text: string, format: string): ReadDate {
  return { fault: `date is ${shown(text)}; allowed is a date of the calendar as ${format}` };
}

function patternOf(format: string): RegExp | undefined {
  const tokens = format.match(TOKENS) ?? [];
  const letters = tokens.map((token) => token[0]!);
  const has = (letter: string) => letters.includes(letter);
  const once = new Set(letters).size === letters.length;
  const whole = has('Y') && has('M') && has('D') && has('H') === has('m');
  const orphan = (has('s') && !has('m')) || (has('S') && !has('s')) || (has('Z') && !has('H'));
  if (format.length > LENGTH_MAX || !once || !whole || orphan) return undefined;
  const literals = format.split(TOKENS).map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  const body = literals.map((text, at) => `${text}${PARTS[tokens[at] as keyof typeof PARTS] ?? ''}`);
  return new RegExp(`^${body.join('')}$`, 'u');
}

/** `undefined` for what is no date of the calendar or no time of the clock. */
function instantOf(groups: Record<string, string | undefined>, time: BusinessTime): ReadDate | undefined {
  const [year, month, date] = [Number(groups.year), Number(groups.month), Number(groups.day)];
  const midnight = new Date(Date.UTC(year, month - 1, date));
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== date || year < 1970) return undefined;
  const day = midnight.getTime() / 86_400_000;
  if (groups.hour === undefined) return { day };
  const [hour, minute, second] = [Number(groups.hour), Number(groups.minute), Number(groups.second ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const timeOfDay = ((hour * 60 + minute) * 60 + second) * SECOND + Number(groups.millisecond ?? 0);
  const { zone } = groups;
  return { at: zone === undefined ? time.startOfDay(day, timeOfDay) : midnight.getTime() + timeOfDay - offsetOf(zone) };
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone[0] === '-' ? -minutes : minutes) * 60 * SECOND;
}
