// Signatures of requests between gateway and partners, both ways, after Standard Webhooks (symmetric, `v1`).
import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { type Instant, MINUTE, SECOND } from '../kernel/clock';
import { takeRandom } from '../kernel/random';

/** How far the clocks of both sides may be apart. */
export const SIGNATURE_TOLERANCE_MS = 5 * MINUTE;
const SECRET_BYTES = 24;

export const SIGNATURE_FAULTS = ['MISSING', 'MALFORMED', 'TOO_OLD', 'TOO_NEW', 'WRONG'] as const;
export type SignatureFault = (typeof SIGNATURE_FAULTS)[number];

export interface Signed {
  /** The same for each attempt to send one message; a receiver takes a message once by it. */
  readonly id: string;
  readonly sentAt: Instant;
  /** Exactly as it is sent: a single other byte makes another signature. */
  readonly body: string;
}

const SECRET = /^whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const SECRET_LETTERS = 'whsec_'.length + (SECRET_BYTES / 3) * 4;
/** What `isSigningSecret` asks for, in words. */
export const SIGNING_SECRET_FORM = `whsec_ and at least ${SECRET_BYTES} bytes in base64`;

export function isSigningSecret(text: string): boolean {
  return text.length >= SECRET_LETTERS && SECRET.test(text);
}

/** A fresh secret: `whsec_` and 24 random bytes in base64. */
export function newSigningSecret(): string {
  return `whsec_${takeRandom(SECRET_BYTES).toString('base64')}`;
}

/** The three headers. Several secrets give several signatures, so that the receiver may change its own at leisure. */
export function signatureHeaders(secrets: readonly string[], message: Signed): Record<string, string> {
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(Math.floor(message.sentAt / SECOND)),
    'webhook-signature': secrets.map((secret) => signatureOf(secret, message)).join(' '),
  };
}

/**
 * What is wrong with the signature, or `undefined`. Any of `secrets` will do, so that they can be changed with an
 * overlap. Whether the message was taken before is for the caller to find out, by `webhook-id`.
 */
export function signatureFault(
  secrets: readonly string[],
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
  now: Instant,
): SignatureFault | undefined {
  const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
    (name) => headers[name],
  );
  if (!id || !timestamp || !signature) return 'MISSING';
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') return 'MALFORMED';
  if (!/^\d{1,12}$/.test(timestamp)) return 'MALFORMED';
  const sentAt = Number(timestamp) * SECOND;
  if (sentAt < now - SIGNATURE_TOLERANCE_MS) return 'TOO_OLD';
  if (sentAt > now + SIGNATURE_TOLERANCE_MS) return 'TOO_NEW';
  const given = signature.split(' ').map((part) => Buffer.from(part));
  const wanted = secrets.map((secret) => Buffer.from(signatureOf(secret, { id, sentAt, body })));
  const matches = wanted.some((want) =>
    given.some((have) => have.length === want.length && timingSafeEqual(have, want)),
  );
  return matches ? undefined : 'WRONG';
}

function signatureOf(secret: string, { id, sentAt, body }: Signed): string {
  return new Webhook(secret).sign(id, new Date(sentAt), body);
}
