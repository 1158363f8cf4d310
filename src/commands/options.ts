// Values of options, read and checked.
import { CommandError } from './command';

/** The format that was told, else what the ending of the file says, else the first one. */
export function formatFor<Format extends string>(
  file: string | undefined,
  formats: readonly [Format, ...Format[]],
  told?: Format,
): Format {
  return told ?? formats.find((format) => file?.toLowerCase().endsWith(`.${format}`)) ?? formats[0];
}

/** The message names the option, what was given and what is allowed. */
export function wholeNumber(option: string, given: string, least: number, most: number): number {
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= least && value <= most) return value;
  throw new CommandError(`${option} is ${JSON.stringify(given)}; allowed is a whole number from ${least} to ${most}.`);
}
