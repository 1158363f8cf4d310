// Figures of one span of days, as the dashboard asks for them: each question is one statement.
import type { Sql } from '../../database/sql';
import type { Id } from '../../kernel/id';
import { type Unit, unitCode } from '../../kernel/money';
import { addDays, type PeriodNumber } from '../../kernel/period';
import type { Catalogue } from '../../program/catalogue';
import type { FigureName } from './figure';
import { type FigureSum, numberOf, type PeriodSum, readByPeriod, readSeries, readSums } from './figure.store';
import { readItems } from './roll-up.store';
import { type Cover, coverOf, coverUntil, type DaySpan } from './span';

/** Where the plan has no number, nothing was counted of it. */
const NO_SUCH_PLAN = -1;

export class FigureReader {
  private items: Promise<Map<number, Id>> | undefined;
  private planNumber: Promise<number> | undefined;
  /** What was read of the span, by figure: several questions ask for the same. */
  private readonly known = new Map<FigureName, Promise<readonly FigureSum[]>>();

  constructor(
    readonly sql: Sql,
    readonly catalogue: Catalogue,
    readonly span: DaySpan,
    readonly planId?: Id,
  ) {}

  /** In the program's currency; amounts in others are left out. */
  get currency(): Unit {
    return this.catalogue.settings.currency;
  }

  /** What happened in the span. */
  async flows(...figures: FigureName[]): Promise<FigureSum[]> {
    const missing = figures.filter((figure) => !this.known.has(figure));
    if (missing.length > 0) {
      const read = this.read(missing, coverOf(this.span));
      for (const name of missing) {
        this.known.set(
          name,
          read.then((sums) => sums.filter(({ figure }) => figure === name)),
        );
      }
    }
    return (await Promise.all(figures.map((figure) => this.known.get(figure)!))).flat();
  }

  /** What stands at the end of the last day of the span. */
  standing(...figures: FigureName[]): Promise<FigureSum[]> {
    return this.read(figures, coverUntil(this.span.to));
  }

  /** What stood just before the first day of the span. */
  before(...figures: FigureName[]): Promise<FigureSum[]> {
    return this.read(figures, coverUntil(addDays(this.span.from, -1)));
  }

  /** For each of the periods apart, whatever the plan. */
  byPeriod(periods: readonly PeriodNumber[], ...figures: FigureName[]): Promise<PeriodSum[]> {
    return readByPeriod(this.sql, figures, periods);
  }

  async series(figure: FigureName, cover: Cover): Promise<Map<PeriodNumber, number>> {
    return readSeries(this.sql, figure, cover, await this.plan());
  }

  /** What a number stands for. */
  async idOf(): Promise<(number: number) => Id | undefined> {
    this.items ??= readItems(this.sql).then((items) => new Map([...items].map(([id, number]) => [number, id])));
    const items = await this.items;
    return (number) => items.get(number);
  }

  private async read(figures: readonly FigureName[], cover: Cover): Promise<FigureSum[]> {
    return readSums(this.sql, figures, cover, await this.plan());
  }

  private async plan(): Promise<number | undefined> {
    const { planId } = this;
    if (planId === undefined) return undefined;
    this.planNumber ??= numberOf(this.sql, planId).then((number) => number ?? NO_SUCH_PLAN);
    return this.planNumber;
  }

  /** The sum of those cells that count, or that are in the program's currency. */
  total(sums: readonly FigureSum[], figure: FigureName, where: (sum: FigureSum) => boolean = () => true): number {
    const money = unitCode(this.currency);
    const isOther = ({ unit }: FigureSum) => unit !== money && unit < FIRST_UNIT_OF_COUNTS;
    return sums.reduce((all, sum) => (sum.figure === figure && !isOther(sum) && where(sum) ? all + sum.value : all), 0);
  }
}

/** Units of money have codes below. */
const FIRST_UNIT_OF_COUNTS = unitCode('#COUNT');
