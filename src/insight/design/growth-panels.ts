// The three panels of the picture of growth, each drawn from its own left upper corner.
import type { GrowthReport } from './growth-report';
import { count, money, percent } from './growth-table';
import { area, element, line, rectangle, words } from './svg';

export interface Panel {
  readonly svg: string;
  readonly height: number;
}

const GREY = '#6b7280';
const RULE = '#e5e7eb';
const HEADING = { 'font-size': 15, 'font-weight': 600 } as const;
const PLOT_TOP = 54;
const LABELS = 210;

/** From light to dark with the rank, in one hue, because levels have an order and no other kind. */
export function levelColour(at: number, levels: number): string {
  const part = levels === 1 ? 1 : at / (levels - 1);
  const mix = (light: number, dark: number) => Math.round(light + (dark - light) * part);
  return `rgb(${mix(214, 17)},${mix(230, 54)},${mix(245, 112)})`;
}

const LABEL_HEIGHT = 34;

/** High enough for the names of all levels beside it. */
function plotHeight(levels: number): number {
  return Math.max(300, levels * LABEL_HEIGHT);
}

/** One band of the picture, from the lowest. */
interface Band {
  readonly name: string;
  readonly note: string;
  readonly fill: string;
  readonly share: number;
  readonly standing: readonly number[];
  readonly kept: readonly number[] | undefined;
}

function bandsOf({ levels, without, members }: GrowthReport): Band[] {
  const bands = levels.map(({ name, threshold, share, standing, kept }, at): Band => {
    const keptNow = (kept?.at(-1) ?? 0) / Math.max(1, members);
    const note = `from ${count(threshold)}${keptNow > 0 ? `, ${percent(keptNow)} kept` : ''}`;
    return { name, note, fill: levelColour(at, levels.length), share, standing, kept };
  });
  if (!without) return bands;
  const share = without.at(-1)! / Math.max(1, members);
  return [{ name: 'No level', note: '', fill: '#e5e7eb', share, standing: without, kept: undefined }, ...bands];
}

/** Members at each level by week, as parts of the whole, the highest on top. */
export function standingPanel(report: GrowthReport, width: number): Panel {
  const { weeks, members } = report;
  const bands = bandsOf(report);
  const left = 44;
  const plot = width - left - LABELS;
  const height = plotHeight(bands.length);
  const x = (week: number) => left + (plot * week) / weeks;
  const y = (part: number) => PLOT_TOP + height * (1 - part);
  const keeps = bands.some(({ kept }) => kept?.some((members) => members > 0));
  const told = keeps ? '; hatched: kept above what their growth would give' : '';
  const parts = [
    words('Where members stand, week by week', 0, 14, HEADING),
    words(`Parts of all members at each level${told}`, 0, 32, { fill: GREY }),
    ...(keeps ? [HATCHES] : []),
  ];
  let below = Array.from({ length: weeks + 1 }, () => 0);
  const ends: Ending[] = [];
  for (const band of bands) {
    const { standing, kept, fill } = band;
    const raised = (by: readonly number[]) => below.map((part, week) => part + by[week]! / Math.max(1, members));
    const above = raised(standing);
    const points = (edge: readonly number[]) => edge.map((part, week) => [x(week), y(part)] as const);
    parts.push(area(points(above), points(below), { fill, stroke: '#ffffff', 'stroke-width': 1 }));
    if (kept?.some((members) => members > 0)) {
      parts.push(area(points(raised(kept)), points(below), { fill: 'url(#kept)' }));
    }
    ends.push({ band, y: y((above.at(-1)! + below.at(-1)!) / 2) });
    below = above;
  }
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    const at = y(part);
    parts.push(line(left, at, left + plot, at, { stroke: '#1f2937', 'stroke-opacity': 0.12 }));
    parts.push(words(`${part * 100} %`, left - 8, at + 4, { 'text-anchor': 'end', fill: GREY }));
  }
  parts.push(...weekAxis(weeks, x, PLOT_TOP + height));
  return { svg: parts.join('') + endLabels(ends, left + plot + 16), height: PLOT_TOP + height + 24 };
}

const HATCHES = element(
  'defs',
  {},
  element(
    'pattern',
    { id: 'kept', width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    rectangle(0, 0, 2, 6, { fill: '#ffffff', 'fill-opacity': 0.55 }),
  ),
);

function weekAxis(weeks: number, x: (week: number) => number, foot: number): string[] {
  return ticks(weeks).flatMap((week) => {
    const text = week === 0 ? 'begin' : `week ${week}`;
    return [
      line(x(week), foot, x(week), foot + 5, { stroke: GREY }),
      words(text, x(week), foot + 20, { 'text-anchor': 'middle', fill: GREY }),
    ];
  });
}

const FALLS_HEIGHT = 120;

/** How many fell to a lower level in each week; nothing where nobody ever did, or where levels follow growth. */
export function fallsPanel({ levels, weeks, members }: GrowthReport, width: number): Panel | undefined {
  const falls = Array.from({ length: weeks + 1 }, (_, week) =>
    levels.reduce((sum, { fell }) => sum + (fell?.[week] ?? 0), 0),
  );
  const most = Math.max(...falls);
  if (most === 0) return undefined;
  const left = 44;
  const plot = width - left - LABELS;
  const x = (week: number) => left + (plot * week) / weeks;
  const foot = PLOT_TOP + FALLS_HEIGHT;
  const bars = falls.map((fell, week) => {
    const height = (FALLS_HEIGHT * fell) / most;
    return fell === 0 ? '' : rectangle(x(week - 1) + 1, foot - height, plot / weeks - 2, height, { fill: '#b45309' });
  });
  const all = falls.reduce((sum, fell) => sum + fell, 0);
  const parts = [
    words('Who fell, week by week', 0, 14, HEADING),
    words(`Members at a lower level than a week before, or at none: ${count(all)} in all`, 0, 32, { fill: GREY }),
    ...bars,
    line(left, foot, left + plot, foot, { stroke: RULE }),
    words(percent(most / Math.max(1, members)), left - 8, PLOT_TOP + 4, { 'text-anchor': 'end', fill: GREY }),
    ...weekAxis(weeks, x, foot),
  ];
  return { svg: parts.join(''), height: foot + 24 };
}

function ticks(weeks: number): number[] {
  return [...new Set([0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(weeks * part)))];
}

interface Ending {
  readonly band: Band;
  readonly y: number;
}

/** The name and the part of each level, at the height at which its band ends, pushed apart where they would touch. */
function endLabels(ends: readonly Ending[], x: number): string {
  const placed = ends.map(({ y }) => y);
  const lowest = PLOT_TOP + plotHeight(ends.length) - 8;
  placed[0] = Math.min(placed[0]!, lowest);
  for (let at = 1; at < placed.length; at += 1) placed[at] = Math.min(placed[at]!, placed[at - 1]! - LABEL_HEIGHT);
  // What was pushed out at the top comes down again, and pushes the others.
  const last = placed.length - 1;
  placed[last] = Math.max(placed[last]!, PLOT_TOP + 4);
  for (let at = last - 1; at >= 0; at -= 1) placed[at] = Math.max(placed[at]!, placed[at + 1]! + LABEL_HEIGHT);
  return ends
    .map(({ band, y }, at) => {
      const label = placed[at]!;
      const { name, share, fill, note } = band;
      return [
        line(x - 14, y, x - 2, label, { stroke: GREY, 'stroke-opacity': 0.5 }),
        rectangle(x, label - 10, 12, 12, { fill, rx: 2 }),
        words(`${name}  ${percent(share)}`, x + 20, label, { 'font-weight': 600 }),
        words(note, x + 20, label + 14, { fill: GREY, 'font-size': 11 }),
      ].join('');
    })
    .join('');
}

const BAR = 18;
const BAND_HEIGHT = 58;

/** For each band what was wanted and what was reached; nothing without a target. */
export function targetPanel({ target }: GrowthReport, width: number): Panel | undefined {
  if (!target) return undefined;
  const meaning = target.meaning === 'SPEED' ? 'what their gain alone would reach' : 'where they stand at the end';
  const plot = width - LABELS - 70;
  const parts = [
    words('Against the target', 0, 14, HEADING),
    words(`Members by ${meaning}: wanted in grey, reached in blue`, 0, 32, { fill: GREY }),
  ];
  const most = Math.max(...target.bands.flatMap(({ wanted, reached }) => [wanted, reached]), 0.01);
  for (const [at, { name, levels, wanted, reached }] of target.bands.entries()) {
    const top = PLOT_TOP + at * BAND_HEIGHT;
    parts.push(words(name, 0, top + 13, { 'font-weight': 600 }));
    parts.push(words(shortened(levels.join(', '), 32), 0, top + 30, { fill: GREY, 'font-size': 11 }));
    parts.push(bar({ x: LABELS, y: top, part: wanted / most, fill: '#d1d5db', text: percent(wanted) }, plot));
    parts.push(
      bar({ x: LABELS, y: top + BAR + 2, part: reached / most, fill: '#2563eb', text: percent(reached) }, plot),
    );
  }
  parts.push(line(LABELS, PLOT_TOP, LABELS, PLOT_TOP + target.bands.length * BAND_HEIGHT, { stroke: RULE }));
  return { svg: parts.join(''), height: PLOT_TOP + target.bands.length * BAND_HEIGHT };
}

interface Bar {
  readonly x: number;
  readonly y: number;
  /** Of the plot's width. */
  readonly part: number;
  readonly fill: string;
  readonly text: string;
}

function bar({ x, y, part, fill, text }: Bar, plot: number): string {
  const width = Math.max(part > 0 ? 1 : 0, plot * part);
  return rectangle(x, y, width, BAR, { fill, rx: 2 }) + words(text, x + width + 8, y + 13, { 'font-size': 12 });
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

const COST_HEIGHT = 58;

/** What a member of each level spends in a year, and what its benefits cost, on one scale. */
export function costPanel({ levels, currency }: GrowthReport, width: number): Panel | undefined {
  const shown = levels.filter(({ spend, cost }) => (spend ?? 0) > 0 || cost.expected > 0);
  if (shown.length === 0) return undefined;
  const plot = width - LABELS - 190;
  const most = Math.max(...shown.map(({ spend, cost }) => Math.max(spend ?? 0, cost.expected)));
  const parts = [
    words('What the benefits cost against the spend', 0, 14, HEADING),
    words(`Of one member in a year, in ${currency}: spend in grey, benefits as they are used in orange`, 0, 32, {
      fill: GREY,
    }),
  ];
  for (const [at, { name, spend, cost, costShare }] of shown.toReversed().entries()) {
    const top = PLOT_TOP + at * COST_HEIGHT;
    const ofSpend = costShare === undefined ? '' : `, ${percent(costShare)} of the spend`;
    const atMost = cost.atMost === undefined ? 'no limit' : `at most ${money(cost.atMost, currency)}`;
    const text = `${money(cost.expected, currency)}${ofSpend} (${atMost})`;
    parts.push(words(name, 0, top + 22, { 'font-weight': 600 }));
    const spent = spend === undefined ? 'nobody stands here' : money(spend, currency);
    parts.push(bar({ x: LABELS, y: top, part: (spend ?? 0) / most, fill: '#d1d5db', text: spent }, plot));
    parts.push(bar({ x: LABELS, y: top + BAR + 2, part: cost.expected / most, fill: '#ea7317', text }, plot));
  }
  parts.push(line(LABELS, PLOT_TOP, LABELS, PLOT_TOP + shown.length * COST_HEIGHT, { stroke: RULE }));
  return { svg: parts.join(''), height: PLOT_TOP + shown.length * COST_HEIGHT };
}
