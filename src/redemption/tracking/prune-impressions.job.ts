// One bounded pass of forgetting: batches of impressions that cannot come again.
import type { ImpressionService } from './impression.service';

export class PruneImpressionsJob {
  readonly name = 'prune-impressions';

  constructor(private readonly impressions: ImpressionService) {}

  /** Answers how many batches it forgot. */
  run(): Promise<number> {
    return this.impressions.prune();
  }
}
