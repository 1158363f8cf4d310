// Templates of a manifest: values in which texts that begin with `=` are expressions, and paths with some inside.
import type { Instant } from '../../kernel/clock';
import { Expression, type ExpressionFault } from './expression';
import { MappingError } from './mapping-error';

export interface Template {
  /** What expressions leave undefined is left out. Throws `MappingError`. */
  evaluate(scope: object, now: Instant): Promise<unknown>;
}

/** A fault of an expression, and the way to it inside of the template. */
export interface TemplateFault extends ExpressionFault {
  readonly path: readonly (string | number)[];
}

const DEPTH_MAX = 20;

/** Compiles a checked template; a fault that is left is thrown as `MappingError`. */
export function compileTemplate(source: unknown): Template {
  if (isExpression(source)) return orThrow(Expression.compile(expressionOf(source)));
  if (Array.isArray(source)) {
    const items = source.map(compileTemplate);
    return {
      evaluate: async (scope, now) => {
        const values: unknown[] = [];
        for (const item of items) values.push(await item.evaluate(scope, now));
        return values.filter((value) => value !== undefined);
      },
    };
  }
  if (typeof source !== 'object' || source === null) return { evaluate: async () => source };
  const parts = Object.entries(source).map(([key, part]) => [key, compileTemplate(part)] as const);
  return {
    evaluate: async (scope, now) => {
      const values: [string, unknown][] = [];
      for (const [key, part] of parts) values.push([key, await part.evaluate(scope, now)]);
      return Object.fromEntries(values.filter(([, value]) => value !== undefined));
    },
  };
}

/** The faults of every expression in a template. */
export function templateFaults(source: unknown, path: TemplateFault['path'] = []): TemplateFault[] {
  if (path.length > DEPTH_MAX) return [{ path, fault: `more than ${DEPTH_MAX} levels`, at: 0 }];
  if (isExpression(source)) {
    const compiled = Expression.compile(expressionOf(source));
    return 'fault' in compiled ? [{ path, ...compiled }] : [];
  }
  if (typeof source !== 'object' || source === null) return [];
  return Object.entries(source).flatMap(([key, part]) =>
    templateFaults(part, [...path, Array.isArray(source) ? Number(key) : key]),
  );
}

export function isExpression(source: unknown): source is string {
  return typeof source === 'string' && source.startsWith('=');
}

/** The text behind the sign. */
function expressionOf(source: string): string {
  return source.slice(1);
}

function orThrow(compiled: Expression | ExpressionFault): Expression {
  if ('fault' in compiled) throw new MappingError(compiled.fault);
  return compiled;
}

/** Literal parts and expressions in turn: `/vouchers/{partnerRef}` has two literal parts around one expression. */
export interface PathParts {
  readonly literals: readonly string[];
  readonly expressions: readonly string[];
}

export function splitPath(path: string): PathParts | ExpressionFault {
  const pieces = path.split(/[{}]/);
  const signs = path.replace(/[^{}]/g, '');
  const fault = 'braces that do not pair';
  if (signs !== '{}'.repeat(signs.length / 2) || signs.length % 2 !== 0) return { fault, at: path.search(/[{}]/) };
  const odd = (wanted: number) => pieces.filter((_piece, at) => at % 2 === wanted);
  return { literals: odd(0), expressions: odd(1) };
}

export function pathFaults(path: string): ExpressionFault[] {
  const parts = splitPath(path);
  if ('fault' in parts) return [parts];
  const compiled = parts.expressions.map((text) => Expression.compile(text));
  return compiled.filter((one): one is ExpressionFault => 'fault' in one);
}

/** A path whose values are encoded, each as part of one segment; `urlBelow` refuses those that are `.` or `..`. */
export function compilePath(path: string): { evaluate(scope: object, now: Instant): Promise<string> } {
  const parts = splitPath(path);
  if ('fault' in parts) throw new MappingError(parts.fault);
  const expressions = parts.expressions.map((text) => orThrow(Expression.compile(text)));
  return {
    evaluate: async (scope, now) => {
      let text = parts.literals[0]!;
      for (const [at, expression] of expressions.entries()) {
        text += encodePart(await expression.evaluate(scope, now)) + parts.literals[at + 1]!;
      }
      return text;
    },
  };
}

function encodePart(value: unknown): string {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || text === '') throw new MappingError('a value of the path that is no text');
  // Half a surrogate pair (Cs) has no encoding.
  if (text.length > 500 || /[\p{Cc}\p{Cs}]/u.test(text)) {
    throw new MappingError('a value of the path that no path can hold');
  }
  return encodeURIComponent(text);
}
