// What a rule is: a pure look at one aspect of a program whose form may still be faulty in other places.
import type { Program } from '../program';
import type { FaultAt } from '../program-fault';

/** A value of which any part may be missing, because that part is at fault and reported already. */
export type Draft<Value> = Value extends string | number | boolean
  ? Value
  : Value extends readonly (infer Item)[]
    ? readonly (Draft<Item> | undefined)[]
    : { readonly [Key in keyof Value]?: Draft<Value[Key]> };

export type ProgramDraft = Draft<Program>;
export type Rule = (program: ProgramDraft) => FaultAt[];

/** The items of a list that are there, each with its index. */
export function* present<Item>(list: readonly (Item | undefined)[] | undefined): Generator<[number, Item]> {
  for (const [at, item] of (list ?? []).entries()) if (item !== undefined && item !== null) yield [at, item];
}

/** The codes of a section. */
export function codesOf(list: readonly ({ readonly code?: string } | undefined)[] | undefined): Set<string> {
  const codes = new Set<string>();
  for (const [, item] of present(list)) if (item.code !== undefined) codes.add(item.code);
  return codes;
}
