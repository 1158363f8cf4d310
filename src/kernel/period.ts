// Periods of business time: terms, years, months, weeks and days in the program's zone, as numbers in account keys.
import { DAY, type Instant, MINUTE } from './clock';

export const PERIOD_KINDS = ['TERM', 'YEAR', 'MONTH', 'WEEK', 'DAY'] as const;
export type PeriodKind = (typeof PERIOD_KINDS)[number];

/**
 * 0 = the whole term; 20261300 = a year; 20261100 = a month; 20261122 = a day; 1 000 000 000 + a Monday's day = a week.
 * A year comes after all its months and days, so that a read which leaves past months behind keeps it to its end.
 */
export type PeriodNumber = number;

export const WHOLE_TERM: PeriodNumber = 0;
/** Numbers of weeks are from here up, those of months and days below. */
export const WEEK_BASE = 1_000_000_000;

/** A calendar date as days since 1970, whatever the zone. */
export type DayNumber = number;

/** `2026-11-22` */
export function dayText(day: DayNumber): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

export function dayFromText(text: string): DayNumber {
  return Date.parse(`${text}T00:00:00Z`) / DAY;
}

interface LocalDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

type CountedKind = Exclude<PeriodKind, 'TERM'>;

/** What the instants of one quarter hour have in common. */
interface Span {
  readonly quarter: number;
  readonly period: PeriodNumber;
  readonly next: Instant;
}

const QUARTER = 15 * MINUTE;
const OFFSETS_KEPT = 512;
const DAYS_KEPT = 4_096;

/** Turns instants into business dates and periods of one IANA time zone. */
export class BusinessTime {
  private readonly format: Intl.DateTimeFormat;
  // Zone rules change on quarter hours only, so one look-up of the slow formatter serves each quarter hour.
  private readonly offsets = new Map<number, number>();
  /** Of a day of UTC on which they do not change; `undefined` of one on which they do. */
  private readonly offsetsOfDays = new Map<number, number | undefined>();
  private readonly spans: Partial<Record<CountedKind, Span>> = {};

  /** Throws RangeError when `timeZone` is no IANA zone. */
  constructor(readonly timeZone: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Milliseconds that local time is ahead of UTC. */
  private offsetAt(instant: Instant): number {
    const day = Math.floor(instant / DAY);
    let offset = this.offsetsOfDays.get(day);
    if (offset === undefined && !this.offsetsOfDays.has(day)) {
      const [first, last] = [this.lookUp(day * DAY), this.lookUp((day + 1) * DAY)];
      offset = first === last ? first : undefined;
      if (this.offsetsOfDays.size >= DAYS_KEPT) this.offsetsOfDays.clear();
      this.offsetsOfDays.set(day, offset);
    }
    return offset ?? this.lookUp(instant);
  }

  private lookUp(instant: Instant): number {
    const slot = Math.floor(instant / QUARTER);
    const known = this.offsets.get(slot);
    if (known !== undefined) return known;
    const parts: Record<string, number> = {};
    for (const part of this.format.formatToParts(slot * QUARTER)) parts[part.type] = Number(part.value);
    const local = Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!);
    const offset = local - slot * QUARTER;
    if (this.offsets.size >= OFFSETS_KEPT) this.offsets.clear();
    this.offsets.set(slot, offset);
    return offset;
  }

  localDate(instant: Instant): LocalDate {
    const local = new Date(instant + this.offsetAt(instant));
    return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
  }

  /** Minutes since Monday 00:00. */
  minuteOfWeek(instant: Instant): number {
    const minutes = Math.floor((instant + this.offsetAt(instant)) / MINUTE);
    // 1970 began on a Thursday.
    return (minutes + 3 * 24 * 60) % (7 * 24 * 60);
  }

  /** The local date as days since 1970, so that dates can be counted with. */
  dayNumber(instant: Instant): DayNumber {
    return Math.floor((instant + this.offsetAt(instant)) / DAY);
  }

  /** The instant at which a day begins, given as days since 1970; or a time of that day, in milliseconds from 00:00. */
  startOfDay(day: DayNumber, timeOfDay = 0): Instant {
    return this.fromLocal(day * DAY + timeOfDay);
  }

  /** The instant at which a local date begins; day and month may overflow, as in `Date.UTC`. */
  startOfDate(year: number, month: number, day: number): Instant {
    return this.fromLocal(Date.UTC(year, month - 1, day));
  }

  /**
   * The instant of a local time, given as if it were UTC. Where the clocks were set back it is there twice, and the
   * first one counts; where they were set forward it is not there, and it counts as if they had not been yet.
   */
  private fromLocal(local: number): Instant {
    const before = local - this.offsetAt(local - DAY);
    const after = local - this.offsetAt(local + DAY);
    if (before === after) return before;
    const there = [before, after].filter((instant) => instant + this.offsetAt(instant) === local);
    return there.length > 0 ? Math.min(...there) : before;
  }

  periodAt(kind: PeriodKind, instant: Instant): PeriodNumber {
    return kind === 'TERM' ? WHOLE_TERM : this.spanAt(kind, instant).period;
  }

  /** The first instant of the period after the one that holds `instant`; `undefined` for a whole term. */
  nextPeriodAt(kind: PeriodKind, instant: Instant): Instant | undefined {
    return kind === 'TERM' ? undefined : this.spanAt(kind, instant).next;
  }

  /** Local days begin on quarter hours, so all instants of a quarter lie in one period: the last one asked is kept. */
  private spanAt(kind: CountedKind, instant: Instant): Span {
    const quarter = Math.floor(instant / QUARTER);
    const known = this.spans[kind];
    if (known?.quarter === quarter) return known;
    const span = { quarter, period: this.numberOf(kind, instant), next: this.startAfter(kind, instant) };
    this.spans[kind] = span;
    return span;
  }

  private numberOf(kind: CountedKind, instant: Instant): PeriodNumber {
    const { year, month, day } = this.localDate(instant);
    if (kind === 'YEAR') return year * 10_000 + 1_300;
    if (kind === 'MONTH') return year * 10_000 + month * 100;
    if (kind === 'DAY') return year * 10_000 + month * 100 + day;
    const weekday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
    const monday = new Date(Date.UTC(year, month - 1, day - weekday));
    return WEEK_BASE + monday.getUTCFullYear() * 10_000 + (monday.getUTCMonth() + 1) * 100 + monday.getUTCDate();
  }

  private startAfter(kind: CountedKind, instant: Instant): Instant {
    const { year, month, day } = this.localDate(instant);
    if (kind === 'YEAR') return this.startOfDate(year + 1, 1, 1);
    if (kind === 'MONTH') return this.startOfDate(year, month + 1, 1);
    if (kind === 'DAY') return this.startOfDate(year, month, day + 1);
    const weekday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
    return this.startOfDate(year, month, day - weekday + 7);
  }

  /** `2026-11-22`, as operators read a date. */
  isoDate(instant: Instant): string {
    const { year, month, day } = this.localDate(instant);
    return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  }

  /** Adds days on the calendar, keeping the local time of day, so that nothing shifts when the clocks change. */
  addDays(instant: Instant, days: number): Instant {
    const { year, month, day } = this.localDate(instant);
    const timeOfDay = instant + this.offsetAt(instant) - Date.UTC(year, month - 1, day);
    return this.fromLocal(Date.UTC(year, month - 1, day + days) + timeOfDay);
  }

  /**
   * Adds calendar months, keeping the local time of day; a day that the target month lacks becomes its last day
   * (31 January + 1 month → 28 or 29 February).
   */
  addMonths(instant: Instant, months: number): Instant {
    const { year, month, day } = this.localDate(instant);
    const timeOfDay = instant + this.offsetAt(instant) - Date.UTC(year, month - 1, day);
    const lastDay = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
    return this.fromLocal(Date.UTC(year, month - 1 + months, Math.min(day, lastDay)) + timeOfDay);
  }
}

/** The day so many days after another, or before it; both as period numbers of days. */
export function addDays(day: PeriodNumber, days: number): PeriodNumber {
  const [year, month] = [Math.trunc(day / 10_000), Math.trunc(day / 100) % 100];
  const date = new Date(Date.UTC(year, month - 1, (day % 100) + days));
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}

/** `20261122` → `2026-11-22`. */
export function dateOfDay(day: PeriodNumber): string {
  const digits = String(day);
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}

/** `2026-11-22` → `20261122`; `undefined` for a text that is no date. */
export function dayOfDate(date: string): PeriodNumber | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined;
  const day = Number(date.replaceAll('-', ''));
  return day % 100 > 0 && addDays(day, 0) === day ? day : undefined;
}
