// Gives the gifts of levels that fell due: with a rise, or when the process died that was to give one.
import type { LevelGiftService } from './level-gift.service';

const GIFTS_A_PASS = 100;

export class GiveLevelGiftsJob {
  readonly name = 'give-level-gifts';

  constructor(private readonly gifts: LevelGiftService) {}

  run(): Promise<number> {
    return this.gifts.giveDue(GIFTS_A_PASS);
  }
}
