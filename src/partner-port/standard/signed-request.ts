// A request of the standard protocol: its URL, its body, and the headers that sign it.
import type { Clock } from '../../kernel/clock';
import { newId } from '../../kernel/id';
import { signatureHeaders } from '../signature';
import type { PartnerRequest } from '../transport';

export interface SigningParts {
  /** Where the partner serves the protocol, with or without a slash at its end. */
  readonly baseUrl: string;
  /** `whsec_…`; several while they are being changed. */
  readonly secrets: readonly string[];
  readonly clock: Clock;
}

export interface Wanted {
  /** Below the base URL, with a slash first, percent-encoded; with the query. */
  readonly path: string;
  /** The body as it is sent, which makes the request a POST. */
  readonly text?: string;
  /** What is signed instead of what the protocol says; for trying a partner only. */
  readonly signed?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is signed of a GET, which has no body: the document says it byte for byte. */
export function signedBodyOfGet(target: string): string {
  return JSON.stringify({ method: 'GET', path: target });
}

/** Each call makes a message of its own, with its own `webhook-id`. */
export function signedRequest(
  { baseUrl, secrets, clock }: SigningParts,
  { path, text, signed, headers }: Wanted,
  signal: AbortSignal,
): PartnerRequest {
  const url = new URL(baseUrl.replace(/\/+$/, '') + path);
  const now = clock.now();
  const body = signed ?? text ?? signedBodyOfGet(url.pathname + url.search);
  return {
    method: text === undefined ? 'GET' : 'POST',
    url: url.href,
    headers: {
      accept: 'application/json',
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...signatureHeaders(secrets, { id: `req_${newId(now)}`, sentAt: now, body }),
      ...headers,
    },
    body: text,
    signal,
  };
}
