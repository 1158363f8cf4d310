// A report on growth as tables for a terminal.
import { type Cell, type Column, textTable } from '../../kernel/text-table';
import type { GrowthReport, LevelReport } from './growth-report';

const right = (title: string): Column => ({ title, align: 'right' });

/** An amount of the minor unit with its currency's decimals: `1,234.50`. */
export function money(amount: number, currency: string): string {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return (amount / 10 ** (digits ?? 2)).toLocaleString('en', format);
}

/** One decimal, or two of what would else be as good as nothing. */
export function percent(part: number | undefined): string {
  return part === undefined ? '–' : `${(part * 100).toFixed(part > 0 && part < 0.005 ? 2 : 1)} %`;
}

export const count = (value: number): string => value.toLocaleString('en');

/** The weeks that a table shows: the beginning, the quarters and the end. */
function shownWeeks(weeks: number): number[] {
  return [...new Set([0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(weeks * part)))];
}

export function growthTables(report: GrowthReport): string {
  const { program, members, weeks, seed, source } = report;
  const head = `${program}: ${count(members)} members over ${weeks} weeks, ${source}, seed ${seed}`;
  const parts = [head, standingTable(report), profileTable(report), costTable(report), planTable(report)];
  const { target, crowded } = report;
  if (target) parts.push(targetTable(report));
  for (const code of crowded) {
    const share = report.levels.find((level) => level.code === code)?.share;
    parts.push(`Crowded: ${percent(share)} of the members would sit at ${code}; the guard would raise an alert.`);
  }
  return parts.filter((part) => part !== '').join('\n\n');
}

function standingTable(report: GrowthReport): string {
  const { levels, weeks, without, members } = report;
  const shown = shownWeeks(weeks);
  const columns = [{ title: 'level' }, right('threshold')];
  const hasDesign = levels.some(({ designed }) => designed !== undefined);
  const tellsKept = levels.some(({ kept }) => kept !== undefined);
  if (hasDesign) columns.push(right('designed'), right('off by'));
  columns.push(...shown.map((week) => right(week === 0 ? 'begin' : `week ${week}`)), right('at the end'));
  if (tellsKept) columns.push(right('kept'), right('fell, last week'), right('fell, in all'));
  const rows = levels.map(({ code, threshold, designed, standing, share, kept = [], fell = [] }): Cell[] => {
    const offBy = designed === undefined ? '' : signed(threshold - designed);
    return [
      code,
      count(threshold),
      ...(hasDesign ? [designed === undefined ? '' : count(designed), offBy] : []),
      ...shown.map((week) => count(standing[week]!)),
      percent(share),
      ...(tellsKept ? [kept.at(-1) ?? 0, fell.at(-1) ?? 0, sum(fell)].map(count) : []),
    ];
  });
  if (without) {
    const blank = hasDesign ? ['', '', ''] : [''];
    const share = without.at(-1)! / Math.max(1, members);
    rows.unshift([NO_LEVEL, ...blank, ...shown.map((week) => count(without[week]!)), percent(share)]);
  }
  const told = tellsKept ? `\n${KEPT}` : '';
  return `Members at each level\n${textTable(columns, rows)}${told}`;
}

const NO_LEVEL = '(none)';
const KEPT =
  'kept: at the end, above what growth and rating alone would give; fell: from here to a lower level, or to none';

const sum = (counts: readonly number[]): number => counts.reduce((total, one) => total + one, 0);

function signed(value: number): string {
  return value > 0 ? `+${count(value)}` : count(value);
}

function profileTable({ profiles, levels, without }: GrowthReport): string {
  const columns = [{ title: 'profile' }, right('members'), right('growth at the end')];
  // Everybody has the lowest one, where everybody has one.
  const first = without ? 0 : 1;
  const higher = levels.slice(first);
  columns.push(...higher.map(({ code }) => right(code)));
  const rows = profiles.map(({ profile, members, growth, reached }): Cell[] => [
    profile,
    count(members),
    count(growth),
    ...higher.map((_, at) => reachedText(reached[at + first]!, members)),
  ]);
  return `Who reached which level, and in which week half of them had\n${textTable(columns, rows)}`;
}

function reachedText({ members, medianWeek }: { members: number; medianWeek: number | undefined }, of: number): string {
  return medianWeek === undefined ? '–' : `${percent(members / of)} (w${medianWeek})`;
}

function costTable({ levels, currency }: GrowthReport): string {
  const columns = [
    { title: 'level' },
    right('spend'),
    right('benefits at most'),
    right('benefits expected'),
    right('of the spend'),
  ];
  const rows = levels.map(({ code, spend, cost, costShare }: LevelReport): Cell[] => [
    code,
    spend === undefined ? '–' : money(spend, currency),
    cost.atMost === undefined ? 'no limit' : money(cost.atMost, currency),
    money(cost.expected, currency),
    percent(costShare),
  ]);
  return `Of one member in a year, in ${currency}\n${textTable(columns, rows)}`;
}

function planTable({ plans, currency }: GrowthReport): string {
  if (plans.length === 0) return '';
  const columns = [{ title: 'plan' }, right('price'), right('cap'), right('benefits at most')];
  const rows = plans.map(({ code, price, costCap, benefitsAtMost }): Cell[] => [
    code,
    money(price, currency),
    money(costCap, currency),
    benefitsAtMost === undefined ? 'up to the cap' : money(benefitsAtMost, currency),
  ]);
  const head = `Of one card: its price and cap for a term, and its counted benefits in a year, in ${currency}`;
  return `${head}\n${textTable(columns, rows)}`;
}

const MEANINGS = {
  POPULATION: 'by the level at which members stand at the end',
  SPEED: 'by the level that their gain in these weeks alone would reach',
} as const;

function targetTable({ target }: GrowthReport): string {
  const columns = [{ title: 'band' }, { title: 'levels' }, right('wanted'), right('reached'), right('off by')];
  const rows = target!.bands.map(({ name, levels, wanted, reached }): Cell[] => [
    name,
    levels.join(', '),
    percent(wanted),
    percent(reached),
    `${reached >= wanted ? '+' : '−'}${(Math.abs(reached - wanted) * 100).toFixed(1)}`,
  ]);
  return `Target, ${MEANINGS[target!.meaning]}\n${textTable(columns, rows)}`;
}
