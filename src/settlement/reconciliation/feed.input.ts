// What partners and staff send of a feed, and what that says in the words of this room.
import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { dayFromText, dayOfDate } from '../../kernel/period';
import { type Refusal, refuse } from '../../kernel/refusal';
import { shown } from '../../members/input-checks';
import { enumOf } from '../../request/shared.type';
import {
  type AmountIs,
  type ClearLine,
  COLUMNS,
  type Column,
  DELIMITERS,
  ENCODINGS,
  type FeedBasis,
  type FeedMapping,
  type LineState,
  type MatchBy,
} from './feed';
import { Amounts, FeedBases, LineStates, MatchBys } from './feed.type';
import { PLAIN_MAPPING } from './feed-mapping';

const AmountUnits = enumOf(['MAJOR', 'MINOR'] as const);
registerEnumType(AmountUnits, { name: 'FeedAmountUnit', description: 'Whether a file tells yuan or fen.' });

@InputType('FeedColumnsInput', {
  description: 'What the header of a file calls each; what is not said here the file does not tell.',
})
export class FeedColumnsInput implements Partial<Record<Column, string | null>> {
  @Field(() => String, { nullable: true })
  code?: string | null;
  @Field(() => String, { nullable: true })
  reference?: string | null;
  @Field(() => String, { nullable: true })
  member?: string | null;
  @Field(() => String, { nullable: true })
  offer?: string | null;
  @Field(() => String, { nullable: true })
  amount?: string | null;
  @Field(() => String, { nullable: true })
  date?: string | null;
  @Field(() => String, { nullable: true })
  state?: string | null;
}

@InputType('FeedStateWordInput')
export class FeedStateWordInput {
  @Field({ description: 'As it stands in the file.' })
  word!: string;
  @Field(() => LineStates)
  state!: LineState;
}

@InputType('FeedOfferWordInput')
export class FeedOfferWordInput {
  @Field({ description: 'As it stands in the file.' })
  word!: string;
  @Field({ description: 'The code of an offer.' })
  offer!: string;
}

@InputType('FeedMappingInput')
export class FeedMappingInput {
  @Field(() => FeedColumnsInput, { nullable: true })
  columns?: FeedColumnsInput | null;
  @Field({ defaultValue: ',', description: 'Between the values: a comma, a semicolon, a tab or |.' })
  delimiter!: string;
  @Field({ defaultValue: 'utf-8', description: 'utf-8, gb18030 or utf-16le.' })
  encoding!: string;
  @Field({
    defaultValue: 'ISO',
    description: 'ISO, EPOCH_SECONDS, EPOCH_MILLISECONDS, or a pattern of YYYY, MM, DD, HH, mm, ss, SSS and Z.',
  })
  dateFormat!: string;
  @Field(() => AmountUnits, { defaultValue: 'MAJOR' })
  amountUnit!: 'MAJOR' | 'MINOR';
  @Field(() => Int, { defaultValue: 2, description: 'Digits of the minor unit.' })
  decimals!: number;
  @Field({ defaultValue: '.', description: 'A point or a comma.' })
  decimalSign!: string;
  @Field(() => [FeedStateWordInput], { nullable: true })
  states?: FeedStateWordInput[] | null;
  @Field(() => [FeedOfferWordInput], { nullable: true, description: 'A word that is not here is taken for our code.' })
  offers?: FeedOfferWordInput[] | null;
}

@InputType('OpenFeedInput')
export class OpenFeedInput {
  @Field(() => ID, { nullable: true, description: 'By its code or its id, for staff; a partner opens its own.' })
  partner?: string | null;
  @Field({ description: 'Chosen by who opens it, such as 2026-03.' })
  name!: string;
  @Field(() => GraphQLDateTimeISO, { description: 'The period that the feed tells of, inclusive.' })
  from!: Date;
  @Field(() => GraphQLDateTimeISO, { description: 'Exclusive.' })
  before!: Date;
  @Field(() => FeedBases, { defaultValue: 'USED' })
  basis!: FeedBasis;
  @Field(() => MatchBys, { defaultValue: 'CODE' })
  matchBy!: MatchBy;
  @Field(() => Amounts, { defaultValue: 'COST' })
  amountIs!: AmountIs;
  @Field(() => String, { nullable: true, description: 'IANA; that of the program unless told.' })
  timeZone?: string | null;
  @Field(() => ID, { nullable: true, description: 'Only this offer.' })
  offer?: string | null;
  @Field(() => FeedMappingInput, { nullable: true, description: 'For files; lines of calls need none.' })
  mapping?: FeedMappingInput | null;
}

@InputType('FeedLineInput')
export class FeedLineInput {
  @Field(() => Int, { description: 'From 1, as the sender counts; a line that is sent again is known by it.' })
  line!: number;
  @Field(() => String, { nullable: true })
  code?: string | null;
  @Field(() => String, { nullable: true })
  reference?: string | null;
  @Field(() => String, { nullable: true, description: 'The external id, where lines are matched by member.' })
  member?: string | null;
  @Field(() => String, { nullable: true, description: 'The code of an offer.' })
  offer?: string | null;
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'In the minor unit.' })
  amount?: number | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  at?: Date | null;
  @Field(() => String, { nullable: true, description: 'Of what tells no time: a day such as 2026-03-10.' })
  day?: string | null;
  @Field(() => LineStates, { nullable: true, description: 'As the basis of the feed says unless told.' })
  state?: LineState | null;
}

@InputType('RecordFeedLinesInput')
export class RecordFeedLinesInput {
  @Field(() => ID)
  feed!: string;
  @Field(() => [FeedLineInput])
  lines!: FeedLineInput[];
}

@InputType('CloseFeedInput')
export class CloseFeedInput {
  @Field(() => ID)
  feed!: string;
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'How many it should have; refused when it has not.' })
  lines?: number | null;
}

const oneOf = <Word extends string>(field: string, given: string, allowed: readonly Word[]): Word | Refusal => {
  const word = allowed.find((one) => one === given);
  if (word !== undefined) return word;
  const rule = allowed.map(shown).join(', ');
  return refuse('INVALID_INPUT', `${field} is ${shown(given)}; allowed are ${rule}.`, field);
};

/** Or the refusal of a word that is none of those allowed. */
export function mappingOf(input: FeedMappingInput): FeedMapping | Refusal {
  const delimiter = oneOf('mapping.delimiter', input.delimiter, DELIMITERS);
  if (typeof delimiter === 'object') return delimiter;
  const encoding = oneOf('mapping.encoding', input.encoding, ENCODINGS);
  if (typeof encoding === 'object') return encoding;
  const decimalSign = oneOf('mapping.decimalSign', input.decimalSign, ['.', ',']);
  if (typeof decimalSign === 'object') return decimalSign;
  const told = COLUMNS.flatMap((column) => {
    const title = input.columns?.[column];
    return title === null || title === undefined ? [] : [[column, title] as const];
  });
  const columns: Partial<Record<Column, string>> = Object.fromEntries(told);
  const { dateFormat, amountUnit: unit, decimals } = input;
  const states = (input.states ?? []).map(({ word, state }) => ({ word, state }));
  const offers = (input.offers ?? []).map(({ word, offer }) => ({ word, offer }));
  return {
    ...PLAIN_MAPPING,
    columns,
    delimiter,
    encoding,
    dateFormat,
    amount: { unit, decimals, decimalSign },
    states,
    offers,
  };
}

/** Or the refusal of a day that is none: then nothing of the call is taken. */
export function clearLine(input: FeedLineInput, at: number): ClearLine | Refusal {
  const { line, code, reference, member, offer, amount, day, state } = input;
  if (day && dayOfDate(day) === undefined) {
    const field = `lines.${at}.day`;
    return refuse('INVALID_INPUT', `${field} is ${shown(day)}; allowed is a date like 2026-03-10.`, field);
  }
  return {
    line,
    code: code ?? undefined,
    reference: reference ?? undefined,
    member: member ?? undefined,
    offer: offer ?? undefined,
    amount: amount ?? undefined,
    ...(input.at ? { at: input.at.getTime() } : day ? { day: dayFromText(day) } : {}),
    state: state ?? undefined,
  };
}
