// Each move of a saga as one chain of the ledger with its row, or as a change of the row alone when nothing moves.
import type { Database } from '../../database/database';
import type { Clock } from '../../kernel/clock';
import { type Id, namedId, newId } from '../../kernel/id';
import { kindOf } from '../../ledger/account';
import { companion } from '../../ledger/batch';
import { ACCOUNT_KINDS, TRANSFER_CODES } from '../../ledger/chart';
import type { ChainResult, TransferInput } from '../../ledger/transfer';
import type { CodeCipher } from '../../marketplace/code-cipher';
import type { Issued } from '../../partner-port/connector';
import { type Endings, returnProof, unlessStale } from '../endings';
import type { Redemption } from '../redemption';
import { StaleRedemptionError } from '../redemption.store';
import type { Move } from './moves';
import { addItem } from './reconciliation.store';
import { DuplicateCodeError, type KeptIssue, type StepRow, stepWriter, writeStep } from './saga.store';
import { backOff, watchAt } from './timing';

/**
 * `STALE`: the row was another one already. `REFUSED`: the ledger could not do it any more. `DUPLICATE`: what
 * was issued has the code of another redemption, so it was given back instead.
 */
export type Moved = 'DONE' | 'STALE' | 'REFUSED' | 'DUPLICATE';

/** What a step leaves in the row, without what is the same for all of a move. */
type Step = Pick<StepRow, 'to' | 'due' | 'issued' | 'partnerRef' | 'item'> & { readonly attempts?: number };

export class SagaChains {
  constructor(
    private readonly database: Database,
    private readonly endings: Endings,
    private readonly cipher: CodeCipher,
    private readonly clock: Clock,
    private readonly random: () => number,
    /** Whether nobody tells of uses of the coupon. */
    private readonly isWatched: (redemption: Redemption) => boolean,
  ) {}

  /** `attempts`: how often the due step was tried, this time included. */
  async make(redemption: Redemption, move: Move, attempts: number): Promise<Moved> {
    switch (move.do) {
      case 'ISSUE':
        return this.issue(redemption, move.issued);
      case 'FAIL':
        return this.fail(redemption, move);
      case 'CANCEL': {
        const step: Step = { to: 'CANCELLED' };
        return this.chain(redemption, 'cancel', await this.endings.giveBack(redemption), step);
      }
      case 'USE':
        return this.use(redemption, move.usedAt);
      case 'EXPIRE':
        return (await this.endings.expire(redemption)) ? 'DONE' : 'STALE';
      case 'TRY':
        return this.change(redemption, this.nextTry(redemption, move.step, attempts));
      case 'KEEP':
        return this.change(redemption, { to: 'ISSUED', due: this.dueOfIssued(redemption) });
      case 'CLOSE':
        return this.change(redemption, { to: redemption.status, item: move.item });
      case 'REPORT':
        await this.database.transaction((tx) => addItem(tx, redemption, move.item, this.clock.now()));
        return 'DONE';
      case 'NOTHING':
        return 'DONE';
    }
  }

  /** Commits the wish to give an issued coupon back, or that of a redemption that the partner never had. */
  async request(
    redemption: Redemption,
    request: { readonly key: Id; readonly fingerprint: string },
    plan: { readonly transfers: readonly TransferInput[]; readonly step?: Step; readonly refused?: string },
  ): Promise<ChainResult | undefined> {
    const { transfers, step, refused } = plan;
    const rows = step ? [companion(stepWriter, this.row(redemption, step))] : [];
    rows.push(...returnProof(redemption, transfers));
    const chain = { ...request, id: newId(this.clock.now()), transfers, refused };
    return unlessStale(this.endings.ledger.submit(chain, rows));
  }

  /** With cost basis `ISSUE` the cost is posted now; what the member will have saved waits for the use in any case. */
  private async issue(redemption: Redemption, issued: Issued): Promise<Moved> {
    const kept = this.keep(redemption, issued);
    const holds = redemption.costBasis === 'ISSUE' ? await this.endings.openHolds(redemption) : [];
    const costs = holds.filter(({ credit }) => kindOf(credit) !== ACCOUNT_KINDS.SAVINGS);
    const posts = costs.map(({ id }) => ({ kind: 'POST', pendingId: id, code: TRANSFER_CODES.REDEEM }) as const);
    const due = this.dueOfIssued({ ...redemption, expiresAt: kept.expiresAt });
    const step: Step = { to: 'ISSUED', due, issued: kept };
    try {
      return await this.chain(redemption, 'issue', [...posts, ...this.endings.count(costs)], step);
    } catch (error) {
      if (!(error instanceof DuplicateCodeError)) throw error;
      // It may be that code which the partner would cancel, so staff must look at it first.
      const detail = 'The partner issued a code that another redemption has; it was not handed out again.';
      const { partnerRef } = issued;
      const moved = await this.fail(redemption, { undo: false, item: { kind: 'DUPLICATE_CODE', detail } }, partnerRef);
      return moved === 'DONE' ? 'DUPLICATE' : moved;
    }
  }

  private async fail(
    redemption: Redemption,
    move: Pick<Move & { do: 'FAIL' }, 'undo' | 'item'>,
    partnerRef?: string,
  ): Promise<Moved> {
    const transfers = await this.endings.giveBack(redemption, TRANSFER_CODES.FAIL);
    const due = move.undo ? ({ step: 'UNDO', at: this.clock.now() } as const) : undefined;
    return this.chain(redemption, 'fail', transfers, { to: 'FAILED', due, item: move.item, partnerRef });
  }

  private async use(redemption: Redemption, told: number | undefined): Promise<Moved> {
    const now = this.clock.now();
    const usedAt = Math.max(redemption.claimedAt, Math.min(told ?? now, now));
    const key = namedId('saga use', redemption.id);
    const parts = await this.endings.use(redemption, usedAt);
    const result = await this.endings.submit(redemption, { key, fingerprint: key, to: 'USED', usedAt, ...parts });
    if (!result) return 'STALE';
    return result.applied ? 'DONE' : 'REFUSED';
  }

  /** Another step than before is due at once, except a look-up, which gives the partner a moment. */
  private nextTry(redemption: Redemption, step: (Move & { do: 'TRY' })['step'], attempts: number): Step {
    if (step === 'WATCH') return { to: redemption.status, due: this.dueOfIssued(redemption) };
    const again = step === redemption.atPartner?.dueStep || attempts > 0;
    const waits = again || step === 'LOOK_UP';
    const at = this.clock.now() + (waits ? backOff(Math.max(attempts, 1), this.random) : 0);
    return { to: step === 'LOOK_UP' ? 'UNKNOWN' : redemption.status, due: { step, at }, attempts };
  }

  private dueOfIssued(redemption: Redemption): NonNullable<Step['due']> {
    if (!this.isWatched(redemption)) return { step: 'EXPIRE', at: redemption.expiresAt };
    return { step: 'WATCH', at: watchAt(redemption, this.clock.now(), this.random) };
  }

  /** The key names the row that it was made for: the same move of two processes is one, and of two moves one wins. */
  private async chain(redemption: Redemption, name: string, transfers: TransferInput[], step: Step): Promise<Moved> {
    const key = namedId('saga', redemption.id, String(redemption.atPartner?.stepNo), name);
    const result = await this.request(redemption, { key, fingerprint: key }, { transfers, step });
    if (!result) return 'STALE';
    return result.applied ? 'DONE' : 'REFUSED';
  }

  private async change(redemption: Redemption, step: Step): Promise<Moved> {
    const row = this.row(redemption, step);
    try {
      await this.database.transaction((tx) => writeStep(tx, row, this.clock.now()));
      return 'DONE';
    } catch (error) {
      if (error instanceof StaleRedemptionError) return 'STALE';
      throw error;
    }
  }

  private row(redemption: Redemption, step: Step): StepRow {
    return { redemption, attempts: 0, ...step, offerCode: this.endings.offerCodeOf(redemption) };
  }

  private keep({ itemId, partnerId, expiresAt }: Redemption, issued: Issued): KeptIssue {
    const { partnerRef, code, link } = issued;
    return {
      partnerRef,
      sealedCode: code === undefined ? undefined : this.cipher.seal(itemId, code),
      codeHash: code === undefined || !partnerId ? undefined : this.cipher.hash(partnerId, code),
      sealedLink: link === undefined ? undefined : this.cipher.seal(itemId, link),
      expiresAt: Math.min(expiresAt, issued.expiresAt ?? expiresAt),
    };
  }
}
