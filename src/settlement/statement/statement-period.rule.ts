// Which period of an agreement is stated next, by its settlement and in the program's time zone.
import { type Agreement, type AgreementTerms } from '../../agreements/agreement';
import type { Instant } from '../../kernel/clock';
import { type BusinessTime, dayFromText, dayText } from '../../kernel/period';
import { givenBefore } from '../delivery/delivery';

/**
 * The day before which a period ends: all that it has is of an earlier day. A period that ends within a day, as that of
 * an agreement which was closed by hand, has a part of that day, and so ends before the next one.
 */
export function endsBeforeDay(endsAt: Instant, time: BusinessTime): string {
  return dayText(dayFromText(time.isoDate(endsAt - 1)) + 1);
}

/** When periods that end before this day end: from the first instant on, before the second. */
export function endingBefore(day: string, time: BusinessTime): readonly [Instant, Instant] {
  const number = dayFromText(day);
  return [time.startOfDay(number - 1) + 1, time.startOfDay(number) + 1];
}

export interface StatementPeriod {
  readonly startsAt: Instant;
  /** Exclusive; it can be stated from then on. */
  readonly endsAt: Instant;
  /** After the agreement ended: stated only when something came, up to the last whole month. */
  readonly isTail: boolean;
}

/**
 * Months and quarters of the calendar, of which the first begins with the agreement and the last ends with it, or at
 * the moment at which it was closed by hand. `statedUntil`: the end of the statement before.
 */
export function nextPeriod(
  agreement: Agreement,
  { settlement }: Pick<AgreementTerms, 'settlement'>,
  time: BusinessTime,
  { statedUntil, now }: { readonly statedUntil?: Instant; readonly now: Instant },
): StatementPeriod {
  const startsAt = statedUntil ?? agreement.startsAt;
  const end = Math.max(givenBefore(agreement), agreement.startsAt);
  if (startsAt >= end && statedUntil !== undefined) {
    const { year, month } = time.localDate(now);
    // What came since the end, in whole months, since a month that runs is not over.
    const before = time.startOfDate(year, month, 1);
    const endsAt = before > startsAt ? before : time.startOfDate(year, month + 1, 1);
    return { startsAt, endsAt, isTail: true };
  }
  const { year, month } = time.localDate(startsAt);
  const ends = {
    MONTHLY: time.startOfDate(year, month + 1, 1),
    QUARTERLY: time.startOfDate(year, month - ((month - 1) % 3) + 3, 1),
    AT_END: end,
  };
  return { startsAt, endsAt: Math.min(ends[settlement], end), isTail: false };
}
