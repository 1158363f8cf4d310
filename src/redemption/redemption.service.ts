// The door to redemptions: quote, redeem, cancel, confirm the use, expire. Every step is one chain of the ledger.
import type { Database } from '../database/database';
import type { Actor } from '../kernel/actor';
import { type Clock, DAY, type Instant } from '../kernel/clock';
import { type Id, namedId, newId } from '../kernel/id';
import { isRefusal, type Refusal, refuse } from '../kernel/refusal';
import { companion } from '../ledger/batch';
import type { LedgerService } from '../ledger/ledger.service';
import type { ChainResult } from '../ledger/transfer';
import { type CodeCipher, newCode } from '../marketplace/code-cipher';
import { checkAmount, checkText } from '../members/input-checks';
import { levelOf } from '../members/level';
import type { MemberRows } from '../members/member-rows';
import type { MemberRowsStore } from '../members/member-rows.store';
import type { PointsService } from '../members/points.service';
import type { Catalogue } from '../program/catalogue';
import { type Claim, isPartnerFunded, isPartnerIssued, resolveClaim, type Wanted } from './claim';
import { type ClaimKey, claimChain } from './claim-chain';
import { refusalOf } from './endings';
import { type GiftInput, giftClaim } from './gift';
import { type Quote, quoteOf } from './quote';
import type { Redemption } from './redemption';
import { type ClaimRow, claimWriter, readRedemption, type WalletKey, WalletStore } from './redemption.store';
import type { ShowRedemption } from './redemption.view';
import type { SagaService } from './saga/saga.service';
import { listTracked, NO_TOTALS, type Tracked, type TrackedTotals, totalTracked } from './tracking/tracking.store';

export interface RedeemInput extends Wanted {
  readonly memberId: Id;
  /** 1 to 128 characters; scoped to the actor and the member. */
  readonly idempotencyKey: string;
  /** In the minor unit; 0 unless told. */
  readonly maxCoPay?: number;
}

/** Whose offers: those of one partner, or of all; and which of their redemptions. */
export interface OfferScope extends Omit<Tracked, 'partnerId'> {
  readonly partnerId?: Id | null;
}

const DECLINED = refuse(
  'PARTNER_DECLINED',
  'The partner did not issue the coupon. Nothing was taken; try again later.',
);

export class RedemptionService {
  private readonly wallets: WalletStore;

  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly memberRows: MemberRowsStore,
    private readonly catalogue: () => Catalogue,
    private readonly cipher: CodeCipher,
    private readonly saga: SagaService,
    private readonly points: PointsService,
    private readonly clock: Clock,
  ) {
    this.wallets = new WalletStore(database.read);
  }

  /**
   * Claims a perk or a benefit. The same key with the same content answers the first result, a refusal included;
   * malformed input and unknown ids are answered without being kept. What a partner has to issue may still be `HELD`
   * or `UNKNOWN` in the answer: ask for the redemption again.
   */
  async redeem(actor: Actor, input: RedeemInput): Promise<Redemption | Refusal> {
    const { idempotencyKey, maxCoPay = 0, memberId, orderAmount } = input;
    const fault = checkRequest(input);
    if (fault) return fault;
    const claim = this.unlessSilent(await this.tidyClaim(input).finally(this.ledger.announce()));
    if (isRefusal(claim) && claim.code === 'NOT_FOUND') return claim;
    const { result, row } = await this.submit(claim, {
      key: namedId('redeem', actor.role, actor.subject, memberId, idempotencyKey),
      fingerprint: namedId(input.itemKind, input.itemId, input.cardId ?? '', String(maxCoPay), ...ofOrder(orderAmount)),
      maxCoPay,
    });
    return this.answer(result, row);
  }

  /**
   * Gives a coupon that nobody claimed. The same key answers the first result, a refusal included. A coupon that a
   * partner issues is not waited for: it is answered `HELD`, and goes its way.
   */
  async gift(input: GiftInput): Promise<Redemption | Refusal> {
    const { memberId, itemKind, itemId, key } = input;
    const rows = await this.memberRows.load(memberId);
    if (!rows) return refuse('NOT_FOUND', 'There is no such member.', 'member');
    const asking = { catalogue: this.catalogue(), rows, now: this.clock.now() };
    const claim = this.unlessSilent(giftClaim(asking, input));
    const fingerprint = namedId('gift', memberId, itemKind, itemId);
    const { result, row } = await this.submit(claim, { key, fingerprint, maxCoPay: 0 }, input.source);
    if (!result.applied) return refusalOf(result);
    if (row?.redemption.atPartner && !result.replayed) void this.saga.run(row.redemption);
    const given = result.replayed ? await this.find(result.id) : row?.redemption;
    return given ?? refuse('NOT_FOUND', 'There is no such redemption.');
  }

  private async submit(claim: Claim | Refusal, request: Omit<ClaimKey, 'id'>, source?: string) {
    const { key, fingerprint } = request;
    // Of the time of the claim, so that lists in the order of ids are in the order of claims.
    const id = newId(isRefusal(claim) ? this.clock.now() : claim.now);
    if (isRefusal(claim)) {
      return {
        result: await this.ledger.submit({ key, fingerprint, id, transfers: [], refused: JSON.stringify(claim) }),
      };
    }
    const row = this.claimRow(claim, id, source);
    const chain = claimChain(claim, { ...request, id }, row.redemption.expiresAt);
    return { result: await this.ledger.submit(chain, [companion(claimWriter, row)]), row };
  }

  /** What a redemption would take now, and what is left of each limit. Changes nothing. */
  async quote(input: Wanted & { memberId: Id }): Promise<Quote | Refusal> {
    const claim = this.resolve(input, await this.memberRows.load(input.memberId));
    if (isRefusal(claim)) return claim;
    const { catalogue } = claim;
    const holders = [...offersOf(claim), ...catalogue.budgets.map(({ id }) => id)];
    const others = await Promise.all(holders.map((id) => this.ledger.balancesOf(id)));
    return quoteOf(claim, new Map([...claim.rows.balances, ...others.flatMap((balances) => [...balances])]));
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
    const { partnerId, ...further } = scope;
    if (partnerId === null) return [];
    return listTracked(this.database.read, { ...further, partnerId }, { ...page, now: this.clock.now() });
  }

  /** How many redemptions of offers there are, of how many members, and what they sum up to. Counted when asked. */
  async totals(scope: OfferScope): Promise<TrackedTotals> {
    const { partnerId, ...further } = scope;
    if (partnerId === null) return NO_TOTALS;
    return totalTracked(this.database.read, { ...further, partnerId }, this.clock.now());
  }

  /** The code of a coupon in clear, for its holder only; `undefined` when it has none. */
  codeOf(redemption: Redemption): string | undefined {
    return redemption.sealedCode && this.cipher.open(redemption.itemId, redemption.sealedCode);
  }

  /** The link to a coupon at its partner, in clear, for its holder only; `undefined` when it has none. */
  linkOf({ itemId, atPartner }: Redemption): string | undefined {
    return atPartner?.sealedLink && this.cipher.open(itemId, atPartner.sealedLink);
  }

  /** What the views of redemptions and coupons need. */
  show(catalogue: Catalogue, now: Instant): ShowRedemption {
    return { catalogue, now, codeOf: (one) => this.codeOf(one), linkOf: (one) => this.linkOf(one) };
  }

  private async claim(input: Wanted & { memberId: Id }): Promise<Claim | Refusal> {
    return this.resolve(input, await this.memberRows.loadForClaim(input.memberId));
  }

  private resolve(input: Wanted, rows: MemberRows | undefined): Claim | Refusal {
    if (!rows) return refuse('NOT_FOUND', 'There is no such member.', 'member');
    return resolveClaim({ catalogue: this.catalogue(), rows, now: this.clock.now() }, input);
  }

  /** Points that have expired are taken away before any are spent. */
  private async tidyClaim(input: Wanted & { memberId: Id }): Promise<Claim | Refusal> {
    const claim = await this.claim(input);
    if (isRefusal(claim) || claim.costs.pointsPrice === 0) return claim;
    const rows = await this.points.tidy(input.memberId, claim.rows);
    return rows === claim.rows ? claim : this.claim(input);
  }

  /** Nothing is taken for a coupon that nobody can be asked for. */
  private unlessSilent(claim: Claim | Refusal): Claim | Refusal {
    if (isRefusal(claim) || !isPartnerIssued(claim) || this.saga.canIssue(claim.offer.partner.id)) return claim;
    return refuse('OFFER_NOT_LIVE', 'The partner of this perk cannot be asked for coupons now.');
  }

  private claimRow(claim: Claim, id: Id, source?: string): ClaimRow {
    const { costs, bearer, itemKind, itemId, now } = claim;
    const offer = claim.itemKind === 'OFFER' ? claim.offer : undefined;
    const atPartner = isPartnerIssued(claim)
      ? ({ offerRef: claim.offer.offerRef, dueStep: 'ISSUE' } as const)
      : undefined;
    const fromPool = offer?.fulfilment === 'CODE_POOL';
    const expiresAt = now + costs.couponValidDays * DAY;
    const redemption: Redemption = {
      id,
      itemKind,
      itemId,
      memberId: claim.rows.member.id,
      cardId: bearer?.card.id,
      termId: bearer?.term.id,
      levelId: levelOf(claim)?.id,
      planId: bearer?.plan.id,
      source,
      agreementId: claim.itemKind === 'OFFER' ? claim.exchange?.agreementId : undefined,
      itemVersion: (claim.itemKind === 'OFFER' ? claim.offer : claim.benefit).version,
      partnerId: offer?.partner.id,
      status: atPartner ? 'HELD' : 'ISSUED',
      costBasis: costs.costBasis,
      currency: claim.catalogue.settings.currency,
      cost: isPartnerFunded(claim) ? 0 : costs.unitCost,
      coPay: 0,
      faceValue: costs.faceValue,
      points: costs.pointsPrice,
      sealedCode: fromPool || atPartner ? undefined : this.cipher.seal(itemId, newCode()),
      claimedAt: now,
      expiresAt,
      atPartner: atPartner && { ...atPartner, attempts: 0, stepNo: 0 },
    };
    const due = atPartner
      ? { dueAt: now, dueStep: 'ISSUE' as const }
      : { dueAt: expiresAt, dueStep: 'EXPIRE' as const };
    return { redemption, fromPool, fullCost: costs.unitCost, offerCode: offer?.code, ...due };
  }

  private async answer(result: ChainResult, row?: ClaimRow): Promise<Redemption | Refusal> {
    if (!result.applied) return refusalOf(result);
    const isNew = row !== undefined && !result.replayed;
    if (isNew && !row.redemption.atPartner) return row.redemption;
    const found = isNew ? await this.saga.settle(row.redemption) : await this.find(result.id);
    if (!found) return refuse('NOT_FOUND', 'There is no such redemption.');
    return found.status === 'FAILED' ? DECLINED : found;
  }
}

function checkRequest({ idempotencyKey, maxCoPay = 0, orderAmount = 0 }: RedeemInput): Refusal | undefined {
  return (
    checkText('idempotencyKey', idempotencyKey) ??
    checkAmount('maxCoPay', maxCoPay) ??
    checkAmount('orderAmount', orderAmount)
  );
}

/** The holders of what an offer's claim draws on, beside the member. */
function offersOf(claim: Claim): Id[] {
  if (claim.itemKind !== 'OFFER') return [];
  return claim.exchange ? [claim.offer.id, claim.exchange.agreementId] : [claim.offer.id];
}

/** Requests that say nothing of an order are the same as they always were. */
function ofOrder(amount: number | undefined): string[] {
  return amount === undefined ? [] : [String(amount)];
}
