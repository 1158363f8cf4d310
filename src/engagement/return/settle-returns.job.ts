// One bounded pass over returns that were recorded and not settled, because a process died or the purchase is not told.
import type { ReturnService } from './return.service';

const RETURNS_A_PASS = 100;

export class SettleReturnsJob {
  readonly name = 'settle-returns';

  constructor(private readonly returns: ReturnService) {}

  /** Answers how many returns it looked at. */
  run(): Promise<number> {
    return this.returns.settleDue(RETURNS_A_PASS);
  }
}
