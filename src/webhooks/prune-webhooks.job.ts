// One bounded pass of forgetting: deliveries that ended long ago, and what partners sent before any replay would pass.
import type { Database } from '../database/database';
import { type Clock, DAY } from '../kernel/clock';
import { pruneDeliveries } from './delivery.store';
import { pruneReceived } from './incoming.store';

const DELIVERED_KEPT_MS = 7 * DAY;
/** Longer, since they may still be sent again. */
const DEAD_KEPT_MS = 30 * DAY;
/** Far beyond the tolerance of signatures: partners send a message again, signed anew, for hours. */
export const RECEIVED_KEPT_MS = 4 * DAY;
const ROWS_A_PASS = 500;

export class PruneWebhooksJob {
  readonly name = 'prune-webhooks';

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Answers how many rows it forgot. */
  async run(): Promise<number> {
    const [now, limit] = [this.clock.now(), ROWS_A_PASS];
    return this.database.transaction(async (tx) => {
      const delivered = await pruneDeliveries(tx, { state: 'DELIVERED', before: now - DELIVERED_KEPT_MS, limit });
      const dead = await pruneDeliveries(tx, { state: 'DEAD', before: now - DEAD_KEPT_MS, limit });
      return delivered + dead + (await pruneReceived(tx, now - RECEIVED_KEPT_MS, limit));
    });
  }
}
