// What became of the lines of a call or of a file, counted.

const FAULTS_KEPT = 20;

export interface LineFault {
  readonly line: number;
  readonly reason: string;
}

/** What became of lines; the counts add up to `lines`. */
export interface LinesReport {
  lines: number;
  added: number;
  /** There already, with the same content. */
  known: number;
  faulty: number;
  /** The first of them. */
  readonly faults: LineFault[];
}

export interface FileReport extends LinesReport {
  /** Lines that an earlier, interrupted upload had taken in; their counts are included. */
  resumedAt: number;
}

export function emptyReport(): LinesReport {
  return { lines: 0, added: 0, known: 0, faulty: 0, faults: [] };
}

/** The report with what became of more lines. */
export function counted<Report extends LinesReport>(
  report: Report,
  more: Pick<LinesReport, 'lines' | 'added' | 'known' | 'faults'>,
): Report {
  return {
    ...report,
    lines: report.lines + more.lines,
    added: report.added + more.added,
    known: report.known + more.known,
    faulty: report.faulty + more.faults.length,
    faults: [...report.faults, ...more.faults].slice(0, FAULTS_KEPT),
  };
}
