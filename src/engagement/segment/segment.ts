// Whether a member is in a segment: pure, from the rows that one read found.

import { assert } from '../../kernel/assert';
import { factsOf } from '../../members/facts';
import { type Judging, levelOf } from '../../members/level';
import { type Card, currentTerm, type Term } from '../../members/member';
import type { Segment } from '../../program/campaign';
import { type Condition, compileCondition } from '../../program/condition';

/** Made once a catalogue, asked for each member. */
export class CompiledSegment {
  private readonly condition: Condition | undefined;
  private readonly levels: ReadonlySet<string>;
  private readonly plans: ReadonlySet<string>;
  private readonly tags: ReadonlySet<string>;

  constructor(readonly segment: Segment) {
    const { condition, levels, plans, tags } = segment;
    const compiled = condition === undefined ? undefined : compileCondition(condition);
    assert(!compiled || 'condition' in compiled, `the condition ${condition} was stored unchecked`);
    this.condition = compiled?.condition;
    this.levels = new Set(levels);
    this.plans = new Set(plans);
    this.tags = new Set(tags);
  }

  holds(judging: Judging): boolean {
    const { stages, grades } = this.segment;
    const { member } = judging.rows;
    if (stages.length > 0 && !(member.stage && stages.includes(member.stage))) return false;
    if (grades.length > 0 && !(member.grade && grades.includes(member.grade))) return false;
    if (this.tags.size > 0 && !member.tags.some((tag) => this.tags.has(tag))) return false;
    if (this.levels.size > 0 && !this.levels.has(levelOf(judging)?.code ?? '')) return false;
    const cards = this.plans.size > 0 || this.condition ? runningCards(judging) : [];
    if (this.plans.size > 0 && !cards.some(({ plan }) => this.plans.has(plan.code))) return false;
    return !this.condition || this.condition(factsOf(judging, cards[0]));
  }
}

/** Active cards with the plan and the term that runs, the one that ends last first. */
function runningCards({ rows, catalogue, now }: Judging) {
  const running = (card: Card): { term: Term; planId: string } | undefined => {
    const term = card.status === 'ACTIVE' ? currentTerm(card, now) : undefined;
    return term && { term, planId: card.planId };
  };
  return rows.cards
    .flatMap((card) => running(card) ?? [])
    .flatMap(({ term, planId }) => {
      const plan = catalogue.plan(planId);
      return plan ? [{ plan, term }] : [];
    })
    .toSorted((left, right) => right.term.endsAt - left.term.endsAt);
}
