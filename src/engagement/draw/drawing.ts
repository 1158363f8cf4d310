// A drawing: one draw that was made. How it falls is a pure function of seed, ticket and odds, so it can be audited.
import { createHmac } from 'node:crypto';
import type { Instant } from '../../kernel/clock';
import { type Id, idToBytes } from '../../kernel/id';
import type { PeriodNumber } from '../../kernel/period';
import type { Prize } from '../../program/engagement';

/** What the roll is held against: prizes in their order, then nothing. */
export interface Odds {
  readonly prizes: readonly Pick<Prize, 'code' | 'weight'>[];
  readonly nothing: number;
}

export interface Drawing {
  readonly id: Id;
  /** Made of who asks and of its idempotency key, before anybody can know the roll. */
  readonly ticket: Id;
  readonly memberId: Id;
  readonly drawId: Id;
  /** The program version of the odds. */
  readonly version: number;
  /** The day whose seed was used. */
  readonly day: PeriodNumber;
  /** From 0 to the sum of all weights, exclusive. */
  readonly roll: number;
  /** The code of the prize on which the roll fell; absent for nothing. */
  readonly landed?: string;
  /** What was won: `landed`, or what stands in for it when its stock was gone. */
  readonly prize?: string;
  /** Points paid. */
  readonly points: number;
  readonly drawnAt: Instant;
}

export function totalWeight({ prizes, nothing }: Odds): number {
  return prizes.reduce((sum, { weight }) => sum + weight, nothing);
}

/**
 * The roll of a ticket: HMAC-SHA-256 of the ticket under the day's seed, as a whole number of 256 bits, modulo the sum
 * of the weights. The seed's hash is published while the day lasts, and the seed itself afterwards.
 */
export function rollOf(seed: Buffer, ticket: Id, total: number): number {
  const digest = createHmac('sha256', seed).update(idToBytes(ticket)).digest('hex');
  return Number(BigInt(`0x${digest}`) % BigInt(total));
}

/** The code of the prize on which a roll falls; `undefined` for nothing. */
export function landingOf({ prizes }: Odds, roll: number): string | undefined {
  let passed = 0;
  for (const { code, weight } of prizes) {
    passed += weight;
    if (roll < passed) return code;
  }
  return undefined;
}
