// How the program file speaks of campaigns: to whom, when, what, and for how much at most.
import type { Amount, Code } from './code';
import type { Stage } from './lifecycle';
import type { Reward } from './reward';

/** Each list that is not empty must hold the member, and the condition must be true. */
export interface Segment {
  readonly levels: readonly Code[];
  readonly plans: readonly Code[];
  readonly tags: readonly string[];
  readonly stages: readonly Stage[];
  readonly grades: readonly Code[];
  readonly condition?: string;
}

export type TriggerKind = 'SCHEDULE' | 'MONTHLY' | 'FESTIVAL' | 'BIRTHDAY' | 'STAGE' | 'EVENT';

/** Which of the fields belong to which kind is held by a rule. */
export interface Trigger {
  readonly on: TriggerKind;
  /** ISO 8601 with an offset. */
  readonly at?: string;
  readonly day?: number;
  /** `MM-DD` or `YYYY-MM-DD`. */
  readonly days?: readonly string[];
  /** `HH:MM` in the program's time zone. */
  readonly time?: string;
  readonly daysBefore?: number;
  readonly lookBackDays?: number;
  readonly leapDay?: 'FEB_28' | 'MAR_01';
  readonly to?: readonly Stage[];
  readonly event?: string;
  readonly eventName?: string;
  /** CEL over the event, the member and its card. */
  readonly when?: string;
}

export interface FrequencyCap {
  readonly times: number;
  /** Calendar days, today included. */
  readonly days: number;
  readonly across: 'CAMPAIGN' | 'ALL';
}

export interface Campaign {
  readonly code: Code;
  readonly name: string;
  readonly segment: Segment;
  readonly trigger: Trigger;
  readonly reward: Reward;
  readonly costPerMember?: Amount;
  readonly budget?: Amount;
  readonly frequencyCap?: FrequencyCap;
  readonly validFrom?: string;
  readonly validUntil?: string;
}

/** What the costs of a reward are looked up in: the unit costs of what it names. */
export interface CostBook {
  benefitCost(code: Code): number;
  /** 0 for what its partner funds. */
  offerCost(code: Code): number;
}

/** What one member's reward costs the operator at worst, in the minor unit; `costPerMember` when it is given. */
export function costOfCampaign({ costPerMember, reward }: Pick<Campaign, 'costPerMember' | 'reward'>, book: CostBook) {
  if (costPerMember !== undefined) return costPerMember;
  const { storedValue = 0, benefits = [], offers = [] } = reward;
  const coupons = [...benefits.map((code) => book.benefitCost(code)), ...offers.map((code) => book.offerCost(code))];
  return coupons.reduce((sum, cost) => sum + cost, storedValue);
}

/** Who gives, in the words that are kept with what a campaign gave; by them its coupons are found. */
export function campaignSource(code: Code): string {
  return `campaign ${code}`;
}
