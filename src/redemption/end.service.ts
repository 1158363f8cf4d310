// How a redemption ends: cancelled, used or expired; each a chain that posts, voids or reverses what the claim took.
import type { Database } from '../database/database';
import type { Actor } from '../kernel/actor';
import type { Clock, Instant } from '../kernel/clock';
import { type Id, namedId, newId } from '../kernel/id';
import { type Refusal, refuse } from '../kernel/refusal';
import { kindOf } from '../ledger/account';
import { type Companion, companion } from '../ledger/batch';
import { ACCOUNT_KINDS, TRANSFER_CODES, type TransferCode } from '../ledger/chart';
import type { LedgerService } from '../ledger/ledger.service';
import type { Opening, Transfer, TransferInput } from '../ledger/transfer';
import { checkText } from '../members/input-checks';
import { savingsAccount, savingsMonthAccount, savingsSource } from '../members/member-accounts';
import type { MemberRowsStore } from '../members/member-rows.store';
import type { Catalogue } from '../program/catalogue';
import { type Redemption, statusAt } from './redemption';
import { refusalOf } from './redemption.service';
import {
  breakEvenWriter,
  dueRedemptions,
  type EndRow,
  endWriter,
  readRedemption,
  StaleRedemptionError,
} from './redemption.store';

export interface EndInput {
  readonly redemptionId: Id;
  readonly idempotencyKey: string;
}

interface Ending {
  readonly key: Id;
  readonly fingerprint: string;
  readonly to: EndRow['to'];
  readonly usedAt?: Instant;
  readonly refused?: Refusal;
  readonly openings?: readonly Opening[];
  readonly transfers: readonly TransferInput[];
  readonly companions?: readonly Companion[];
}

const NOTHING = refuse('NOT_FOUND', 'There is no such redemption.', 'redemption');
// Kept with the posts and voids of a chain, for the case that another one ended the holds first.
const ENDED_BEFORE_CANCEL = JSON.stringify(
  refuse('NOT_CANCELLABLE', 'The redemption was used, cancelled or has expired in the meantime.'),
);
const ENDED_BEFORE_USE = JSON.stringify(
  refuse('NOT_USABLE', 'The coupon was used, cancelled or has expired in the meantime.'),
);

export class EndRedemptionService {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly memberRows: MemberRowsStore,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /** Gives back what the claim took. A code from a pool that was handed out stays spent, and so does its cost. */
  async cancel(actor: Actor, input: EndInput): Promise<Redemption | Refusal> {
    return this.end(actor, input, 'cancel', async (redemption, transfers) => {
      const fault = cancelFault(actor, redemption, this.clock.now());
      const burnt = redemption.poolSeq !== undefined;
      return { to: 'CANCELLED', refused: fault, transfers: reversal(transfers, burnt) };
    });
  }

  /** The use was confirmed (核销): what was held is posted, and what the member saved is real. */
  async confirmUse(actor: Actor, input: EndInput & { usedAt?: number }): Promise<Redemption | Refusal> {
    return this.end(
      actor,
      input,
      'use',
      async (redemption, transfers) => {
        const usedAt = input.usedAt ?? this.clock.now();
        const fault = useFault(redemption, usedAt, this.clock.now());
        if (fault) return { to: 'USED', refused: fault, transfers: [] };
        return { to: 'USED', usedAt, ...(await this.useParts(redemption, transfers, usedAt)) };
      },
      input.usedAt,
    );
  }

  /** One bounded pass over coupons whose time is over; answers how many it ended. */
  async expireDue(limit: number): Promise<number> {
    const due = await dueRedemptions(this.database.read, this.clock.now(), limit);
    const ended = await Promise.all(due.map((redemption) => this.expire(redemption)));
    return ended.filter(Boolean).length;
  }

  /** Whether the holds of this chain are a redemption's; its own expiry ends them, at the same instant. */
  async ownsHoldsOf(chain: Id): Promise<boolean> {
    const redemption = await readRedemption(this.database.read, chain);
    if (!redemption) return false;
    if (redemption.status === 'ISSUED' && statusAt(redemption, this.clock.now()) === 'EXPIRED') {
      await this.expire(redemption);
    }
    return true;
  }

  private async expire(redemption: Redemption): Promise<boolean> {
    const holds = openHolds(await this.ledger.transfersOf(redemption.id));
    const key = namedId('expire', redemption.id);
    const transfers = holds.map(
      (hold): TransferInput => ({
        kind: 'VOID',
        pendingId: hold.id,
        code: TRANSFER_CODES.EXPIRE,
      }),
    );
    const result = await this.submit(redemption, { key, fingerprint: key, to: 'EXPIRED', transfers });
    return result?.applied === true && !result.replayed;
  }

  private async end(
    actor: Actor,
    input: EndInput,
    operation: 'cancel' | 'use',
    plan: (redemption: Redemption, transfers: Transfer[]) => Promise<Omit<Ending, 'key' | 'fingerprint'>>,
    content?: number,
  ): Promise<Redemption | Refusal> {
    const fault = checkText('idempotencyKey', input.idempotencyKey);
    if (fault) return fault;
    const key = namedId(operation, actor.role, actor.subject, input.idempotencyKey);
    const fingerprint = namedId(input.redemptionId, String(content ?? ''));
    // Twice at most: when another step won in between, the second look finds the redemption ended and says so.
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const redemption = await readRedemption(this.database.read, input.redemptionId);
      if (!redemption || !maySee(actor, redemption)) return NOTHING;
      const ending = await plan(redemption, await this.ledger.transfersOf(redemption.id));
      const result = await this.submit(redemption, { key, fingerprint, ...ending });
      if (!result) continue;
      if (!result.applied) return refusalOf(result);
      return (await readRedemption(this.database.read, redemption.id)) ?? NOTHING;
    }
    return refuse('CONFLICT', 'The redemption is being changed by somebody else. Ask again with the same key.');
  }

  private async submit(redemption: Redemption, ending: Ending) {
    const { key, fingerprint, to, usedAt, refused, openings, transfers, companions = [] } = ending;
    const id = newId(this.clock.now());
    const row: EndRow = { id: redemption.id, from: redemption.status, to, usedAt };
    const chain = refused
      ? { key, fingerprint, id, transfers: [], refused: JSON.stringify(refused) }
      : { key, fingerprint, id, openings, transfers };
    try {
      return await this.ledger.submit(chain, [companion(endWriter, row), ...companions]);
    } catch (error) {
      if (error instanceof StaleRedemptionError) return undefined;
      throw error;
    }
  }

  private async useParts(
    redemption: Redemption,
    transfers: Transfer[],
    usedAt: Instant,
  ): Promise<Pick<Ending, 'openings' | 'transfers' | 'companions'>> {
    const saved = redemption.faceValue - redemption.coPay;
    const posts = openHolds(transfers).map((hold): TransferInput => {
      const isSaving = kindOf(hold.credit) === ACCOUNT_KINDS.SAVINGS;
      // The member saved what it did not pay itself.
      return {
        kind: 'POST',
        pendingId: hold.id,
        code: TRANSFER_CODES.USE,
        amount: isSaving ? Math.max(saved, 0) : undefined,
        refusal: ENDED_BEFORE_USE,
      };
    });
    if (saved <= 0) return { transfers: posts };
    const { currency, memberId, termId } = redemption;
    const month = this.catalogue().time.periodAt('MONTH', usedAt);
    const account = savingsMonthAccount(memberId, month, currency);
    const source = savingsSource(currency);
    return {
      openings: [{ account, grant: 0, from: source }],
      transfers: [
        ...posts,
        { kind: 'TRANSFER', debit: source, credit: account, amount: saved, code: TRANSFER_CODES.USE },
      ],
      companions: termId ? await this.breakEven(redemption, termId) : [],
    };
  }

  private async breakEven(redemption: Redemption, termId: Id): Promise<Companion[]> {
    const rows = await this.memberRows.load(redemption.memberId);
    const term = rows?.cards.flatMap((card) => card.terms).find(({ id }) => id === termId);
    if (!term || term.brokeEvenAt !== undefined) return [];
    const { memberId, currency } = redemption;
    return [
      companion(breakEvenWriter, {
        termId,
        price: term.price,
        savings: savingsAccount({ memberId, termId, currency }),
      }),
    ];
  }
}

/** Whose rows: a member its own, a partner those of its offers, the operator's server and staff all. */
export function maySee(actor: Actor, redemption: Redemption): boolean {
  if (actor.role === 'MEMBER') return actor.memberId === redemption.memberId;
  if (actor.role === 'PARTNER') return actor.partnerId !== undefined && actor.partnerId === redemption.partnerId;
  return true;
}

function cancelFault(actor: Actor, redemption: Redemption, now: number): Refusal | undefined {
  const status = statusAt(redemption, now);
  if (status !== 'ISSUED') return refuse('NOT_CANCELLABLE', `The redemption is ${status.toLowerCase()} already.`);
  if (redemption.poolSeq === undefined || actor.role !== 'MEMBER') return undefined;
  return refuse('NOT_CANCELLABLE', 'The code was handed out, so only the operator can cancel this redemption.');
}

function useFault(redemption: Redemption, usedAt: number, now: number): Refusal | undefined {
  if (!Number.isSafeInteger(usedAt) || usedAt > now || usedAt < redemption.claimedAt) {
    return refuse('INVALID_INPUT', 'usedAt is allowed from the time of the claim to now.', 'usedAt');
  }
  const status = statusAt(redemption, now);
  return status === 'ISSUED' ? undefined : refuse('NOT_USABLE', `The coupon is ${status.toLowerCase()}.`);
}

function openHolds(transfers: readonly Transfer[]): Transfer[] {
  return transfers.filter((transfer) => transfer.kind === 'HOLD');
}

/** Voids the holds and moves back what was moved, except grants and, for a burnt code, its stock and its cost. */
function reversal(transfers: readonly Transfer[], burnt: boolean): TransferInput[] {
  const code: TransferCode = TRANSFER_CODES.CANCEL;
  return transfers.flatMap((transfer): TransferInput[] => {
    if (transfer.kind === 'HOLD') {
      return [{ kind: 'VOID', pendingId: transfer.id, code, refusal: ENDED_BEFORE_CANCEL }];
    }
    if (transfer.kind !== 'TRANSFER' || transfer.code !== TRANSFER_CODES.REDEEM) return [];
    if (burnt && KEPT_WHEN_BURNT.has(kindOf(transfer.debit))) return [];
    return [{ kind: 'TRANSFER', debit: transfer.credit, credit: transfer.debit, amount: transfer.amount, code }];
  });
}

const KEPT_WHEN_BURNT = new Set<number>([
  ACCOUNT_KINDS.STOCK,
  ACCOUNT_KINDS.CARD_CAP,
  ACCOUNT_KINDS.CAP_CLASS,
  ACCOUNT_KINDS.CAP_MONTH,
  ACCOUNT_KINDS.CAP_PARTNER,
  ACCOUNT_KINDS.CAP_USE,
  ACCOUNT_KINDS.OPERATOR_FUNDS,
  ACCOUNT_KINDS.PARTNER_FUNDS,
  ACCOUNT_KINDS.DAILY_STOCK,
  ACCOUNT_KINDS.BUDGET,
]);
