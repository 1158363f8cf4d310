// One bounded pass over holds past their time: their owners end them, and what nobody owns is voided here.
import type { Clock } from '../kernel/clock';
import { type Id, namedId, newId } from '../kernel/id';
import { TRANSFER_CODES } from './chart';
import type { ExpiredHold } from './hold.store';
import type { LedgerService } from './ledger.service';
import { type Chain, isMismatch, type Transfer } from './transfer';

/**
 * Ends the holds of a chain when it is the owner's, and answers true; answers false for a chain that is not. An owner
 * that cannot end them yet answers true as well: the chain then waits for the next round.
 */
export type HoldOwner = (chain: Id, open: readonly Transfer[]) => Promise<boolean>;

const CHAINS_A_PASS = 200;

export class ExpireHoldsJob {
  readonly name = 'expire-holds';
  /** Where the next pass goes on, so that holds which their owners keep never stand in the way of the others. */
  private after: ExpiredHold | undefined;

  constructor(
    private readonly ledger: LedgerService,
    private readonly clock: Clock,
    private readonly owners: readonly HoldOwner[] = [],
  ) {}

  /** Answers how many chains it looked at; zero when there is nothing left to do in this round. */
  async run(): Promise<number> {
    const expired = await this.ledger.expiredHolds(CHAINS_A_PASS, this.after);
    this.after = expired.length < CHAINS_A_PASS ? undefined : expired.at(-1);
    const ended = await Promise.allSettled(expired.map(({ chain }) => this.end(chain)));
    const failed = ended.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return expired.length;
  }

  private async end(chain: Id): Promise<void> {
    const open = await this.ledger.openHoldsOf(chain);
    // Somebody ended them since they were listed.
    if (open.length === 0) return;
    for (const owner of this.owners) if (await owner(chain, open)) return;
    const result = await this.ledger.submit(this.voidingChain(open));
    // A rival may have ended one of them meanwhile; the others are listed again.
    if (isMismatch(result)) throw new Error(`the key that voids the expired holds of chain ${chain} was used before`);
  }

  /** The same holds make the same key, so that two processes at once void them once. */
  private voidingChain(open: readonly Transfer[]): Chain {
    const name = namedId('expire-holds', ...open.map(({ id }) => id));
    return {
      key: name,
      fingerprint: name,
      id: newId(this.clock.now()),
      transfers: open.map(({ id }) => ({ kind: 'VOID', pendingId: id, code: TRANSFER_CODES.EXPIRE })),
    };
  }
}
