// What a new program would change for the members that there are: levels, benefits, and what they may cost at worst.
import type { Id } from '../../kernel/id';
import { levelOf } from '../../members/level';
import { currentTerm } from '../../members/member';
import type { MemberRows } from '../../members/member-rows';
import type { Catalogue } from '../../program/catalogue';
import type { CatalogueEntitlement, CatalogueLevel, CataloguePlan, Entitling } from '../../program/catalogue-item';
import type { Code } from '../../program/program';
import { PERIODS_A_YEAR, type YearlyCost, yearlyCost } from '../design/benefit-cost';

/** Members that go from one level to another; absent for none. */
export interface LevelMove {
  readonly from: Code | undefined;
  readonly to: Code | undefined;
  readonly members: number;
}

/** Members who lose a benefit, may use it less often, may use it more often, or gain it. */
export interface BenefitChange {
  readonly benefit: Code;
  readonly lost: number;
  readonly reduced: number;
  readonly raised: number;
  readonly gained: number;
}

/** In the minor unit, every quota used up. */
export interface WorstCost {
  /** Of the levels' counted benefits in a year. */
  readonly levels: number;
  /** Members whose level entitles them to something that costs and has no quota: what they cost has no limit. */
  readonly unlimited: number;
  /** The caps of all running cards, were each sold anew. A card of a plan that is gone is not. */
  readonly cards: number;
}

export interface ProgramPreview {
  /** All members, and how many of them were looked at; all numbers below are of those, scaled up to all. */
  readonly members: number;
  readonly seen: number;
  /** The most members first. */
  readonly moves: readonly LevelMove[];
  readonly benefits: readonly BenefitChange[];
  readonly before: WorstCost;
  readonly after: WorstCost;
}

/** One program as it bears on members. What a level costs is worked out once. */
class Side {
  private readonly costs = new Map<Id, YearlyCost>();
  private readonly benefits: ReadonlyMap<Code, { code: Code; unitCost: number; redeemable: boolean }>;
  levels = 0;
  unlimited = 0;
  cards = 0;

  constructor(readonly catalogue: Catalogue) {
    this.benefits = new Map(catalogue.benefits.map((benefit) => [benefit.code, benefit]));
  }

  /** Counts the member's costs; answers its level and how often in a year it may use each benefit. */
  add(rows: MemberRows, now: number): { level: CatalogueLevel | undefined; uses: Map<Code, number> } {
    const level = levelOf({ rows, catalogue: this.catalogue, now });
    const plans = rows.cards.flatMap((card) => {
      const plan = card.status === 'ACTIVE' && currentTerm(card, now) ? this.catalogue.plan(card.planId) : undefined;
      return plan && !plan.retired ? [plan] : [];
    });
    this.addCosts(level, plans);
    const uses = new Map<Code, number>();
    for (const owner of level ? [level, ...plans] : plans) addUses(uses, owner);
    return { level, uses };
  }

  private addCosts(level: CatalogueLevel | undefined, plans: readonly CataloguePlan[]): void {
    for (const { costCap } of plans) this.cards += costCap;
    if (!level) return;
    let cost = this.costs.get(level.id);
    if (!cost) {
      const entitlements = level.entitlements.map(({ benefit, quota }) => ({ benefit: benefit.code, quota }));
      const counted = entitlements.filter(({ quota }) => quota !== undefined);
      const all = yearlyCost(entitlements, this.benefits, { quotas: 1, uncounted: 0 });
      const { expected } = yearlyCost(counted, this.benefits, { quotas: 1, uncounted: 0 });
      cost = { atMost: all.atMost, expected };
      this.costs.set(level.id, cost);
    }
    this.levels += cost.expected;
    if (cost.atMost === undefined) this.unlimited += 1;
  }

  scaled(scale: number): WorstCost {
    const round = (value: number): number => Math.round(value * scale);
    return { levels: round(this.levels), unlimited: round(this.unlimited), cards: round(this.cards) };
  }
}

function addUses(uses: Map<Code, number>, { entitlements }: Entitling): void {
  for (const { benefit, quota } of entitlements) {
    uses.set(benefit.code, (uses.get(benefit.code) ?? 0) + usesAYear(quota));
  }
}

function usesAYear(quota: CatalogueEntitlement['quota']): number {
  return quota ? quota.limit * PERIODS_A_YEAR[quota.period] : Number.POSITIVE_INFINITY;
}

const NO_CHANGE = { lost: 0, reduced: 0, raised: 0, gained: 0 };

/** Adds members one by one; each is judged by the program in force and by the next one, at the same instant. */
export class PreviewTally {
  private readonly before: Side;
  private readonly after: Side;
  private readonly moves = new Map<string, { from: Code | undefined; to: Code | undefined; members: number }>();
  private readonly changes = new Map<Code, { lost: number; reduced: number; raised: number; gained: number }>();
  private seen = 0;

  constructor(
    current: Catalogue,
    next: Catalogue,
    private readonly now: number,
  ) {
    this.before = new Side(current);
    this.after = new Side(next);
  }

  add(rows: MemberRows): void {
    this.seen += 1;
    const before = this.before.add(rows, this.now);
    const after = this.after.add(rows, this.now);
    const [from, to] = [before.level?.code, after.level?.code];
    if (from !== to) {
      const key = JSON.stringify([from, to]);
      const move = this.moves.get(key) ?? { from, to, members: 0 };
      move.members += 1;
      this.moves.set(key, move);
    }
    for (const code of new Set([...before.uses.keys(), ...after.uses.keys()])) {
      const kind = changeOf(before.uses.get(code), after.uses.get(code));
      if (!kind) continue;
      const change = this.changes.get(code) ?? { ...NO_CHANGE };
      change[kind] += 1;
      this.changes.set(code, change);
    }
  }

  /** `members`: how many there are in all. */
  result(members: number): ProgramPreview {
    const scale = this.seen === 0 ? 0 : members / this.seen;
    const round = (count: number): number => Math.round(count * scale);
    const moves = [...this.moves.values()].map((move) => ({ ...move, members: round(move.members) }));
    const benefits = [...this.changes].map(([benefit, { lost, reduced, raised, gained }]) => ({
      benefit,
      lost: round(lost),
      reduced: round(reduced),
      raised: round(raised),
      gained: round(gained),
    }));
    return {
      members,
      seen: this.seen,
      moves: moves.sort((left, right) => right.members - left.members),
      benefits: benefits.sort((left, right) => right.lost - left.lost || right.reduced - left.reduced),
      before: this.before.scaled(scale),
      after: this.after.scaled(scale),
    };
  }
}

function changeOf(before: number | undefined, after: number | undefined): keyof typeof NO_CHANGE | undefined {
  if (before === after) return undefined;
  if (after === undefined) return 'lost';
  if (before === undefined) return 'gained';
  return after < before ? 'reduced' : 'raised';
}
