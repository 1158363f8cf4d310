// Grades leave no hole and do not contradict each other: checked by exact arithmetic on their ranges.
import { type Grade, type Interval, intervalOf, MEASURES, type RfmPolicy, SCORES } from '../lifecycle';
import { type FaultAt, nearest, type Path, showGiven } from '../program-fault';
import { type Box, holesOf, intersection } from './boxes';
import { type Draft, present, type Rule } from './rule';

const HOLES_SHOWN = 5;
type Dimension = (typeof MEASURES)[number] | (typeof SCORES)[number];
type GradeDraft = Draft<Grade>;

const WORDS: Readonly<Record<Dimension, string>> = {
  recencyDays: 'days since the last purchase',
  frequency: 'purchases',
  monetary: 'spend',
  r: 'score r',
  f: 'score f',
  m: 'score m',
};

export const grades: Rule = ({ rfm }) => {
  if (!rfm) return [];
  const simple = [...windowFaults(rfm), ...scoreFaults(rfm), ...gradeFaults(rfm)];
  // Holes of ranges that are faulty themselves would only confuse.
  return simple.length > 0 ? simple : [...overlapFaults(rfm), ...holeFaults(rfm)];
};

function windowFaults({ window, windowDays }: Draft<RfmPolicy>): FaultAt[] {
  if ((window === 'DAYS') === (windowDays !== undefined)) return [];
  const allowed = window === 'DAYS' ? 'the number of days' : 'nothing: only for window: DAYS';
  return [{ path: ['rfm', 'windowDays'], given: String(windowDays ?? 'nothing'), allowed }];
}

function scoreFaults({ scores }: Draft<RfmPolicy>): FaultAt[] {
  if (!scores) return [];
  return MEASURES.flatMap((measure): FaultAt[] => {
    const path: Path = ['rfm', 'scores', measure];
    const list = scores[measure];
    const fixed = scores.method === 'FIXED';
    if (fixed !== (list !== undefined)) {
      const allowed = fixed ? 'four thresholds, ascending' : 'nothing: QUANTILES are taken from the members';
      return [{ path, given: list === undefined ? 'nothing' : showGiven(list), allowed }];
    }
    const ascends = (list ?? []).every((value, at) => at === 0 || value! > list![at - 1]!);
    return ascends ? [] : [{ path, given: showGiven(list), allowed: 'four thresholds, each above the one before' }];
  });
}

function gradeFaults(rfm: Draft<RfmPolicy>): FaultAt[] {
  const faults: FaultAt[] = [];
  const codes = new Map<string, number>();
  let kind: 'measures' | 'scores' | undefined;
  for (const [at, { code, when }] of present(rfm.grades)) {
    const path: Path = ['rfm', 'grades', at];
    if (code !== undefined && codes.has(code)) {
      faults.push({ path: [...path, 'code'], given: `${showGiven(code)} again`, allowed: 'each grade once' });
    }
    if (code !== undefined) codes.set(code, at);
    if (when === undefined && code !== undefined && code !== rfm.default) {
      faults.push({ path: [...path, 'when'], given: 'nothing', allowed: 'ranges: only the default may have none' });
    }
    for (const key of Object.keys(when ?? {}) as Dimension[]) {
      const its = (SCORES as readonly string[]).includes(key) ? 'scores' : 'measures';
      kind ??= its;
      if (kind !== its) {
        const allowed = `${kind}, as the grades before: measures and scores cannot be compared for holes`;
        faults.push({ path: [...path, 'when', key], given: its, allowed });
      } else if (its === 'scores' && !rfm.scores) {
        faults.push({ path: [...path, 'when', key], given: 'a score', allowed: 'measures, or rfm.scores as well' });
      }
      faults.push(...rangeFaults(when![key] ?? {}, its, [...path, 'when', key]));
    }
  }
  if (rfm.default !== undefined && !codes.has(rfm.default)) {
    const meant = nearest(rfm.default, codes.keys());
    const allowed = `the code of one of the grades${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    faults.push({ path: ['rfm', 'default'], given: showGiven(rfm.default), allowed });
  }
  return faults;
}

function rangeFaults(range: Draft<Grade['when'] & object>[Dimension] & object, its: string, path: Path): FaultAt[] {
  const twice = (one?: number, two?: number) => one !== undefined && two !== undefined;
  if (twice(range.atLeast, range.moreThan) || twice(range.below, range.atMost)) {
    return [{ path, given: showGiven(range), allowed: 'one lower and one upper end at most' }];
  }
  const { from, to } = intervalOf(range);
  const whole = its === 'scores' ? SCORE : MEASURE;
  if (Math.max(from, whole.from) < Math.min(to, whole.to)) return [];
  return [
    {
      path,
      given: `${showGiven(range)}, which holds no number`,
      allowed: `a range of whole numbers, ${spanWords(whole)}`,
    },
  ];
}

const MEASURE: Interval = { from: 0, to: Number.POSITIVE_INFINITY };
const SCORE: Interval = { from: 1, to: 6 };

/** The dimensions that the grades look at, and each grade that has ranges as a box of them. */
function boxesOf(rfm: Draft<RfmPolicy>) {
  const ranged = [...present(rfm.grades)].filter(([, { when }]) => when !== undefined);
  const used = new Set(ranged.flatMap(([, { when }]) => Object.keys(when!)));
  const dimensions: readonly Dimension[] = [...MEASURES, ...SCORES].filter((name) => used.has(name));
  const boxOf = ({ when }: GradeDraft): Box => dimensions.map((name) => intervalOf(when?.[name] ?? undefined));
  return { dimensions, boxes: ranged.map(([at, grade]) => ({ at, grade, box: boxOf(grade) })) };
}

function overlapFaults(rfm: Draft<RfmPolicy>): FaultAt[] {
  const { dimensions, boxes } = boxesOf(rfm);
  const faults: FaultAt[] = [];
  for (const [index, one] of boxes.entries()) {
    for (const two of boxes.slice(0, index)) {
      const shared = intersection(one.box, two.box);
      if (!shared || one.grade.precedence !== two.grade.precedence) continue;
      const given = `${one.grade.code} and ${two.grade.code} both have ${boxWords(shared, dimensions)}`;
      const allowed = 'ranges that do not meet, or another precedence: the highest one holds';
      faults.push({ path: ['rfm', 'grades', one.at], given, allowed });
    }
  }
  return faults;
}

function holeFaults(rfm: Draft<RfmPolicy>): FaultAt[] {
  if (rfm.holes === 'DEFAULT') return [];
  const { dimensions, boxes } = boxesOf(rfm);
  if (boxes.length === 0) return [];
  const space = dimensions.map((name) => ((SCORES as readonly string[]).includes(name) ? SCORE : MEASURE));
  const holes = holesOf(
    space,
    boxes.map(({ box }) => box),
    (cell) => isPossible(cell, dimensions),
  );
  const more = holes.length > HOLES_SHOWN ? `, and ${holes.length - HOLES_SHOWN} more` : '';
  if (holes.length === 0) return [];
  const shown = holes.slice(0, HOLES_SHOWN).map((hole) => boxWords(hole, dimensions));
  const given = `grades that leave out ${shown.join('; ')}${more}`;
  return [{ path: ['rfm', 'grades'], given, allowed: 'ranges without holes, or holes: DEFAULT' }];
}

/** Who bought nothing spent nothing, and its last purchase lies behind every threshold. */
function isPossible(cell: Box, dimensions: readonly Dimension[]): boolean {
  const of = (name: Dimension): Interval => cell[dimensions.indexOf(name)] ?? MEASURE;
  const boughtNothing = of('frequency').to <= 1;
  return !boughtNothing || (of('monetary').from === 0 && of('recencyDays').to === Number.POSITIVE_INFINITY);
}

/** `spend 100000 to 199999 with fewer than 10 purchases` */
function boxWords(box: Box, dimensions: readonly Dimension[]): string {
  const bounded = dimensions.flatMap((name, at) => {
    const { from, to } = box[at]!;
    const whole = (SCORES as readonly string[]).includes(name) ? SCORE : MEASURE;
    return from <= whole.from && to >= whole.to ? [] : [[name, { from, to }] as const];
  });
  // Spend first, as people say it.
  bounded.sort(([left], [right]) => Number(right === 'monetary') - Number(left === 'monetary'));
  const words = bounded.map(([name, span]) =>
    name === 'monetary' || name.length === 1
      ? `${WORDS[name]} ${spanWords(span, 'below')}`
      : `${spanWords(span, 'fewer than')} ${WORDS[name]}`,
  );
  return words.length === 0 ? 'everything' : words.join(' with ');
}

function spanWords({ from, to }: Interval, less = 'below'): string {
  if (to === Number.POSITIVE_INFINITY) return `at least ${from}`;
  if (from === 0) return `${less} ${to}`;
  return to === from + 1 ? `exactly ${from}` : `${from} to ${to - 1}`;
}
