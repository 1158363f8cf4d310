// The proof that the books are right: balances, transfers, holds and chains against each other, in one snapshot.
import type { Database } from '../database/database';
import type { Sql } from '../database/sql';
import { countRows } from './verify.store';
import { verifyBalances } from './verify-balances';
import { ChainDigest, verifyChains } from './verify-chains';
import { foreignReport, Tally, type VerifyReport } from './verify-tally';
import { verifyTransfers } from './verify-transfers';

/** A check that another room adds, for instance that there is no hold without an open redemption. */
export interface VerifyCheck {
  readonly name: string;
  /** Reads in the same snapshot, a page at a time; answers what is wrong, in words. */
  run(sql: Sql): Promise<string[]>;
}

export interface VerifyProgress {
  readonly step: 'transfers' | 'chains' | 'balances' | 'other checks';
  readonly done: number;
  /** As expected at the start. Contra accounts are not counted beforehand, so `done` of balances may pass it. */
  readonly total: number;
}

const REPORT_EVERY = 2_000;

/**
 * Looks at every row of the ledger, with memory for a few thousand of them at a time. What it reads is one state of
 * the data, so it may run while the gateway works, and finds nothing wrong that is only half done.
 */
export function verifyLedger(
  database: Database,
  checks: readonly VerifyCheck[] = [],
  onProgress: (progress: VerifyProgress) => void = () => {},
): Promise<VerifyReport> {
  return database.snapshot((sql) => verifySnapshot(sql, checks, onProgress));
}

async function verifySnapshot(
  sql: Sql,
  checks: readonly VerifyCheck[],
  onProgress: (progress: VerifyProgress) => void,
): Promise<VerifyReport> {
  const totals = await countRows(sql);
  const tallies = {
    enforced: new Tally('each enforced balance equals its transfers'),
    contra: new Tally('each contra sum equals its transfers'),
    units: new Tally('debits equal credits in each unit'),
    covered: new Tally('no enforced account is below zero'),
    transfers: new Tally('each transfer is sound and keeps its unit'),
    resolutions: new Tally('each post and void fits its hold'),
    holds: new Tally('open holds and hold rows agree'),
    chains: new Tally('each chain has its transfers and each transfer its chain'),
    appended: new Tally('each appended contra row can be read'),
  };
  const transferred = new ChainDigest();
  await verifyTransfers(sql, tallies, progressOf('transfers', totals.transfers, onProgress), (chain) =>
    transferred.add(chain.key, chain.transfers),
  );
  await verifyChains(sql, tallies.chains, transferred, progressOf('chains', totals.chains, onProgress));
  await verifyBalances(sql, tallies, progressOf('balances', totals.accounts, onProgress));
  const reports = Object.values(tallies).map((tally) => tally.report());
  const onCheck = progressOf('other checks', checks.length, onProgress);
  for (const check of checks) {
    reports.push(foreignReport(check.name, await check.run(sql)));
    onCheck();
  }
  return { clean: reports.every(({ violations }) => violations === 0), checks: reports };
}

function progressOf(
  step: VerifyProgress['step'],
  total: number,
  report: (progress: VerifyProgress) => void,
): () => void {
  let done = 0;
  return () => {
    done += 1;
    if (done % REPORT_EVERY === 0 || done === total) report({ step, done, total });
  };
}
