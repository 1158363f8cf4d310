// What a partner is told of the coupons of its offers; written with what it tells of, without any code or person.
import type { Sql } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, newId, toGlobalId } from '../kernel/id';
import { appendEvents, type PartnerEvent, type PartnerEventType } from '../partner-port/event.store';
import type { Redemption, RedemptionStatus } from './redemption';

/** A redemption of an offer; `offerCode` is absent for benefits, of which nobody is told. */
export interface Told {
  readonly redemption: Redemption;
  readonly offerCode?: string;
}

type Happening = Extract<PartnerEventType, `redemption.${string}`>;

const ENDS: Partial<Record<RedemptionStatus, Happening>> = {
  USED: 'redemption.used',
  CANCELLED: 'redemption.cancelled',
  EXPIRED: 'redemption.expired',
};

/** The event that a coupon was issued or ended; `undefined` where no partner has to know. */
export function eventOf(type: Happening, told: Told, now: Instant, usedAt?: Instant): PartnerEvent | undefined {
  const { redemption, offerCode } = told;
  const { id, partnerId, claimedAt, expiresAt } = redemption;
  if (partnerId === undefined || offerCode === undefined) return undefined;
  return {
    id: eventId(now, type === 'redemption.issued' ? 0 : 1),
    partnerId,
    subjectId: id,
    type,
    happenedAt: now,
    data: {
      redemptionId: toGlobalId('redemption', id),
      offer: offerCode,
      status: type.slice('redemption.'.length).toUpperCase(),
      claimedAt: iso(claimedAt),
      expiresAt: iso(expiresAt),
      usedAt: usedAt === undefined ? null : iso(usedAt),
    },
  };
}

/** Of what was never issued, no end is told. */
export function endEventOf(
  end: Told & { readonly from: RedemptionStatus; readonly to: RedemptionStatus; readonly usedAt?: Instant },
  now: Instant,
): PartnerEvent | undefined {
  const type = ENDS[end.to];
  return type && end.from === 'ISSUED' ? eventOf(type, end, now, end.usedAt) : undefined;
}

export function tellPartners(tx: Sql, events: readonly (PartnerEvent | undefined)[]): Promise<void> {
  return appendEvents(
    tx,
    events.filter((event) => event !== undefined),
  );
}

/** Three digits that a UUIDv7 leaves to its maker say what comes first of what happens in one millisecond. */
function eventId(now: Instant, stage: number): Id {
  const id = newId(now);
  return `${id.slice(0, 13)}${stage.toString(16).padStart(3, '0')}${id.slice(16)}`;
}

function iso(instant: Instant): string {
  return new Date(instant).toISOString();
}
