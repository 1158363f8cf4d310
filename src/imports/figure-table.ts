// Figures as a table: what was counted beside what was expected, and whether both are equal.
import { textTable } from '../kernel/text-table';

export type FigureValue = number | string;

export interface Figure {
  readonly what: string;
  /** Absent when nobody said what it must be. */
  readonly expected?: FigureValue;
  readonly got: FigureValue;
}

export function isWrong({ expected, got }: Figure): boolean {
  return expected !== undefined && expected !== got;
}

function shown(value: FigureValue | undefined): string {
  return typeof value === 'number' ? value.toLocaleString('en-US') : (value ?? '');
}

export function figureTable(figures: readonly Figure[]): string {
  const known = figures.some(({ expected }) => expected !== undefined);
  const right = { align: 'right' } as const;
  if (!known) {
    return textTable(
      [{ title: 'what' }, { title: 'got', ...right }],
      figures.map(({ what, got }) => [what, shown(got)]),
    );
  }
  return textTable(
    [{ title: 'what' }, { title: 'expected', ...right }, { title: 'got', ...right }, { title: 'equal' }],
    figures.map((figure) => {
      const verdict = figure.expected === undefined ? '' : isWrong(figure) ? 'NO' : 'yes';
      return [figure.what, shown(figure.expected), shown(figure.got), verdict];
    }),
  );
}
