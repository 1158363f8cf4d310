// The records of the data set "Starbucks rewards" as they lie in its files, checked, with amounts in cents.
import { z } from 'zod';
import type { Instant } from '../../kernel/clock';

/** The data set covers 30 days; time is counted in whole hours from its first. */
export const DATA_HOURS = 720;
const DOLLARS_MAX = 1_000_000;
const AGE_UNKNOWN = 118;

const dataId = z.string().regex(/^[0-9a-f]{32}$/, 'allowed are 32 hexadecimal digits');

/** Dollars with at most two decimals, as cents. */
const cents = z
  .number()
  .min(0)
  .max(DOLLARS_MAX)
  .refine((dollars) => Math.abs(dollars * 100 - Math.round(dollars * 100)) < 1e-6, 'allowed are at most two decimals')
  .transform((dollars) => Math.round(dollars * 100));

const OFFER_TYPES = ['bogo', 'discount', 'informational'] as const;

export const offerRecord = z
  .strictObject({
    id: dataId,
    offer_type: z.enum(OFFER_TYPES),
    difficulty: cents,
    reward: cents,
    duration: z.int().min(1).max(365),
    channels: z.array(z.string().min(1).max(20)).min(1).max(10),
  })
  .transform((offer) => ({
    id: offer.id,
    type: offer.offer_type,
    difficulty: offer.difficulty,
    reward: offer.reward,
    days: offer.duration,
    channels: offer.channels,
  }));
export type StarbucksOffer = z.output<typeof offerRecord>;

/** `20170212` as the first instant of that day, UTC. */
const date = z
  .string()
  .regex(/^\d{8}$/, 'allowed is a date as YYYYMMDD')
  .transform((text, context): Instant => {
    const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
    const instant = Date.parse(`${iso}T00:00:00Z`);
    if (Number.isFinite(instant) && new Date(instant).toISOString().startsWith(iso)) return instant;
    context.addIssue({ code: 'custom', message: 'allowed is a date of the calendar' });
    return z.NEVER;
  });

export const personRecord = z
  .strictObject({
    id: dataId,
    gender: z.enum(['F', 'M', 'O']).nullable(),
    age: z.int().min(0).max(150),
    income: z.number().min(0).max(100_000_000).nullable(),
    became_member_on: date,
  })
  .transform((person) => ({
    id: person.id,
    gender: person.gender ?? undefined,
    age: person.age === AGE_UNKNOWN ? undefined : person.age,
    income: person.income ?? undefined,
    joinedAt: person.became_member_on,
  }));
export type StarbucksPerson = z.output<typeof personRecord>;

const common = {
  person: dataId,
  time: z
    .int()
    .min(0)
    .max(DATA_HOURS - 1),
};
// The data set spells the offer's key with a space, except in completions.
const withSpace = z.strictObject({ 'offer id': dataId }).transform((value) => value['offer id']);
const completion = z.strictObject({ offer_id: dataId, reward: cents });

export const eventRecord = z.discriminatedUnion(
  'event',
  [
    z.strictObject({ ...common, event: z.literal('transaction'), value: z.strictObject({ amount: cents }) }),
    z.strictObject({ ...common, event: z.literal('offer received'), value: withSpace }),
    z.strictObject({ ...common, event: z.literal('offer viewed'), value: withSpace }),
    z.strictObject({ ...common, event: z.literal('offer completed'), value: completion }),
  ],
  { error: 'allowed are transaction, offer received, offer viewed and offer completed, each with its own value' },
);
export type StarbucksEvent = z.output<typeof eventRecord>;
export type StarbucksEventName = StarbucksEvent['event'];

/** The offer that an event is about; a transaction is about none. */
export function offerOf(event: StarbucksEvent): string | undefined {
  if (event.event === 'transaction') return undefined;
  return event.event === 'offer completed' ? event.value.offer_id : event.value;
}
