// Proves that no entry of the audit was changed, taken out or put in: every hash is made again, in order.
import type { Database } from '../database/database';
import { nextEntries, readHead } from './audit.store';
import { hashOf, NO_HASH } from './audit-entry';

const PAGE = 500;
const FAULTS_SHOWN = 20;

export interface AuditReport {
  readonly clean: boolean;
  readonly entries: number;
  /** Of the newest entry. Keep number and hash elsewhere: with them a later run proves that nothing was cut off. */
  readonly head: { readonly number: number; readonly hash: string };
  readonly faults: readonly string[];
}

/** An entry that somebody wrote down earlier, outside of this database. */
export interface Anchor {
  readonly number: number;
  readonly hash: string;
}

/** Reads everything once, in one snapshot. `onProgress` is told how many entries were read, of how many. */
export function verifyAudit(
  database: Database,
  anchor?: Anchor,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<AuditReport> {
  return database.snapshot(async (sql) => {
    const head = await readHead(sql);
    const faults: string[] = [];
    let [before, number, anchored] = [NO_HASH, 0, anchor === undefined];
    for (;;) {
      const page = await nextEntries(sql, number, PAGE);
      for (const entry of page) {
        if (entry.number !== number + 1) faults.push(`entries ${number + 1} to ${entry.number - 1} are missing`);
        const hash = hashOf(before, entry.number, entry);
        if (hash !== entry.hash) faults.push(`entry ${entry.number} (${entry.action}) is not what was written`);
        if (anchor?.number === entry.number) {
          anchored = true;
          if (anchor.hash !== entry.hash) faults.push(`entry ${anchor.number} has another hash than the one given`);
        }
        // The stored hash goes on, so that one damaged entry is one fault and not the end of all that follow.
        before = entry.hash;
        number = entry.number;
      }
      onProgress(number, head.number);
      if (page.length < PAGE) break;
    }
    if (number !== head.number) faults.push(`the head says ${head.number} entries; the last one there is ${number}`);
    else if (before !== head.hash) faults.push('the head has another hash than the last entry');
    if (!anchored) faults.push(`entry ${anchor!.number}, which was given, is not there`);
    return { clean: faults.length === 0, entries: number, head, faults: faults.slice(0, FAULTS_SHOWN) };
  });
}

/** The report as lines to read. */
export function renderAuditReport({ clean, entries, head, faults }: AuditReport): string {
  const told = `${entries} entries; the newest is ${head.number} ${head.hash}`;
  if (clean) return `The audit is whole: ${told}`;
  return [`The audit was tampered with: ${told}`, ...faults.map((fault) => `  ${fault}`)].join('\n');
}

/** `NUMBER:HASH` as `--anchor` takes it. */
export function anchorOf(text: string): Anchor | undefined {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text);
  return match ? { number: Number(match[1]), hash: match[2]! } : undefined;
}
