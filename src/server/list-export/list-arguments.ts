// Arguments of a list as they stand in a URL or on a command line: scalars and enums as text, the rest as JSON.
import {
  type GraphQLArgument,
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredArgument,
} from 'graphql';
import { shown } from '../../members/input-checks';

export type Variables = Readonly<Record<string, unknown>>;

const NUMBERS: readonly string[] = ['Int', 'Float', 'SafeInt'];
const NUMBER = /^-?\d+(\.\d+)?$/;

/** The variables; or what is wrong, with what was given and what is allowed. What JSON holds the schema judges. */
export function readArguments(takes: readonly GraphQLArgument[], words: Variables): Variables | string {
  const variables: Record<string, unknown> = {};
  for (const [name, word] of Object.entries(words)) {
    const argument = takes.find((one) => one.name === name);
    if (!argument) return `${shown(name)} is no argument of this list; allowed are ${namesOf(takes)}.`;
    if (typeof word !== 'string') return `${name} is given more than once; give it once.`;
    const value = readValue(getNullableType(argument.type), word);
    if ('fault' in value) return `${name} is ${shown(word)}; ${value.fault}.`;
    variables[name] = value.value;
  }
  const missing = takes.find((argument) => isRequiredArgument(argument) && variables[argument.name] === undefined);
  return missing ? `${missing.name} is not given; this list needs it.` : variables;
}

function namesOf(takes: readonly GraphQLArgument[]): string {
  return ['format', ...takes.map(({ name }) => name)].join(', ');
}

type Read = { readonly value: unknown } | { readonly fault: string };

function readValue(type: GraphQLInputType, word: string): Read {
  if (isListType(type) || isInputObjectType(type)) {
    const value = jsonOf(word);
    const fits = isListType(type) ? Array.isArray(value) : isPlainObject(value);
    return fits ? { value } : { fault: `allowed is JSON of ${type}, such as ${isListType(type) ? '[]' : '{}'}` };
  }
  if (isEnumType(type)) {
    const names = type.getValues().map(({ name }) => name);
    return names.includes(word) ? { value: word } : { fault: `allowed are ${names.join(', ')}` };
  }
  const { name } = type as { readonly name: string };
  if (name === 'Boolean') {
    return word === 'true' || word === 'false' ? { value: word === 'true' } : { fault: 'allowed are true and false' };
  }
  if (!NUMBERS.includes(name)) return { value: word };
  return NUMBER.test(word) ? { value: Number(word) } : { fault: 'allowed is a number' };
}

function jsonOf(word: string): unknown {
  try {
    return JSON.parse(word);
  } catch {
    return undefined;
  }
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
