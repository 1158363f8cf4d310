// Rewards as the API shows them.
import { toGlobalId } from '../../kernel/id';
import type { Unit } from '../../kernel/money';
import type { Catalogue } from '../../program/catalogue';
import type { Reward } from '../../program/reward';
import { toRefusalType } from '../../request/shared.type';
import type { Given } from './reward';
import type { ChancesType, GivenRewardType, RewardType } from './reward.type';

export function toRewardType(reward: Reward, catalogue: Catalogue): RewardType {
  const { points = 0, growth = 0, storedValue, benefits = [], offers = [], draws = {} } = reward;
  return {
    points,
    growth,
    storedValue: moneyOf(storedValue, catalogue.settings.currency),
    coupons: [
      ...benefits.map((code) => catalogue.benefitByCode(code)?.name ?? code),
      ...offers.map((code) => catalogue.offerByCode(code)?.title ?? code),
    ],
    chances: chancesOf(draws),
  };
}

export function toGivenType(given: Given, currency: Unit): GivenRewardType {
  const { points, growth, storedValue, redemptions, chances = {}, missed } = given;
  return {
    points,
    growth,
    storedValue: moneyOf(storedValue || undefined, currency),
    redemptions: redemptions.map((id) => toGlobalId('redemption', id)),
    chances: chancesOf(chances),
    missed: missed.map(toRefusalType),
  };
}

function moneyOf(amount: number | undefined, currency: Unit) {
  return amount === undefined ? null : { amount, currency };
}

function chancesOf(chances: Readonly<Record<string, number>>): ChancesType[] {
  return Object.entries(chances).map(([draw, count]) => ({ draw, count }));
}
