// What a redemption moves, by hand: its accounts, its moves, and what they do to balances. For the ways compared with.
import { type Id, ZERO_ID } from '../../src/kernel/id';
import { COUNT } from '../../src/kernel/money';
import { type AccountKey, accountKey } from '../../src/ledger/account';
import { type AccountKind, ACCOUNT_KINDS as KIND, TRANSFER_CODES } from '../../src/ledger/chart';
import type { TRANSFER_KINDS } from '../../src/ledger/transfer';
import type { CatalogueOffer } from '../../src/program/catalogue-item';

export const CURRENCY = 'CNY';

export interface Move {
  readonly kind: keyof typeof TRANSFER_KINDS;
  readonly debit: AccountKey;
  readonly credit: AccountKey;
  readonly amount: number;
  readonly code: number;
}

/** Credits posted, credits pending, debits posted, debits pending. */
export type Sides = [number, number, number, number];

/** What the gateway reads of a member before it redeems, in one statement. */
export const MEMBER = `SELECT m.id, c.id, t.id, c.plan_id, c.status, t.starts_at, t.ends_at, m.tags FROM member m
  JOIN card_term t ON t.member_id = m.id JOIN card c ON c.id = t.card_id WHERE m.id `;

export type CardRow = readonly [
  member: Buffer,
  card: Buffer,
  term: Buffer,
  plan: Buffer,
  status: string,
  startsAt: number,
  endsAt: number,
  tags: string,
];

/** Whether a card of this plan runs and the offer is for it. */
export function isFor([, , , plan, status, startsAt, endsAt]: CardRow, offer: CatalogueOffer, now: number): boolean {
  return status === 'ACTIVE' && startsAt <= now && now < endsAt && offer.audience.plans.has(plan.toString('hex'));
}

/** What of an offer decides what moves. */
export interface MovedOffer extends Pick<CatalogueOffer, 'id' | 'number' | 'unitCost' | 'faceValue'> {
  readonly partner: { readonly id: Id };
  readonly memberLimits: readonly { readonly limit: number }[];
}

const contra = (holder: Id, kind: AccountKind, unit: string, item = 0) => accountKey({ holder, kind, unit, item });

export interface Accounts {
  readonly limit: AccountKey;
  readonly stock: AccountKey;
  readonly cap: AccountKey;
  readonly savings: AccountKey;
}

export function accountsOf(memberId: Id, termId: Id, offer: MovedOffer): Accounts {
  return {
    limit: accountKey({ holder: memberId, kind: KIND.MEMBER_LIMIT, item: offer.number, unit: COUNT }),
    stock: accountKey({ holder: offer.id, kind: KIND.STOCK, unit: COUNT }),
    cap: accountKey({ holder: memberId, kind: KIND.CARD_CAP, ref: termId, unit: CURRENCY }),
    savings: accountKey({ holder: memberId, kind: KIND.SAVINGS, ref: termId, unit: CURRENCY }),
  };
}

function move(kind: Move['kind'], debit: AccountKey, credit: AccountKey, amount: number, code: number): Move {
  return { kind, debit, credit, amount, code };
}

/** The moves of one redemption; opens the limit's account in `balances` when it is not there yet. */
export function movesOf(
  { limit, stock, cap, savings }: Accounts,
  offer: MovedOffer,
  balances: Map<AccountKey, Sides>,
): Move[] {
  const { REDEEM, GRANT } = TRANSFER_CODES;
  const source = contra(ZERO_ID, KIND.SAVINGS_SOURCE, CURRENCY);
  const cost = contra(offer.partner.id, KIND.COST, CURRENCY, offer.number);
  const moves: Move[] = [];
  if (!balances.has(limit)) {
    balances.set(limit, [0, 0, 0, 0]);
    const granted = contra(offer.id, KIND.LIMIT_GRANTED, COUNT);
    moves.push(move('TRANSFER', granted, limit, offer.memberLimits[0]!.limit, GRANT));
  }
  moves.push(move('TRANSFER', limit, contra(offer.id, KIND.LIMIT_USED, COUNT), 1, REDEEM));
  moves.push(move('TRANSFER', stock, contra(offer.id, KIND.STOCK_ISSUED, COUNT), 1, REDEEM));
  moves.push(move('TRANSFER', cap, cost, offer.unitCost, REDEEM));
  moves.push(move('HOLD', source, savings, offer.faceValue, REDEEM));
  return moves;
}

/** Moves the amounts on the locked balances, and adds to the sums of the contra accounts. */
export function apply(
  moves: readonly Move[],
  balances: ReadonlyMap<AccountKey, Sides>,
  sums: Map<AccountKey, Sides> = new Map(),
): Map<AccountKey, Sides> {
  const sidesOf = (account: AccountKey): Sides => {
    const known = balances.get(account) ?? sums.get(account);
    if (known) return known;
    const fresh: Sides = [0, 0, 0, 0];
    sums.set(account, fresh);
    return fresh;
  };
  for (const { kind, debit, credit, amount } of moves) {
    const pending = kind === 'HOLD' ? 1 : 0;
    const from = sidesOf(debit);
    if (balances.has(debit) && from[0] - from[2] - from[3] < amount) throw new Error('a limit was reached');
    from[2 + pending]! += amount;
    sidesOf(credit)[pending]! += amount;
  }
  return sums;
}

/** What the ledger appends for contra accounts: one row, however many there are. */
export function appendedRow(sums: ReadonlyMap<AccountKey, Sides>): string {
  return JSON.stringify([...sums].map(([account, sides]) => [account, ...sides]));
}
