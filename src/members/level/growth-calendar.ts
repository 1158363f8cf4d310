// What growth does by itself: so much for each day that begins while a card runs, and so much less after it ended.
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import type { BusinessTime } from '../../kernel/period';
import type { CatalogueDecay, CatalogueLevelPolicy } from '../../program/level-policy';
import { type CoveringCard, coverageOf, coveredBefore, type Span } from './coverage';

/** At the beginning of a day, in the program's time zone. */
export interface GrowthStep {
  readonly at: Instant;
  readonly gain: number;
  readonly loss: number;
}

interface Daily {
  readonly spans: readonly Span[];
  readonly growth: number;
}

/**
 * A day's beginning is judged by the moment before it, so that a card that is opened or closed in that very moment does
 * not change what was counted already: a card of n days has n of them.
 */
export class GrowthCalendar {
  private readonly daily: readonly Daily[];
  private readonly decay?: { readonly terms: CatalogueDecay; readonly spans: readonly Span[] };

  constructor(
    private readonly time: BusinessTime,
    policy: Pick<CatalogueLevelPolicy, 'daily' | 'decay'>,
    cards: readonly CoveringCard[],
  ) {
    const { daily, decay } = policy;
    this.daily = [...daily].flatMap(([plan, growth]) => {
      const spans = coverageOf(cards, new Set<Id>([plan]));
      return spans.length > 0 ? [{ spans, growth }] : [];
    });
    const spans = decay ? coverageOf(cards, decay.plans) : [];
    if (decay && spans.length > 0) this.decay = { terms: decay, spans };
  }

  get floor(): number {
    return this.decay?.terms.floor ?? 0;
  }

  /** The next change after an instant. Losses come while growth is above the floor only. */
  nextStep(after: Instant, growth: number): GrowthStep | undefined {
    const gains = this.daily.map(({ spans }) => this.nextGainAt(spans, after));
    const lossAt = growth > this.floor ? this.nextLossAt(after) : undefined;
    const known = [...gains, lossAt].filter((at) => at !== undefined);
    if (known.length === 0) return undefined;
    const at = Math.min(...known);
    const running = this.daily.filter(({ spans }) => coveredBefore(spans, at)).map((one) => one.growth);
    const loss = lossAt === at ? this.decay!.terms.step : 0;
    return { at, gain: Math.max(0, ...running), loss };
  }

  private nextGainAt(spans: readonly Span[], after: Instant): Instant | undefined {
    for (const { start, end } of spans) {
      if (end <= after) continue;
      const at = this.time.startOfDay(this.time.dayNumber(Math.max(after, start)) + 1);
      if (at <= end) return at;
    }
    return undefined;
  }

  private nextLossAt(after: Instant): Instant | undefined {
    if (!this.decay) return undefined;
    const { terms, spans } = this.decay;
    for (const [place, { end }] of spans.entries()) {
      const resumed = spans[place + 1]?.start ?? Number.POSITIVE_INFINITY;
      if (resumed <= after) continue;
      const first = this.time.dayNumber(end) + terms.firstDay;
      const missed = Math.max(0, this.time.dayNumber(after) + 1 - first);
      const day = first + Math.ceil(missed / terms.everyDays) * terms.everyDays;
      const at = this.time.startOfDay(day);
      if (at > end && at <= resumed) return at;
    }
    return undefined;
  }
}

/** What growth is after the step. The loss stops at the floor; growth below it stays. */
export function afterStep(growth: number, { gain, loss }: GrowthStep, floor: number): { growth: number; lost: number } {
  const gained = growth + gain;
  const left = Math.max(Math.min(gained, floor), gained - loss);
  return { growth: left, lost: gained - left };
}
