// The first pass: reads all files whole before anything is stored, so that a faulty line leaves nothing half done.
import { type Figure, isWrong } from '../figure-table';
import type { OnProgress } from '../import-house';
import { newLineCount } from '../json-lines';
import { StarbucksFolder } from './folder';
import type { StarbucksOffer } from './records';
import { StarbucksTotals } from './totals';
import { knownTotals, totalFigures } from './totals-table';

export interface CheckedFolder {
  readonly folder: StarbucksFolder;
  readonly digest: string;
  readonly offers: readonly StarbucksOffer[];
  readonly totals: StarbucksTotals;
  readonly figures: readonly Figure[];
  /** False when a total differs from `totals.json`: then the data are not what they claim to be. */
  readonly asExpected: boolean;
}

const REPORT_EVERY = 1_000;

/** Throws ImportFault, which names the file and the line, at the first record that is malformed or fits nowhere. */
export async function checkFolder(path: string, onProgress: OnProgress = () => {}): Promise<CheckedFolder> {
  const folder = await StarbucksFolder.open(path);
  const offers = await folder.offers();
  const totals = new StarbucksTotals(offers);
  const known = await folder.figures('totals.json', knownTotals);
  for await (const { line, value } of folder.profile.records()) {
    const fault = totals.addPerson(value);
    if (fault) throw folder.profile.fault(line, fault);
  }
  const lines = newLineCount();
  for await (const { line, value, text } of folder.transcript.records(lines)) {
    const fault = totals.addEvent(value, text);
    if (fault) throw folder.transcript.fault(line, fault);
    if (line % REPORT_EVERY === 0) onProgress('checking the files', lines.bytes, folder.transcript.size);
  }
  const figures = totalFigures(totals, lines, known?.known_totals);
  return { folder, digest: await folder.digest(), offers, totals, figures, asExpected: !figures.some(isWrong) };
}
