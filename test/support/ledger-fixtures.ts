// Accounts and chains for tests of the ledger: fresh ids each time, so that tests share a database without meeting.

import type { Database } from '../../src/database/database';
import { DAY, type Instant, ManualClock } from '../../src/kernel/clock';
import { type Id, idAt, namedId, newId } from '../../src/kernel/id';
import { type AccountKey, type AccountParts, accountKey } from '../../src/ledger/account';
import { ACCOUNT_KINDS, TRANSFER_CODES } from '../../src/ledger/chart';
import { LedgerService } from '../../src/ledger/ledger.service';
import type { Chain, ChainResult, Opening, TransferInput } from '../../src/ledger/transfer';
import { type VerifyCheck, verifyLedger } from '../../src/ledger/verify';

export const NOW: Instant = Date.UTC(2026, 10, 22, 4);

export function freshId(): Id {
  return newId(NOW);
}

/** An enforced account of a new holder, unless told: a cost cap in CNY. */
export function enforcedAccount(parts: Partial<AccountParts> = {}): AccountKey {
  return accountKey({ holder: freshId(), kind: ACCOUNT_KINDS.CARD_CAP, unit: 'CNY', ...parts });
}

/** A contra account of a new holder, unless told: cost in CNY. */
export function contraAccount(parts: Partial<AccountParts> = {}): AccountKey {
  return accountKey({ holder: freshId(), kind: ACCOUNT_KINDS.COST, unit: 'CNY', ...parts });
}

export type ChainParts = Partial<Chain> & Pick<Chain, 'transfers'>;

/** A chain with a key, id and fingerprint of its own; its holds stand for a day. */
export function chainOf(parts: ChainParts): Chain {
  const key = parts.key ?? freshId();
  return { key, fingerprint: namedId('content', key), id: freshId(), holdExpiresAt: NOW + DAY, ...parts };
}

export function move(debit: AccountKey, credit: AccountKey, amount: number): TransferInput {
  return { kind: 'TRANSFER', debit, credit, amount, code: TRANSFER_CODES.REDEEM };
}

export function hold(debit: AccountKey, credit: AccountKey, amount: number): TransferInput {
  return { kind: 'HOLD', debit, credit, amount, code: TRANSFER_CODES.REDEEM };
}

export function post(pendingId: Id, amount?: number): TransferInput {
  return { kind: 'POST', pendingId, amount, code: TRANSFER_CODES.USE };
}

/** `void` is a word of the language. */
export function voiding(pendingId: Id): TransferInput {
  return { kind: 'VOID', pendingId, code: TRANSFER_CODES.CANCEL };
}

/** A chain that opens an account with its grant and does nothing else. */
export function granting(account: AccountKey, grant: number, from: AccountKey): Chain {
  return chainOf({ openings: [{ account, grant, from }], transfers: [] });
}

/** The id of the chain's `at`-th transfer (from 1, openings first) once it is applied. */
export function transferId(chain: Chain, at = 1): Id {
  return idAt(chain.id, at);
}

export function openingOf(account: AccountKey, grant: number, from: AccountKey): Opening {
  return { account, grant, from };
}

/** Submits and insists that it is applied, for the part of a test that only sets the scene. */
export async function applied(ledger: LedgerService, chain: Chain): Promise<ChainResult> {
  const result = await ledger.submit(chain);
  if (!result.applied) throw new Error(`the scene cannot be set: ${JSON.stringify(result)}`);
  return result;
}

/** Fails with what the verification found, in words. */
export async function expectClean(database: Database, checks: readonly VerifyCheck[] = []): Promise<void> {
  const { checks: reports } = await verifyLedger(database, checks);
  expect(reports.flatMap(({ examples }) => examples)).toEqual([]);
}

export function ledgerOn(database: Database): LedgerService {
  return new LedgerService(database, new ManualClock(NOW));
}

/** How many answers there are of each sort: `applied`, `replay applied`, `INSUFFICIENT`, `mismatch` … */
export function outcomes(results: readonly ChainResult[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) {
    const replay = 'replayed' in result && result.replayed ? 'replay ' : '';
    const what = 'mismatch' in result ? 'mismatch' : result.applied ? 'applied' : result.status;
    counts[replay + what] = (counts[replay + what] ?? 0) + 1;
  }
  return counts;
}
