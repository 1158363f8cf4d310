// The standard protocol's document at work: the schemas of `schema/partner-protocol.openapi.yaml`, compiled.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import { parse } from 'yaml';
import { packageRoot } from '../../kernel/package-root';
import type { DeclineReason } from '../connector';

export interface WireMoney {
  readonly amount: number;
  readonly currency: string;
}

export interface WireAvailabilityRequest {
  readonly type: 'availability';
  readonly offerRefs: readonly string[];
}

export interface WireAvailability {
  readonly offerRef: string;
  readonly available: boolean;
  readonly left?: number;
}

/** Instants are RFC 3339. */
export interface WireIssueRequest {
  readonly type: 'issue';
  readonly redemptionId: string;
  readonly offerRef: string;
  readonly memberRef: string;
  readonly claimedAt: string;
  readonly expiresAt: string;
  readonly faceValue: WireMoney;
}

export interface WireCancelRequest {
  readonly type: 'cancel';
  readonly redemptionId: string;
  readonly partnerRef?: string;
}

export interface WireRedemption {
  readonly redemptionId: string;
  readonly state: 'PENDING' | 'DECLINED' | 'ISSUED' | 'USED' | 'CANCELLED' | 'EXPIRED';
  /** There from `ISSUED` on. */
  readonly partnerRef?: string;
  readonly code?: string;
  readonly link?: string;
  readonly expiresAt?: string;
  readonly usedAt?: string;
  /** There with `DECLINED`. */
  readonly reason?: DeclineReason;
}

export interface WireDecline {
  readonly redemptionId: string;
  readonly reason: DeclineReason;
  readonly message: string;
}

export interface WireOffer {
  readonly offerRef: string;
  readonly title: string;
  readonly description?: string;
  readonly faceValue?: WireMoney;
  readonly validFrom?: string;
  readonly validUntil?: string;
}

export interface WireCard {
  readonly memberRef: string;
  readonly state: 'ACTIVE' | 'SUSPENDED' | 'EXPIRED';
  readonly validUntil?: string;
}

/** What a partner tells the gateway in a webhook. */
export interface WirePartnerMessage {
  readonly type: 'redemption.used' | 'redemption.status' | 'offer.stock';
  readonly timestamp: string;
  readonly data: object;
}

/** The schemas that messages are checked against, by their names in the document. */
export interface ProtocolSchemas {
  readonly AvailabilityRequest: WireAvailabilityRequest;
  readonly AvailabilityAnswer: { readonly availability: readonly WireAvailability[] };
  readonly IssueRequest: WireIssueRequest;
  readonly CancelRequest: WireCancelRequest;
  readonly Redemption: WireRedemption;
  readonly Decline: WireDecline;
  readonly OfferPage: { readonly offers: readonly WireOffer[]; readonly nextCursor?: string };
  readonly Card: WireCard;
  readonly PartnerMessage: WirePartnerMessage;
  readonly Error: { readonly error: { readonly code: string; readonly message: string } };
}

export type Checked<Value> = { readonly value: Value } | { readonly fault: string };

const DOCUMENT = 'perkgate:partner-protocol';
const RFC3339 = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

export function isInstant(text: string): boolean {
  if (!RFC3339.test(text) || Number.isNaN(Date.parse(text))) return false;
  // `Date.parse` lets the 31st of a short month run over into the next.
  const [year, month, day] = text.slice(0, 10).split('-').map(Number);
  return new Date(Date.UTC(year!, month! - 1, day!)).getUTCDate() === day;
}

export function protocolPath(): string {
  return join(packageRoot(), 'schema', 'partner-protocol.openapi.yaml');
}

let compiled: Ajv2020 | undefined;

function ajv(): Ajv2020 {
  if (compiled) return compiled;
  compiled = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false });
  compiled.addFormat('date-time', isInstant);
  compiled.addVocabulary(['components', 'example']);
  const { components } = parse(readFileSync(protocolPath(), 'utf8')) as { readonly components: object };
  compiled.addSchema({ $id: DOCUMENT, components });
  return compiled;
}

const CHECKED: readonly (keyof ProtocolSchemas)[] = [
  'AvailabilityRequest',
  'AvailabilityAnswer',
  'IssueRequest',
  'CancelRequest',
  'Redemption',
  'Decline',
  'OfferPage',
  'Card',
  'PartnerMessage',
  'Error',
];

/** Compiles all schemas now, which takes a moment, so that no call pays for it; once is enough. */
export function compileProtocol(): void {
  for (const name of CHECKED) validatorOf(name);
}

function validatorOf(name: keyof ProtocolSchemas): ValidateFunction {
  return ajv().getSchema(`${DOCUMENT}#/components/schemas/${name}`) as ValidateFunction;
}

/** The value, or one line on what is wrong with it: where, and what is allowed. */
export function checkAgainst<Name extends keyof ProtocolSchemas>(
  name: Name,
  value: unknown,
): Checked<ProtocolSchemas[Name]> {
  const validate = validatorOf(name);
  if (validate(value)) return { value: value as ProtocolSchemas[Name] };
  const [first] = validate.errors ?? [];
  const allowed = first?.params.allowedValues ?? first?.params.allowedValue;
  const choices = allowed === undefined ? '' : ` (${[allowed].flat().join(', ')})`;
  const place = first?.instancePath ? first.instancePath.slice(1) : 'the message';
  return { fault: `${place} ${first?.message ?? 'is not as agreed'}${choices}` };
}
