// One bounded pass of the contra roll-up: what the batches appended is folded into the sums.
import type { LedgerService } from './ledger.service';

export class FoldContraJob {
  readonly name = 'fold-contra';

  constructor(private readonly ledger: Pick<LedgerService, 'foldContra'>) {}

  /** Answers how many appended rows were folded in. */
  run(): Promise<number> {
    return this.ledger.foldContra();
  }
}
