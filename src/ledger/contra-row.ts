// What an appended contra row says, and what is wrong with one that was damaged.
import type { SqlRow } from '../database/sql';
import { InvariantError } from '../kernel/assert';
import { type AccountKey, type Balance, isEnforced } from './account';

/** One account of an appended row: its key, and what was moved on its four sides. */
export type Moved = readonly [account: AccountKey, ...sides: [number, number, number, number]];

export function toMoved([account, sum]: readonly [AccountKey, Balance]): Moved {
  return [account, sum.creditsPosted, sum.creditsPending, sum.debitsPosted, sum.debitsPending];
}

/** What a row (id, moved) says, or what is wrong with it, in words that name it. */
export type ReadRow = { readonly moved: readonly Moved[] } | { readonly fault: string };

const ACCOUNT_KEY = /^[0-9a-f]{88}$/;
const SIDES = 4;
const CHARACTERS_SHOWN = 120;

/** Reads an appended row; an account may come more than once in it. One wrong entry makes the row as a whole wrong. */
export function readContraRow([id, text]: SqlRow): ReadRow {
  const wrong = (why: string) => ({ fault: `appended contra row ${String(id)} is damaged: ${why}` });
  const entries = parsed(String(text));
  if (!Array.isArray(entries)) return wrong(`${shown(text)} is no list of accounts in JSON`);
  if (entries.length === 0) return wrong('it is empty');
  for (const [at, entry] of entries.entries()) {
    const fault = entryFault(entry);
    if (fault) return wrong(`entry ${at + 1}, ${shown(JSON.stringify(entry))}, ${fault}`);
  }
  return { moved: entries as Moved[] };
}

/** What an appended row says. A damaged one is never left out in silence: it ends the work with an InvariantError. */
export function movedIn(row: SqlRow): readonly Moved[] {
  const read = readContraRow(row);
  if ('fault' in read) throw new InvariantError(`${read.fault}; \`ledger verify\` lists all such rows`);
  return read.moved;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function entryFault(entry: unknown): string | undefined {
  if (!Array.isArray(entry) || entry.length !== 1 + SIDES) return 'is not an account with its four amounts';
  const [account, ...sides] = entry as unknown[];
  if (typeof account !== 'string' || !ACCOUNT_KEY.test(account)) return 'has no key of 88 hexadecimal digits';
  if (isEnforced(account)) return 'names an enforced account, no contra account';
  return sides.every(Number.isSafeInteger) ? undefined : 'has an amount that is no safe integer';
}

function shown(value: unknown): string {
  const text = String(value);
  return text.length > CHARACTERS_SHOWN ? `${text.slice(0, CHARACTERS_SHOWN)}…` : text;
}
