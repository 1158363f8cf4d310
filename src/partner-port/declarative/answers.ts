// From what a mapping made of an answer to the values of the port. Each throws `MappingError` for what is not as agreed.
import {
  DECLINE_REASONS,
  type Issued,
  type IssueRequest,
  type RedemptionRef,
  type RemoteAvailability,
  type RemoteCard,
  type RemoteOffer,
  type RemoteRedemption,
} from '../connector';
import {
  booleanIn,
  countIn,
  type Fields,
  fieldsOf,
  instantIn,
  linkIn,
  listOf,
  moneyIn,
  oneOf,
  proseIn,
  required,
  textIn,
} from './answer-parts';
import { MappingError } from './mapping-error';

const OFFERS_MAX = 1_000;
const REF_MAX = 200;
const CODE_MAX = 500;

/** Nothing is confirmed that the member could not use. */
export function issuedOf(value: unknown, { expiresAt }: IssueRequest): Issued {
  const issued = issuedIn(fieldsOf(value), undefined);
  if (issued.code === undefined && issued.link === undefined) throw new MappingError('neither code nor link');
  if (issued.expiresAt === undefined) return issued;
  return { ...issued, expiresAt: Math.min(issued.expiresAt, expiresAt) };
}

function issuedIn(fields: Fields, knownRef: string | undefined): Issued {
  const partnerRef = required(textIn(fields, 'partnerRef', REF_MAX) ?? knownRef, 'partnerRef');
  if (knownRef !== undefined && partnerRef !== knownRef) throw new MappingError('the partnerRef of something else');
  const [code, link] = [textIn(fields, 'code', CODE_MAX), linkIn(fields, 'link')];
  const expiresAt = instantIn(fields, 'expiresAt');
  return withoutAbsent({ partnerRef, code, link, expiresAt });
}

const STATES = ['ABSENT', 'PENDING', 'DECLINED', 'ISSUED', 'USED', 'CANCELLED', 'EXPIRED'] as const;

export function redemptionOf(value: unknown, { partnerRef }: RedemptionRef): RemoteRedemption {
  const fields = fieldsOf(value);
  const state = required(oneOf(fields, 'state', STATES), 'state');
  if (state === 'ABSENT' || state === 'PENDING') return { state };
  if (state === 'DECLINED') return { state, reason: oneOf(fields, 'reason', DECLINE_REASONS) ?? 'OTHER' };
  const issued = issuedIn(fields, partnerRef);
  if (state === 'USED') return withoutAbsent({ state, issued, usedAt: instantIn(fields, 'usedAt') });
  // A look-up after an issue without an answer stands in its place, so it must tell what the issue would have told.
  if (state === 'ISSUED' && partnerRef === undefined && issued.code === undefined && issued.link === undefined) {
    throw new MappingError('neither code nor link');
  }
  return { state, issued };
}

/** Only of offers that were asked for; the partner may be silent about some. */
export function availabilitiesOf(value: unknown, offerRefs: readonly string[]): readonly RemoteAvailability[] {
  const asked = new Set(offerRefs);
  const found = new Map<string, RemoteAvailability>();
  for (const item of listOf(value, OFFERS_MAX)) {
    const fields = fieldsOf(item);
    const offerRef = required(textIn(fields, 'offerRef', REF_MAX), 'offerRef');
    if (asked.has(offerRef)) found.set(offerRef, availabilityOf(fields, offerRef));
  }
  return [...found.values()];
}

export function availabilityOf(value: unknown, offerRef: string): RemoteAvailability {
  const fields = fieldsOf(value);
  const left = countIn(fields, 'left');
  const available = booleanIn(fields, 'available') ?? (left === undefined ? undefined : left > 0);
  return withoutAbsent({ offerRef, available: required(available, 'available'), left });
}

export function offersOf(value: unknown): readonly RemoteOffer[] {
  return listOf(value, OFFERS_MAX).map((item) => {
    const fields = fieldsOf(item);
    return withoutAbsent({
      offerRef: required(textIn(fields, 'offerRef', REF_MAX), 'offerRef'),
      title: required(textIn(fields, 'title', REF_MAX), 'title'),
      description: proseIn(fields, 'description', 5_000),
      faceValue: moneyIn(fields, 'faceValue'),
      validFrom: instantIn(fields, 'validFrom'),
      validUntil: instantIn(fields, 'validUntil'),
    });
  });
}

export function cardOf(value: unknown): RemoteCard {
  const fields = fieldsOf(value);
  const state = required(oneOf(fields, 'state', ['ACTIVE', 'SUSPENDED', 'EXPIRED', 'ABSENT'] as const), 'state');
  return withoutAbsent({ state, validUntil: instantIn(fields, 'validUntil') });
}

function withoutAbsent<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Value;
}
