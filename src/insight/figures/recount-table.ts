// What a recount found, as tables for a terminal.
import { type Column, textTable } from '../../kernel/text-table';
import type { RecountReport } from './recount';

const FIGURES: Column[] = [{ title: 'figure' }, { title: 'days', align: 'right' }, { title: 'total', align: 'right' }];
const DIFFERENCES: Column[] = [
  { title: 'figure' },
  { title: 'day, month or year' },
  { title: 'cell (one,other,mark,unit)' },
  { title: 'rolled up', align: 'right' },
  { title: 'recounted', align: 'right' },
];

export function renderRecount(report: RecountReport): string {
  const { members, redemptions, waiting, figures, differences, differing } = report;
  const rows = figures.map(({ figure, days, total }) => [figure, days, total]);
  const from = `${members} members and ${redemptions} redemptions`;
  const looked = `Recounted from ${from}; ${waiting} changes wait to be counted.`;
  const parts = [textTable(FIGURES, rows), looked];
  if (differing === 0) return [...parts, 'The roll-up equals the facts.'].join('\n');
  const lines = differences.map(({ figure, period, cell, rolledUp, recounted }) => [
    figure,
    period,
    cell,
    rolledUp,
    recounted,
  ]);
  parts.push(textTable(DIFFERENCES, lines), `${differing} sums differ; the first ${lines.length} are shown.`);
  return parts.join('\n');
}
