// Values of options, read and checked.
import { CommandError } from './command';

/** The message names the option, what was given and what is allowed. */
export function wholeNumber(option: string, given: string, least: number, most: number): number {
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= least && value <= most) return value;
  throw new CommandError(`${option} is ${JSON.stringify(given)}; allowed is a whole number from ${least} to ${most}.`);
}
