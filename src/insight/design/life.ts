// One member's way through the levels of a program: time and doings, by what moves the level of a real one.
import type { Instant } from '../../kernel/clock';
import { advance } from '../../members/level/advance';
import { matchingLevel, type Rung, rankOf } from '../../members/level/ladder';
import type { LevelState } from '../../members/level/level-state';
import type { Catalogue } from '../../program/catalogue';
import type { Day, Person } from './person';

/** As if every change were booked when it happens. */
export class Life {
  /** Nothing is remembered of a level that follows growth at once, as `members/level.ts` has it too. */
  private readonly plain: boolean;
  private state: LevelState;
  /** Up to when nothing has happened that `state` does not say. */
  private at: Instant | undefined;
  private shown: Rung;
  growth: number;
  rating: number;
  /** What growth gained by itself since the beginning, by the days of a card. */
  gained = 0;

  constructor(
    private readonly catalogue: Catalogue,
    private readonly begins: Person['begins'],
    begin: Instant,
  ) {
    const { growth, rating, state } = begins;
    this.growth = growth + state.unbooked;
    this.rating = rating;
    this.state = state;
    this.at = state.at;
    this.plain = catalogue.levelPolicy.plain && state.manualId === undefined;
    if (this.plain) this.shown = this.matching();
    else this.advance(begin);
    this.gained = 0;
  }

  /** The level that shows. */
  get level(): Rung {
    return this.shown;
  }

  /** Whether the level shows although growth and rating would give a lower one now. */
  get kept(): boolean {
    return rankOf(this.shown) > rankOf(this.matching());
  }

  /** Lets time pass. */
  until(now: Instant): void {
    const { dueAt } = this.state;
    if (dueAt !== undefined && dueAt <= now) this.advance(now);
    this.at = now;
  }

  /** What is done at this moment; answers by how much growth changed: what is not there cannot be lost. */
  add(day: Day, now: Instant): number {
    this.until(now);
    const { growth } = this;
    const [level, decays] = [this.matching(), this.decays];
    this.growth = Math.max(0, growth + day.growth);
    const most = this.catalogue.levelPolicy.rating?.max ?? 0;
    this.rating = Math.min(most, Math.max(0, this.rating + day.rating));
    if (this.plain) this.shown = this.matching();
    // As long as the same level matches and decay has something to take, or nothing as before, nothing new follows.
    else if (level !== this.matching() || decays !== this.decays) this.advance(now);
    return this.growth - growth;
  }

  private advance(now: Instant): void {
    const { catalogue, growth, rating } = this;
    const { cards, joinedAt } = this.begins;
    const state = { ...this.state, at: this.at, unbooked: 0 };
    const advanced = advance({ catalogue, state, cards, growth, rating, joinedAt }, now);
    this.growth = advanced.growth;
    this.state = advanced.state;
    this.at = now;
    this.shown = advanced.level;
    this.gained += advanced.gained;
  }

  private matching(): Rung {
    return matchingLevel(this.catalogue, this.growth, this.rating);
  }

  private get decays(): boolean {
    return this.growth > (this.catalogue.levelPolicy.decay?.floor ?? 0);
  }
}
