// The connector to partners that serve the standard protocol (schema/partner-protocol.openapi.yaml).
import type { Clock, Instant } from '../../kernel/clock';
import {
  type Call,
  type Connector,
  confirmed,
  type Declined,
  declined,
  type Issued,
  type IssueRequest,
  type Operation,
  type Outcome,
  type RedemptionRef,
  type RemoteAvailability,
  type RemoteCard,
  type RemoteCatalogue,
  type RemoteOffer,
  type RemoteRedemption,
  type Unknown,
  unknown,
} from '../connector';
import type { PartnerTransport } from '../transport';
import { compileProtocol, type WireOffer, type WireRedemption } from './protocol';
import { signedRequest, type Wanted } from './signed-request';
import { type Answer, contentOf, errorOf, isUnknown, readAnswer } from './standard-answer';

/** More are asked for in several requests. */
export const OFFERS_PER_REQUEST = 100;

/** What a connector needs of a manifest of kind STANDARD. */
export interface StandardSource {
  readonly baseUrl: string;
  /** The name of the secret. Its value may be several secrets with spaces between, while they are being changed. */
  readonly signingSecret: string;
  readonly operations: readonly Operation[];
}

export interface StandardParts {
  /** By name. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly transport: PartnerTransport;
  readonly clock: Clock;
}

/** Without the manifest's secret, every call ends as not tried. */
export function standardConnector(manifest: StandardSource, parts: StandardParts): Connector {
  compileProtocol();
  const operations = new Set(manifest.operations);
  const wire = new StandardWire(manifest.baseUrl, signingSecretsOf(manifest, parts.secrets), parts);
  return {
    operations,
    availability: (offerRefs, call) => availability(wire, [...new Set(offerRefs)], call),
    issue: (request, call) => issue(wire, request, call),
    status: (redemption, call) => status(wire, redemption, call),
    cancel: (redemption, call) => cancel(wire, redemption, call),
    ...(operations.has('catalogue') && { catalogue: (cursor, call) => catalogue(wire, cursor, call) }),
    ...(operations.has('cardStatus') && { cardStatus: (memberRef, call) => cardStatus(wire, memberRef, call) }),
  };
}

/** Empty when the secret is not there. */
export function signingSecretsOf({ signingSecret }: StandardSource, secrets: StandardParts['secrets']): string[] {
  return (secrets.get(signingSecret) ?? '').split(/\s+/).filter((secret) => secret !== '');
}

class StandardWire {
  constructor(
    private readonly baseUrl: string,
    private readonly secrets: readonly string[],
    private readonly parts: StandardParts,
  ) {}

  async ask(wanted: Wanted, { signal }: Call): Promise<Answer | Unknown> {
    const { baseUrl, secrets } = this;
    if (secrets.length === 0) return unknown('NOT_TRIED', 'The secret that signs our requests is missing.');
    const { clock, transport } = this.parts;
    return readAnswer(await transport.send(signedRequest({ baseUrl, secrets, clock }, wanted, signal)));
  }
}

async function availability(
  wire: StandardWire,
  offerRefs: readonly string[],
  call: Call,
): Promise<Outcome<readonly RemoteAvailability[]>> {
  const pages: (readonly string[])[] = [];
  for (let at = 0; at < offerRefs.length; at += OFFERS_PER_REQUEST) {
    pages.push(offerRefs.slice(at, at + OFFERS_PER_REQUEST));
  }
  const outcomes = await Promise.all(pages.map((page) => availabilityPage(wire, page, call)));
  const value: RemoteAvailability[] = [];
  for (const outcome of outcomes) {
    if (outcome.kind !== 'CONFIRMED') return outcome;
    value.push(...outcome.value);
  }
  return confirmed(value);
}

async function availabilityPage(
  wire: StandardWire,
  offerRefs: readonly string[],
  call: Call,
): Promise<Outcome<readonly RemoteAvailability[]>> {
  const answer = await wire.ask(
    { path: '/availability', text: JSON.stringify({ type: 'availability', offerRefs }) },
    call,
  );
  if (isUnknown(answer)) return answer;
  if (answer.status !== 200) return unexpected(answer);
  const content = contentOf('AvailabilityAnswer', answer);
  if (isUnknown(content)) return content;
  // What was not asked for is dropped; what was and is not there cannot be had.
  const byRef = new Map(content.availability.map((entry) => [entry.offerRef, entry]));
  if (byRef.size < content.availability.length) {
    return unknown('UNREADABLE', 'HTTP 200, but one offerRef stands in the availability twice');
  }
  return confirmed(
    offerRefs.map((offerRef) => {
      const { available, left } = byRef.get(offerRef) ?? { available: false };
      return { offerRef, available, ...(left !== undefined && { left }) };
    }),
  );
}

async function issue(wire: StandardWire, request: IssueRequest, call: Call): Promise<Outcome<Issued>> {
  const { redemptionId, offerRef, memberRef, claimedAt, expiresAt, faceValue } = request;
  const text = JSON.stringify({
    type: 'issue',
    redemptionId,
    offerRef,
    memberRef,
    claimedAt: textOf(claimedAt),
    expiresAt: textOf(expiresAt),
    faceValue: { amount: faceValue.amount, currency: faceValue.currency },
  });
  const answer = await wire.ask({ path: '/redemptions', text, headers: { 'idempotency-key': redemptionId } }, call);
  if (isUnknown(answer)) return answer;
  if (answer.status !== 200 && answer.status !== 201 && answer.status !== 202) return refusal(answer, redemptionId);
  const remote = redemptionIn(answer, redemptionId);
  if (isUnknown(remote)) return remote;
  switch (remote.state) {
    case 'ABSENT':
    case 'PENDING':
      return unknown('PENDING', `HTTP ${answer.status}: the partner is at it`);
    case 'DECLINED':
      return declined(remote.reason, 'declined before');
    case 'CANCELLED':
    case 'EXPIRED':
      return declined('ENDED', `The redemption is ${remote.state} at the partner.`);
    default:
      return confirmed(endingInTime(remote.issued, expiresAt));
  }
}

/** A partner's later end is not the coupon's: the gateway releases its cost at the end that it asked for. */
function endingInTime(issued: Issued, asked: Instant): Issued {
  return issued.expiresAt !== undefined && issued.expiresAt > asked ? { ...issued, expiresAt: asked } : issued;
}

async function status(
  wire: StandardWire,
  { redemptionId }: RedemptionRef,
  call: Call,
): Promise<Outcome<RemoteRedemption>> {
  const answer = await wire.ask({ path: `/redemptions/${redemptionId}` }, call);
  if (isUnknown(answer)) return answer;
  if (answer.status === 404) return absent(answer);
  return answer.status === 200 ? outcomeOf(redemptionIn(answer, redemptionId)) : unexpected(answer);
}

async function cancel(
  wire: StandardWire,
  { redemptionId, partnerRef }: RedemptionRef,
  call: Call,
): Promise<Outcome<RemoteRedemption>> {
  const text = JSON.stringify({ type: 'cancel', redemptionId, partnerRef });
  const answer = await wire.ask({ path: `/redemptions/${redemptionId}/cancel`, text }, call);
  if (isUnknown(answer)) return answer;
  if (answer.status === 404) return absent(answer);
  if (answer.status !== 200) return refusal(answer, redemptionId);
  const remote = redemptionIn(answer, redemptionId);
  if (isUnknown(remote)) return remote;
  if (remote.state === 'USED') return declined('ALREADY_USED', 'The coupon was used.');
  if (remote.state === 'CANCELLED' || remote.state === 'EXPIRED' || remote.state === 'DECLINED') {
    return confirmed(remote);
  }
  return unknown('UNREADABLE', `HTTP 200 to a cancel, but the redemption is ${remote.state}`);
}

async function catalogue(
  wire: StandardWire,
  cursor: string | undefined,
  call: Call,
): Promise<Outcome<RemoteCatalogue>> {
  const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
  const answer = await wire.ask({ path: `/offers${query}` }, call);
  if (isUnknown(answer)) return answer;
  if (answer.status !== 200) return unexpected(answer);
  const content = contentOf('OfferPage', answer);
  if (isUnknown(content)) return content;
  const { offers, nextCursor } = content;
  if (nextCursor !== undefined && nextCursor === cursor) {
    return unknown('UNREADABLE', 'HTTP 200, but the next cursor is the one that was asked with');
  }
  return confirmed({ offers: offers.map(offerFrom), ...(nextCursor !== undefined && { nextCursor }) });
}

async function cardStatus(wire: StandardWire, memberRef: string, call: Call): Promise<Outcome<RemoteCard>> {
  const answer = await wire.ask({ path: `/cards/${encodeURIComponent(memberRef)}` }, call);
  if (isUnknown(answer)) return answer;
  if (answer.status === 404 && errorOf(answer)?.code === 'CARD_NOT_FOUND') return confirmed({ state: 'ABSENT' });
  if (answer.status !== 200) return unexpected(answer);
  const card = contentOf('Card', answer);
  if (isUnknown(card)) return card;
  if (card.memberRef !== memberRef) return unknown('UNREADABLE', 'HTTP 200, but the card of another memberRef');
  return confirmed({ state: card.state, ...instantAt('validUntil', card.validUntil) });
}

/** 409 and 400 are a no for good; all else leaves open what the partner did. */
function refusal(answer: Answer, redemptionId: string): Declined | Unknown {
  if (answer.status === 409) {
    const decline = contentOf('Decline', answer);
    if (isUnknown(decline)) return decline;
    if (decline.redemptionId !== redemptionId) return anotherRedemption(answer);
    return declined(decline.reason, decline.message);
  }
  const error = errorOf(answer);
  if (answer.status === 400 && error) return declined('OTHER', `${error.code}: ${error.message}`);
  return unexpected(answer);
}

function unexpected(answer: Answer): Unknown {
  const error = errorOf(answer);
  if (error) return unknown('PARTNER_ERROR', `HTTP ${answer.status}, ${error.code}: ${error.message}`);
  return unknown('UNREADABLE', `HTTP ${answer.status}, which is no answer to this request, and no error object`);
}

function absent(answer: Answer): Outcome<RemoteRedemption> {
  return errorOf(answer)?.code === 'REDEMPTION_NOT_FOUND' ? confirmed({ state: 'ABSENT' }) : unexpected(answer);
}

function anotherRedemption({ status: code }: Answer): Unknown {
  return unknown('UNREADABLE', `HTTP ${code}, but the redemptionId is not the one that was asked for`);
}

function redemptionIn(answer: Answer, redemptionId: string): RemoteRedemption | Unknown {
  const wire = contentOf('Redemption', answer);
  if (isUnknown(wire)) return wire;
  return wire.redemptionId === redemptionId ? remoteOf(wire) : anotherRedemption(answer);
}

function outcomeOf(remote: RemoteRedemption | Unknown): Outcome<RemoteRedemption> {
  return isUnknown(remote) ? remote : confirmed(remote);
}

function remoteOf(wire: WireRedemption): RemoteRedemption {
  if (wire.state === 'PENDING') return { state: 'PENDING' };
  // The schema asks for a reason with `DECLINED`, and for a partnerRef from `ISSUED` on.
  if (wire.state === 'DECLINED') return { state: 'DECLINED', reason: wire.reason! };
  const issued: Issued = {
    partnerRef: wire.partnerRef!,
    ...(wire.code !== undefined && { code: wire.code }),
    ...(wire.link !== undefined && { link: wire.link }),
    ...instantAt('expiresAt', wire.expiresAt),
  };
  if (wire.state === 'USED') return { state: 'USED', issued, ...instantAt('usedAt', wire.usedAt) };
  return { state: wire.state, issued };
}

function offerFrom({ offerRef, title, description, faceValue, validFrom, validUntil }: WireOffer): RemoteOffer {
  return {
    offerRef,
    title,
    ...(description !== undefined && { description }),
    ...(faceValue && { faceValue: { amount: faceValue.amount, currency: faceValue.currency } }),
    ...instantAt('validFrom', validFrom),
    ...instantAt('validUntil', validUntil),
  };
}

function instantAt<Name extends string>(name: Name, text: string | undefined): { [Key in Name]?: Instant } {
  return (text === undefined ? {} : { [name]: Date.parse(text) }) as { [Key in Name]?: Instant };
}

function textOf(instant: Instant): string {
  return new Date(instant).toISOString();
}
