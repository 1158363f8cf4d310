// Redemptions and coupons as the API shows them; a code is decrypted only when it is asked for.

import type { Instant } from '../kernel/clock';
import { type Id, toGlobalId } from '../kernel/id';
import type { Money } from '../kernel/money';
import { encodeCursor } from '../kernel/page';
import type { Catalogue } from '../program/catalogue';
import { type Connection, connectionPage } from '../request/connection';
import { type Redemption, statusAt } from './redemption';
import type { CouponType, RedemptionType } from './redemption.type';

export const COUPON_CURSOR = 'coupon';

/** What a view needs besides the row. */
export interface ShowRedemption {
  readonly catalogue: Catalogue;
  readonly now: Instant;
  codeOf(redemption: Redemption): string | undefined;
  linkOf(redemption: Redemption): string | undefined;
}

function titleOf(redemption: Redemption, catalogue: Catalogue): string {
  const { itemKind, itemId } = redemption;
  const title = itemKind === 'OFFER' ? catalogue.offer(itemId)?.title : catalogue.benefit(itemId)?.name;
  return title ?? '';
}

function globalItemId({ itemKind, itemId }: Redemption): string {
  return toGlobalId(itemKind === 'OFFER' ? 'offer' : 'benefit', itemId);
}

export class RedemptionView implements RedemptionType {
  readonly __typename = 'Redemption';
  private opened?: string | null;

  constructor(
    private readonly redemption: Redemption,
    private readonly show: ShowRedemption,
  ) {}

  private money(amount: number): Money {
    return { amount, currency: this.redemption.currency };
  }
  get id(): string {
    return toGlobalId('redemption', this.redemption.id);
  }
  get status() {
    return statusAt(this.redemption, this.show.now);
  }
  get item(): string {
    return globalItemId(this.redemption);
  }
  get title(): string {
    return titleOf(this.redemption, this.show.catalogue);
  }
  get card(): string | null {
    return this.redemption.cardId ? toGlobalId('card', this.redemption.cardId) : null;
  }
  // Opened once, though it is read several times; not before somebody asks for it.
  get couponCode(): string | null {
    if (this.opened === undefined) this.opened = this.show.codeOf(this.redemption) ?? null;
    return this.opened;
  }
  get couponLink(): string | null {
    return this.show.linkOf(this.redemption) ?? null;
  }
  get faceValue(): Money {
    return this.money(this.redemption.faceValue);
  }
  get coPay(): Money {
    return this.money(this.redemption.coPay);
  }
  get points(): number {
    return this.redemption.points;
  }
  get cost(): Money {
    return this.money(this.redemption.cost);
  }
  get claimedAt(): Date {
    return new Date(this.redemption.claimedAt);
  }
  get expiresAt(): Date {
    return new Date(this.redemption.expiresAt);
  }
  get usedAt(): Date | null {
    return this.redemption.usedAt === undefined ? null : new Date(this.redemption.usedAt);
  }
}

export class CouponView implements CouponType {
  private opened?: string | null;

  constructor(
    private readonly held: Redemption,
    private readonly show: ShowRedemption,
  ) {}

  get id(): string {
    return toGlobalId('coupon', this.held.id);
  }
  get redemption(): string {
    return toGlobalId('redemption', this.held.id);
  }
  get title(): string {
    return titleOf(this.held, this.show.catalogue);
  }
  get status() {
    return statusAt(this.held, this.show.now);
  }
  // Opened once, though it is read several times; not before somebody asks for it.
  get code(): string | null {
    if (this.opened === undefined) this.opened = this.show.codeOf(this.held) ?? null;
    return this.opened;
  }
  get link(): string | null {
    return this.show.linkOf(this.held) ?? null;
  }
  get faceValue(): Money {
    return { amount: this.held.faceValue, currency: this.held.currency };
  }
  get expiresAt(): Date {
    return new Date(this.held.expiresAt);
  }
}

/** `found` holds one row more than the page when there is a next one. */
export function couponPage(found: readonly Redemption[], first: number, show: ShowRedemption): Connection<CouponType> {
  return connectionPage(found, first, (redemption) => ({
    cursor: couponCursor(redemption.id),
    node: new CouponView(redemption, show),
  }));
}

export function couponCursor(id: Id): string {
  return encodeCursor(COUPON_CURSOR, id);
}
