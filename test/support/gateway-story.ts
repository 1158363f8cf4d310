// What tests tell a gateway, through its API alone: members join, cards open, perks are claimed, used and taken back.
import { Readable } from 'node:stream';
import type { Database } from '../../src/database/database';
import { lotCheck } from '../../src/members/lot.check';
import { holdCheck } from '../../src/redemption/hold.check';
import { poolCheck } from '../../src/redemption/pool.check';
import { AUDITOR, memberOf, OPERATIONS, SHOP, type TestGateway, type Who } from './gateway';
import { expectClean } from './ledger-fixtures';

export interface Money {
  readonly amount: number;
  readonly currency: string;
}

export interface RefusedAnswer {
  readonly __typename: 'Refusal';
  readonly refusal: string;
  readonly message: string;
  readonly field: string | null;
  readonly retry: boolean;
}

export interface RedemptionAnswer {
  readonly __typename: 'Redemption';
  readonly id: string;
  readonly status: string;
  readonly item: string;
  readonly card: string | null;
  readonly couponCode: string | null;
  readonly points: number;
  readonly coPay: Money;
  readonly claimedAt: string;
  readonly expiresAt: string;
  readonly usedAt: string | null;
}

export type RedeemOutcome = RedemptionAnswer | RefusedAnswer;

export interface CardAnswer {
  readonly id: string;
  readonly status: string;
  readonly term: {
    readonly startsAt: string;
    readonly endsAt: string;
    readonly price: Money;
    readonly priceCode: string | null;
  };
}

export interface CapAnswer {
  readonly limit: number;
  readonly held: number;
  readonly posted: number;
  readonly remaining: number;
}

export interface QuoteAnswer {
  readonly __typename: 'RedemptionQuote';
  readonly redeemable: boolean;
  readonly pointsPrice: number;
  readonly refusals: readonly { readonly code: string }[];
  readonly coPay: Money;
  readonly limits: readonly { readonly kind: string; readonly unit: string; takes: number; left: number }[];
}

export interface ClaimOptions {
  readonly card?: string;
  readonly key?: string;
  readonly maxCoPay?: number;
  /** The member itself unless told; a server names the member. */
  readonly as?: Who;
}

let counted = 0;

/** A text that no other test has used. */
export function fresh(what: string): string {
  counted += 1;
  return `${what}-${process.pid}-${counted}`;
}

/** Fails unless it was claimed; a refusal is shown with its message. */
export function claimed(outcome: RedeemOutcome): RedemptionAnswer {
  if (outcome.__typename === 'Redemption') return outcome;
  throw new Error(`refused with ${outcome.refusal}: ${outcome.message}`);
}

/** The code of the refusal, or the status of the redemption. */
export function outcomeOf(outcome: { readonly __typename: string; refusal?: string; status?: string }): string {
  return (outcome.__typename === 'Refusal' ? outcome.refusal : outcome.status) ?? 'nothing';
}

export class Story {
  constructor(readonly gateway: TestGateway) {}

  /** A new member, by its token's subject. */
  async member(profile: object = {}): Promise<Who> {
    const externalId = fresh('member');
    const entry = { externalId, nickname: 'Somebody', ...profile };
    await this.must('register-members', SHOP, { members: [entry] });
    return memberOf(externalId);
  }

  /** A new member with a card of the plan. */
  async holder(plan: string, profile: object = {}): Promise<{ who: Who; card: CardAnswer }> {
    const who = await this.member(profile);
    return { who, card: await this.open(who, plan) };
  }

  open(
    who: Who,
    plan: string,
    more: { orderId?: string; parentCard?: string; startsAt?: string; priceCode?: string } = {},
  ) {
    const input = { member: who.subject, plan, orderId: fresh('order'), ...more };
    return this.must<CardAnswer>('open-card', SHOP, { input });
  }

  renew(card: string, orderId = fresh('order'), priceCode?: string): Promise<CardAnswer> {
    return this.must<CardAnswer>('renew-card', SHOP, { input: { card, orderId, priceCode } });
  }

  close(card: string): Promise<CardAnswer> {
    return this.must<CardAnswer>('close-card', SHOP, { card });
  }

  async give(who: Who, balance: 'POINTS' | 'GROWTH', amount: number): Promise<void> {
    const input = { member: who.subject, balance, amount, idempotencyKey: fresh('key') };
    await this.must('adjust-balance', SHOP, { input });
  }

  /** `item`: the code of an offer or a benefit. */
  redeem(who: Who, item: string, options: ClaimOptions = {}): Promise<RedeemOutcome> {
    const { card, key = fresh('key'), maxCoPay, as = who } = options;
    const member = as.role === 'MEMBER' ? undefined : who.subject;
    const input = { item: this.gateway.itemId(item), card, idempotencyKey: key, maxCoPay, member };
    return this.gateway.run<RedeemOutcome>(as, 'redeem', { input });
  }

  /** Claims that must succeed. */
  async claim(who: Who, item: string, options: ClaimOptions = {}): Promise<RedemptionAnswer> {
    return claimed(await this.redeem(who, item, options));
  }

  cancel(who: Who, redemption: string, key = fresh('key')): Promise<RedeemOutcome> {
    return this.gateway.run(who, 'cancel', { input: { redemption, idempotencyKey: key } });
  }

  confirmUse(redemption: string, more: { key?: string; usedAt?: string; as?: Who } = {}): Promise<RedeemOutcome> {
    const { key = fresh('key'), usedAt, as = SHOP } = more;
    return this.gateway.run(as, 'confirm-use', { input: { redemption, idempotencyKey: key, usedAt } });
  }

  async use(redemption: string): Promise<void> {
    claimed(await this.confirmUse(redemption));
  }

  quote(who: Who, item: string, more: { as?: Who; card?: string } = {}): Promise<QuoteAnswer | RefusedAnswer> {
    const { as = who, card } = more;
    const member = as.role === 'MEMBER' ? undefined : who.subject;
    return this.gateway.run(as, 'quote', { item: this.gateway.itemId(item), card, member });
  }

  /** What staff sees of a card's cost cap. */
  async cap(who: Who, card: string): Promise<CapAnswer> {
    interface Shown {
      readonly cards: { readonly id: string; readonly costCap: Record<keyof CapAnswer, Money> }[];
    }
    const shown = await this.gateway.run<Shown>(AUDITOR, 'staff-member', { externalId: who.subject });
    const { limit, held, posted, remaining } = shown.cards.find(({ id }) => id === card)!.costCap;
    return { limit: limit.amount, held: held.amount, posted: posted.amount, remaining: remaining.amount };
  }

  async apply(program: string): Promise<void> {
    await this.must('apply-program', OPERATIONS, { text: program });
  }

  /** Puts codes into the pool of an offer. */
  async fillPool(offer: string, codes: readonly string[]): Promise<void> {
    const { catalogue, pools, stock } = this.gateway.gateway;
    const offerId = catalogue.current().offerByCode(offer)!.id;
    const source = Readable.from([Buffer.from(codes.map((code) => `${code}\n`).join(''))]);
    await pools.load({ offerId, name: fresh('file'), source });
    await stock.look(catalogue.current());
  }

  /** Runs an operation that must neither fail nor be refused. */
  private async must<Field>(operation: string, who: Who, variables: object): Promise<Field> {
    const field = await this.gateway.run<Field & { __typename: string }>(who, operation, variables);
    if (['Refusal', 'FaultyProgram'].includes(field.__typename)) {
      throw new Error(`${operation} was refused: ${JSON.stringify(field)}`);
    }
    return field;
  }
}

/** Every invariant of the ledger holds; so do those of holds and redemptions, and of pools of codes. */
export function expectBooksInOrder(database: Database): Promise<void> {
  return expectClean(database, [holdCheck, poolCheck, lotCheck]);
}
