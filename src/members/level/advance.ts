// Carries a member's level and growth forward in time: pure, and the same whether it is done daily or after a year.
import type { Instant } from '../../kernel/clock';
import type { Catalogue, EarlierCatalogue } from '../../program/catalogue';
import { type CoveringCard, coverageOf, coveredBefore, covers, nextBoundary, type Span } from './coverage';
import { afterStep, GrowthCalendar, type GrowthStep } from './growth-calendar';
import { keptUntil } from './keeping';
import { levelAbove, levelBelow, liveLevel, matchingLevel, type Rung, rankOf, withoutCard } from './ladder';
import type { LevelChange, LevelChangeReason, LevelState } from './level-state';

export interface AdvanceInput {
  readonly catalogue: Catalogue;
  readonly state: LevelState;
  /** In order of opening or not; those of all plans. */
  readonly cards: readonly CoveringCard[];
  /** As the ledger has it. */
  readonly growth: number;
  readonly rating: number;
  readonly joinedAt: Instant;
}

export interface Advanced {
  /** With everything that has happened by itself, booked or not. */
  readonly growth: number;
  readonly state: LevelState;
  readonly level: Rung;
  readonly changes: readonly LevelChange[];
  /** What happened since the state's `at`: gained by days, and lost by decay. */
  readonly gained: number;
  readonly lost: number;
}

/**
 * The state at `now`, which is not before the state's `at`. What lies before the program in force was applied is judged
 * by the one that was in force then.
 */
export function advance(input: AdvanceInput, now: Instant): Advanced {
  const parts: Advanced[] = [];
  let { state } = input;
  for (const { until, catalogue } of earlierThan(input, now)) {
    if (state.at !== undefined && state.at >= until) continue;
    const part = new Passage({ ...input, catalogue, state }, until).run();
    parts.push(part);
    state = part.state;
  }
  const last = new Passage({ ...input, state }, now).run();
  if (parts.length === 0) return last;
  parts.push(last);
  const sum = (what: 'gained' | 'lost') => parts.reduce((total, part) => total + part[what], 0);
  return { ...last, changes: parts.flatMap(({ changes }) => changes), gained: sum('gained'), lost: sum('lost') };
}

/** Of a member at whom nobody has looked yet, nothing is known but what is there now. */
function earlierThan({ catalogue, state: { at } }: AdvanceInput, now: Instant): readonly EarlierCatalogue[] {
  const { since } = catalogue.levelPolicy;
  return at === undefined || at >= since || since > now ? [] : catalogue.earlier;
}

/** What follows when growth or rating is another at this instant; `advanced` is the state just before. */
export function settleAt(input: AdvanceInput, advanced: Advanced, growth: number, now: Instant): Advanced {
  const state = { ...advanced.state, unbooked: growth - input.growth };
  const passage = new Passage({ ...input, state }, now);
  const settled = passage.run();
  return { ...settled, changes: [...advanced.changes, ...settled.changes] };
}

class Passage {
  private readonly calendar: GrowthCalendar;
  private readonly spans: readonly Span[];
  private readonly changes: LevelChange[] = [];
  private cursor: Instant;
  private growth: number;
  private gained = 0;
  private lost = 0;
  private held: Rung;
  private shown: Rung;
  private since: Instant;
  private kept?: Instant;
  private falls?: Instant;
  private manualUntil?: Instant;
  private manual: Rung;

  constructor(
    private readonly input: AdvanceInput,
    private readonly now: Instant,
  ) {
    const { catalogue, state, cards, growth } = input;
    const { levelPolicy: policy, time } = catalogue;
    this.calendar = new GrowthCalendar(time, policy, cards);
    this.spans = policy.plans.size > 0 ? coverageOf(cards, policy.plans) : [];
    this.cursor = Math.min(state.at ?? now, now);
    this.growth = growth + state.unbooked;
    this.kept = state.keptUntil;
    this.falls = state.fallsAt;
    this.manualUntil = state.manualUntil;
    this.manual = state.manualUntil === undefined ? undefined : liveLevel(catalogue, state.manualId);
    if (state.since === undefined) {
      this.held = this.matching();
      this.since = Math.min(input.joinedAt, this.cursor);
      this.kept = this.keptFrom(this.cursor);
      this.shown = this.masked(coveredBefore(this.spans, this.cursor));
    } else {
      this.held = liveLevel(catalogue, state.levelId);
      this.since = state.since;
      this.shown = state.shownId === undefined ? undefined : catalogue.level(state.shownId);
    }
  }

  run(): Advanced {
    this.settle();
    let next = this.next();
    for (; next.at !== undefined && next.at <= this.now; next = this.next()) {
      this.step(next.at, next.growth);
      this.settle();
    }
    this.cursor = this.now;
    return this.outcome(next.at);
  }

  private outcome(dueAt: Instant | undefined): Advanced {
    const { unbooked } = this.input.state;
    const state: LevelState = {
      at: this.now,
      unbooked: unbooked + this.gained - this.lost,
      levelId: this.held?.id,
      since: this.since,
      shownId: this.shown?.id,
      keptUntil: this.kept,
      fallsAt: this.falls,
      manualId: this.manual?.id,
      manualUntil: this.manualUntil,
      dueAt,
    };
    const { growth, shown: level, changes, gained, lost } = this;
    return { growth, state, level, changes, gained, lost };
  }

  /** Growth by itself counts from when the settings are in force that say so. */
  private nextGrowthStep(): GrowthStep | undefined {
    const after = Math.max(this.cursor, this.input.catalogue.levelPolicy.settingsSince);
    return this.calendar.nextStep(after, this.growth);
  }

  /** The next instant after the cursor at which anything can change, and what growth does by itself then or later. */
  private next(): { readonly at: Instant | undefined; readonly growth: GrowthStep | undefined } {
    const growth = this.nextGrowthStep();
    const candidates = [
      growth?.at,
      this.nextRise(),
      this.kept,
      this.falls,
      this.manualUntil,
      nextBoundary(this.spans, this.cursor),
    ];
    let next: Instant | undefined;
    for (const at of candidates) {
      if (at !== undefined && at > this.cursor && (next === undefined || at < next)) next = at;
    }
    return { at: next, growth };
  }

  /** When the least time at the level is over, if growth is there already. */
  private nextRise(): Instant | undefined {
    const { held } = this;
    if (!held || held.minDays === 0 || rankOf(this.matching()) <= held.rank) return undefined;
    return this.input.catalogue.time.addDays(this.since, held.minDays);
  }

  private step(at: Instant, step: GrowthStep | undefined): void {
    this.cursor = at;
    if (step?.at !== at) return;
    const { growth, lost } = afterStep(this.growth, step, this.calendar.floor);
    this.growth = growth;
    this.gained += step.gain;
    this.lost += lost;
  }

  private matching(): Rung {
    return matchingLevel(this.input.catalogue, this.growth, this.input.rating);
  }

  /** Brings the level up to date at the cursor, and notes what shows differently. */
  private settle(): void {
    const before = this.held;
    // Of a level that was held before the program kept any.
    this.kept ??= this.keptFrom(this.datedNow());
    this.rise();
    while (this.fall()) this.rise();
    const ended = this.manualUntil !== undefined && this.manualUntil <= this.cursor;
    if (ended) {
      this.manual = undefined;
      this.manualUntil = undefined;
    }
    this.show(this.masked(covers(this.spans, this.cursor)), before, ended);
  }

  private rise(): void {
    const { catalogue } = this.input;
    const matching = this.matching();
    while (rankOf(matching) > rankOf(this.held)) {
      const { held } = this;
      if (held && held.minDays > 0 && this.cursor < catalogue.time.addDays(this.since, held.minDays)) return;
      this.hold(levelAbove(catalogue, held));
    }
  }

  /** One fall that is due, or nothing. */
  private fall(): boolean {
    const { levelPolicy: policy, time } = this.input.catalogue;
    const matching = this.matching();
    if (rankOf(matching) >= rankOf(this.held)) {
      this.falls = undefined;
      if (this.kept !== undefined && this.kept <= this.cursor) this.kept = this.keptFrom(this.cursor);
      return false;
    }
    if (policy.downgrade === 'NEVER') return false;
    if (this.falls === undefined) {
      const due = policy.when === 'AT_ONCE' ? this.cursor : this.kept;
      if (due === undefined || due > this.cursor) return false;
      this.falls = policy.graceDays > 0 ? time.addDays(due, policy.graceDays) : due;
    }
    if (this.falls > this.cursor) return false;
    const { catalogue } = this.input;
    this.hold(policy.downgrade === 'ONE_STEP' ? levelBelow(catalogue, this.held, matching) : matching);
    return true;
  }

  private hold(level: Rung): void {
    this.held = level;
    this.since = this.datedNow();
    this.falls = undefined;
    this.kept = this.keptFrom(this.since);
  }

  /** A change that another program brought happened when it was applied, and not before. */
  private datedNow(): Instant {
    return Math.min(this.now, Math.max(this.cursor, this.input.catalogue.levelPolicy.since));
  }

  private keptFrom(since: Instant): Instant | undefined {
    const { catalogue } = this.input;
    return rankOf(this.held) > rankOf(withoutCard(catalogue)) ? keptUntil(catalogue, since) : undefined;
  }

  private masked(covered: boolean): Rung {
    if (this.manual) return this.manual;
    const { catalogue } = this.input;
    return catalogue.levelPolicy.plans.size === 0 || covered ? this.held : withoutCard(catalogue);
  }

  private show(level: Rung, before: Rung, manualEnded: boolean): void {
    const from = this.shown;
    if (from?.id === level?.id) return;
    this.shown = level;
    const why = this.reasonOf(before, from, manualEnded);
    const { version: programVersion } = this.input.catalogue.levelPolicy;
    this.changes.push({ from: from?.id, to: level?.id, why, at: this.datedNow(), programVersion });
  }

  private reasonOf(before: Rung, from: Rung, manualEnded: boolean): LevelChangeReason {
    if (manualEnded) return 'MANUAL_ENDED';
    if (from?.retired) return 'PROGRAM';
    if (before?.id !== this.held?.id) return rankOf(this.held) > rankOf(before) ? 'RISEN' : 'FALLEN';
    return covers(this.spans, this.cursor) ? 'CARD_BEGAN' : 'CARD_ENDED';
  }
}
