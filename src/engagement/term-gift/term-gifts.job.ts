// One bounded pass of giving what terms promised and nobody has given yet.
import type { TermGiftService } from './term-gift.service';

const GIFTS_A_PASS = 50;

export class TermGiftsJob {
  readonly name = 'term-gifts';

  constructor(private readonly gifts: TermGiftService) {}

  run(): Promise<number> {
    return this.gifts.settleDue(GIFTS_A_PASS);
  }
}
