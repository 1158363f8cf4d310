// The outbox: what partners are to be told, written in the transaction in which it happened.
import type { Sql } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, idToBytes, ZERO_ID } from '../kernel/id';

export const PARTNER_EVENT_TYPES = [
  'redemption.issued',
  'redemption.used',
  'redemption.cancelled',
  'redemption.expired',
  'offer.submitted',
  'offer.approved',
  'offer.rejected',
  'offer.paused',
  'offer.resumed',
  'offer.ended',
  'offer.stock_low',
  'alert.raised',
  'alert.resolved',
] as const;
export type PartnerEventType = (typeof PARTNER_EVENT_TYPES)[number];

/** The operator itself: it listens as partners do, and hears of alerts. */
export const OPERATOR: Id = ZERO_ID;

export interface PartnerEvent {
  /** Made of time, so that the events of one subject have the order of their ids. */
  readonly id: Id;
  /** `OPERATOR` for the operator's own endpoint. */
  readonly partnerId: Id;
  /** The redemption, offer or alert that it is about; events of one subject are delivered in order. */
  readonly subjectId: Id;
  readonly type: PartnerEventType;
  readonly happenedAt: Instant;
  /** What the partner is told: its own things only, without any secret, code or personal data. */
  readonly data: Readonly<Record<string, string | number | null>>;
}

/** Call it inside the transaction of the change that the events tell of. */
export async function appendEvents(tx: Sql, events: readonly PartnerEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.insertMany(
    'partner_event',
    ['id', 'partner_id', 'subject_id', 'type', 'happened_at', 'data'],
    events.map(({ id, partnerId, subjectId, type, happenedAt, data }) => [
      idToBytes(id),
      idToBytes(partnerId),
      idToBytes(subjectId),
      type,
      happenedAt,
      JSON.stringify(data),
    ]),
  );
}
