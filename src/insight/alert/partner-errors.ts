// How many of the latest calls to a partner came to nothing, from counts that only grow.
import { type Instant, MINUTE } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import type { Circuit, PartnerHealth } from '../../partner-port/partner-health';
import type { AlertSettings } from '../../program/alert-settings';

export interface Calls {
  readonly calls: number;
  readonly errors: number;
}

/** What of the calls of some minutes came to nothing, and whether the circuit lets any through. */
export interface RecentCalls extends Calls {
  readonly circuit: Circuit;
}

/** All calls since the process started that were tried; one that declines, or says that it will tell, is an answer. */
export function callsOf({ operations }: Pick<PartnerHealth, 'operations'>): Calls {
  let [calls, errors] = [0, 0];
  for (const { confirmed, declined, unknown } of Object.values(operations)) {
    const { NOT_TRIED: _, PENDING: pending = 0, ...failed } = unknown;
    const nothing = Object.values(failed).reduce((sum, times) => sum + times, 0);
    errors += nothing;
    calls += confirmed + declined + pending + nothing;
  }
  return { calls, errors };
}

/** Keeps what was counted at each look of the last minutes, by partner. */
export class CallWindow {
  private readonly looks = new Map<Id, readonly (Calls & { readonly at: Instant })[]>();

  /** Since the first look of the last `minutes`; none at the first look, and none when the counts began anew. */
  look(partnerId: Id, health: PartnerHealth, minutes: number, now: Instant): RecentCalls {
    const seen = { ...callsOf(health), at: now };
    const within = (this.looks.get(partnerId) ?? []).filter(
      ({ at, calls }) => now - at <= minutes * MINUTE && calls <= seen.calls,
    );
    this.looks.set(partnerId, [...within, seen]);
    const first = within[0] ?? seen;
    return { calls: seen.calls - first.calls, errors: seen.errors - first.errors, circuit: health.circuit };
  }
}

/** `undefined` where too little is known to say either: an alert then stays as it is. */
export function isFailing(
  { calls, errors, circuit }: RecentCalls,
  { partnerErrorShare, partnerErrorCalls }: AlertSettings,
): boolean | undefined {
  if (circuit !== 'CLOSED') return true;
  if (calls < partnerErrorCalls) return calls > 0 && errors === 0 ? false : undefined;
  return errors >= partnerErrorShare * calls;
}
