// The simulated partner's own books, in memory: offers with stock, redemptions by their ids, cards; no HTTP in here.
import type { Clock } from '../kernel/clock';
import type { DeclineReason } from '../partner-port/connector';
import type {
  WireAvailability,
  WireCard,
  WireDecline,
  WireIssueRequest,
  WireOffer,
  WireRedemption,
} from '../partner-port/standard/protocol';

export interface SimulatedOffer extends WireOffer {
  /** Endless when absent. */
  readonly left?: number;
}

/** What a request came to: the HTTP status and the body of the protocol. */
export interface Result {
  readonly status: number;
  readonly body: object;
}

export interface IssueTwist {
  readonly decline?: DeclineReason;
  /** Answer 202 now; the coupon comes with `settle`. */
  readonly later?: 'PENDING' | 'UNHEARD';
  readonly secondCoupon?: boolean;
  readonly uncheckedContent?: boolean;
}

interface Entry {
  readonly request: WireIssueRequest;
  redemption: WireRedemption;
  message: string;
  /** An issue that nobody was answered yet, and that look-ups do not find. */
  unheard?: boolean;
}

const PAGE = 50;

export class Shop {
  private readonly offers = new Map<string, SimulatedOffer>();
  private readonly entries = new Map<string, Entry>();
  private readonly cards = new Map<string, WireCard>();
  /** Ids that were cancelled before they were issued. */
  private readonly tombstones = new Set<string>();
  private issued = 0;

  constructor(
    private readonly clock: Clock,
    /** Begins each coupon's code and reference. */
    private readonly prefix: string,
    offers: readonly SimulatedOffer[],
    cards: readonly WireCard[],
  ) {
    for (const offer of offers) this.offers.set(offer.offerRef, offer);
    for (const card of cards) this.cards.set(card.memberRef, card);
  }

  /** How many coupons were issued in all, repeats that made a second one included. */
  get couponsIssued(): number {
    return this.issued;
  }

  redemptions(): readonly WireRedemption[] {
    return [...this.entries.values()].filter(({ unheard }) => !unheard).map((entry) => this.asNow(entry));
  }

  redemption(redemptionId: string): WireRedemption | undefined {
    const entry = this.entries.get(redemptionId);
    return entry && !entry.unheard ? this.asNow(entry) : undefined;
  }

  availability(offerRefs: readonly string[], stockOut: boolean): Result {
    const availability = offerRefs.map((offerRef): WireAvailability => {
      const offer = this.offers.get(offerRef);
      if (!offer) return { offerRef, available: false };
      const left = stockOut ? 0 : offer.left;
      return { offerRef, available: left !== 0, ...(left !== undefined && { left }) };
    });
    return { status: 200, body: { availability } };
  }

  issue(request: WireIssueRequest, twist: IssueTwist): Result {
    const { redemptionId } = request;
    const known = this.entries.get(redemptionId);
    if (known && !known.unheard) return this.repeat(known, request, twist);
    const later = twist.later;
    if (later) {
      const redemption: WireRedemption = { redemptionId, state: 'PENDING' };
      this.entries.set(redemptionId, { request, redemption, message: '', unheard: later === 'UNHEARD' });
      return { status: 202, body: redemption };
    }
    const entry: Entry = { request, redemption: { redemptionId, state: 'PENDING' }, message: '' };
    this.entries.set(redemptionId, entry);
    this.fulfil(entry, twist.decline);
    return answerTo(entry.redemption, entry.message, 201);
  }

  private repeat(entry: Entry, request: WireIssueRequest, twist: IssueTwist): Result {
    const same = JSON.stringify(entry.request) === JSON.stringify(request);
    if (!same && !twist.uncheckedContent) {
      return refused(422, 'IDEMPOTENCY_CONFLICT', 'This redemptionId was used with another content.');
    }
    if (twist.secondCoupon && entry.redemption.state === 'ISSUED') {
      entry.redemption = { ...entry.redemption, ...this.nextCoupon() };
    }
    const redemption = this.asNow(entry);
    return answerTo(redemption, entry.message, redemption.state === 'PENDING' ? 202 : 200);
  }

  /** Turns what is pending into a coupon or a decline. */
  private fulfil(entry: Entry, decline?: DeclineReason): void {
    const { redemptionId, offerRef, expiresAt } = entry.request;
    const offer = this.offers.get(offerRef);
    const reason = decline ?? this.reasonAgainst(redemptionId, offer, expiresAt);
    entry.unheard = false;
    if (reason !== undefined || !offer) {
      entry.redemption = { redemptionId, state: 'DECLINED', reason: reason ?? 'NOT_FOUND' };
      entry.message = `The simulated partner declines ${JSON.stringify(offerRef)}.`;
      return;
    }
    if (offer.left !== undefined) this.offers.set(offerRef, { ...offer, left: offer.left - 1 });
    entry.redemption = { redemptionId, state: 'ISSUED', ...this.nextCoupon(), expiresAt };
  }

  private reasonAgainst(redemptionId: string, offer: SimulatedOffer | undefined, expiresAt: string) {
    if (this.tombstones.has(redemptionId)) return 'ENDED';
    if (!offer) return 'NOT_FOUND';
    if (offer.left === 0) return 'OUT_OF_STOCK';
    return Date.parse(expiresAt) <= this.clock.now() ? 'ENDED' : undefined;
  }

  private nextCoupon(): { readonly partnerRef: string; readonly code: string } {
    this.issued += 1;
    const number = String(this.issued).padStart(6, '0');
    return { partnerRef: `${this.prefix}-${number}`, code: `${this.prefix}-${number}-CODE` };
  }

  status(redemptionId: string): Result {
    const redemption = this.redemption(redemptionId);
    return redemption ? { status: 200, body: redemption } : notFound();
  }

  cancel(redemptionId: string, evenUsed: boolean): Result {
    const redemption = this.redemption(redemptionId);
    if (!redemption) {
      this.tombstones.add(redemptionId);
      return notFound();
    }
    switch (redemption.state) {
      case 'USED':
        if (!evenUsed) return declinedAnswer(redemptionId, 'ALREADY_USED', 'The coupon was used.');
        return { status: 200, body: this.change(redemptionId, { state: 'CANCELLED' }) };
      case 'PENDING':
        return { status: 200, body: this.decline(redemptionId) };
      case 'ISSUED': {
        const { offerRef } = this.entries.get(redemptionId)!.request;
        const offer = this.offers.get(offerRef);
        if (offer?.left !== undefined) this.offers.set(offerRef, { ...offer, left: offer.left + 1 });
        return { status: 200, body: this.change(redemptionId, { state: 'CANCELLED' }) };
      }
      default:
        return { status: 200, body: redemption };
    }
  }

  private decline(redemptionId: string): WireRedemption {
    const entry = this.entries.get(redemptionId)!;
    entry.message = 'It was cancelled before it was issued.';
    return this.change(redemptionId, { state: 'DECLINED', reason: 'ENDED' });
  }

  private change(redemptionId: string, changes: Partial<WireRedemption>): WireRedemption {
    const entry = this.entries.get(redemptionId)!;
    entry.redemption = { ...entry.redemption, ...changes };
    return entry.redemption;
  }

  /** The till's doing: answers the redemption, or `undefined` when there is no coupon that could be used. */
  use(redemptionId: string): WireRedemption | undefined {
    const redemption = this.redemption(redemptionId);
    if (redemption?.state === 'USED') return redemption;
    if (redemption?.state !== 'ISSUED') return undefined;
    return this.change(redemptionId, { state: 'USED', usedAt: new Date(this.clock.now()).toISOString() });
  }

  /** Does now what was pending or held back; `undefined` when there is nothing of it. */
  settle(redemptionId: string): WireRedemption | undefined {
    const entry = this.entries.get(redemptionId);
    if (entry?.redemption.state !== 'PENDING') return undefined;
    this.fulfil(entry);
    return entry.redemption;
  }

  /** `undefined` makes the stock endless; answers whether there is such an offer. */
  setStock(offerRef: string, left: number | undefined): boolean {
    const offer = this.offers.get(offerRef);
    if (!offer) return false;
    this.offers.set(offerRef, { ...offer, left });
    return true;
  }

  setCard(card: WireCard): void {
    this.cards.set(card.memberRef, card);
  }

  card(memberRef: string): Result {
    const card = this.cards.get(memberRef);
    return card ? { status: 200, body: card } : refused(404, 'CARD_NOT_FOUND', 'This member has no card.');
  }

  /** Cursors are the number of offers before the page. */
  offerPage(cursor: string | undefined): Result {
    const from = Number(cursor ?? 0);
    const all = [...this.offers.values()];
    if (!Number.isSafeInteger(from) || from < 0) return refused(400, 'BAD_REQUEST', 'The cursor is none of ours.');
    const offers = all.slice(from, from + PAGE).map(({ left: _left, ...offer }) => offer);
    const more = from + PAGE < all.length;
    return { status: 200, body: { offers, ...(more && { nextCursor: String(from + PAGE) }) } };
  }

  private asNow({ redemption }: Entry): WireRedemption {
    const { state, expiresAt } = redemption;
    const over = state === 'ISSUED' && expiresAt !== undefined && Date.parse(expiresAt) <= this.clock.now();
    return over ? { ...redemption, state: 'EXPIRED' } : redemption;
  }
}

function answerTo(redemption: WireRedemption, message: string, status: number): Result {
  if (redemption.state !== 'DECLINED') return { status, body: redemption };
  return declinedAnswer(redemption.redemptionId, redemption.reason!, message);
}

function declinedAnswer(redemptionId: string, reason: DeclineReason, message: string): Result {
  const body: WireDecline = { redemptionId, reason, message };
  return { status: 409, body };
}

export function refused(status: number, code: string, message: string): Result {
  return { status, body: { error: { code, message } } };
}

function notFound(): Result {
  return refused(404, 'REDEMPTION_NOT_FOUND', 'No redemption has this id.');
}
