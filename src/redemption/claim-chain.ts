// The chain of a claim: every limit and the cost, in order of precedence, so that the ledger decides all of it at once.
import { standingCeiling, takeSteps } from '../agreements/amended-limits';
import { roomOpenings } from '../agreements/exchange-accounts';
import { claimCounts, roomLimit, settleOverdrawn } from '../agreements/exchange-transfers';
import { type Id, ZERO_ID } from '../kernel/id';
import { type Refusal, refuse } from '../kernel/refusal';
import { accountKey } from '../ledger/account';
import { ACCOUNT_KINDS, TRANSFER_CODES } from '../ledger/chart';
import type { Chain, Opening, TransferInput } from '../ledger/transfer';
import { savingsAccount, savingsSource } from '../members/member-accounts';
import { type Claim, isPartnerFunded, isPartnerIssued } from './claim';
import { isCap, isExchange, type Limit } from './limit';
import { costAccount, limitsOf } from './limits';

export interface ClaimKey {
  readonly key: Id;
  readonly fingerprint: string;
  /** The redemption's id if the chain is applied. */
  readonly id: Id;
  /** The most that the member is willing to pay towards the cost; 0 for nothing. */
  readonly maxCoPay: number;
}

const CO_PAY: Refusal = refuse(
  'CO_PAY_REQUIRED',
  'The card covers a part of this only. Ask for a quote, and send the co-pay that it names as maxCoPay.',
);

/** The chain that takes what the claim costs; `expiresAt` ends its holds. */
export function claimChain(claim: Claim, request: ClaimKey, expiresAt: number): Chain {
  const { key, fingerprint, id } = request;
  const limits = limitsOf(claim, id);
  const openings: Opening[] = limits.flatMap(({ opening }) => opening ?? []);
  const exchanged = exchangeParts(claim, limits);
  openings.push(...exchanged.openings);
  const transfers: TransferInput[] = [...exchanged.before, ...limits.map((limit) => transferOf(claim, limit))];
  transfers.push(...exchanged.counts);
  transfers.push(...unborneCost(claim));
  addSavings(claim, openings, transfers);
  const { unitCost, coPay } = claim.costs;
  const flexibleFloor = coPay ? Math.max(0, unitCost - request.maxCoPay) : unitCost;
  return { key, fingerprint, id, openings, transfers, holdExpiresAt: expiresAt, flexibleFloor };
}

function transferOf(claim: Claim, limit: Limit): TransferInput {
  const { account: debit, to: credit, amount } = limit;
  const cap = isCap(limit);
  // A partner that bears the cost bears the whole of it.
  const flexible = cap && !isPartnerFunded(claim);
  // Only the cost waits, for the use or for the partner; a quota, a stock and points are taken with the claim.
  const waits = cap || isExchange(limit);
  const kind = waits && holdsCost(claim) ? 'HOLD' : 'TRANSFER';
  const refusal = cap && claim.costs.coPay ? CO_PAY : limit.refusal;
  return { kind, debit, credit, amount, code: TRANSFER_CODES.REDEEM, flexible, refusal: textOf(refusal) };
}

/** Until the coupon is used, or until the partner has issued it. */
function holdsCost(claim: Claim): boolean {
  return claim.costs.costBasis === 'USE' || isPartnerIssued(claim);
}

const texts = new WeakMap<Refusal, string>();

/** There is one refusal for each kind of limit, so its text is made once. */
function textOf(refusal: Refusal): string {
  const known = texts.get(refusal);
  if (known !== undefined) return known;
  const text = JSON.stringify(refusal);
  texts.set(refusal, text);
  return text;
}

/** What a claim moves on the accounts of its agreement, beside the limits of it. */
function exchangeParts(
  claim: Claim,
  limits: readonly Limit[],
): Record<'before' | 'counts', readonly TransferInput[]> & { readonly openings: readonly Opening[] } {
  const exchange = claim.itemKind === 'OFFER' ? claim.exchange : undefined;
  if (!exchange) return { openings: [], before: [], counts: [] };
  const { agreementId, currency, theirsAhead, item } = exchange;
  const { time } = claim.catalogue;
  const { number, unitValue, enforced, ceilings } = item;
  const counted = ceilings
    .filter((ceiling) => !enforced || !standingCeiling(ceiling, time, claim.now))
    .map(({ period }) => time.periodAt(period, claim.now));
  const kind = holdsCost(claim) ? 'HOLD' : 'TRANSFER';
  const month = time.periodAt('MONTH', claim.now);
  const taken = takeSteps(limits.flatMap(({ amended }) => amended ?? []));
  const room = theirsAhead === undefined ? [] : roomOpenings(agreementId, currency, roomLimit(exchange).opensWith);
  return {
    openings: [...room, ...taken.openings],
    before: [...taken.transfers, ...settleOverdrawn(exchange)],
    counts: claimCounts({ agreementId, item: number, currency, unitValue, kind, month, counted }),
  };
}

/** A cost that no card bears is still counted: the operator's own, or the partner's. */
function unborneCost(claim: Claim): TransferInput[] {
  const { unitCost } = claim.costs;
  const ofPartner = isPartnerFunded(claim);
  if (unitCost === 0 || (claim.bearer && !ofPartner)) return [];
  const { currency } = claim.catalogue.settings;
  const holder = ofPartner && claim.itemKind === 'OFFER' ? claim.offer.partner.id : ZERO_ID;
  const source = ofPartner ? ACCOUNT_KINDS.PARTNER_FUNDS : ACCOUNT_KINDS.OPERATOR_FUNDS;
  const debit = accountKey({ holder, kind: source, unit: currency });
  const kind = holdsCost(claim) ? 'HOLD' : 'TRANSFER';
  return [{ kind, debit, credit: costAccount(claim, currency), amount: unitCost, code: TRANSFER_CODES.REDEEM }];
}

/** What the member will have saved is pending until the coupon is used. */
function addSavings(claim: Claim, openings: Opening[], transfers: TransferInput[]): void {
  const { faceValue } = claim.costs;
  if (faceValue === 0) return;
  const { currency } = claim.catalogue.settings;
  const account = savingsAccount(savingsRef(claim));
  openings.push({ account, grant: 0, from: savingsSource(currency) });
  transfers.push({
    kind: 'HOLD',
    debit: savingsSource(currency),
    credit: account,
    amount: faceValue,
    code: TRANSFER_CODES.REDEEM,
  });
}

function savingsRef(claim: Claim): { memberId: Id; termId: Id; currency: string } {
  const { currency } = claim.catalogue.settings;
  return { memberId: claim.rows.member.id, termId: claim.bearer?.term.id ?? ZERO_ID, currency };
}
