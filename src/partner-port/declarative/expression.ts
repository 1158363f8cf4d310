// One JSONata expression of a manifest: compiled once, and evaluated within bounds whatever it says and is fed.
import jsonata from 'jsonata';
import type { Instant } from '../../kernel/clock';
import { MappingError } from './mapping-error';
import { isFunction, TEXT_MAX, Weights } from './weight';

/** Short enough for the parser, which goes a level deeper for each sign at worst. */
const LENGTH_MAX = 2_000;
const STEPS_MAX = 50_000;
const TIME_MAX_MS = 1_000;
/** Steps after which others get their turn: about a millisecond. */
const STEPS_AT_A_TIME = 250;
const DEPTH_MAX = 150;
const ITEMS_MAX = 10_000;
const PATTERN_MAX = 1_000;
const PICTURE_MAX = 100;

/** Functions that could run away in one step, and those that would give another request each time. */
const REFUSED = new Set(['eval', 'match', 'distinct', 'random', 'shuffle']);

export interface ExpressionFault {
  /** What is wrong, in words. */
  readonly fault: string;
  /** In characters of the expression. */
  readonly at: number;
}

interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly position?: number;
}

export class Expression {
  private constructor(private readonly compiled: jsonata.Expression) {}

  static compile(text: string): Expression | ExpressionFault {
    if (text.trim() === '') return { fault: 'an empty expression', at: 0 };
    if (text.length > LENGTH_MAX) return { fault: `an expression of ${text.length} characters`, at: LENGTH_MAX };
    try {
      const options = { timeout: TIME_MAX_MS, stack: DEPTH_MAX, sequence: ITEMS_MAX };
      const compiled = jsonata(text, options);
      const refused = refusedNode(compiled.ast());
      if (refused) return refused;
      for (const [name, [implementation, signature]] of Object.entries(BOUNDED)) {
        compiled.registerFunction(name, implementation, signature);
      }
      watch(compiled);
      return new Expression(compiled);
    } catch (error) {
      // The parser throws for faults of syntax, and runs out of stack on thousands of brackets.
      const { message, position } = error as Partial<jsonata.JsonataError>;
      return { fault: message ?? 'an expression that cannot be read', at: position ?? 0 };
    }
  }

  /** The value as plain JSON, or `undefined`. Throws `MappingError`, whose message tells no value. */
  async evaluate(scope: object, now: Instant): Promise<unknown> {
    const bindings = { now: () => new Date(now).toISOString(), millis: () => now };
    try {
      return toPlain(await this.compiled.evaluate(scope, bindings));
    } catch (error) {
      if (error instanceof MappingError) throw error;
      const { code, position } = error as Partial<jsonata.JsonataError>;
      const reason = code === undefined ? 'no result' : (REASONS[code] ?? `the fault ${code} of JSONata`);
      throw new MappingError(position === undefined ? reason : `${reason}, at character ${position}`);
    }
  }
}

interface Frame {
  /** One for each evaluation, however many run at once. */
  readonly base: object;
}

interface Meter {
  steps: number;
  readonly weights: Weights;
}

/** Counts the steps of each evaluation, weighs what each step makes, and lets others run in between. */
function watch(compiled: jsonata.Expression): void {
  const meters = new WeakMap<object, Meter>();
  const meterOf = ({ base }: Frame): Meter => {
    const meter = meters.get(base) ?? { steps: 0, weights: new Weights() };
    meters.set(base, meter);
    return meter;
  };
  // The evaluator calls both before and after each step. Its types know names that are texts only.
  const assign = compiled.assign as unknown as (name: symbol, value: unknown) => void;
  assign(Symbol.for('jsonata.__evaluate_entry'), (_node: unknown, _input: unknown, frame: Frame) => {
    const meter = meterOf(frame);
    meter.steps += 1;
    if (meter.steps > STEPS_MAX) throw new MappingError(`more than ${STEPS_MAX} steps`);
    if (meter.steps % STEPS_AT_A_TIME !== 0) return undefined;
    return new Promise<void>((resolve) => setImmediate(resolve));
  });
  assign(Symbol.for('jsonata.__evaluate_exit'), (_node: unknown, _input: unknown, frame: Frame, result: unknown) =>
    meterOf(frame).weights.check(result),
  );
}

const REASONS: Readonly<Record<string, string>> = {
  D1011: `more than ${DEPTH_MAX} levels`,
  D1012: `more than ${TIME_MAX_MS} milliseconds`,
  D2014: `a list of more than ${ITEMS_MAX} items`,
  D2015: `a list of more than ${ITEMS_MAX} items`,
  D3137: 'an $error() of its own',
  D3141: 'an $assert() of its own',
};

/** Regular expressions can take for ever on a text that a partner makes up, so none is let in. */
function refusedNode(root: unknown): ExpressionFault | undefined {
  const seen = new Set<object>();
  const left: unknown[] = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    const { type, value: name, position = 0 } = value as Node;
    if (type === 'regex')
      return { fault: 'a regular expression; use $contains, $split or $substringBefore', at: position };
    if (type === 'variable' && REFUSED.has(name as string)) return { fault: `the function $${name}`, at: position };
    left.push(...Object.values(value));
  }
  return undefined;
}

function bounded(length: number): void {
  if (length > TEXT_MAX) throw new MappingError(`a text of more than ${TEXT_MAX} characters`);
}

function checkPattern(pattern: string | undefined): void {
  if ((pattern?.length ?? 0) > PATTERN_MAX) throw new MappingError(`a pattern of more than ${PATTERN_MAX} characters`);
}

function checkPicture(picture: string | undefined): void {
  if (picture === undefined) return;
  const fits = picture.length <= PICTURE_MAX && !/\d{5}/.test(picture);
  if (!fits) throw new MappingError(`a picture of more than ${PICTURE_MAX} characters, or with a width above 9999`);
}

const fromMillis = jsonata('$fromMillis(instant, picture, zone)');

type Text = string | undefined;
type Implementation = Parameters<jsonata.Expression['registerFunction']>[1];

/** In the place of the library's own, which would make texts of any length or take any time in one step. */
const BOUNDED: Readonly<Record<string, readonly [Implementation, string]>> = {
  contains: [
    (text: Text, pattern: string) => {
      checkPattern(pattern);
      return text?.includes(pattern);
    },
    '<s-s:b>',
  ],
  replace: [
    (text: Text, pattern: string, replacement: string, limit = ITEMS_MAX) => {
      checkPattern(pattern);
      if (text === undefined || pattern === '') return text;
      const parts = text.split(pattern);
      const kept = Math.min(parts.length - 1, Math.max(0, limit));
      bounded(text.length + kept * replacement.length);
      const rest = parts.slice(kept).join(pattern);
      return [...parts.slice(0, kept), rest].join(replacement);
    },
    '<s-ssn?:s>',
  ],
  split: [
    (text: Text, separator: string, limit = ITEMS_MAX) => {
      checkPattern(separator);
      return text?.split(separator, Math.min(Math.max(0, limit), ITEMS_MAX));
    },
    '<s-sn?:a<s>>',
  ],
  join: [
    (texts: readonly string[] | undefined, separator = '') => {
      if (texts === undefined) return undefined;
      bounded(texts.reduce((sum, text) => sum + text.length + separator.length, 0));
      return texts.join(separator);
    },
    '<a<s>s?:s>',
  ],
  pad: [
    (text: Text, width: number, filling = ' ') => {
      bounded(Math.abs(width));
      return width < 0 ? text?.padStart(-width, filling) : text?.padEnd(width, filling);
    },
    '<s-ns?:s>',
  ],
  substringBefore: [
    (text: Text, pattern: string) => {
      checkPattern(pattern);
      const at = text?.indexOf(pattern) ?? -1;
      return at < 0 ? text : text?.slice(0, at);
    },
    '<s-s:s>',
  ],
  substringAfter: [
    (text: Text, pattern: string) => {
      checkPattern(pattern);
      const at = text?.indexOf(pattern) ?? -1;
      return at < 0 ? text : text?.slice(at + pattern.length);
    },
    '<s-s:s>',
  ],
  fromMillis: [
    async (instant: number | undefined, picture?: string, zone?: string) => {
      checkPicture(picture);
      return await fromMillis.evaluate({ instant, picture, zone });
    },
    '<n-s?s?:s>',
  ],
  toMillis: [
    (text: Text) => {
      if (text === undefined) return undefined;
      const instant = text.length > 40 ? Number.NaN : Date.parse(text);
      if (Number.isNaN(instant)) throw new MappingError('a time that is not ISO 8601');
      return instant;
    },
    '<s-:n>',
  ],
};

/** Without the marks that the evaluator leaves on its lists; functions are no data. */
function toPlain(value: unknown): unknown {
  if (typeof value === 'function') throw new MappingError('a function in the place of data');
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== 'object' || value === null) return value;
  if (isFunction(value)) throw new MappingError('a function in the place of data');
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toPlain(part)]));
}
