// A value of the API as a cell of a table.
import type { Cell } from '../../kernel/sheet';

/** Nothing stays nothing on the way to a value below it. Lists of scalars are joined by a space. */
export function cellAt(node: unknown, path: readonly string[]): Cell {
  let value = node;
  for (const name of path) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return cellOf(value);
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map(cellOf).join(' ');
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
