// A preview of a program as tables for a terminal.
import { type Cell, type Column, textTable } from '../../kernel/text-table';
import { count, money } from '../design/growth-table';
import type { ProgramPreview, WorstCost } from './program-preview';

const right = (title: string): Column => ({ title, align: 'right' });

export function previewTables(preview: ProgramPreview, currency: string): string {
  const { members, seen, moves, benefits, before, after } = preview;
  if (members === 0) return 'There are no members yet whom it could move.';
  const looked = seen < members ? `, judged by ${count(seen)} of them, evenly spread` : '';
  const parts = [`Of ${count(members)} members${looked}:`];
  const columns = [{ title: 'from level' }, { title: 'to level' }, right('members')];
  const moved = moves.map(({ from, to, members: of }): Cell[] => [from ?? 'none', to ?? 'none', count(of)]);
  parts.push(moves.length === 0 ? 'Nobody moves to another level.' : textTable(columns, moved));
  const changes = benefits.map(({ benefit, lost, reduced, raised, gained }): Cell[] => {
    return [benefit, ...[lost, reduced, raised, gained].map(count)];
  });
  const titles = ['members who lose it', 'get less', 'get more', 'gain it'].map(right);
  parts.push(changes.length === 0 ? 'Nobody loses a benefit.' : textTable([{ title: 'benefit' }, ...titles], changes));
  parts.push(costTable(before, after, currency));
  return parts.join('\n\n');
}

function costTable(before: WorstCost, after: WorstCost, currency: string): string {
  const columns = [{ title: `cost at worst, in ${currency}` }, right('now'), right('then'), right('change')];
  const row = (title: string, of: (cost: WorstCost) => number): Cell[] => {
    const change = of(after) - of(before);
    const sign = change > 0 ? '+' : '';
    return [title, money(of(before), currency), money(of(after), currency), sign + money(change, currency)];
  };
  const rows = [
    row('benefits of levels in a year, by their quotas', ({ levels }) => levels),
    row('running cards, were each sold anew', ({ cards }) => cards),
  ];
  const table = textTable(columns, rows);
  if (before.unlimited === 0 && after.unlimited === 0) return table;
  const endless = `${count(before.unlimited)} members now, ${count(after.unlimited)} then`;
  return `${table}\nWithout any limit, by a benefit of their level that costs and has no quota: ${endless}.`;
}
