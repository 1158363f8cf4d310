// The only SQL that touches the ledger's tables: locks, reads and writes of one batch.
import type { Dialect } from '../database/dialect';
import { questionMarks } from '../database/dialect';
import { HexBytes, type Insert, type InsertRow, type Sql, type SqlRow, type SqlValue } from '../database/sql';
import { assert, InvariantError } from '../kernel/assert';
import type { Instant } from '../kernel/clock';
import { type Id, idToBytes } from '../kernel/id';
import { type AccountKey, type Balance, holderRange, isEnforced } from './account';
import type { Books, RecordedChain } from './decide';
import {
  type Chain,
  type ChainResult,
  type GroupAmounts,
  TRANSFER_KINDS,
  TRANSFER_STATUSES,
  type Transfer,
  type TransferKind,
  type TransferStatus,
} from './transfer';

const KIND_BY_NUMBER = new Map<number, TransferKind>(
  Object.entries(TRANSFER_KINDS).map(([kind, code]) => [code, kind as TransferKind]),
);
const STATUS_BY_NUMBER = new Map<number, TransferStatus>(
  Object.entries(TRANSFER_STATUSES).map(([status, code]) => [code, status as TransferStatus]),
);
const APPLIED = 0;
/** Keys a statement, so that neither database's limit on its length is met. */
export const KEYS_A_STATEMENT = 2_000;

export const TRANSFER_COLUMNS = 'id, kind, debit, credit, amount, released, pending_id, code, created_at';

export function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

export function hexOf(value: SqlValue | undefined): string {
  assert(Buffer.isBuffer(value), 'a key column is not binary');
  return value.toString('hex');
}

/** A stored amount. One that is no safe integer means that the row was damaged: never round it in silence. */
export function amountOf(value: SqlValue | undefined): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new InvariantError(`stored amount ${String(value)} is not a safe integer`);
}

export function fromTransferRow(row: SqlRow): Transfer {
  const kind = KIND_BY_NUMBER.get(Number(row[1]));
  assert(kind, `transfer kind ${String(row[1])} is unknown`);
  return {
    id: hexOf(row[0]),
    kind,
    debit: hexOf(row[2]),
    credit: hexOf(row[3]),
    amount: amountOf(row[4]),
    released: amountOf(row[5]),
    pendingId: row[6] === null ? undefined : hexOf(row[6]),
    code: Number(row[7]),
    createdAt: Number(row[8]),
  };
}

async function readKeys(tx: Sql, keys: readonly string[], statement: (marks: string) => string): Promise<SqlRow[]> {
  const found: SqlRow[] = [];
  for (let from = 0; from < keys.length; from += KEYS_A_STATEMENT) {
    const some = keys.slice(from, from + KEYS_A_STATEMENT).map((key) => new HexBytes(key));
    found.push(...(await tx.arrays(statement(questionMarks(some.length)), some)));
  }
  return found;
}

/** Reads what the chains touch. Rows are locked in key order, holds before accounts, so that batches never deadlock. */
export async function readBooks(tx: Sql, chains: readonly Chain[]): Promise<Books> {
  const books: Books = {
    accounts: new Map(),
    chains: new Map(),
    pendings: new Map(),
    resolutions: new Map(),
    holds: new Map(),
  };
  await readChains(tx, chains, books);
  const open = chains.filter((chain) => !books.chains.has(chain.key));
  const pendingIds = uniqueSorted(open.flatMap((chain) => chain.transfers.map(pendingIdOf).filter(isPresent)));
  if (pendingIds.length > 0) await readPendings(tx, pendingIds, books);
  await lockAccounts(tx, accountsOf(open, books), books);
  // Read only now: whoever ended a hold meanwhile did it under the locks that are ours since.
  if (pendingIds.length > 0) await readResolutions(tx, pendingIds, books);
  return books;
}

function pendingIdOf(input: Chain['transfers'][number]): Id | undefined {
  return 'pendingId' in input ? input.pendingId : undefined;
}

function isPresent<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}

function uniqueSorted(keys: readonly string[]): string[] {
  return [...new Set(keys)].sort();
}

function accountsOf(chains: readonly Chain[], books: Books): AccountKey[] {
  const keys: AccountKey[] = [];
  for (const chain of chains) {
    for (const opening of chain.openings ?? []) keys.push(opening.account);
    for (const input of chain.transfers) {
      const touched = 'pendingId' in input ? books.pendings.get(input.pendingId) : input;
      if (touched) keys.push(touched.debit, touched.credit);
    }
  }
  return uniqueSorted(keys.filter(isEnforced));
}

async function readChains(tx: Sql, chains: readonly Chain[], books: Books): Promise<void> {
  const rows = await readKeys(
    tx,
    uniqueSorted(chains.map((chain) => chain.key)),
    (marks) =>
      `SELECT chain_key, id, fingerprint, status, refused_at, refusal, available, flexible_amount, group_amounts
     FROM ledger_chain WHERE chain_key IN (${marks})`,
  );
  for (const row of rows) books.chains.set(hexOf(row[0]), fromChainRow(row));
}

function fromChainRow(row: SqlRow): RecordedChain {
  const fingerprint = hexOf(row[2]);
  if (row[3] === APPLIED) {
    const flexibleAmount = row[7] === null ? undefined : amountOf(row[7]);
    const groupAmounts = row[8] === null ? undefined : groupsFrom(String(row[8]));
    return { fingerprint, result: { applied: true, replayed: true, id: hexOf(row[1]), flexibleAmount, groupAmounts } };
  }
  const status = STATUS_BY_NUMBER.get(Number(row[3]));
  assert(status, `chain status ${String(row[3])} is unknown`);
  const refusal = row[5] === null ? undefined : String(row[5]);
  const available = row[6] === null ? undefined : amountOf(row[6]);
  return { fingerprint, result: { applied: false, replayed: true, status, at: Number(row[4]), refusal, available } };
}

/** `1:120 2:0`, a group and its amount each. */
function groupsFrom(text: string): GroupAmounts {
  const pairs = text.split(' ').map((pair) => pair.split(':').map(Number) as [number, number]);
  return Object.fromEntries(pairs.map(([group, amount]) => [group, amountOf(amount)]));
}

function groupsText(groups: GroupAmounts | undefined): string | null {
  if (!groups) return null;
  let text = '';
  for (const group in groups) text += `${text === '' ? '' : ' '}${group}:${groups[group]}`;
  return text;
}

async function readPendings(tx: Sql, pendingIds: Id[], books: Books): Promise<void> {
  const rows = await readKeys(
    tx,
    pendingIds,
    (marks) => `SELECT ${TRANSFER_COLUMNS} FROM ledger_transfer WHERE id IN (${marks})`,
  );
  for (const row of rows) {
    const transfer = fromTransferRow(row);
    books.pendings.set(transfer.id, transfer);
  }
  const holders = uniqueSorted(pendingIds.map((id) => `${id.slice(0, 30)}00`));
  const holds = await readKeys(
    tx,
    holders,
    (marks) =>
      `SELECT chain, expires_at, open FROM ledger_hold WHERE chain IN (${marks}) ORDER BY chain${tx.dialect.forUpdate}`,
  );
  for (const row of holds) books.holds.set(hexOf(row[0]), { expiresAt: Number(row[1]), open: Number(row[2]) });
}

async function readResolutions(tx: Sql, pendingIds: Id[], books: Books): Promise<void> {
  const rows = await readKeys(
    tx,
    pendingIds,
    (marks) => `SELECT pending_id, kind FROM ledger_transfer WHERE pending_id IN (${marks})`,
  );
  for (const row of rows) {
    books.resolutions.set(hexOf(row[0]), Number(row[1]) === TRANSFER_KINDS.POST ? 'POST' : 'VOID');
  }
}

async function lockAccounts(tx: Sql, keys: AccountKey[], books: Books): Promise<void> {
  const rows = await readKeys(
    tx,
    keys,
    (marks) =>
      `SELECT account, credits_posted, credits_pending, debits_posted, debits_pending FROM ledger_account
     WHERE account IN (${marks}) ORDER BY account${tx.dialect.forUpdate}`,
  );
  for (const row of rows) books.accounts.set(hexOf(row[0]), fromBalanceRow(row, 1));
}

export function fromBalanceRow(row: SqlRow, at: number): Balance {
  return {
    creditsPosted: amountOf(row[at]),
    creditsPending: amountOf(row[at + 1]),
    debitsPosted: amountOf(row[at + 2]),
    debitsPending: amountOf(row[at + 3]),
  };
}

/** All accounts of a holder, in key order. */
export async function readHolder(sql: Sql, holder: Id): Promise<Map<AccountKey, Balance>> {
  const { from, to } = holderRange(holder);
  const rows = await sql.arrays(
    `SELECT account, credits_posted, credits_pending, debits_posted, debits_pending FROM ledger_account
     WHERE account BETWEEN ? AND ? ORDER BY account`,
    [from, to],
  );
  return new Map(rows.map((row) => [hexOf(row[0]), fromBalanceRow(row, 1)]));
}

const BALANCE_COLUMNS = ['credits_posted', 'credits_pending', 'debits_posted', 'debits_pending'] as const;
const ACCOUNT_COLUMNS = ['account', ...BALANCE_COLUMNS] as const;

function toAccountRow([account, balance]: readonly [AccountKey, Balance]): InsertRow {
  const { creditsPosted, creditsPending, debitsPosted, debitsPending } = balance;
  return [new HexBytes(account), creditsPosted, creditsPending, debitsPosted, debitsPending];
}

/** Writes the balances that differ from what was read. New accounts are plain inserts: a rival's must collide. */
export function* accountInserts(
  dialect: Dialect,
  before: ReadonlyMap<AccountKey, Balance>,
  after: ReadonlyMap<AccountKey, Balance>,
): Generator<Insert> {
  const opened: InsertRow[] = [];
  const changed: InsertRow[] = [];
  for (const entry of [...after].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const old = before.get(entry[0]);
    if (!old) opened.push(toAccountRow(entry));
    else if (old !== entry[1]) changed.push(toAccountRow(entry));
  }
  yield { table: 'ledger_account', columns: ACCOUNT_COLUMNS, rows: opened };
  const tail = dialect.onDuplicateUpdate(['account'], BALANCE_COLUMNS);
  yield { table: 'ledger_account', columns: ACCOUNT_COLUMNS, rows: changed, tail };
}

export function transferInsert(transfers: readonly Transfer[]): Insert {
  return { table: 'ledger_transfer', columns: TRANSFER_COLUMNS.split(', '), rows: transfers.map(toTransferRow) };
}

function toTransferRow(transfer: Transfer): InsertRow {
  const { id, kind, debit, credit, amount, released, pendingId, code, createdAt } = transfer;
  return [
    new HexBytes(id),
    TRANSFER_KINDS[kind],
    new HexBytes(debit),
    new HexBytes(credit),
    amount,
    released,
    pendingId ? new HexBytes(pendingId) : null,
    code,
    createdAt,
  ];
}

const CHAIN_COLUMNS = [
  'chain_key',
  'id',
  'fingerprint',
  'status',
  'refused_at',
  'refusal',
  'available',
  'flexible_amount',
  'group_amounts',
  'transfers',
  'created_at',
];

export function chainInsert(
  decided: readonly { chain: Chain; result: ChainResult; transfers: number }[],
  now: Instant,
): Insert {
  const rows = decided.map(({ chain, result, transfers }): InsertRow => {
    const head = [new HexBytes(chain.key), new HexBytes(chain.id), new HexBytes(chain.fingerprint)];
    if (result.applied) {
      const { flexibleAmount = null, groupAmounts } = result;
      return [...head, APPLIED, null, null, null, flexibleAmount, groupsText(groupAmounts), transfers, now];
    }
    assert(!('mismatch' in result), 'a mismatch is never recorded');
    const { status, at, refusal, available } = result;
    return [...head, TRANSFER_STATUSES[status], at, refusal ?? null, available ?? null, null, null, 0, now];
  });
  return { table: 'ledger_chain', columns: CHAIN_COLUMNS, rows };
}

/** All transfers of one chain, in their order. */
export async function transfersOfChain(sql: Sql, chain: Id): Promise<Transfer[]> {
  const rows = await sql.arrays(
    `SELECT ${TRANSFER_COLUMNS} FROM ledger_transfer WHERE id BETWEEN ? AND ? ORDER BY id`,
    [idToBytes(chain), bytes(`${chain.slice(0, 30)}ff`)],
  );
  return rows.map(fromTransferRow);
}
