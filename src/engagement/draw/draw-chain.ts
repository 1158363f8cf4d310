// The chain of one drawing: what is paid, the member's limit, and the prize out of its stock, in order of precedence.
import type { Instant } from '../../kernel/clock';
import { type Id, ZERO_ID } from '../../kernel/id';
import { POINT } from '../../kernel/money';
import type { BusinessTime } from '../../kernel/period';
import { type Refusal, refuse } from '../../kernel/refusal';
import { accountKey } from '../../ledger/account';
import { ACCOUNT_KINDS, TRANSFER_CODES } from '../../ledger/chart';
import type { Opening, TransferInput } from '../../ledger/transfer';
import { pointsAccount } from '../../members/member-accounts';
import type { CatalogueDraw } from '../../program/catalogue-engagement';
import type { Prize } from '../../program/engagement';
import {
  chanceAccount,
  chancesGrantedAccount,
  drawContra,
  drawLimitAccount,
  prizeStockAccount,
  prizesGrantedAccount,
  prizesWonAccount,
} from './draw-accounts';

export type Payment =
  | { readonly kind: 'CHANCE' }
  | { readonly kind: 'POINTS'; readonly price: number }
  | { readonly kind: 'FREE' };

/** How a draw may be paid, in the order in which it is tried. */
export function paymentsOf({ chancePrice }: CatalogueDraw): readonly Payment[] {
  if (chancePrice === 0) return [{ kind: 'FREE' }];
  return chancePrice === undefined
    ? [{ kind: 'CHANCE' }]
    : [{ kind: 'CHANCE' }, { kind: 'POINTS', price: chancePrice }];
}

const NO_CHANCE = refuse('NO_CHANCE', 'The member has no chance left for this draw. Tasks and rewards give some.');
const NO_POINTS = refuse('INSUFFICIENT_POINTS', 'The member has neither a chance nor enough points for this draw.');
const LIMIT = refuse('MEMBER_LIMIT_REACHED', 'The member has drawn as often as this draw allows.');
/** Of a prize; never answered, since something else is drawn then. */
export const GONE = refuse('OUT_OF_STOCK', 'This prize is gone.');

export interface Drawn {
  readonly draw: CatalogueDraw;
  readonly memberId: Id;
  readonly payment: Payment;
  readonly prize?: Prize;
  readonly time: BusinessTime;
  readonly now: Instant;
}

export function drawChain(drawn: Drawn): { readonly openings: Opening[]; readonly transfers: TransferInput[] } {
  const openings: Opening[] = [];
  const transfers: TransferInput[] = [];
  const take = (opening: Opening, credit: string, amount: number, refusal: Refusal): void => {
    const { account: debit } = opening;
    openings.push(opening);
    const code = TRANSFER_CODES.DRAW;
    transfers.push({ kind: 'TRANSFER', debit, credit, amount, code, refusal: JSON.stringify(refusal) });
  };
  const { draw, memberId, payment, prize } = drawn;
  if (payment.kind === 'CHANCE') {
    const account = chanceAccount(memberId, draw.number);
    const opening = { account, grant: 0, from: chancesGrantedAccount(draw.id) };
    take(opening, drawContra('CHANCES_USED', draw.id), 1, NO_CHANCE);
  }
  if (payment.kind === 'POINTS') {
    const contra = (kind: 'POINTS_ISSUED' | 'POINTS_SPENT', item = 0) =>
      accountKey({ holder: ZERO_ID, kind: ACCOUNT_KINDS[kind], item, unit: POINT });
    const opening = { account: pointsAccount(memberId), grant: 0, from: contra('POINTS_ISSUED') };
    take(opening, contra('POINTS_SPENT', draw.number), payment.price, NO_POINTS);
  }
  if (draw.memberLimit) {
    const { limit, period } = draw.memberLimit;
    const number = period === 'EVER' ? 0 : drawn.time.periodAt(period, drawn.now);
    const account = drawLimitAccount(memberId, draw.number, number);
    const opening = { account, grant: limit, from: drawContra('DRAW_LIMIT_GRANTED', draw.id) };
    take(opening, drawContra('DRAW_LIMIT_USED', draw.id), 1, LIMIT);
  }
  if (prize?.stock !== undefined) {
    const account = prizeStockAccount(draw.id, prize.code);
    const opening = { account, grant: 0, from: prizesGrantedAccount(draw.id, prize.code) };
    take(opening, prizesWonAccount(draw.id, prize.code), 1, GONE);
  }
  return { openings, transfers };
}
