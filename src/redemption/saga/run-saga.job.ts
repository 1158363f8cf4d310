// One bounded pass over due steps of sagas; a partner that hangs keeps only its own few places.
import type { Id } from '../../kernel/id';
import type { Redemption } from '../redemption';
import type { SagaService } from './saga.service';

const STEPS_A_PASS = 100;
const STEPS_A_PARTNER = 8;
const STEPS_AT_ONCE = 64;

/** It starts steps and does not wait for them, so that slow partners hold up neither the others nor the other jobs. */
export class RunSagaJob {
  readonly name = 'run-saga';
  /** The partners of the redemptions that it is at. */
  private readonly underWay = new Map<Id, Id>();

  constructor(private readonly saga: SagaService) {}

  /** Answers how many steps it started. */
  async run(): Promise<number> {
    if (this.underWay.size >= STEPS_AT_ONCE) return 0;
    const busy = [...new Set(this.underWay.values())].filter((partner) => this.stepsOf(partner) >= STEPS_A_PARTNER);
    const due = await this.saga.due(STEPS_A_PASS, busy);
    return due.filter((redemption) => this.start(redemption)).length;
  }

  private stepsOf(partner: Id): number {
    return [...this.underWay.values()].filter((other) => other === partner).length;
  }

  private start(redemption: Redemption): boolean {
    const { id, partnerId = '' } = redemption;
    if (this.underWay.has(id) || this.underWay.size >= STEPS_AT_ONCE) return false;
    if (this.stepsOf(partnerId) >= STEPS_A_PARTNER) return false;
    this.underWay.set(id, partnerId);
    void this.saga.run(redemption).finally(() => this.underWay.delete(id));
    return true;
  }
}
