// How compiled operations write the scalars that lists are full of. What is not plain goes to the scalar's own check.
import { GraphQLID, GraphQLString } from 'graphql';
import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';

const INSTANTS_KEPT = 1_000;
const instants = new Map<number, string>();

/** The ends of periods and the ages of stocks come back in every perk of every request. */
function instantText(date: Date): string {
  const instant = date.getTime();
  const known = instants.get(instant);
  if (known !== undefined) return known;
  const text = GraphQLDateTimeISO.serialize(date) as string;
  if (instants.size >= INSTANTS_KEPT) instants.clear();
  instants.set(instant, text);
  return text;
}

/** By the name of the scalar. Each answers what the scalar itself would. */
export const quickLeaves: Readonly<Record<string, (value: unknown) => unknown>> = {
  String: (value) => (typeof value === 'string' ? value : GraphQLString.serialize(value)),
  ID: (value) => (typeof value === 'string' ? value : GraphQLID.serialize(value)),
  SafeInt: (value) => (Number.isSafeInteger(value) ? value : GraphQLSafeInt.serialize(value)),
  DateTimeISO: (value) => (value instanceof Date ? instantText(value) : GraphQLDateTimeISO.serialize(value)),
};
