// What an answer of a standard partner means, before anybody looks at what was asked: status, type and form.
import { type Unknown, unknown } from '../connector';
import type { NoReply, PartnerReply } from '../transport';
import { checkAgainst, type ProtocolSchemas } from './protocol';

/** An answer that the partner meant as one: a status below 500, and JSON. */
export interface Answer {
  readonly status: number;
  readonly json: unknown;
}

export function readAnswer(reply: PartnerReply | NoReply): Answer | Unknown {
  if (reply.kind === 'NO_REPLY') return unknown(reply.cause, reply.message);
  const { status, headers, body } = reply;
  if (status === 401 || status === 403) {
    return unknown('UNAUTHORIZED', `HTTP ${status}: the partner does not take our signature; compare the secrets`);
  }
  if (status === 429 || status >= 500) return unknown('PARTNER_ERROR', `HTTP ${status}`);
  if (status >= 300 && status < 400) {
    return unknown('UNREADABLE', `HTTP ${status}: redirects are not followed; set the final address as the base URL`);
  }
  const type = headers['content-type'] ?? 'nothing';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    return unknown('UNREADABLE', `HTTP ${status} with content-type ${type}; application/json is expected`);
  }
  try {
    return { status, json: JSON.parse(body) as unknown };
  } catch {
    return unknown('UNREADABLE', `HTTP ${status} with a body of ${body.length} characters that is no JSON`);
  }
}

/** The answer's content in the agreed form, or what is wrong with it. */
export function contentOf<Name extends keyof ProtocolSchemas>(
  name: Name,
  { status, json }: Answer,
): ProtocolSchemas[Name] | Unknown {
  const checked = checkAgainst(name, json);
  if ('value' in checked) return checked.value;
  return unknown('UNREADABLE', `HTTP ${status}, but no ${name}: ${checked.fault}`);
}

export function isUnknown(value: object): value is Unknown {
  return 'kind' in value && value.kind === 'UNKNOWN';
}

/** The code of an error object, or `undefined` when the answer is none: a proxy's 404 page says nothing of ours. */
export function errorOf({ json }: Answer): { readonly code: string; readonly message: string } | undefined {
  const checked = checkAgainst('Error', json);
  return 'value' in checked ? checked.value.error : undefined;
}
