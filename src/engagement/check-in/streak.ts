// Which numbers of days in a row have become rewarding: a pure look at the settings.
import type { CheckInSettings } from '../../program/engagement';
import type { Reward } from '../../program/reward';

export interface StreakReward {
  /** The number of the day in a row, not brought back into the cycle. */
  readonly number: number;
  readonly reward: Reward;
}

/** The rewards for the numbers above `rewarded`, up to `length`; each number of a run is rewarded once. */
export function streakRewards(settings: CheckInSettings, rewarded: number, length: number): StreakReward[] {
  const { streaks, cycleDays } = settings;
  const due: StreakReward[] = [];
  for (let number = rewarded + 1; number <= length; number += 1) {
    const day = cycleDays === undefined ? number : ((number - 1) % cycleDays) + 1;
    const found = streaks.find((streak) => streak.day === day);
    if (found) due.push({ number, reward: found.reward });
  }
  return due;
}
