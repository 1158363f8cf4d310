// How much a value weighs, so that neither an answer nor an expression can make more of it than the gateway can bear.
import { MappingError } from './mapping-error';

export const TEXT_MAX = 100_000;
const WEIGHT_MAX = 100_000;
const CHARACTERS_IN_ONE = 64;
const DEPTH_MAX = 64;

interface Measure {
  readonly weight: number;
  /** How many levels lie below it. */
  readonly levels: number;
}

const ONE: Measure = { weight: 1, levels: 0 };

/**
 * Weighs values as if they were written out: a part that occurs twice counts twice, for that is what a comparison or
 * a text of it costs. Each object is gone through once.
 */
export class Weights {
  private readonly known = new WeakMap<object, Measure>();

  /** Throws `MappingError` when the value is too much. */
  check(value: unknown): void {
    if (this.of(value, 0).weight > WEIGHT_MAX) throw new MappingError('more data than an expression may hold');
  }

  private of(value: unknown, above: number): Measure {
    if (typeof value === 'string') {
      if (value.length > TEXT_MAX) throw new MappingError(`a text of more than ${TEXT_MAX} characters`);
      return { weight: 1 + value.length / CHARACTERS_IN_ONE, levels: 0 };
    }
    if (typeof value !== 'object' || value === null || isFunction(value)) return ONE;
    const known = this.known.get(value);
    if (above + (known?.levels ?? 0) > DEPTH_MAX) throw new MappingError(`data of more than ${DEPTH_MAX} levels`);
    if (known !== undefined) return known;
    let [weight, levels] = [1, 0];
    for (const part of Object.values(value)) {
      const inner = this.of(part, above + 1);
      weight += inner.weight;
      levels = Math.max(levels, inner.levels + 1);
    }
    const measure = { weight, levels };
    this.known.set(value, measure);
    return measure;
  }
}

/** Functions of JSONata are objects that hold their surroundings. */
export function isFunction(value: object): boolean {
  return '_jsonata_function' in value || '_jsonata_lambda' in value;
}

/** Whether a JSON text nests no deeper than is read; told from the text, for reading it might use up the stack. */
export function isShallow(json: string): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (inText) {
      if (character === '\\') at += 1;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      if (depth > DEPTH_MAX) return false;
    } else if (character === '}' || character === ']') depth -= 1;
  }
  return true;
}
