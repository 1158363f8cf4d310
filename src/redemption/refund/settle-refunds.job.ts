// One bounded pass over refunds that wait until every coupon of their term has ended.
import type { RefundService } from './refund.service';

const REFUNDS_A_PASS = 20;

export class SettleRefundsJob {
  readonly name = 'settle-refunds';

  constructor(private readonly refunds: RefundService) {}

  run(): Promise<number> {
    return this.refunds.settleDue(REFUNDS_A_PASS);
  }
}
