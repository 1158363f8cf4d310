// The data set as a program: one level, one plan with the asked cost cap, one partner with the offers of the portfolio.
import { stringify } from 'yaml';
import type { StarbucksOffer } from './records';

/** In whole dollars, as the data set counts rewards. */
export interface CapSettings {
  readonly cap: number;
  /** Redemptions of each offer by each member; none: as many as the cap covers. */
  readonly quota?: number;
}

export const PLAN_CODE = 'rewards-card';
const PARTNER_CODE = 'starbucks';
export const PROGRAM_FILE = 'starbucks-rewards.yaml';

/** The program file. Offers keep the ids of the data set as their codes. */
export function programText(offers: readonly StarbucksOffer[], { cap, quota }: CapSettings): string {
  const memberLimit = quota === undefined ? undefined : { limit: quota, period: 'EVER' };
  return stringify({
    name: 'Starbucks rewards (published data set)',
    currency: 'USD',
    timeZone: 'UTC',
    levels: [{ code: 'member', name: 'Member', rank: 1, threshold: 0 }],
    plans: [
      {
        code: PLAN_CODE,
        name: 'Rewards card',
        kind: 'MEMBERSHIP',
        price: 0,
        term: { months: 12 },
        costCap: cap * 100,
      },
    ],
    partners: [{ code: PARTNER_CODE, name: 'Starbucks' }],
    offers: offers.map((offer) => ({
      code: offer.id,
      title: titleOf(offer),
      kind: offer.type === 'discount' ? 'DISCOUNT' : 'COUPON',
      partner: PARTNER_CODE,
      description: `Told by ${offer.channels.join(', ')}.`,
      useConditions: conditionsOf(offer),
      unitCost: offer.reward,
      faceValue: offer.reward,
      costBasis: 'ISSUE',
      couponValidDays: offer.days,
      ...(memberLimit && { memberLimit }),
    })),
    tasks: offers.filter(({ type }) => type !== 'informational').map(taskOf),
  });
}

/** What the member has to do, as a task that the receipt of the offer assigns; it has the offer's code. */
function taskOf({ id, type, difficulty, days, ...offer }: StarbucksOffer) {
  const one = { kind: 'ONCE', single: true, strict: true };
  const rule = type === 'bogo' ? one : { kind: 'SPEND_TARGET' };
  return {
    code: id,
    name: titleOf({ id, type, difficulty, days, ...offer }),
    on: 'PURCHASE',
    count: 'AMOUNT',
    target: Math.max(difficulty, 1),
    openTo: 'ASSIGNED',
    windowDays: days,
    ...rule,
  };
}

function titleOf({ type, reward, days }: StarbucksOffer): string {
  if (type === 'informational') return `News for ${days} days`;
  return type === 'bogo' ? `Buy one, get one up to ${dollars(reward)}` : `${dollars(reward)} off`;
}

/** The rule by which the published records were made. */
function conditionsOf({ type, difficulty, days }: StarbucksOffer): string {
  const time = `within ${days} days`;
  if (type === 'informational') return `Shown ${time}; there is nothing to complete.`;
  return type === 'bogo'
    ? `One purchase of more than ${dollars(difficulty)} ${time}.`
    : `Purchases of at least ${dollars(difficulty)} in all ${time}.`;
}

function dollars(cents: number): string {
  return cents % 100 === 0 ? `${cents / 100} dollars` : `${(cents / 100).toFixed(2)} dollars`;
}
