// Random lives of members, lived through the doors of the gateway and told to the naive model of figures.
import fc from 'fast-check';
import type { Actor } from '../../src/kernel/actor';
import { DAY, HOUR, type Instant } from '../../src/kernel/clock';
import { type Id, namedId } from '../../src/kernel/id';
import { isRefusal } from '../../src/kernel/refusal';
import type { Card } from '../../src/members/member';
import type { MemberRows } from '../../src/members/member-rows';
import { NEWEST } from '../../src/redemption/redemption.store';
import { FiguresModel, type ModelEvent, type ModelRedemption, type ModelTerm } from './figures-model';
import type { TestGateway } from './gateway';
import { benefit, entitles, level, offer, plan, privilege, programText } from './gateway-program';
import { fresh } from './gateway-story';

const SERVER: Actor = { role: 'SERVER', subject: 'shop' };
export const PLANS = ['plus', 'pet'] as const;
const ITEMS = ['freight', 'ride', 'latte', 'held', 'code', 'treat'] as const;

export const FIGURES_PROGRAM = programText({
  levels: [level('registered', 1, 0), level('silver', 2, 100), level('gold', 3, 250)],
  plans: [
    plan('plus', {
      price: 10_000,
      costCap: 330,
      term: { months: 1 },
      refund: { withinDays: 30, lessUsed: true },
      entitlements: [entitles('freight', 3, 'TERM'), entitles('ride')],
    }),
    privilege('pet', { term: { days: 14 }, costCap: 250, entitlements: [entitles('ride')] }),
  ],
  benefits: [
    benefit('freight', { unitCost: 30 }),
    benefit('ride', { unitCost: 40, costBasis: 'USE', couponValidDays: 20 }),
  ],
  offers: [
    offer('latte', { couponValidDays: 10 }),
    offer('held', { costBasis: 'USE' }),
    offer('code', { fulfilment: 'CODE_POOL', unitCost: 20 }),
    offer('treat', { card: 'NONE', unitCost: 70 }),
  ],
  settings: { lifecycle: { activeDays: 30, silentDays: 60, sleepingDays: 90 } },
});

const which = fc.nat(8);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      plan: fc.constantFrom(...PLANS),
      daysAgo: fc.constantFrom(0, 0, 0, 9, 35, -5),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('renew', 'renew', 'close', 'refund' as const), which }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('claim' as const), item: fc.constantFrom(...ITEMS) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('use', 'use', 'cancel' as const), which, hours: fc.nat(30) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('tell' as const),
      type: fc.constantFrom('PURCHASE', 'PURCHASE', 'RETURN', 'REVIEW' as const),
      amount: fc.integer({ min: 1, max: 900 }),
      daysAgo: fc.constantFrom(0, 0, 2, 40, 100),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('give' as const),
      balance: fc.constantFrom('POINTS', 'GROWTH' as const),
      amount: fc.integer({ min: -150, max: 150 }).filter((amount) => amount !== 0),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('pass' as const), by: fc.constantFrom(HOUR, 5 * DAY, 33 * DAY) }),
  },
  { weight: 3, arbitrary: fc.constantFrom({ do: 'count' as const }, { do: 'work' as const }) },
);
export type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;
export const lives = fc.array(fc.tuple(fc.nat(1), step), { minLength: 8, maxLength: 45, size: '+1' });

interface Member {
  readonly id: Id;
  readonly externalId: string;
}

/** All lives so far, since figures are of everybody. */
export class FiguresTelling {
  readonly members: Member[] = [];
  private readonly told: ModelEvent[] = [];
  private readonly coupons = new Map<Id, Id[]>();
  private readonly soldAt = new Map<Id, Instant>();
  private readonly refunds = new Map<Id, { amount: number; settledAt: Instant }>();

  constructor(
    readonly gateway: TestGateway,
    /** A pass over few notes, so that lives are counted in the middle of them. */
    private readonly count: () => Promise<unknown>,
  ) {}

  private get doors() {
    return this.gateway.gateway;
  }

  /** Of two members at a time. */
  async live(steps: readonly (readonly [number, Step])[]): Promise<void> {
    const pair = [await this.join(), await this.join()];
    for (const [member, one] of steps) await this.take(pair[member]!, one);
  }

  private async join(): Promise<Member> {
    const externalId = fresh('life');
    const joined = await this.doors.members.register([{ externalId, nickname: 'Somebody' }]);
    if (isRefusal(joined)) throw new Error(joined.message);
    const member = { id: joined[0]!.id, externalId };
    this.members.push(member);
    return member;
  }

  private async take(member: Member, one: Step): Promise<void> {
    const { clock } = this.gateway;
    const { cards } = (await this.doors.memberRows.load(member.id))!;
    const some = 'which' in one ? cards[one.which % Math.max(1, cards.length)] : undefined;
    switch (one.do) {
      case 'open':
        return this.open(member, one.plan, clock.now() - one.daysAgo * DAY);
      case 'renew':
      case 'close':
      case 'refund':
        return some && this.changeCard(one.do, some);
      case 'claim':
        return this.claim(member, one.item);
      case 'use':
      case 'cancel':
        return this.endCoupon(member, one);
      case 'tell':
        return this.tell(member, one);
      case 'give': {
        const { balance, amount } = one;
        await this.doors.members.adjust({ memberId: member.id, balance, amount, key: namedId(fresh('key')) });
        return;
      }
      case 'pass':
        return clock.advance(one.by);
      case 'count':
        await this.count();
        return;
      case 'work':
        return this.gateway.settle();
    }
  }

  private async open({ id }: Member, code: string, startsAt: Instant): Promise<void> {
    const planId = this.doors.catalogue.current().planByCode(code)!.id;
    const opened = await this.doors.cards.open({ memberId: id, planId, orderId: fresh('order'), startsAt });
    if (!isRefusal(opened)) this.soldAt.set(opened.card.terms.at(-1)!.id, this.gateway.clock.now());
  }

  private async changeCard(what: 'renew' | 'close' | 'refund', { id: cardId }: Card): Promise<void> {
    const { cards, refunds } = this.doors;
    if (what === 'close') {
      await cards.close(cardId);
    } else if (what === 'renew') {
      const renewed = await cards.renew({ cardId, orderId: fresh('order') });
      if (!isRefusal(renewed)) this.soldAt.set(renewed.card.terms.at(-1)!.id, this.gateway.clock.now());
    } else {
      const refund = await refunds.refund(SERVER, { cardId, idempotencyKey: fresh('key') });
      if (isRefusal(refund)) return;
      this.refunds.set(refund.termId, { amount: refund.amount!, settledAt: refund.settledAt! });
    }
  }

  private async claim({ id: memberId }: Member, code: string): Promise<void> {
    const catalogue = this.doors.catalogue.current();
    const offered = catalogue.offerByCode(code);
    const itemId = (offered ?? catalogue.benefitByCode(code)!).id;
    const wanted = { memberId, itemKind: offered ? ('OFFER' as const) : ('BENEFIT' as const), itemId };
    const claimed = await this.doors.redemptions.redeem(SERVER, { ...wanted, idempotencyKey: fresh('key') });
    if (!isRefusal(claimed)) this.coupons.set(memberId, [...(this.coupons.get(memberId) ?? []), claimed.id]);
  }

  private async endCoupon({ id, externalId }: Member, one: Step & { do: 'use' | 'cancel' }): Promise<void> {
    const coupons = this.coupons.get(id) ?? [];
    if (coupons.length === 0) return;
    const end = { redemptionId: coupons[one.which % coupons.length]!, idempotencyKey: fresh('key') };
    const { ends } = this.doors;
    if (one.do === 'use')
      await ends.confirmUse(SERVER, { ...end, usedAt: this.gateway.clock.now() - one.hours * HOUR });
    else await ends.cancel({ role: 'MEMBER', subject: externalId, memberId: id }, end);
  }

  private async tell({ id, externalId }: Member, { type, amount, daysAgo }: Step & { do: 'tell' }): Promise<void> {
    const at = this.gateway.clock.now() - daysAgo * DAY;
    const money = type === 'REVIEW' ? undefined : amount;
    const event = { member: externalId, source: 'shop', eventId: fresh('event'), orderId: fresh('order') };
    const [outcome] = await this.doors.events.record([{ ...event, type, occurredAt: at, amount: money }]);
    if (isRefusal(outcome!)) throw new Error(outcome.message);
    this.told.push({ memberId: id, type, at, amount: money ?? 0 });
  }

  rowsOf(): Promise<MemberRows[]> {
    return Promise.all(this.members.map(async ({ id }) => (await this.doors.memberRows.load(id))!));
  }

  /** What became of all lives, as the doors tell it now. */
  async model(): Promise<FiguresModel> {
    const redemptions: ModelRedemption[] = [];
    const terms: ModelTerm[] = [];
    for (const { member, cards } of await this.rowsOf()) {
      const ofTerm = new Map<Id | undefined, ModelRedemption[]>();
      for (const one of await this.doors.redemptions.walletOf({ memberId: member.id, before: NEWEST, limit: 500 })) {
        const known = this.redemption(one);
        redemptions.push(known);
        ofTerm.set(one.termId, [...(ofTerm.get(one.termId) ?? []), known]);
      }
      const sold = cards.flatMap((card) => card.terms.map((term) => ({ card, term })));
      for (const { card, term } of sold.toSorted((left, right) => (left.term.id < right.term.id ? -1 : 1))) {
        const found = this.doors.catalogue.current().plan(card.planId)!;
        terms.push({
          memberId: member.id,
          plan: found.code,
          isMembership: found.kind === 'MEMBERSHIP',
          soldAt: this.soldAt.get(term.id)!,
          startsAt: term.startsAt,
          endsAt: term.endsAt,
          closedAt: card.closedAt,
          price: term.price,
          cap: term.costCap,
          refund: this.refunds.get(term.id),
          redemptions: ofTerm.get(term.id) ?? [],
        });
      }
    }
    return new FiguresModel(this.doors.catalogue.current().time, terms, redemptions, this.told);
  }

  private redemption(one: Awaited<ReturnType<typeof this.doors.redemptions.walletOf>>[number]): ModelRedemption {
    const catalogue = this.doors.catalogue.current();
    const item = catalogue.offer(one.itemId) ?? catalogue.benefit(one.itemId)!;
    return {
      item: item.code,
      plan: one.planId && catalogue.plan(one.planId)!.code,
      status: one.status,
      basis: one.costBasis,
      cost: one.cost,
      saved: one.faceValue - one.coPay,
      ofPool: one.poolSeq !== undefined,
      claimedAt: one.claimedAt,
      usedAt: one.usedAt,
    };
  }
}
