// Random lives of members, told to the real rooms and to a naive model: every answer, quote and balance must agree.
import fc from 'fast-check';
import { savingsOf } from '../../src/insight/savings/savings';
import { DAY, HOUR } from '../../src/kernel/clock';
import type { Id } from '../../src/kernel/id';
import { isRefusal, type Refusal } from '../../src/kernel/refusal';
import type { Card } from '../../src/members/member';
import { cardCapAccount, leftOn, pointsAccount } from '../../src/members/member-accounts';
import { ExpireRedemptionsJob } from '../../src/redemption/expire-redemptions.job';
import type { Redemption } from '../../src/redemption/redemption';
import { expectBooks, type House, must, openHouse, outcomeOf, unique } from '../support/house';
import { eachDatabase } from '../support/lanes';
import { type ModelCard, RedemptionModel } from '../support/redemption-model';

const LIVES = 30;
const BENEFITS = ['ride', 'gift', 'deal', 'daily', 'free', 'bare', 'tour', 'trip', 'wash'];
const OFFERS = [
  'latte',
  'film',
  'ticket',
  'beans',
  'cup',
  'once',
  'snack',
  'suite',
  'plain',
  'early',
  'thrifty',
  'donated',
];

const which = fc.nat(5);
const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('open' as const), plan: fc.constantFrom('plus', 'tight', 'pet') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('renew' as const, 'close' as const), which }) },
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      item: fc.nat(9),
      times: fc.constantFrom(1, 1, 2, 6, 12),
      // A card by number, or whichever.
      card: fc.option(which, { nil: undefined, freq: 4 }),
      coPay: fc.constantFrom('none' as const, 'quoted' as const, 'one less' as const),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('use' as const, 'cancel' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('points' as const), amount: fc.integer({ min: 1, max: 300 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), by: fc.constantFrom(HOUR, DAY, 8 * DAY, 31 * DAY) }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'expire' as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;
/** Few items a life, and one that each plan bears, so that their limits are met. */
const life = fc.record({
  first: fc.constantFrom('plus', 'tight'),
  items: fc
    .tuple(
      fc.constantFrom('latte', 'ticket', 'ride', 'plain', 'trip'),
      fc.uniqueArray(fc.constantFrom(...BENEFITS, ...OFFERS), { minLength: 1, maxLength: 3 }),
    )
    .map(([one, others]) => [one, ...others]),
  steps: fc.array(step, { minLength: 5, maxLength: 40, size: '+1' }),
});
type Life = typeof life extends fc.Arbitrary<infer One> ? One : never;

/** One member's life, lived twice. */
class Telling {
  private readonly cards: Card[] = [];
  private readonly held: Redemption[] = [];
  readonly outcomes: string[] = [];

  private constructor(
    private readonly house: House,
    private readonly items: readonly string[],
    private readonly memberId: Id,
    private readonly model: RedemptionModel,
  ) {}

  static async begin(house: House, first: string, items: readonly string[]): Promise<Telling> {
    await house.stock.look(house.catalogue.current());
    const stocked = ['latte', 'film', 'ticket'].map((code) => {
      return [code, house.stock.left(house.catalogue.current().offerByCode(code)!)!.left];
    });
    const catalogue = house.catalogue.current();
    const supplies = ['early', 'thrifty'].map((code) => {
      const { today, budget } = house.stock.supply(catalogue.offerByCode(code)!, catalogue, house.now)!;
      return [code, { today, budget, day: catalogue.time.isoDate(house.now) }];
    });
    const model = new RedemptionModel(Object.fromEntries(stocked), Object.fromEntries(supplies));
    const telling = new Telling(house, items, await house.member(), model);
    await telling.open(first);
    return telling;
  }

  async tell(one: Step): Promise<void> {
    switch (one.do) {
      case 'open':
        return this.open(one.plan);
      case 'renew':
        return this.renew(one.which);
      case 'close':
        return this.close(one.which);
      case 'claim':
        for (let time = 1; time <= one.times; time += 1) await this.claim(one);
        return;
      case 'points':
        this.model.points += one.amount;
        return this.house.give(this.memberId, 'POINTS', one.amount);
      case 'pass':
        return this.house.clock.advance(one.by);
      case 'expire':
        while ((await new ExpireRedemptionsJob(this.house.ends).run()) > 0);
        return this.model.expire(this.house.now);
      default:
        return this.end(one.do, one.which);
    }
  }

  private async open(plan: string): Promise<void> {
    // A moment later each, so that the order of opening is one order.
    this.house.clock.advance(1);
    const at = this.cards.findIndex(({ id }, index) => {
      const { plan: itsPlan, closed, terms } = this.model.cards[index]!;
      return id !== '' && itsPlan === 'plus' && !closed && terms.some((term) => running(term, this.house.now));
    });
    if (plan === 'pet' && at < 0) return;
    const parentCardId = plan === 'pet' ? this.cards[at]!.id : undefined;
    const card = await this.house.open(this.memberId, plan, { parentCardId });
    this.cards.push(card);
    const parent = plan === 'pet' ? this.model.cards[at] : undefined;
    this.model.cards.push({
      plan,
      parent,
      closed: false,
      terms: card.terms.map(({ startsAt, endsAt }) => ({ startsAt, endsAt })),
    });
  }

  private async renew(which: number): Promise<void> {
    const at = which % this.cards.length;
    const model = this.model.cards[at]!;
    const renewed = await this.house.cards.renew({ cardId: this.cards[at]!.id, orderId: unique('order') });
    expect(isRefusal(renewed)).toBe(model.closed);
    if (isRefusal(renewed)) return;
    const { startsAt, endsAt } = renewed.card.terms.at(-1)!;
    expect(startsAt).toBe(Math.max(this.house.now, model.terms.at(-1)!.endsAt));
    model.terms.push({ startsAt, endsAt });
  }

  private async close(which: number): Promise<void> {
    const at = which % this.cards.length;
    must(await this.house.cards.close(this.cards[at]!.id));
    this.model.cards[at]!.closed = true;
  }

  private async claim({ item: number, card, coPay }: Extract<Step, { do: 'claim' }>): Promise<void> {
    const item = this.items[number % this.items.length]!;
    const at = card === undefined ? undefined : card % this.cards.length;
    const cardId = at === undefined ? undefined : this.cards[at]!.id;
    const quote = await this.house.quote(this.memberId, item, cardId);
    const asked = isRefusal(quote) ? 0 : quote.coPay;
    const maxCoPay = coPay === 'none' ? 0 : coPay === 'quoted' ? asked : Math.max(0, asked - 1);
    const expected = this.model.claim(
      item,
      at === undefined ? undefined : this.model.cards[at],
      maxCoPay,
      this.house.now,
    );
    const outcome = await this.house.redeem(this.memberId, item, { card: cardId, maxCoPay });
    this.outcomes.push(outcomeOf(outcome));
    expect([item, outcomeOf(outcome)]).toEqual([item, typeof expected === 'string' ? expected : 'ISSUED']);
    // The quote had said so.
    const foretold = isRefusal(quote) ? quote : quote.refusals[0];
    if (foretold) expect(foretold.code).toBe(outcomeOf(outcome));
    else expect(outcomeOf(outcome)).toBe(asked > maxCoPay ? 'CO_PAY_REQUIRED' : 'ISSUED');
    if (isRefusal(outcome) || typeof expected === 'string') return;
    expect([outcome.cost, outcome.coPay]).toEqual([expected.cost, expected.coPay]);
    if (!isRefusal(quote)) expect([outcome.cost, outcome.coPay]).toEqual([quote.cost, quote.coPay]);
    expect(outcome.expiresAt).toBe(expected.expiresAt);
    this.held.push(outcome);
  }

  private async end(to: 'use' | 'cancel', which: number): Promise<void> {
    if (this.held.length === 0) return;
    // Counted from the latest.
    const at = this.held.length - 1 - (which % this.held.length);
    const { id } = this.held[at]!;
    const outcome: Redemption | Refusal = await (to === 'use' ? this.house.use(id) : this.house.cancel(id));
    const expected = this.model.end(this.model.claims[at]!, to === 'use' ? 'USED' : 'CANCELLED', this.house.now);
    this.outcomes.push(outcomeOf(outcome));
    expect(outcomeOf(outcome)).toBe(expected);
  }

  /** Everything that can be seen afterwards is what the model counts. */
  async compare(): Promise<void> {
    const { house, memberId, model } = this;
    const rows = await house.rows(memberId);
    const catalogue = house.catalogue.current();
    expect(leftOn(rows.balances, pointsAccount(memberId))).toBe(model.pointsLeft());
    const found = await Promise.all(this.held.map(({ id }) => house.redemptions.find(id)));
    expect(found.map((one) => [one!.status, one!.usedAt])).toEqual(model.claims.map((one) => [one.status, one.usedAt]));
    const { total, thisMonth, potential } = savingsOf({ rows, catalogue, now: house.now });
    expect({ total, thisMonth, potential }).toEqual(model.savings(house.now));
    for (const [at, card] of this.cards.entries()) {
      const { terms } = rows.cards.find(({ id }) => id === card.id)!;
      const expected = model.cards[at]!;
      expect(terms.map(({ brokeEvenAt }) => brokeEvenAt)).toEqual(expected.terms.map(({ brokeEvenAt }) => brokeEvenAt));
      for (const [number, term] of terms.entries()) {
        const left = leftOn(rows.balances, cardCapAccount({ memberId, termId: term.id, currency: 'CNY' }));
        // What was taken back when the card was closed is not left either.
        expect(left + term.withdrawn).toBe(model.capLeft(expected, expected.terms[number]!));
        expect(left).toBeGreaterThanOrEqual(0);
      }
    }
  }
}

function running(term: ModelCard['terms'][number], now: number): boolean {
  return term.startsAt <= now && now < term.endsAt;
}

eachDatabase((lane) => {
  test('each answer, quote, balance and saving is that of the model', async () => {
    const house = await openHouse(lane.database);
    const seen = new Map<string, number>();
    const tell = async ({ first, items, steps }: Life): Promise<void> => {
      await house.fillPool('latte', 15);
      await house.fillPool('film', 15);
      const telling = await Telling.begin(house, first, items);
      for (const one of steps) await telling.tell(one);
      await telling.compare();
      for (const outcome of telling.outcomes) seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    };
    await fc.assert(fc.asyncProperty(life, tell), { numRuns: LIVES });
    await expectBooks(lane.database);
    expect(house.errors).toEqual([]);
    // Lives in which most of this never happened would prove little.
    expect([...seen.keys()]).toEqual(expect.arrayContaining(['ISSUED', 'USED', 'CANCELLED', 'SUB_CAP_REACHED']));
    expect(seen.size).toBeGreaterThan(9);
  }, 240_000);
});
