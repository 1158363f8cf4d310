// One bounded pass over coupons whose time is over: their holds are voided and they become expired.
import type { EndRedemptionService } from './end.service';

const REDEMPTIONS_A_PASS = 200;

export class ExpireRedemptionsJob {
  readonly name = 'expire-redemptions';

  constructor(private readonly ends: EndRedemptionService) {}

  /** Answers how many coupons it ended. */
  run(): Promise<number> {
    return this.ends.expireDue(REDEMPTIONS_A_PASS);
  }
}
