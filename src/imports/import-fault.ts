// An input file that cannot be taken in: the message names the file, the line, what was given and what is allowed.

const SHOWN_MAX = 60;

export class ImportFault extends Error {
  override readonly name = 'ImportFault';
}

/** A value as a message shows it, shortened, so that a message never grows with its input. */
export function shownValue(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
