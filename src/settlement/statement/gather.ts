// The lines of a statement as the ledger has them: what no statement before it has, chain by chain.
import { NO_MONTH } from '../../agreements/exchange-accounts';
import type { Sql } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { baseOf, type Id, toGlobalId } from '../../kernel/id';
import { COUNT, type Unit } from '../../kernel/money';
import type { PeriodNumber } from '../../kernel/period';
import { type AccountKey, accountKey, accountParts, type Balance } from '../../ledger/account';
import { ACCOUNT_KINDS as KIND, TRANSFER_CODES } from '../../ledger/chart';
import { chainsOfEndedHolds, type SideTransfer, transfersOnSide } from '../../ledger/side-stream.store';
import { mergeByKey } from '../../ledger/sorted-streams';
import { readAdjustments } from '../adjustment/adjustment.store';
import { readDeliveries } from '../delivery/delivery.store';
import type { LineKind } from './statement';
import { type AccountSums, type LineRow, statedChains, statedSums } from './statement-line.store';

/** Until when is stated, in months and, for an end within a month, to the instant. */
export interface Cutoff {
  /** Months below this one are stated as a whole. */
  readonly month: PeriodNumber;
  /** Of the month itself: what was booked before this; 0 for nothing of it. */
  readonly before: Instant;
}

const LINES_AT_ONCE = 500;

export interface Gathered {
  readonly rows: readonly LineRow[];
  /** What these rows moved on each account, to be added to what of it is stated. */
  readonly sums: ReadonlyMap<AccountKey, AccountSums>;
}

/** A month of an item in the books: its account of pieces and that of value. */
interface Book {
  readonly item: number;
  readonly month: PeriodNumber;
  readonly pieces: AccountKey;
  readonly value: AccountKey;
}

/**
 * Reads all that was counted until the cut-off and is in no statement, some lines at a time. `sql` must see one state
 * of the books all the while, or the pieces of a chain might be read without their value.
 */
export async function* gatherLines(
  sql: Sql,
  { id, currency }: { readonly id: Id; readonly currency: Unit },
  contra: ReadonlyMap<AccountKey, Balance>,
  cutoff: Cutoff,
): AsyncGenerator<Gathered> {
  const stated = await statedSums(sql, id);
  for (const book of booksOf(contra, currency, cutoff)) {
    const isStated = [book.pieces, book.value].every((account) => isSame(contra.get(account), stated.get(account)));
    if (!isStated) yield* linesOf(sql, book, cutoff);
  }
}

function* booksOf(
  contra: ReadonlyMap<AccountKey, Balance>,
  currency: Unit,
  { month, before }: Cutoff,
): Generator<Book> {
  const seen = new Set<AccountKey>();
  for (const account of contra.keys()) {
    const parts = accountParts(account);
    const isTotal = parts.kind === KIND.EXCHANGE_RECEIVED || parts.kind === KIND.EXCHANGE_GIVEN;
    if (!isTotal || parts.period === NO_MONTH || parts.period > month) continue;
    const pieces = accountKey({ ...parts, unit: COUNT });
    if (seen.has(pieces)) continue;
    seen.add(pieces);
    const value = accountKey({ ...parts, unit: currency });
    if (parts.period < month || before > 0) yield { item: parts.item, month: parts.period, pieces, value };
  }
}

function isSame(balance: Balance | undefined, stated: AccountSums | undefined): boolean {
  const { credits, debits } = stated ?? { credits: 0, debits: 0 };
  return (balance?.creditsPosted ?? 0) === credits && (balance?.debitsPosted ?? 0) === debits;
}

async function* linesOf(sql: Sql, book: Book, cutoff: Cutoff): AsyncGenerator<Gathered> {
  const sides = [
    byChain(transfersOnSide(sql, 'credit', book.pieces)),
    byChain(transfersOnSide(sql, 'debit', book.pieces)),
    byChain(transfersOnSide(sql, 'credit', book.value)),
    byChain(transfersOnSide(sql, 'debit', book.value)),
  ] as const;
  let found: ChainMoves[] = [];
  for await (const { key, found: parts } of mergeByKey<readonly [Moved, Moved, Moved, Moved]>(sides)) {
    const [piecesIn, piecesOut, valueIn, valueOut] = parts.map((part) => part?.amount ?? 0) as number[];
    const { code, createdAt } = parts.find((part) => part !== undefined)!;
    if (book.month === cutoff.month && createdAt >= cutoff.before) continue;
    found.push({ chain: key, code, createdAt, ...{ piecesIn, piecesOut, valueIn, valueOut } } as ChainMoves);
    if (found.length < LINES_AT_ONCE) continue;
    yield await lined(sql, book, found);
    found = [];
  }
  if (found.length > 0) yield await lined(sql, book, found);
}

interface Moved extends SideTransfer {
  /** The chain. */
  readonly key: Id;
}

interface ChainMoves {
  readonly chain: Id;
  readonly code: number;
  readonly createdAt: Instant;
  readonly piecesIn: number;
  readonly piecesOut: number;
  readonly valueIn: number;
  readonly valueOut: number;
}

/** Transfers of one chain lie together, and are one move. */
async function* byChain(transfers: AsyncIterable<SideTransfer>): AsyncGenerator<Moved> {
  let last: Moved | undefined;
  for await (const transfer of transfers) {
    const key = baseOf(transfer.id);
    if (last && last.key !== key) yield last;
    last = { ...transfer, key, amount: transfer.amount + (last?.key === key ? last.amount : 0) };
  }
  if (last) yield last;
}

async function lined(sql: Sql, book: Book, chains: readonly ChainMoves[]): Promise<Gathered> {
  const known = await statedChains(
    sql,
    book.item,
    chains.map(({ chain }) => chain),
  );
  const fresh = chains.filter(({ chain }) => !known.has(chain));
  const references = await referencesOf(sql, fresh);
  const sums = new Map<AccountKey, AccountSums>();
  const add = (account: AccountKey, credits: number, debits: number) => {
    const sum = sums.get(account) ?? { credits: 0, debits: 0 };
    sums.set(account, { credits: sum.credits + credits, debits: sum.debits + debits });
  };
  const rows = fresh.map(({ chain, code, createdAt, piecesIn, piecesOut, valueIn, valueOut }): LineRow => {
    add(book.pieces, piecesIn, piecesOut);
    add(book.value, valueIn, valueOut);
    const [quantity, value] = [piecesIn - piecesOut, valueIn - valueOut];
    const kind = kindOf(code, quantity);
    const { item, month } = book;
    return { id: chain, at: createdAt, item, month, kind, quantity, value, reference: references.get(chain) };
  });
  return { rows, sums };
}

function kindOf(code: number, quantity: number): LineKind {
  if (code === TRANSFER_CODES.EXCHANGE_ADJUST) return 'ADJUSTMENT';
  if (code === TRANSFER_CODES.EXCHANGE_DELIVERY) return 'DELIVERY';
  return quantity < 0 ? 'REVERSAL' : 'REDEMPTION';
}

/** What each chain is about, in words that both sides know. */
async function referencesOf(sql: Sql, chains: readonly ChainMoves[]): Promise<Map<Id, string>> {
  const of = (...codes: readonly number[]) =>
    chains.filter(({ code }) => codes.includes(code)).map(({ chain }) => chain);
  const { EXCHANGE_DELIVERY, EXCHANGE_ADJUST, REDEEM } = TRANSFER_CODES;
  const found = new Map<Id, string>();
  // The chain of a claim has the id of the redemption.
  for (const chain of of(REDEEM)) found.set(chain, toGlobalId('redemption', chain));
  for (const [id, { source, externalId }] of await readDeliveries(sql, of(EXCHANGE_DELIVERY))) {
    found.set(id, `${source}:${externalId}`);
  }
  for (const [id, { source }] of await readAdjustments(sql, of(EXCHANGE_ADJUST))) {
    found.set(id, `${source.kind}:${source.id}`);
  }
  const own = new Set<number>([EXCHANGE_DELIVERY, EXCHANGE_ADJUST, REDEEM]);
  const ends = chains.filter(({ code }) => !own.has(code)).map(({ chain }) => chain);
  for (const [chain, redemption] of await chainsOfEndedHolds(sql, ends)) {
    found.set(chain, toGlobalId('redemption', redemption));
  }
  return found;
}
