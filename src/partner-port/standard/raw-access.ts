// Requests of the standard protocol past the connector: right ones, and ones that a partner must refuse.
import { MINUTE } from '../../kernel/clock';
import type { RawAccess, RawRequest } from '../contract-scene';
import { newSigningSecret, SIGNATURE_TOLERANCE_MS } from '../signature';
import type { PartnerTransport } from '../transport';
import { type SigningParts, signedRequest, type Wanted } from './signed-request';

export function rawAccess(parts: SigningParts, transport: PartnerTransport): RawAccess {
  return {
    send: (request, signal) => {
      const { headers, ...rest } = signedRequest(partsFor(parts, request), wantedOf(request), signal);
      const unsigned = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('webhook-')));
      return transport.send({ ...rest, headers: request.signing === 'MISSING' ? unsigned : headers });
    },
  };
}

function partsFor({ baseUrl, secrets, clock }: SigningParts, { signing }: RawRequest): SigningParts {
  const old = { now: () => clock.now() - SIGNATURE_TOLERANCE_MS - MINUTE };
  return {
    baseUrl,
    secrets: signing === 'WRONG_SECRET' ? [newSigningSecret()] : secrets,
    clock: signing === 'TOO_OLD' ? old : clock,
  };
}

function wantedOf({ path, body, signing }: RawRequest): Wanted {
  return { path, text: body, ...(signing === 'OTHER_BODY' && { signed: '"something else"' }) };
}
