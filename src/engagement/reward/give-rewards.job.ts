// One bounded pass over rewards that are due, because the process died that would have given them, or could not.
import type { RewardService } from './reward.service';

const REWARDS_A_PASS = 200;

export class GiveRewardsJob {
  readonly name = 'give-rewards';

  constructor(private readonly rewards: RewardService) {}

  run(): Promise<number> {
    return this.rewards.settleDue(REWARDS_A_PASS);
  }
}
