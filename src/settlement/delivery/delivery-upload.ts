// Files of deliveries: read line by line, recorded in batches, with a word on each line that was not.
import type { Readable } from 'node:stream';
import type { Actor } from '../../kernel/actor';
import type { Id } from '../../kernel/id';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import type { Catalogue } from '../../program/catalogue';
import type { DeliveryInput } from './delivery';
import type { DeliveryService } from './delivery.service';
import { deliveryLines } from './delivery-lines';

const LINES_A_BATCH = 500;
const FAULTS_KEPT = 100;

export interface LineFault {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

/** What became of the lines of a file; the counts add up to `lines`. */
export interface DeliveryUploadReport {
  lines: number;
  recorded: number;
  /** In the file twice, or recorded before. */
  duplicates: number;
  /** The first line, and lines without anything in them. */
  blank: number;
  faulty: number;
  /** At most 100 of the faulty lines. */
  readonly faults: LineFault[];
}

export interface DeliveryUpload {
  readonly agreementId: Id;
  readonly file: Readable;
  /** For the audit. */
  readonly name?: string;
}

export class DeliveryUploader {
  constructor(
    private readonly deliveries: DeliveryService,
    private readonly catalogue: () => Catalogue,
  ) {}

  /**
   * Records the lines of a file, each by itself. A refusal: nothing was recorded. What breaks off is sent again as a
   * whole; lines that were recorded count as duplicates then.
   */
  async load(actor: Actor, { agreementId, file }: DeliveryUpload): Promise<DeliveryUploadReport | Refusal> {
    const report: DeliveryUploadReport = { lines: 0, recorded: 0, duplicates: 0, blank: 0, faulty: 0, faults: [] };
    const batch: { readonly line: number; readonly input: DeliveryInput }[] = [];
    let source = '';
    const flush = async (): Promise<Refusal | undefined> => {
      const taken = batch.splice(0);
      const inputs = taken.map(({ input }) => input);
      const outcomes = taken.length > 0 ? await this.deliveries.record(actor, agreementId, source, inputs) : [];
      if (isRefusal(outcomes)) return outcomes;
      for (const [at, outcome] of outcomes.entries()) {
        if (isRefusal(outcome)) note(report, taken[at]!.line, outcome.message.replace(/^deliveries\.\d+\./, ''));
        else if (outcome.replayed) report.duplicates += 1;
        else report.recorded += 1;
      }
      return undefined;
    };
    for await (const line of deliveryLines(file, this.catalogue().time)) {
      report.lines += 1;
      if (line.kind === 'UNREADABLE')
        return refuse('INVALID_INPUT', `The file cannot be read: ${line.reason}.`, 'file');
      if (line.kind === 'FAULTY') note(report, report.lines, line.reason);
      if (line.kind === 'BLANK' || line.kind === 'HEADER') report.blank += 1;
      if (line.kind !== 'DELIVERY') continue;
      const isFull = batch.length >= LINES_A_BATCH || line.source !== source;
      const refused = isFull ? await flush() : undefined;
      if (refused) return refused;
      ({ source } = line);
      batch.push({ line: report.lines, input: line.input });
    }
    const refused = await flush();
    report.faults.sort((left, right) => left.line - right.line);
    return refused ?? report;
  }
}

function note(report: DeliveryUploadReport, line: number, reason: string): void {
  report.faulty += 1;
  if (report.faults.length < FAULTS_KEPT) report.faults.push({ line, reason });
}
