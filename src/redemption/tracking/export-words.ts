// The words by which an export is asked for, of a URL or of the command line, read into a filter or into what is wrong.
import { SHEET_FORMATS, type SheetFormat } from '../../kernel/sheet';
import { shown } from '../../members/input-checks';
import { REDEMPTION_STATUSES, type RedemptionStatus } from '../redemption';
import { TIMES, type TrackingWords } from './tracking-scope';

export const EXPORT_WORDS = [
  'format',
  'offer',
  'agreement',
  'partner',
  'status',
  'level',
  'plan',
  'campaign',
  ...TIMES,
] as const;

export interface ExportWords {
  readonly format: SheetFormat;
  readonly words: TrackingWords;
}

/** With an offset, since a time without one is another one on each machine. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** The text says what was given, what is allowed and so what to do. */
export function readExportWords(given: Readonly<Record<string, unknown>>): ExportWords | string {
  const known: readonly string[] = EXPORT_WORDS;
  const words: Record<string, string | Date> = {};
  for (const [word, value] of Object.entries(given)) {
    if (!known.includes(word)) return `${shown(word)} is no filter; allowed are ${known.join(', ')}.`;
    if (typeof value !== 'string') return `${word} is given more than once; give it once.`;
    if (value === '') return `${word} is empty; give it a value or leave it out.`;
    words[word] = value;
  }
  const { format = 'csv', status, ...further } = words;
  if (!SHEET_FORMATS.includes(format as SheetFormat)) {
    return `format is ${shown(String(format))}; allowed are ${SHEET_FORMATS.join(' and ')}.`;
  }
  if (status !== undefined && !REDEMPTION_STATUSES.includes(status as RedemptionStatus)) {
    return `status is ${shown(String(status))}; allowed are ${REDEMPTION_STATUSES.join(', ')}.`;
  }
  for (const time of TIMES) {
    const text = further[time];
    if (text === undefined) continue;
    const instant = TIME.test(String(text)) ? Date.parse(String(text)) : Number.NaN;
    if (Number.isNaN(instant)) {
      return `${time} is ${shown(String(text))}; allowed is a time like 2026-11-01T00:00:00+08:00.`;
    }
    further[time] = new Date(instant);
  }
  return { format: format as SheetFormat, words: { ...further, status: status as RedemptionStatus | undefined } };
}
