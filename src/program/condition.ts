// Conditions that people write in CEL: checked when they are written, compiled once, and bounded whatever they say.
import { Environment } from '@marcbachmann/cel-js';

/** What a condition may name of a member; whole numbers are `bigint`, as CEL has them. */
export interface MemberFacts {
  /** The code of its level; empty before a program has levels. */
  readonly level: string;
  readonly rank: bigint;
  readonly growth: bigint;
  readonly points: bigint;
  readonly tags: readonly string[];
  /** 1 to 12; 0 when the birthday is not known. */
  readonly birthMonth: bigint;
  readonly daysSinceJoined: bigint;
  /** A stage of the lifecycle; empty when the program has none, or it was not judged yet. */
  readonly stage: string;
  /** The code of its RFM grade; empty likewise. */
  readonly grade: string;
}

/** … and of the card that it would be taken on; without one, texts are empty and numbers 0. */
export interface CardFacts {
  readonly plan: string;
  readonly kind: string;
  readonly daysLeft: bigint;
}

export interface Facts {
  readonly member: MemberFacts;
  readonly card: CardFacts;
}

/** … and, where it is about something that the member did, of that event. */
export interface EventFacts {
  readonly event: {
    /** One of `EVENT_TYPES`. */
    readonly type: string;
    readonly source: string;
    /** Texts that were not told are empty, amounts 0. */
    readonly name: string;
    readonly orderId: string;
    /** In the minor unit. */
    readonly amount: bigint;
    /** Metres, seconds, or 1. */
    readonly quantity: bigint;
    /** Of the program's time zone: 0 to 23. */
    readonly hour: bigint;
    /** 1 is Monday, 7 is Sunday. */
    readonly weekday: bigint;
    /** Whole numbers are `bigint` here too. One that is not there makes a condition false; ask `"key" in …` first. */
    readonly attributes: Readonly<Record<string, string | bigint | number | boolean>>;
  };
}

export type Condition<Known = Facts> = (facts: Known) => boolean;
export type EventCondition = Condition<Facts & EventFacts>;

export interface ConditionFault {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

// Text that people write runs at each look at a perk, so nothing in it may take long: few nodes, no list of lists of
// looks, no regular expressions (theirs can be made to run for ever), nothing that doubles what it is given.
const LIMITS = { maxAstNodes: 200, maxDepth: 24, maxListElements: 100, maxMapEntries: 1, maxCallArguments: 4 };
const MACROS = new Set(['all', 'exists', 'exists_one']);
const CALLS = new Set([...MACROS, 'size', 'startsWith', 'endsWith', 'contains']);

/** The variables of an expression by their names, each with the CEL types of its fields. */
export type Variables = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const MEMBER_VARIABLES = {
  member: {
    level: 'string',
    rank: 'int',
    growth: 'int',
    points: 'int',
    tags: 'list<string>',
    birthMonth: 'int',
    daysSinceJoined: 'int',
    stage: 'string',
    grade: 'string',
  },
} as const;
export const PERK_VARIABLES = {
  ...MEMBER_VARIABLES,
  card: { plan: 'string', kind: 'string', daysLeft: 'int' },
} as const;

/** What expressions over these variables are compiled in. Making one takes long, so keep it. */
export function environmentOf(variables: Variables): Environment {
  const made = new Environment({ limits: LIMITS });
  for (const [name, schema] of Object.entries(variables)) made.registerVariable({ name, schema });
  return made;
}

const environment = environmentOf(PERK_VARIABLES);

const eventEnvironment = environment.clone().registerVariable({
  name: 'event',
  schema: {
    type: 'string',
    source: 'string',
    name: 'string',
    orderId: 'string',
    amount: 'int',
    quantity: 'int',
    hour: 'int',
    weekday: 'int',
    attributes: 'map<string, dyn>',
  },
});

interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
  /** Of the part that matters, such as the name after a dot. */
  readonly pos: number;
}

export type Compiled<Known> = { readonly condition: Condition<Known> } | { readonly fault: ConditionFault };

/** The condition, or why and where the text is none. */
export function compileCondition(text: string): Compiled<Facts> {
  return compileIn(environment, text);
}

/** One that may speak of an event as well. */
export function compileEventCondition(text: string): Compiled<Facts & EventFacts> {
  return compileIn(eventEnvironment, text);
}

/** As `compileCondition`, over other variables; `Known` has a value for each of them. */
export function compileIn<Known>(variables: Environment, text: string): Compiled<Known> {
  try {
    const run = variables.parse(text);
    const strange = strangeNode(run.ast as unknown as Node, false);
    if (strange) return { fault: { ...placeOf(text, strange.start), reason: strange.reason } };
    const checked = run.check();
    if (!checked.valid) return { fault: faultOf(text, checked.error) };
    if (checked.type !== 'bool') {
      return { fault: { line: 1, column: 1, reason: `it is a ${checked.type}, where a bool is wanted` } };
    }
    // A division by zero and its like make no member eligible.
    const condition: Condition<Known> = (facts) => {
      try {
        return run(facts as unknown as Record<string, unknown>) === true;
      } catch {
        return false;
      }
    };
    return { condition };
  } catch (error) {
    return { fault: faultOf(text, error) };
  }
}

function strangeNode(node: Node, inMacro: boolean): { start: number; reason: string } | undefined {
  const { op, args, start } = node;
  let within = inMacro;
  if (op === 'call' || op === 'rcall') {
    const name = String((args as readonly unknown[])[0]);
    if (!CALLS.has(name)) {
      return { start, reason: `${name}() is not known here; allowed are ${[...CALLS].join(', ')}` };
    }
    if (MACROS.has(name) && inMacro) return { start, reason: `${name}() stands inside of another look at a list` };
    within ||= MACROS.has(name);
  }
  for (const inner of nodesIn(args)) {
    const strange = strangeNode(inner, within);
    if (strange) return strange;
  }
  return undefined;
}

function nodesIn(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  return typeof value === 'object' && value !== null && 'op' in value ? [value as Node] : [];
}

function faultOf(text: string, error: unknown): ConditionFault {
  const { message, node, range } = error as { message?: string; node?: Node; range?: { start: number } };
  const [reason] = (message ?? String(error)).split('\n');
  return { ...placeOf(text, node?.pos ?? range?.start ?? 0), reason: reason! };
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
