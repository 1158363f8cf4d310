// What earning rules gave one member so far, as far as their caps ask for it.
import type { Earned } from './event-growth';

const WEEKS_A_YEAR = 52;

/** Of the days of the running week, of the week, and of the month that it belongs to. */
export class CapCounter {
  private readonly ofWeek = new Map<string, number>();
  private readonly ofMonth = new Map<string, number>();
  private month = 0;

  begin(week: number): void {
    this.ofWeek.clear();
    const month = Math.floor(((week - 1) * 12) / WEEKS_A_YEAR);
    if (month !== this.month) this.ofMonth.clear();
    this.month = month;
  }

  /** What the rule gives on this day of the week, once its caps are looked at; counted. */
  taken({ rule, amount, caps }: Earned, day: number): number {
    if (caps.length === 0) return amount;
    const counts = caps.map(({ period, limit }) => {
      const counted = period === 'MONTH' ? this.ofMonth : this.ofWeek;
      const key = period === 'DAY' ? `${rule} ${day}` : `${rule} ${period}`;
      return { counted, key, left: limit - (counted.get(key) ?? 0) };
    });
    const given = Math.max(
      0,
      counts.reduce((least, { left }) => Math.min(least, left), amount),
    );
    for (const { counted, key } of counts) counted.set(key, (counted.get(key) ?? 0) + given);
    return given;
  }
}
