// The SQL that reads figures: sums over spans of days, by as few rows as can be.
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlValue } from '../../database/sql';
import { type Id, idToBytes } from '../../kernel/id';
import type { PeriodNumber } from '../../kernel/period';
import { FIGURES, type FigureName } from './figure';
import type { Cover } from './span';

/** A cell, summed over a span of days or standing at its end. */
export interface FigureSum {
  readonly figure: FigureName;
  readonly one: number;
  readonly other: number;
  readonly mark: number;
  readonly unit: number;
  readonly value: number;
}

const NAMES = new Map<number, FigureName>(
  (Object.keys(FIGURES) as FigureName[]).map((name) => [FIGURES[name].number, name]),
);

/** The number that stands for a plan, a benefit, an offer or a level; `undefined` while no figure knows it. */
export async function numberOf(sql: Sql, id: Id): Promise<number | undefined> {
  const [row] = await sql.prepared('SELECT number FROM figure_item WHERE id = ?', [idToBytes(id)]);
  return row && Number(row[0]);
}

/** One branch a figure and kind of period: each is a range of the primary key. */
function branches(figures: readonly FigureName[], cover: Cover, plan: number | undefined, by: string) {
  const values: SqlValue[] = [];
  const texts: string[] = [];
  for (const name of figures) {
    const { number, byPlan } = FIGURES[name];
    const narrowed = byPlan && plan !== undefined ? ` AND one = ${Math.trunc(plan)}` : '';
    const add = (condition: string, some: readonly number[]): void => {
      texts.push(
        `SELECT figure, ${by}one, other, mark, unit, SUM(value) FROM figure_roll_up
         WHERE figure = ${number} AND ${condition}${narrowed} GROUP BY figure, ${by}one, other, mark, unit`,
      );
      values.push(...some);
    };
    if (cover.whole.length > 0) add(`period IN (${questionMarks(cover.whole.length)})`, cover.whole);
    for (const { from, to } of cover.days) add('period BETWEEN ? AND ?', [from, to]);
  }
  return { text: texts.join(' UNION ALL '), values };
}

/** Sums of the cells over the periods; of a plan alone where the figure is by plan. */
export async function readSums(
  sql: Sql,
  figures: readonly FigureName[],
  cover: Cover,
  plan?: number,
): Promise<FigureSum[]> {
  const { text, values } = branches(figures, cover, plan, '');
  const rows = text === '' ? [] : await sql.arrays(text, values);
  const sums = new Map<string, FigureSum>();
  for (const [figure, one, other, mark, unit, value] of rows.map((row) => row.map(Number)) as Six[]) {
    const key = `${figure} ${one} ${other} ${mark} ${unit}`;
    const known = sums.get(key)?.value ?? 0;
    sums.set(key, { figure: NAMES.get(figure)!, one, other, mark, unit, value: known + value });
  }
  return [...sums.values()].filter(({ value }) => value !== 0);
}

type Six = [number, number, number, number, number, number];

/** The sum over all cells of a figure in each of the periods that has any. */
export async function readSeries(
  sql: Sql,
  figure: FigureName,
  cover: Cover,
  plan?: number,
): Promise<Map<PeriodNumber, number>> {
  const { text, values } = branches([figure], cover, plan, 'period, ');
  const points = new Map<PeriodNumber, number>();
  for (const row of text === '' ? [] : await sql.arrays(text, values)) {
    const period = Number(row[1]);
    points.set(period, (points.get(period) ?? 0) + Number(row[6]));
  }
  return points;
}

export interface PeriodSum {
  readonly figure: FigureName;
  readonly period: PeriodNumber;
  readonly mark: number;
  readonly value: number;
}

/** By period and mark. */
export async function readByPeriod(
  sql: Sql,
  figures: readonly FigureName[],
  periods: readonly PeriodNumber[],
): Promise<PeriodSum[]> {
  if (periods.length === 0) return [];
  const marks = questionMarks(periods.length);
  const texts = figures.map(
    (name) => `SELECT figure, period, mark, SUM(value) FROM figure_roll_up
      WHERE figure = ${FIGURES[name].number} AND period IN (${marks}) GROUP BY figure, period, mark`,
  );
  const rows = await sql.arrays(
    texts.join(' UNION ALL '),
    figures.flatMap(() => periods),
  );
  return rows.map((row) => {
    const [figure, period, mark, value] = row.map(Number) as [number, number, number, number];
    return { figure: NAMES.get(figure)!, period, mark, value };
  });
}
