// The words of a redemption: one claim of a benefit or an offer, and the states that it goes through.
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import type { Unit } from '../kernel/money';

export const REDEMPTION_STATUSES = ['HELD', 'ISSUED', 'USED', 'FAILED', 'CANCELLED', 'EXPIRED', 'UNKNOWN'] as const;
export type RedemptionStatus = (typeof REDEMPTION_STATUSES)[number];

/** From each state the states that may follow. `USED`, `FAILED`, `CANCELLED` and `EXPIRED` are final. */
export const NEXT_STATUSES: Readonly<Record<RedemptionStatus, readonly RedemptionStatus[]>> = {
  HELD: ['ISSUED', 'FAILED', 'UNKNOWN', 'CANCELLED'],
  UNKNOWN: ['ISSUED', 'FAILED'],
  ISSUED: ['USED', 'CANCELLED', 'EXPIRED'],
  USED: [],
  FAILED: [],
  CANCELLED: [],
  EXPIRED: [],
};

export function mayBecome(from: RedemptionStatus, to: RedemptionStatus): boolean {
  return NEXT_STATUSES[from].includes(to);
}

export type ItemKind = 'OFFER' | 'BENEFIT';

/** What has to be done next with an open redemption, at `dueAt`. */
export const DUE_STEPS = ['EXPIRE', 'ISSUE', 'LOOK_UP', 'WATCH', 'CANCEL', 'UNDO'] as const;
/**
 * `ISSUE`: ask the partner for the coupon, nothing was sent yet. `LOOK_UP`: the partner may have been asked, learn what
 * came of it. `WATCH`: nobody tells whether the coupon was used, so look. `CANCEL`: the member gives an issued coupon
 * back. `UNDO`: we have let go of it, so must the partner.
 */
export type DueStep = (typeof DUE_STEPS)[number];

/** What the saga keeps of a coupon that a partner's API issues. */
export interface AtPartner {
  /** The partner's own id of the offer, as it was when it was claimed. */
  readonly offerRef: string;
  /** The partner's own id of the coupon, once it has issued it. */
  readonly partnerRef?: string;
  /** The link to the coupon, encrypted. */
  readonly sealedLink?: Buffer;
  readonly dueStep?: DueStep;
  /** How often the due step was tried. */
  readonly attempts: number;
  /** Grows with each change; a change that was made for another number comes too late. */
  readonly stepNo: number;
}

export interface Redemption {
  readonly id: Id;
  readonly memberId: Id;
  readonly itemKind: ItemKind;
  /** The offer or benefit. */
  readonly itemId: Id;
  /** The program version of the offer or benefit by which it was made; absent for rows from before it was kept. */
  readonly itemVersion?: number;
  readonly partnerId?: Id;
  readonly cardId?: Id;
  readonly termId?: Id;
  /** The level of the member at the claim; absent without one, and for rows from before it was kept. */
  readonly levelId?: Id;
  /** The plan of the card that bears the cost. */
  readonly planId?: Id;
  /** Who gave it, for a coupon that nobody claimed: `campaign birthday`. */
  readonly source?: string;
  /** The agreement that pays for it, of an exchange; absent for rows from before it was kept. */
  readonly agreementId?: Id;
  readonly status: RedemptionStatus;
  readonly costBasis: 'ISSUE' | 'USE';
  readonly currency: Unit;
  /** What the operator bears, in the minor unit. */
  readonly cost: number;
  /** What the member pays because the cap covers a part only. */
  readonly coPay: number;
  readonly faceValue: number;
  readonly points: number;
  /** The number of the code in its pool. */
  readonly poolSeq?: number;
  /** The code, encrypted. */
  readonly sealedCode?: Buffer;
  readonly claimedAt: Instant;
  /** Exclusive: from this instant on the coupon cannot be used. */
  readonly expiresAt: Instant;
  readonly usedAt?: Instant;
  /** When it was used, cancelled, failed or expired. */
  readonly endedAt?: Instant;
  /** Absent for what the gateway issues itself. */
  readonly atPartner?: AtPartner;
}

/** The status as of `now`: a coupon past its time is expired even before the job has said so. */
export function statusAt(redemption: Redemption, now: Instant): RedemptionStatus {
  return redemption.status === 'ISSUED' && redemption.expiresAt <= now ? 'EXPIRED' : redemption.status;
}
