// The conditions of sales: over a member's history with a plan, and over what somebody applies with.
import type { Environment } from '@marcbachmann/cel-js';
import {
  type CardFacts,
  type Compiled,
  compileIn,
  environmentOf,
  MEMBER_VARIABLES,
  type MemberFacts,
  PERK_VARIABLES,
} from './condition';
import type { ApplicationField, FieldKind } from './plan-sale';

/** What a price may name of a member's history with the plan. Terms refunded before they began do not count. */
export interface HistoryFacts {
  /** Whether a term of the plan ever began. */
  readonly everHeld: boolean;
  /** How many terms of the plan have begun. */
  readonly timesHeld: bigint;
  /** Whether a term of the plan runs or is to come. */
  readonly running: boolean;
  /** Whole days since the last term of the plan ended; 0 while one runs, and for who never had one. */
  readonly daysSinceEnded: bigint;
  /** How many terms of membership plans, of whichever, have begun. */
  readonly membershipsHeld: bigint;
}

export interface SaleFacts {
  readonly member: MemberFacts;
  /** The card that is renewed, else the parent that is given, else the running membership card. */
  readonly card: CardFacts;
  readonly history: HistoryFacts;
}

const sales = environmentOf({
  ...PERK_VARIABLES,
  history: {
    everHeld: 'bool',
    timesHeld: 'int',
    running: 'bool',
    daysSinceEnded: 'int',
    membershipsHeld: 'int',
  },
});

export function compileSale(text: string): Compiled<SaleFacts> {
  return compileIn<SaleFacts>(sales, text);
}

export interface ApplicationFacts {
  readonly member: MemberFacts;
  /** A field that was not filled in is 0, false or an empty text. */
  readonly application: Readonly<Record<string, string | number | boolean>>;
  /** The age of each `DATE` field in days; 0 for one that was not filled in or lies ahead. */
  readonly daysSince: Readonly<Record<string, bigint>>;
}

const TYPES: Readonly<Record<FieldKind, string>> = {
  NUMBER: 'double',
  TEXT: 'string',
  DATE: 'string',
  BOOLEAN: 'bool',
  LINK: 'string',
};

function applicationEnvironment(fields: readonly Pick<ApplicationField, 'code' | 'kind'>[]): Environment {
  const application = Object.fromEntries(fields.map(({ code, kind }) => [code, TYPES[kind]]));
  const dates = fields.filter(({ kind }) => kind === 'DATE').map(({ code }) => [code, 'int']);
  const variables = { ...MEMBER_VARIABLES, application };
  return environmentOf(dates.length > 0 ? { ...variables, daysSince: Object.fromEntries(dates) } : variables);
}

export function compileApplicationCheck(
  fields: readonly Pick<ApplicationField, 'code' | 'kind'>[],
  text: string,
): Compiled<ApplicationFacts> {
  return compileIn<ApplicationFacts>(applicationEnvironment(fields), text);
}
