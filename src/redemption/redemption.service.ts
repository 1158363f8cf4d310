// The door to redemptions: quote, redeem, cancel, confirm the use, expire. Every step is one chain of the ledger.
import type { Database } from '../database/database';
import type { Actor } from '../kernel/actor';
import { type Clock, DAY } from '../kernel/clock';
import { type Id, namedId, newId } from '../kernel/id';
import { isRefusal, type Refusal, refuse } from '../kernel/refusal';
import { companion } from '../ledger/batch';
import type { LedgerService } from '../ledger/ledger.service';
import { type ChainResult, isMismatch } from '../ledger/transfer';
import { type CodeCipher, newCode } from '../marketplace/code-cipher';
import { checkAmount, checkText } from '../members/input-checks';
import type { MemberRowsStore } from '../members/member-rows.store';
import type { Catalogue } from '../program/catalogue';
import { type Claim, isPartnerFunded, resolveClaim, type Wanted } from './claim';
import { claimChain } from './claim-chain';
import { type Quote, quoteOf } from './quote';
import type { Redemption } from './redemption';
import {
  type ClaimRow,
  claimWriter,
  listOfferRedemptions,
  readRedemption,
  type WalletKey,
  WalletStore,
} from './redemption.store';

export interface RedeemInput extends Wanted {
  readonly memberId: Id;
  /** 1 to 128 characters; scoped to the actor and the member. */
  readonly idempotencyKey: string;
  /** In the minor unit; 0 unless told. */
  readonly maxCoPay?: number;
}

/** Whose offers: those of one partner, or of all. */
export interface OfferScope {
  readonly partnerId?: Id | null;
}

export class RedemptionService {
  private readonly wallets: WalletStore;

  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly memberRows: MemberRowsStore,
    private readonly catalogue: () => Catalogue,
    private readonly cipher: CodeCipher,
    private readonly clock: Clock,
  ) {
    this.wallets = new WalletStore(database.read);
  }

  /**
   * Claims a perk or a benefit. The same key with the same content answers the first result, a refusal included;
   * malformed input and unknown ids are answered without being kept.
   */
  async redeem(actor: Actor, input: RedeemInput): Promise<Redemption | Refusal> {
    const { idempotencyKey, maxCoPay = 0, memberId, orderAmount } = input;
    const fault = checkRequest(input);
    if (fault) return fault;
    const claim = await this.claim(input);
    if (isRefusal(claim) && claim.code === 'NOT_FOUND') return claim;
    const request = {
      key: namedId('redeem', actor.role, actor.subject, memberId, idempotencyKey),
      fingerprint: namedId(input.itemKind, input.itemId, input.cardId ?? '', String(maxCoPay), ...ofOrder(orderAmount)),
      id: newId(this.clock.now()),
      maxCoPay,
    };
    if (isRefusal(claim)) {
      const { key, fingerprint, id } = request;
      return this.answer(
        await this.ledger.submit({ key, fingerprint, id, transfers: [], refused: JSON.stringify(claim) }),
      );
    }
    const row = this.claimRow(claim, request.id);
    const chain = claimChain(claim, request, row.redemption.expiresAt);
    return this.answer(await this.ledger.submit(chain, [companion(claimWriter, row)]), row);
  }

  /** What a redemption would take now, and what is left of each limit. Changes nothing. */
  async quote(input: Wanted & { memberId: Id }): Promise<Quote | Refusal> {
    const claim = await this.claim(input);
    if (isRefusal(claim)) return claim;
    const stock = claim.itemKind === 'OFFER' ? await this.ledger.balancesOf(claim.offer.id) : new Map();
    return quoteOf(claim, new Map([...claim.rows.balances, ...stock]));
  }

  find(id: Id): Promise<Redemption | undefined> {
    return readRedemption(this.database.read, id);
  }

  /** One page of a member's redemptions, newest first. Authorise before asking. */
  walletOf(key: WalletKey): Promise<readonly Redemption[]> {
    return this.wallets.load(key);
  }

  /** Redemptions of offers, newest first. `partnerId: null` is a partner that has no offers. */
  async list(scope: OfferScope, page: { before?: Id; limit: number }): Promise<readonly Redemption[]> {
    if (scope.partnerId === null) return [];
    return listOfferRedemptions(this.database.read, scope.partnerId, page);
  }

  /** The code of a coupon in clear, for its holder only; `undefined` when it has none. */
  codeOf(redemption: Redemption): string | undefined {
    return redemption.sealedCode && this.cipher.open(redemption.itemId, redemption.sealedCode);
  }

  private async claim(input: Wanted & { memberId: Id }): Promise<Claim | Refusal> {
    const rows = await this.memberRows.load(input.memberId);
    if (!rows) return refuse('NOT_FOUND', 'There is no such member.', 'member');
    return resolveClaim({ catalogue: this.catalogue(), rows, now: this.clock.now() }, input);
  }

  private claimRow(claim: Claim, id: Id): ClaimRow {
    const { costs, bearer, itemKind, itemId, now } = claim;
    const fromPool = claim.itemKind === 'OFFER' && claim.offer.fulfilment === 'CODE_POOL';
    const expiresAt = now + costs.couponValidDays * DAY;
    const redemption: Redemption = {
      id,
      itemKind,
      itemId,
      memberId: claim.rows.member.id,
      cardId: bearer?.card.id,
      termId: bearer?.term.id,
      partnerId: claim.itemKind === 'OFFER' ? claim.offer.partner.id : undefined,
      status: 'ISSUED',
      costBasis: costs.costBasis,
      currency: claim.catalogue.settings.currency,
      cost: isPartnerFunded(claim) ? 0 : costs.unitCost,
      coPay: 0,
      faceValue: costs.faceValue,
      points: costs.pointsPrice,
      sealedCode: fromPool ? undefined : this.cipher.seal(itemId, newCode()),
      claimedAt: now,
      expiresAt,
    };
    return { redemption, fromPool, fullCost: costs.unitCost, dueAt: expiresAt, dueStep: 'EXPIRE' };
  }

  private async answer(result: ChainResult, row?: ClaimRow): Promise<Redemption | Refusal> {
    if (result.applied) {
      if (row && !result.replayed) return row.redemption;
      return (await this.find(result.id)) ?? refuse('NOT_FOUND', 'There is no such redemption.');
    }
    return refusalOf(result);
  }
}

function checkRequest({ idempotencyKey, maxCoPay = 0, orderAmount = 0 }: RedeemInput): Refusal | undefined {
  return (
    checkText('idempotencyKey', idempotencyKey) ??
    checkAmount('maxCoPay', maxCoPay) ??
    checkAmount('orderAmount', orderAmount)
  );
}

/** Requests that say nothing of an order are the same as they always were. */
function ofOrder(amount: number | undefined): string[] {
  return amount === undefined ? [] : [String(amount)];
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
