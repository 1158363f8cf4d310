// The chains that end a redemption: each posts, voids or moves back what the claim took, in one step with the row.
import { countHeld, takenBackFrom } from '../agreements/exchange-transfers';
import type { Clock, Instant } from '../kernel/clock';
import { type Id, namedId, newId, ZERO_ID } from '../kernel/id';
import { POINT } from '../kernel/money';
import type { PeriodNumber } from '../kernel/period';
import { type Refusal, refuse } from '../kernel/refusal';
import { accountKey, kindOf } from '../ledger/account';
import { type Companion, companion } from '../ledger/batch';
import { ACCOUNT_KINDS, TRANSFER_CODES, type TransferCode } from '../ledger/chart';
import type { LedgerService } from '../ledger/ledger.service';
import { type ChainResult, isMismatch, type Opening, type Transfer, type TransferInput } from '../ledger/transfer';
import { pointsAccount, savingsAccount, savingsMonthAccount, savingsSource } from '../members/member-accounts';
import type { MemberRowsStore } from '../members/member-rows.store';
import { homelessPoints } from '../members/points';
import { heldByLotsWriter, StalePointsError } from '../members/points.store';
import type { Catalogue } from '../program/catalogue';
import type { Redemption } from './redemption';
import { breakEvenWriter, type EndRow, endWriter, StaleRedemptionError } from './redemption.store';

export interface Ending {
  readonly key: Id;
  readonly fingerprint: string;
  readonly to: EndRow['to'];
  readonly usedAt?: Instant;
  readonly refused?: Refusal;
  readonly openings?: readonly Opening[];
  readonly transfers: readonly TransferInput[];
  readonly companions?: readonly Companion[];
}

const ENDED_BEFORE_USE = JSON.stringify(
  refuse('NOT_USABLE', 'The coupon was used, cancelled or has expired in the meantime.'),
);
const ENDED_BEFORE_CANCEL = JSON.stringify(
  refuse('NOT_CANCELLABLE', 'The redemption was used, cancelled or has expired in the meantime.'),
);

export class Endings {
  constructor(
    readonly ledger: LedgerService,
    private readonly memberRows: MemberRowsStore,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /** What an agreement counts of these holds when they are posted: in the month of now, whenever they were made. */
  count(holds: readonly Transfer[]): TransferInput[] {
    return countHeld(holds, this.month());
  }

  private month(): PeriodNumber {
    return this.catalogue().time.periodAt('MONTH', this.clock.now());
  }

  /** `undefined` when the redemption is no longer in the state that the ending was made for. */
  async submit(redemption: Redemption, ending: Ending): Promise<ChainResult | undefined> {
    const { key, fingerprint, to, usedAt, refused, openings, transfers, companions = [] } = ending;
    const id = newId(this.clock.now());
    const { id: redemptionId, status: from } = redemption;
    const offerCode = this.offerCodeOf(redemption);
    const row: EndRow = { id: redemptionId, from, to, usedAt, redemption, offerCode };
    const chain = refused
      ? { key, fingerprint, id, transfers: [], refused: JSON.stringify(refused) }
      : { key, fingerprint, id, openings, transfers };
    const rows = [companion(endWriter, row), ...returnProof(redemption, transfers), ...companions];
    return unlessStale(this.ledger.submit(chain, rows));
  }

  /** The code of the offer that it is of; `undefined` for benefits. */
  offerCodeOf({ itemKind, itemId }: Redemption): string | undefined {
    return itemKind === 'OFFER' ? this.catalogue().offer(itemId)?.code : undefined;
  }

  /** Ends a coupon whose time is over; false when somebody else ended it. */
  async expire(redemption: Redemption): Promise<boolean> {
    const key = namedId('expire', redemption.id);
    const transfers = (await this.openHolds(redemption)).map(
      ({ id }): TransferInput => ({ kind: 'VOID', pendingId: id, code: TRANSFER_CODES.EXPIRE }),
    );
    const result = await this.submit(redemption, { key, fingerprint: key, to: 'EXPIRED', transfers });
    return result?.applied === true && !result.replayed;
  }

  /** What is posted and counted when the coupon was used. */
  async use(redemption: Redemption, usedAt: Instant): Promise<Pick<Ending, 'openings' | 'transfers' | 'companions'>> {
    const saved = redemption.faceValue - redemption.coPay;
    const holds = await this.openHolds(redemption);
    const posts = holds.map((hold): TransferInput => {
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
    posts.push(...this.count(holds));
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

  /**
   * Voids what is held and moves back what was moved or posted, except grants and, for a code from a pool, which stays
   * spent, its stock and its cost.
   */
  async giveBack(redemption: Redemption, code: TransferCode = TRANSFER_CODES.CANCEL): Promise<TransferInput[]> {
    const transfers = await this.ledger.transfersOf(redemption.id);
    const open = new Set((await this.openHolds(redemption, transfers)).map(({ id }) => id));
    const burnt = redemption.poolSeq !== undefined;
    const back = transfers.flatMap((transfer): TransferInput[] => {
      if (open.has(transfer.id)) {
        return [{ kind: 'VOID', pendingId: transfer.id, code, refusal: ENDED_BEFORE_CANCEL }];
      }
      const { kind, debit, credit, amount } = transfer;
      if ((kind !== 'TRANSFER' && kind !== 'HOLD') || transfer.code !== TRANSFER_CODES.REDEEM) return [];
      if (burnt && KEPT_WHEN_BURNT.has(kindOf(debit))) return [];
      return [{ kind: 'TRANSFER', debit: takenBackFrom(credit, this.month()), credit: debit, amount, code }];
    });
    return [...back, ...(await this.lotOfReturned(redemption, code))];
  }

  /**
   * Points come back to the lots that they were spent from, which needs nothing to be done, since no lot is named when
   * they are spent. What has no lot any more, because its day has come meanwhile, joins the last one that runs.
   */
  private async lotOfReturned({ memberId, points }: Redemption, code: TransferCode): Promise<TransferInput[]> {
    const rows = points > 0 ? await this.memberRows.load(memberId) : undefined;
    if (!rows) return [];
    const homeless = homelessPoints({ rows, catalogue: this.catalogue(), now: this.clock.now() }, points);
    if (!homeless) return [];
    const { lot, amount } = homeless;
    const source = accountKey({ holder: ZERO_ID, kind: ACCOUNT_KINDS.LOT_SOURCE, unit: POINT });
    return [{ kind: 'TRANSFER', debit: source, credit: lot, amount, code }];
  }

  /** Of a coupon that we issue ourselves all holds stay open until its end; a partner's answer may have posted some. */
  async openHolds(redemption: Redemption, known?: readonly Transfer[]): Promise<readonly Transfer[]> {
    if (redemption.atPartner) return this.ledger.openHoldsOf(redemption.id);
    return (known ?? (await this.ledger.transfersOf(redemption.id))).filter(({ kind }) => kind === 'HOLD');
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

/** Proves, for points that come back, that the lots found for them hold them all. */
export function returnProof({ memberId }: Redemption, transfers: readonly TransferInput[]): Companion[] {
  const points = pointsAccount(memberId);
  const back = transfers.some((transfer) => 'credit' in transfer && transfer.credit === points);
  return back ? [companion(heldByLotsWriter, { memberId })] : [];
}

/** The result of a chain, or `undefined` when its row, or the points that come back, had changed before. */
export async function unlessStale(result: Promise<ChainResult>): Promise<ChainResult | undefined> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof StaleRedemptionError || error instanceof StalePointsError) return undefined;
    throw error;
  }
}

/** The refusal that a chain of this room was answered with. */
export function refusalOf(result: Exclude<ChainResult, { applied: true }>): Refusal {
  if (isMismatch(result)) {
    const message = 'The idempotency key was used before with other content. Use a new key for a new request.';
    return refuse('IDEMPOTENCY_MISMATCH', message, 'idempotencyKey');
  }
  if (result.refusal === undefined) return refuse('CONFLICT', `The ledger answered ${result.status}.`);
  return JSON.parse(result.refusal) as Refusal;
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
  ACCOUNT_KINDS.GROUP_BUDGET,
  ACCOUNT_KINDS.EXCHANGE_CEILING,
  ACCOUNT_KINDS.EXCHANGE_ROOM,
  ACCOUNT_KINDS.EXCHANGE_SOURCE,
]);
