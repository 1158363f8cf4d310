// What partners may tell the gateway: the shapes of their messages, and the words for what is wrong with one.
import { z } from 'zod';
import type { Instant } from '../kernel/clock';
import { fromGlobalId, type Id, isId } from '../kernel/id';
import { DECLINE_REASONS, type RemoteAvailability, type RemoteRedemption } from '../partner-port/connector';

export type IncomingMessage =
  /** The coupon was used (核销). */
  | {
      readonly type: 'redemption.used';
      readonly redemptionId: Id;
      readonly partnerRef?: string;
      readonly usedAt?: Instant;
    }
  /** How the redemption stands at the partner. */
  | { readonly type: 'redemption.status'; readonly redemptionId: Id; readonly remote: RemoteRedemption }
  /** What is left of an offer at the partner; `toldAt`: when that was so, by the partner's clock. */
  | { readonly type: 'offer.stock'; readonly availability: RemoteAvailability; readonly toldAt?: Instant };

export const INCOMING_TYPES = ['redemption.used', 'redemption.status', 'offer.stock'] as const;

const redemptionId = z
  .string()
  .transform((text) => fromGlobalId('redemption', text) ?? text)
  .refine(isId, 'is no id of a redemption');
const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const ref = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}]+$/u, 'has control characters');
const absent = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().transform((value) => value ?? undefined);

const issued = {
  redemptionId,
  partnerRef: absent(ref),
  code: absent(ref),
  link: absent(z.url({ protocol: /^https$/ }).max(2_000)),
  expiresAt: absent(instant),
};

const USED = z.object({ redemptionId, partnerRef: absent(ref), usedAt: absent(instant) });
const STATUS = z.discriminatedUnion('state', [
  z.object({ state: z.literal('ABSENT'), redemptionId }),
  z.object({ state: z.literal('PENDING'), redemptionId }),
  z.object({ state: z.literal('DECLINED'), redemptionId, reason: z.enum(DECLINE_REASONS) }),
  z.object({ state: z.enum(['ISSUED', 'CANCELLED', 'EXPIRED']), ...issued }),
  z.object({ state: z.literal('USED'), ...issued, usedAt: absent(instant) }),
]);
const STOCK = z.object({
  offerRef: ref,
  available: absent(z.boolean()),
  left: absent(z.int().min(0).max(Number.MAX_SAFE_INTEGER)),
});
/** When it happened; of what is said again and again, it tells what comes after what. */
const TOLD = z.object({ timestamp: absent(instant) });
const ENVELOPE = z.object({ type: z.enum(INCOMING_TYPES), data: z.looseObject({}) });

/** The message in a body, or a sentence about what is wrong with it. Properties that are not known are ignored. */
export function readMessage(body: string): IncomingMessage | string {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    return 'The body is not well-formed JSON.';
  }
  const envelope = ENVELOPE.safeParse(given);
  if (!envelope.success) return `${wordsOf(envelope.error)} Allowed types are ${INCOMING_TYPES.join(', ')}.`;
  const { type, data } = envelope.data;
  switch (type) {
    case 'redemption.used': {
      const outcome = USED.safeParse(data);
      return outcome.success ? { type, ...outcome.data } : wordsOf(outcome.error, 'data');
    }
    case 'redemption.status': {
      const outcome = STATUS.safeParse(data);
      if (!outcome.success) return wordsOf(outcome.error, 'data');
      return { type, redemptionId: outcome.data.redemptionId, remote: remoteOf(outcome.data) };
    }
    case 'offer.stock': {
      const outcome = STOCK.safeParse(data);
      if (!outcome.success) return wordsOf(outcome.error, 'data');
      const told = TOLD.safeParse(given);
      if (!told.success) return wordsOf(told.error);
      const { offerRef, left, available = left === undefined || left > 0 } = outcome.data;
      return { type, availability: { offerRef, left, available }, toldAt: told.data.timestamp };
    }
  }
}

/**
 * Without `partnerRef`, `ISSUED` says no more than that there is something to look up, since a coupon must not be made
 * of half an answer; what the other states mean does not depend on it.
 */
function remoteOf(status: z.output<typeof STATUS>): RemoteRedemption {
  if (status.state === 'DECLINED') return { state: 'DECLINED', reason: status.reason };
  if (status.state === 'ABSENT' || status.state === 'PENDING') return { state: status.state };
  const { partnerRef = '', code, link, expiresAt } = status;
  const coupon = { partnerRef, code, link, expiresAt };
  if (status.state === 'USED') return { state: 'USED', issued: coupon, usedAt: status.usedAt };
  if (status.state === 'ISSUED' && partnerRef === '') return { state: 'PENDING' };
  return { state: status.state, issued: coupon };
}

/** Names the fields at fault without repeating what they hold, which may be a code. */
function wordsOf(error: z.ZodError, under = ''): string {
  const faults = error.issues.slice(0, 5).map(({ path, message }) => {
    const name = [under, ...path].filter((part) => part !== '').join('.') || 'The body';
    return `${name}: ${message}`;
  });
  return `${faults.join('; ')}.`;
}
