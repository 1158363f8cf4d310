// One walk over all transfers: each is sound in itself, each hold ends as it was made, and each open hold has its row.
import type { Sql, SqlRow } from '../database/sql';
import { baseOf, type Id } from '../kernel/id';
import { sameUnit } from './account';
import { describeAccount } from './describe';
import { hexOf } from './ledger.store';
import { type Keyed, mergeByKey, rowsByKey } from './sorted-streams';
import { TRANSFER_KINDS } from './transfer';
import { holdPage, transferPage } from './verify.store';
import type { Tally } from './verify-tally';

export interface TransferTallies {
  readonly transfers: Tally;
  readonly resolutions: Tally;
  readonly holds: Tally;
}

/** The transfers of one chain, counted. */
export interface ChainGroup extends Keyed {
  transfers: number;
  /** Holds that nothing has ended. */
  open: number;
}

interface HoldRow extends Keyed {
  readonly open: number;
}

async function* chainGroups(sql: Sql, tallies: TransferTallies, onRow: () => void): AsyncGenerator<ChainGroup> {
  let group: ChainGroup | undefined;
  for await (const row of rowsByKey((after) => transferPage(sql, after))) {
    const chain = baseOf(hexOf(row[0]));
    if (group?.key !== chain) {
      if (group) yield group;
      group = { key: chain, transfers: 0, open: 0 };
    }
    group.transfers += 1;
    if (row[1] === TRANSFER_KINDS.HOLD && row[7] === null) group.open += 1;
    checkTransfer(row, tallies);
    onRow();
  }
  if (group) yield group;
}

async function* holdRows(sql: Sql): AsyncGenerator<HoldRow> {
  for await (const row of rowsByKey((after) => holdPage(sql, after))) {
    yield { key: hexOf(row[0]), open: Number(row[1]) };
  }
}

/** Hands every chain that has transfers to `onChain`, in the order of their ids. */
export async function verifyTransfers(
  sql: Sql,
  tallies: TransferTallies,
  onRow: () => void,
  onChain: (chain: ChainGroup) => void,
): Promise<void> {
  const chains = mergeByKey<[ChainGroup, HoldRow]>([chainGroups(sql, tallies, onRow), holdRows(sql)]);
  for await (const { key, found } of chains) {
    const [group, row] = found;
    if (group) onChain(group);
    if (row || group?.open) tallies.holds.look();
    const [open, recorded] = [group?.open ?? 0, row?.open ?? 0];
    if (open === recorded && !(row && recorded === 0)) continue;
    const stored = row ? `its hold row says ${recorded} open` : 'it has no hold row';
    tallies.holds.violate(() => `chain ${key}: ${stored}; its transfers say ${open} open`);
  }
}

function checkTransfer(row: SqlRow, tallies: TransferTallies): void {
  const id = hexOf(row[0]);
  const ends = row[1] === TRANSFER_KINDS.POST || row[1] === TRANSFER_KINDS.VOID;
  tallies.transfers.look();
  for (const fault of transferFaults(row, ends)) tallies.transfers.violate(() => transferWords(id, row, fault));
  if (!ends) return;
  tallies.resolutions.look();
  for (const fault of resolutionFaults(row)) tallies.resolutions.violate(() => transferWords(id, row, fault));
}

function transferWords(id: Id, row: SqlRow, fault: string): string {
  const [debit, credit] = [describeAccount(hexOf(row[2])), describeAccount(hexOf(row[3]))];
  return `transfer ${id} of ${row[4]} from ${debit.words} to ${credit.words}: ${fault}`;
}

function* transferFaults(row: SqlRow, ends: boolean): Generator<string> {
  const [debit, credit] = [hexOf(row[2]), hexOf(row[3])];
  if (!ends && row[1] !== TRANSFER_KINDS.TRANSFER && row[1] !== TRANSFER_KINDS.HOLD) yield `its kind is ${row[1]}`;
  if (debit === credit) yield 'both accounts are the same';
  if (!sameUnit(debit, credit)) yield 'the accounts count different units';
  const amount = BigInt(String(row[4]));
  if (amount < 0n || (amount === 0n && !ends)) yield 'its amount is not above zero';
  if (amount > BigInt(Number.MAX_SAFE_INTEGER)) yield 'its amount is no safe integer';
  if (!ends && row[6] !== null) yield 'it names a hold to end, but its kind ends none';
  if (!ends && row[5] !== '0') yield `it releases ${row[5]}, but its kind releases nothing`;
}

function* resolutionFaults(row: SqlRow): Generator<string> {
  const [amount, released] = [BigInt(String(row[4])), BigInt(String(row[5]))];
  if (row[6] === null) return yield 'it ends no hold';
  const pendingId = hexOf(row[6]);
  if (row[8] === null) return yield `the hold ${pendingId} that it ends is not there`;
  if (row[8] !== TRANSFER_KINDS.HOLD) return yield `${pendingId}, which it ends, is no hold`;
  if (hexOf(row[9]) !== hexOf(row[2]) || hexOf(row[10]) !== hexOf(row[3]))
    yield `its accounts are not those of the hold`;
  if (String(row[11]) !== String(row[5])) yield `it releases ${released}, but ${row[11]} were held`;
  if (amount > released) yield `it moves more than the ${released} that were held`;
  if (row[1] === TRANSFER_KINDS.VOID && amount !== 0n) yield 'it voids the hold but moves an amount';
}
