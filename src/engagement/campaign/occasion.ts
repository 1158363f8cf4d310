// The occasions of a campaign that fall into a span of time: pure calendar, so that a stop loses none of them.
import { type Instant, MINUTE } from '../../kernel/clock';
import { type BusinessTime, type DayNumber, dayFromText, dayText } from '../../kernel/period';
import type { Trigger } from '../../program/campaign';

export interface Occasion {
  /** Names it for good: `2026-11-11`, or `at` for the one of a schedule. */
  readonly name: string;
  readonly dueAt: Instant;
  /** For birthdays: those that are meant, as month times 100 plus day. */
  readonly birthDays?: readonly number[];
}

/** Occasions due after `from` and up to `to`, in their order. */
export function occasionsBetween(trigger: Trigger, time: BusinessTime, from: Instant, to: Instant): Occasion[] {
  if (trigger.on === 'SCHEDULE') {
    const dueAt = Date.parse(trigger.at!);
    return dueAt > from && dueAt <= to ? [{ name: 'at', dueAt }] : [];
  }
  if (trigger.on === 'STAGE' || trigger.on === 'EVENT') return [];
  const found: Occasion[] = [];
  for (let day = time.dayNumber(from); day <= time.dayNumber(to); day += 1) {
    const dueAt = time.startOfDay(day, timeOfDay(trigger.time));
    if (dueAt <= from || dueAt > to) continue;
    const occasion = occasionOn(trigger, day);
    if (occasion) found.push({ ...occasion, dueAt });
  }
  return found;
}

/** As milliseconds of the day. */
function timeOfDay(text = '00:00'): number {
  const [hours, minutes] = text.split(':').map(Number) as [number, number];
  return (hours * 60 + minutes) * MINUTE;
}

function occasionOn(trigger: Trigger, day: DayNumber): Omit<Occasion, 'dueAt'> | undefined {
  const name = dayText(day);
  switch (trigger.on) {
    case 'MONTHLY': {
      const lastDay = dayText(day + 1).endsWith('-01');
      const dayOfMonth = Number(name.slice(8));
      const meant = dayOfMonth === trigger.day || (lastDay && dayOfMonth < trigger.day!);
      return meant ? { name } : undefined;
    }
    case 'FESTIVAL':
      return trigger.days!.some((text) => text === name || text === name.slice(5)) ? { name } : undefined;
    case 'BIRTHDAY': {
      const birthday = dayText(day + (trigger.daysBefore ?? 0));
      return { name: birthday, birthDays: birthDaysOn(birthday, trigger.leapDay ?? 'FEB_28') };
    }
    default:
      return undefined;
  }
}

/** Those who were born on 29 February have their day on the 28th, or on 1 March, of years without one. */
export function birthDaysOn(date: string, leapDay: 'FEB_28' | 'MAR_01'): number[] {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const own = month * 100 + day;
  const isLeap = dayText(dayFromText(`${year}-02-28`) + 1).endsWith('-02-29');
  const standsIn = leapDay === 'FEB_28' ? 228 : 301;
  return !isLeap && own === standsIn ? [own, 229] : [own];
}
