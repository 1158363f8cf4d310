// How a partner's file is to be read: which column says what, and in which format; every cell is judged by itself.
import type { Instant } from '../../kernel/clock';
import type { BusinessTime, DayNumber } from '../../kernel/period';
import { type Refusal, refuse } from '../../kernel/refusal';
import { checkText, shown } from '../../members/input-checks';
import { type ClearLine, COLUMNS, type Column, type FeedMapping, type LineState, type MatchBy } from './feed';
import { type DateReader, dateReader } from './feed-dates';

export const PLAIN_MAPPING: FeedMapping = {
  columns: {},
  delimiter: ',',
  encoding: 'utf-8',
  dateFormat: 'ISO',
  amount: { unit: 'MAJOR', decimals: 2, decimalSign: '.' },
  states: [],
  offers: [],
};

const WORDS_MAX = 1_000;
const DECIMALS_MAX = 4;
/** The columns without which no redemption can be named. */
const NEEDED: Readonly<Record<MatchBy, readonly Column[]>> = {
  CODE: ['code'],
  REDEMPTION: ['reference'],
  PARTNER_REF: ['reference'],
  MEMBER: ['member', 'offer'],
};

export function checkMapping(mapping: FeedMapping, matchBy: MatchBy): Refusal | undefined {
  const { columns, states, offers, amount } = mapping;
  const missing = NEEDED[matchBy].find((column) => columns[column] === undefined);
  if (missing) {
    const message = `mapping.columns has no ${missing}; lines that are matched by ${matchBy} need it.`;
    return refuse('INVALID_INPUT', message, 'mapping.columns');
  }
  for (const [column, header] of Object.entries(columns)) {
    const fault = header === undefined ? undefined : checkText(`mapping.columns.${column}`, header);
    if (fault) return fault;
  }
  const headers = Object.values(columns).filter((header) => header !== undefined);
  if (new Set(headers).size < headers.length) {
    return refuse('INVALID_INPUT', 'mapping.columns names one column of the file twice.', 'mapping.columns');
  }
  if (states.length > WORDS_MAX || offers.length > WORDS_MAX) {
    return refuse('INVALID_INPUT', `mapping has too many words; allowed are ${WORDS_MAX} of each.`, 'mapping');
  }
  if (!Number.isInteger(amount.decimals) || amount.decimals < 0 || amount.decimals > DECIMALS_MAX) {
    const message = `mapping.amount.decimals is ${amount.decimals}; allowed are 0 to ${DECIMALS_MAX}.`;
    return refuse('INVALID_INPUT', message, 'mapping.amount.decimals');
  }
  const fault = dateReader(mapping.dateFormat);
  return typeof fault === 'string' ? refuse('INVALID_INPUT', fault, 'mapping.dateFormat') : undefined;
}

/** Thrown when a file has no line that could be read; the message says what it has and what it must have. */
export class FeedFileError extends Error {
  override readonly name = 'FeedFileError';
}

export type ReadLine = ClearLine | { readonly line: number; readonly fault: string };

export function isFaulty(line: ReadLine): line is { readonly line: number; readonly fault: string } {
  return 'fault' in line;
}

/** Reads the lines of one file, whose header was seen. */
export class LineReader {
  private readonly at: Readonly<Partial<Record<Column, number>>>;
  private readonly states: ReadonlyMap<string, LineState>;
  private readonly offers: ReadonlyMap<string, string>;
  private readonly dates: DateReader;

  /** Throws FeedFileError when the header lacks a column that the mapping names. */
  constructor(
    private readonly mapping: FeedMapping,
    header: readonly string[],
    private readonly time: BusinessTime,
  ) {
    const titles = header.map((title) => title.trim());
    const at: Partial<Record<Column, number>> = {};
    for (const column of COLUMNS) {
      const title = mapping.columns[column];
      if (title === undefined) continue;
      at[column] = titles.indexOf(title);
      if (at[column] >= 0) continue;
      const has = titles.slice(0, 20).map(shown).join(', ');
      throw new FeedFileError(
        `The header has no column ${shown(title)}, which is to tell the ${column}. It has: ${has}.`,
      );
    }
    this.at = at;
    this.states = new Map(mapping.states.map(({ word, state }) => [word, state]));
    this.offers = new Map(mapping.offers.map(({ word, offer }) => [word, offer]));
    const dates = dateReader(mapping.dateFormat);
    if (typeof dates === 'string') throw new FeedFileError(dates);
    this.dates = dates;
  }

  read(line: number, cells: readonly string[]): ReadLine {
    const cell = (column: Column): string | undefined => {
      const at = this.at[column];
      const text = at === undefined ? undefined : cells[at]?.trim();
      return text === '' ? undefined : text;
    };
    const [amount, date, state] = [
      this.amountOf(cell('amount')),
      this.dateOf(cell('date')),
      this.stateOf(cell('state')),
    ];
    const fault = [amount, date, state].find((read) => typeof read === 'object' && 'fault' in read);
    if (fault) return { line, fault: (fault as { readonly fault: string }).fault };
    const offer = cell('offer');
    return {
      line,
      code: cell('code'),
      reference: cell('reference'),
      member: cell('member'),
      offer: offer === undefined ? undefined : (this.offers.get(offer) ?? offer),
      amount: amount as number | undefined,
      ...(date as { readonly at?: Instant; readonly day?: DayNumber }),
      state: state as LineState | undefined,
    };
  }

  private amountOf(text: string | undefined): number | undefined | { readonly fault: string } {
    return text === undefined ? undefined : readAmount(text, this.mapping.amount);
  }

  private dateOf(text: string | undefined) {
    return text === undefined ? {} : this.dates(text, this.time);
  }

  private stateOf(text: string | undefined): LineState | undefined | { readonly fault: string } {
    if (text === undefined) return undefined;
    const state = this.states.get(text);
    if (state) return state;
    const known = [...this.states.keys()].slice(0, 20).map(shown).join(', ') || 'none';
    return { fault: `state is ${shown(text)}; mapping.states knows: ${known}` };
  }
}

const AMOUNT_MAX = 1_000_000_000_000n;

/** `1,234.50`, `¥12`, `12.5`: exact, never by way of a float. */
export function readAmount(
  text: string,
  { unit, decimals, decimalSign }: FeedMapping['amount'],
): number | { readonly fault: string } {
  const group = decimalSign === '.' ? ',' : '\\.';
  const point = decimalSign === '.' ? '\\.' : ',';
  const match = new RegExp(`^[¥￥$€£]?\\s?(\\d{1,3}(?:${group}\\d{3})+|\\d+)(?:${point}(\\d+))?\\s?元?$`, 'u').exec(
    text,
  );
  const fault = (rule: string) => ({ fault: `amount is ${shown(text)}; allowed is ${rule}` });
  if (!match) return fault(decimalSign === '.' ? 'a number such as 1,234.50' : 'a number such as 1.234,50');
  const [whole, fraction = ''] = [match[1]!.replaceAll(/[.,]/g, ''), match[2]];
  const digits = unit === 'MINOR' ? 0 : decimals;
  if (/[1-9]/.test(fraction.slice(digits))) return fault(`at most ${digits} digits behind the ${decimalSign}`);
  const amount = BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'));
  return amount <= AMOUNT_MAX ? Number(amount) : fault(`at most ${AMOUNT_MAX} in the minor unit`);
}
