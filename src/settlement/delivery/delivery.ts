// Deliveries: what one side says it gave, and what a dispute left of it.
import type { Agreement, AgreementItem, ExchangeSide } from '../../agreements/agreement';
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { type Refusal, refuse } from '../../kernel/refusal';
import { checkProse, checkText, shown } from '../../members/input-checks';
import { urlFault } from '../../partner-port/address-guard';
import { QUANTITY_MAX, VALUE_MAX } from '../adjustment/adjustment';

/** Counted in all states; `DISPUTED` is shown apart besides, and of a `REDUCED` one the rest counts. */
export const DELIVERY_STATES = ['RECORDED', 'DISPUTED', 'ACCEPTED', 'REDUCED', 'WITHDRAWN'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
/** How a dispute ends: the disputing side accepts, or the giving side reduces or withdraws. */
export const RESOLUTIONS = ['ACCEPTED', 'REDUCED', 'WITHDRAWN'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

export interface DeliveryInput {
  /** The giving side's own id of it: recorded once for each source. */
  readonly externalId: string;
  /** The code of an item that the recording side gives. */
  readonly item: string;
  readonly quantity: number;
  /** Now, unless told. */
  readonly deliveredAt?: Instant;
  /** Links that show it; they are kept and never fetched. */
  readonly evidence: readonly string[];
  readonly note?: string;
}

export interface Dispute {
  readonly number: number;
  readonly reason: string;
  readonly openedAt: Instant;
  /** `role:subject`. */
  readonly openedBy: string;
  readonly resolved?: {
    readonly resolution: Resolution;
    /** What is left of the delivery. */
    readonly quantity: number;
    readonly at: Instant;
    readonly by: string;
    readonly reason: string;
  };
}

export interface Delivery {
  /** That of its chain in the ledger. */
  readonly id: Id;
  readonly agreementId: Id;
  readonly partnerId: Id;
  /** The number of the item. */
  readonly item: number;
  /** Who gave it. */
  readonly side: ExchangeSide;
  readonly source: string;
  readonly externalId: string;
  /** As it was recorded. */
  readonly quantity: number;
  /** In the minor unit, by the value agreed when it was recorded. */
  readonly value: number;
  /** What counts by now. */
  readonly countedQuantity: number;
  readonly countedValue: number;
  readonly deliveredAt: Instant;
  readonly recordedAt: Instant;
  readonly recordedBy: string;
  readonly evidence: readonly string[];
  readonly note?: string;
  readonly state: DeliveryState;
  /** How often it was disputed. */
  readonly disputes: number;
}

const EVIDENCE_MAX = 10;
const LINK_MAX = 500;
const NOTE_MAX = 500;
/** Links are kept for people; a host inside a network would lead each of them somewhere else. */
const PUBLIC_HTTPS = { allowHttp: false, allow: new Set<string>() };

function invalid(field: string, given: string, allowed: string): Refusal {
  return refuse('INVALID_INPUT', `${field} is ${given}; allowed is ${allowed}.`, field);
}

/** What is wrong with what is told of a delivery, whatever its agreement says. `at`: before the names of fields. */
export function deliveryFault(input: DeliveryInput, at = ''): Refusal | undefined {
  const { externalId, quantity, evidence, note } = input;
  const fault =
    checkText(`${at}externalId`, externalId) ??
    (note === undefined ? undefined : checkProse(`${at}note`, note, NOTE_MAX, 1)) ??
    evidenceFault(`${at}evidence`, evidence);
  if (fault) return fault;
  if (Number.isSafeInteger(quantity) && quantity >= 1 && quantity <= QUANTITY_MAX) return undefined;
  return invalid(`${at}quantity`, String(quantity), `an integer from 1 to ${QUANTITY_MAX}`);
}

function evidenceFault(field: string, links: readonly string[]): Refusal | undefined {
  if (links.length > EVIDENCE_MAX) return invalid(field, `${links.length} links`, `at most ${EVIDENCE_MAX}`);
  for (const link of links) {
    if (link.length > LINK_MAX) return invalid(field, shown(link), `a link of at most ${LINK_MAX} characters`);
    const fault = urlFault(link, PUBLIC_HTTPS);
    if (fault) return refuse('INVALID_INPUT', `${field} has ${shown(link)}. ${fault}`, field);
  }
  return undefined;
}

/** Until when something may have been given: the end, or the moment at which the agreement was closed by hand. */
export function givenBefore({ endsAt, closed }: Agreement): Instant {
  return closed ? Math.min(endsAt, closed.at) : endsAt;
}

/** Whether the item can be delivered, by this much and at this time. */
export function fitFault(
  { quantity, deliveredAt }: { readonly quantity: number; readonly deliveredAt: Instant },
  item: AgreementItem,
  agreement: Agreement,
  now: Instant,
  at = '',
): Refusal | undefined {
  if (item.offers.length > 0) {
    const rule = 'an item without offers: redemptions of its offers count by themselves';
    return invalid(`${at}item`, shown(item.code), rule);
  }
  const most = Math.floor(VALUE_MAX / item.unitValue);
  if (quantity > most) return invalid(`${at}quantity`, String(quantity), `at most ${most}, worth ${VALUE_MAX}`);
  const [from, before] = [agreement.startsAt, Math.min(givenBefore(agreement), now + 1)];
  if (Number.isSafeInteger(deliveredAt) && deliveredAt >= from && deliveredAt < before) return undefined;
  const rule = 'a time of the agreed period that has been, and before it was closed';
  return invalid(`${at}deliveredAt`, timeText(deliveredAt), rule);
}

function timeText(instant: Instant): string {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? 'no time' : date.toISOString();
}
