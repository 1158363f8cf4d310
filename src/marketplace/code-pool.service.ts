// Code pools: loading codes from a file, in resumable chunks, each with its stock in the ledger.
import type { Readable } from 'node:stream';
import type { Database } from '../database/database';
import { readProgress } from '../database/progress.store';
import { assert } from '../kernel/assert';
import type { Clock } from '../kernel/clock';
import { type Id, namedId, newId } from '../kernel/id';
import { COUNT } from '../kernel/money';
import { accountKey } from '../ledger/account';
import { companion } from '../ledger/batch';
import { ACCOUNT_KINDS, TRANSFER_CODES } from '../ledger/chart';
import type { LedgerService } from '../ledger/ledger.service';
import type { TransferInput } from '../ledger/transfer';
import type { CodeCipher } from './code-cipher';
import { type CodeLine, codeLines } from './code-lines';
import { codeChunkWriter, knownHashes, type NewCode, type PoolState, readPool } from './code-pool.store';

/** What became of the lines of a code file; the counts add up to `lines`. */
export interface CodeImportReport {
  lines: number;
  added: number;
  /** In the file twice, or in the pool already. */
  duplicates: number;
  blank: number;
  faulty: number;
  /** The first faulty lines, by line number from 1. */
  readonly faults: { readonly line: number; readonly reason: string }[];
  /** Lines that an earlier, interrupted run had taken in; their counts are included. */
  resumedAt: number;
}

const CHUNK_LINES = 5_000;
const FAULTS_KEPT = 20;
const ATTEMPTS = 8;

export interface CodeImport {
  readonly offerId: Id;
  /** Names the file by its content, so that an interrupted import of the same file goes on where it stopped. */
  readonly name: string;
  readonly source: Readable;
  readonly onProgress?: (report: Readonly<CodeImportReport>) => void;
}

export class CodePoolService {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly cipher: CodeCipher,
    private readonly clock: Clock,
  ) {}

  /** Loads a file of codes. May be interrupted at any point and asked again with the same name and content. */
  async load(request: CodeImport): Promise<CodeImportReport> {
    const progressName = `codes:${request.offerId}:${request.name}`;
    const known = await readProgress(this.database.read, progressName);
    const report = known ? (JSON.parse(known.detail) as CodeImportReport) : emptyReport();
    report.resumedAt = known?.position ?? 0;
    let taken = report.resumedAt;
    let line = 0;
    let chunk: string[] = [];
    for await (const judged of codeLines(request.source)) {
      line += 1;
      if (line <= taken) continue;
      report.lines = line;
      count(report, judged, line);
      if (judged.kind === 'CODE') chunk.push(judged.code);
      if (line % CHUNK_LINES !== 0) continue;
      taken = await this.store(request, progressName, report, chunk);
      chunk = [];
      request.onProgress?.(report);
    }
    if (line > taken) await this.store(request, progressName, report, chunk);
    request.onProgress?.(report);
    return report;
  }

  /** Answers how many lines of the file are taken in by now, by whomever. */
  private async store(
    request: CodeImport,
    progressName: string,
    report: CodeImportReport,
    codes: readonly string[],
  ): Promise<number> {
    for (let attempt = 1; ; attempt += 1) {
      const fresh = await this.freshCodes(request.offerId, codes);
      const next = {
        ...report,
        added: report.added + fresh.length,
        duplicates: report.duplicates + codes.length - fresh.length,
      };
      try {
        await this.storeFresh(request.offerId, progressName, next, fresh);
        break;
      } catch (error) {
        // Another file that is being loaded brought one of these codes since they were looked up.
        const rival = this.database.dialect.failureKind(error) === 'DUPLICATE';
        if (!rival || attempt >= ATTEMPTS) throw error;
      }
    }
    // As it was kept: if another process was first with this chunk of the file, its counts hold, and it may be ahead.
    const kept = await readProgress(this.database.read, progressName);
    assert(kept && kept.position >= report.lines, `the progress of ${progressName} was not kept`);
    const { resumedAt } = report;
    Object.assign(report, JSON.parse(kept.detail), { resumedAt });
    return kept.position;
  }

  private async storeFresh(
    offerId: Id,
    progressName: string,
    report: CodeImportReport,
    fresh: readonly NewCode[],
  ): Promise<void> {
    const progress = { name: progressName, position: report.lines, detail: JSON.stringify(report) };
    const stock = accountKey({ holder: offerId, kind: ACCOUNT_KINDS.STOCK, unit: COUNT });
    const granted = accountKey({ holder: offerId, kind: ACCOUNT_KINDS.STOCK_GRANTED, unit: COUNT });
    const added: TransferInput[] =
      fresh.length === 0
        ? []
        : [{ kind: 'TRANSFER', debit: granted, credit: stock, amount: fresh.length, code: TRANSFER_CODES.STOCK }];
    const chain = {
      key: namedId(progressName, String(report.lines)),
      fingerprint: namedId(progressName),
      id: newId(this.clock.now()),
      openings: [{ account: stock, grant: 0, from: granted }],
      transfers: added,
    };
    const result = await this.ledger.submit(chain, [companion(codeChunkWriter, { offerId, codes: fresh, progress })]);
    assert(result.applied, `codes of offer ${offerId} could not be added to its stock`);
  }

  private async freshCodes(offerId: Id, codes: readonly string[]): Promise<NewCode[]> {
    const byHash = new Map<string, { hash: Buffer; code: string }>();
    for (const code of codes) {
      const hash = this.cipher.hash(offerId, code);
      byHash.set(hash.toString('hex'), { hash, code });
    }
    const known = await knownHashes(
      this.database.read,
      offerId,
      [...byHash.values()].map(({ hash }) => hash),
    );
    for (const hash of known) byHash.delete(hash);
    return [...byHash.values()].map(({ hash, code }) => ({ hash, sealed: this.cipher.seal(offerId, code) }));
  }

  state(offerId: Id): Promise<PoolState | undefined> {
    return readPool(this.database.read, offerId);
  }
}

function emptyReport(): CodeImportReport {
  return { lines: 0, added: 0, duplicates: 0, blank: 0, faulty: 0, faults: [], resumedAt: 0 };
}

function count(report: CodeImportReport, judged: CodeLine, line: number): void {
  if (judged.kind === 'BLANK' || judged.kind === 'HEADER') report.blank += 1;
  if (judged.kind !== 'FAULTY') return;
  report.faulty += 1;
  if (report.faults.length < FAULTS_KEPT) report.faults.push({ line, reason: judged.reason });
}
