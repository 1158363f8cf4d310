// Plain-text tables for terminals: aligned columns, numbers to the right.

export type Cell = string | number | bigint | undefined;

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

// East Asian wide and full-width characters take two places in a terminal, combining marks none.
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const EMOJI = /\p{Extended_Pictographic}/u;
const MARK = /\p{Mn}|\u200b|\u200c|\u200d/u;

/** Places that a text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (MARK.test(character)) continue;
    width += WIDE.test(character) || (character > '\u2000' && EMOJI.test(character)) ? 2 : 1;
  }
  return width;
}

function textOf(cell: Cell): string {
  return cell === undefined ? '' : String(cell);
}

function padded(text: string, width: number, align: 'left' | 'right'): string {
  const gap = ' '.repeat(width - displayWidth(text));
  return align === 'right' ? gap + text : text + gap;
}

/** A line of titles, a rule, and a line for each row; columns of numbers only are aligned to the right unless told. */
export function textTable(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => columns.map((_, at) => textOf(row[at])));
  const widths = columns.map(({ title }, at) =>
    texts.reduce((widest, row) => Math.max(widest, displayWidth(row[at]!)), displayWidth(title)),
  );
  const aligns = columns.map(({ align }, at) => align ?? (isNumeric(rows, at) ? 'right' : 'left'));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => padded(cell, widths[at]!, aligns[at]!))
      .join('  ')
      .trimEnd();
  const titles = line(columns.map(({ title }) => title));
  return [titles, widths.map((width) => '─'.repeat(width)).join('  '), ...texts.map(line)].join('\n');
}

function isNumeric(rows: readonly (readonly Cell[])[], at: number): boolean {
  const filled = rows.map((row) => row[at]).filter((cell) => cell !== undefined);
  return filled.length > 0 && filled.every((cell) => typeof cell !== 'string');
}
