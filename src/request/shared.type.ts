// API types that every room uses: money, refusals and the page of a connection.
import 'reflect-metadata';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { Money } from '../kernel/money';
import { REFUSALS, type Refusal, type RefusalCode } from '../kernel/refusal';
import { Allow, ANYONE, SIGNED_IN } from './policy';

/** `{ A: 'A', B: 'B' }`, the form that type-graphql takes an enum in. */
export function enumOf<Name extends string>(names: readonly Name[]): { [Key in Name]: Key } {
  return Object.fromEntries(names.map((name) => [name, name])) as { [Key in Name]: Key };
}

const RefusalCodes = enumOf(Object.keys(REFUSALS) as RefusalCode[]);
registerEnumType(RefusalCodes, {
  name: 'RefusalCode',
  description: 'Why a request was refused, in order of precedence: when several apply, the first is answered.',
  valuesConfig: Object.fromEntries(
    Object.entries(REFUSALS).map(([code, { meaning }]) => [code, { description: meaning }]),
  ),
});

export { RefusalCodes };

@Allow(ANYONE)
@ObjectType('Money', { description: 'An amount of money.', simpleResolvers: true })
export class MoneyType implements Money {
  @Field(() => GraphQLSafeInt, { description: 'In the minor unit of the currency (fen, cents).' })
  amount!: number;

  @Field({ description: 'ISO 4217 code.' })
  currency!: string;
}

@Allow(ANYONE)
@ObjectType('Refusal', { description: 'An expected "no", with a stable code.', simpleResolvers: true })
export class RefusalType {
  @Field(() => RefusalCodes)
  code!: RefusalCode;

  @Field({ description: 'What was given, what is allowed and what to do, in English.' })
  message!: string;

  @Field(() => String, { nullable: true, description: 'The input field at fault.' })
  field!: string | null;

  @Field({ description: 'Whether the same request under a new idempotency key may succeed later by itself.' })
  retry!: boolean;
}

@Allow(SIGNED_IN)
@ObjectType('Reason', { simpleResolvers: true, description: 'What stands in the way.' })
export class ReasonType {
  @Field(() => RefusalCodes)
  code!: RefusalCode;
  @Field()
  message!: string;
}

export interface RefusalAnswer extends RefusalType {
  readonly __typename: 'Refusal';
}

export function toRefusalType(refusal: Refusal): RefusalAnswer {
  const { code, message, field = null } = refusal;
  return { __typename: 'Refusal', code, message, field, retry: REFUSALS[code].retry };
}

@Allow(ANYONE)
@ObjectType('PageInfo', { simpleResolvers: true })
export class PageInfoType {
  @Field()
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Give it as `after` to read on.' })
  endCursor!: string | null;
}
