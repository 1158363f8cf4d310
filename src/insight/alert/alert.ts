// The words of alerts: what staff should look at, raised once while it lasts.
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';

/** Appended to, never renamed: rows hold it. */
export const ALERT_KINDS = [
  'LEVEL_CROWDED',
  'AGREEMENT_IMBALANCE',
  'AGREEMENT_ENDING',
  'CEILING_NEAR',
  'CEILING_REACHED',
  'CEILING_PACE',
  'PARTNER_ERRORS',
  'STOCK_LOW',
  'UNRECONCILED',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** About agreements: subjects are an agreement's code, or that, `#`, and which of its ceilings. */
export const AGREEMENT_ALERTS = [
  'AGREEMENT_IMBALANCE',
  'AGREEMENT_ENDING',
  'CEILING_NEAR',
  'CEILING_REACHED',
  'CEILING_PACE',
] as const satisfies readonly AlertKind[];

/** Of which the partner hears by its webhooks too; low stock it is told in another way. */
export const TOLD_TO_PARTNERS: ReadonlySet<AlertKind> = new Set(AGREEMENT_ALERTS);

/** Figures and words by name; what they mean stands in the message. */
export type AlertDetails = Readonly<Record<string, string | number>>;

/** What is to be looked at: one of a kind about one subject is open at a time. */
export interface Finding {
  readonly kind: AlertKind;
  /** What it is about, such as the code of a level; at most 128 characters. */
  readonly subject: string;
  /** What is the matter and what to do, in English; at most 1,000 characters. */
  readonly message: string;
  readonly details: AlertDetails;
  /** The partner that it concerns, and that may see it. */
  readonly partnerId?: Id;
}

export interface Alert extends Finding {
  readonly id: Id;
  readonly raisedAt: Instant;
  /** When it was last found to be so. */
  readonly seenAt: Instant;
  readonly resolvedAt?: Instant;
}
