// A design of levels has a threshold for each, one above the other, and its bands hold each level once, in their order.
import { designedThresholds } from '../level-design';
import type { FaultAt } from '../program-fault';
import { type Draft, type ProgramDraft, present, type Rule } from './rule';

export const levelDesign: Rule = (program) => [...multiplierFaults(program), ...bandFaults(program)];

function multiplierFaults({ levelDesign: design, levels }: ProgramDraft): FaultAt[] {
  const multipliers = [...present(design?.multipliers)].map(([, multiplier]) => multiplier);
  if (design?.multipliers === undefined || multipliers.length < design.multipliers.length) return [];
  const path = ['levelDesign', 'multipliers'];
  const faults: FaultAt[] = [];
  const wanted = (levels?.length ?? 0) - 1;
  if (wanted >= 1 && multipliers.length !== wanted) {
    const allowed = `${wanted}: one for each level above the lowest`;
    faults.push({ path, given: `a list of ${multipliers.length}`, allowed });
  }
  const thresholds = designedThresholds({ base: design.base ?? 1, multipliers });
  for (const [at, multiplier] of multipliers.entries()) {
    if (thresholds[at + 1]! > thresholds[at]!) continue;
    const given = `${multiplier}, which makes the threshold ${thresholds[at + 1]}`;
    faults.push({ path: [...path, at], given, allowed: `a multiplier that makes more than ${thresholds[at]}` });
  }
  return faults;
}

interface Place {
  readonly code: string;
  readonly rank: number;
  readonly path: readonly (string | number)[];
}

function bandFaults(program: ProgramDraft): FaultAt[] {
  const bands = program.levelDesign?.target?.bands;
  const ranks = ranksOf(program.levels);
  if (!bands || !ranks) return [];
  const faults: FaultAt[] = [];
  const seen = new Map<string, Place>();
  let lowest = Number.POSITIVE_INFINITY;
  for (const [at, band] of present(bands)) {
    const places: Place[] = [];
    for (const [index, code] of present(band.levels)) {
      const path = ['levelDesign', 'target', 'bands', at, 'levels', index];
      const rank = ranks.get(code);
      // An unknown code is told by the rule of references.
      if (rank === undefined) continue;
      if (seen.has(code)) faults.push({ path, given: `${code} again`, allowed: 'each level in one band only' });
      else places.push({ code, rank, path });
    }
    for (const place of places) {
      seen.set(place.code, place);
      if (place.rank < lowest) continue;
      const allowed = 'levels below those of the band before: the highest band comes first';
      faults.push({ path: place.path, given: `${place.code} of rank ${place.rank}`, allowed });
    }
    lowest = Math.min(lowest, ...places.map(({ rank }) => rank));
  }
  const missing = [...ranks.keys()].filter((code) => !seen.has(code));
  if (missing.length > 0) {
    const given = `no band with ${missing.join(', ')}`;
    faults.push({ path: ['levelDesign', 'target', 'bands'], given, allowed: 'each level of the file in one band' });
  }
  return faults;
}

/** By code; `undefined` while a level is at fault in these, when nothing sure can be said. */
function ranksOf(levels: Draft<ProgramDraft['levels']>): Map<string, number> | undefined {
  const ranks = new Map<string, number>();
  for (const level of levels ?? []) {
    if (level?.code === undefined || level.rank === undefined) return undefined;
    ranks.set(level.code, level.rank);
  }
  return ranks;
}
