// The pass that takes runs on, the one that was begun first before the others.
import type { RunService } from './run.service';

export class ReconcileJob {
  readonly name = 'reconcile';

  constructor(private readonly runs: RunService) {}

  /** One page of one run; answers whether there was one. */
  async run(): Promise<number> {
    return (await this.runs.pass()) ? 1 : 0;
  }
}
