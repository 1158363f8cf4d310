// The door to figures: which span and plan may be asked for, a reader of it, and one figure over time.

import { readNotes } from '../../database/change-note.store';
import type { Database } from '../../database/database';
import type { Clock } from '../../kernel/clock';
import { addDays, dateOfDay, dayOfDate, type PeriodNumber } from '../../kernel/period';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { shown } from '../../members/input-checks';
import type { Catalogue } from '../../program/catalogue';
import { EDITION, FIGURES, type FigureName } from './figure';
import { FigureReader } from './figure-reader';
import { readWalk } from './roll-up.store';
import { coverUntil, dayCover, daysIn, FIRST_DAY, firstOfMonth, monthsIn, periodText } from './span';

export interface InsightAsked {
  /** `2026-11-22`; both are included. */
  readonly from: string;
  readonly to: string;
  /** The code of a plan, for the figures that are by plan. */
  readonly plan?: string | null;
}

export type FigureStep = 'DAY' | 'MONTH';

/** The most days that may be asked about: ten years. */
const DAYS_MAX = 3_660;
const POINTS_MAX = 400;

export interface SeriesPoint {
  /** `2026-11-22`, or `2026-11` for a month. */
  readonly period: string;
  readonly value: number;
}

function dayFrom(date: string): PeriodNumber | undefined {
  const day = dayOfDate(date);
  return day !== undefined && day >= FIRST_DAY ? day : undefined;
}

function noDay(field: 'from' | 'to', given: string): Refusal {
  const rule = `a day from ${dateOfDay(FIRST_DAY)} on, such as 2026-11-01`;
  return refuse('INVALID_INPUT', `${field} is ${shown(given)}; allowed is ${rule}.`, field);
}

export class InsightService {
  constructor(
    private readonly database: Database,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /** What reads the figures of the span: days until today, ten years at most. */
  open({ from, to, plan }: InsightAsked): FigureReader | Refusal {
    const catalogue = this.catalogue();
    const today = catalogue.time.periodAt('DAY', this.clock.now());
    const [first, last] = [dayFrom(from), dayFrom(to)];
    if (first === undefined) return noDay('from', from);
    if (last === undefined) return noDay('to', to);
    if (last > today) {
      return refuse('INVALID_INPUT', `to is ${to}; allowed is ${dateOfDay(today)}, which is today, at most.`, 'to');
    }
    if (first > last) return refuse('INVALID_INPUT', `from is ${from}, which is after ${to}; turn them round.`, 'from');
    if (addDays(first, DAYS_MAX) <= last) {
      return refuse('INVALID_INPUT', `${from} to ${to} is longer than ${DAYS_MAX} days; ask for fewer.`, 'from');
    }
    const found = plan ? catalogue.planByCode(plan) : undefined;
    if (plan && !found) return refuse('NOT_FOUND', `There is no plan ${shown(plan)} in the program.`, 'plan');
    return new FigureReader(this.database.read, catalogue, { from: first, to: last }, found?.id);
  }

  /**
   * One figure, period by period: each day of the span, or each month that it touches, as a whole. What stands is told
   * for the end of each.
   */
  async series(name: FigureName, asked: InsightAsked, step: FigureStep): Promise<SeriesPoint[] | Refusal> {
    const reader = this.open(asked);
    if (isRefusal(reader)) return reader;
    const { span } = reader;
    const periods = step === 'DAY' ? daysIn(span) : monthsIn(span);
    if (periods.length > POINTS_MAX) {
      const given = `${asked.from} to ${asked.to} has ${periods.length} days`;
      return refuse('INVALID_INPUT', `${given}; ask for ${POINTS_MAX} at most, or for months.`, 'by');
    }
    const cover = step === 'DAY' ? dayCover(span) : { whole: periods, days: [] };
    const values = await reader.series(name, cover);
    let standing = 0;
    if (FIGURES[name].kind === 'STANDING') {
      const first = step === 'DAY' ? span.from : firstOfMonth(periods[0]!);
      const before = await reader.series(name, coverUntil(addDays(first, -1)));
      standing = [...before.values()].reduce((all, value) => all + value, 0);
    }
    return periods.map((period) => {
      const value = values.get(period) ?? 0;
      standing = FIGURES[name].kind === 'STANDING' ? standing + value : value;
      return { period: periodText(period), value: standing };
    });
  }

  /** Whether all that has happened is counted; what is not will be within seconds. */
  async isComplete(): Promise<boolean> {
    const { timeZone } = this.catalogue().time;
    const [notes, walk] = await Promise.all([readNotes(this.database.read, 1), readWalk(this.database.read)]);
    return notes.length === 0 && walk?.edition === EDITION && walk.timeZone === timeZone && walk.table === undefined;
  }
}
