// The arguments of a list, checked: how many, and after which cursor.
import { GraphQLError } from 'graphql';
import { decodeCursor, PAGE_MAX } from '../kernel/page';

function invalid(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

/** The size of the page. Throws BAD_USER_INPUT outside of 1 to 100. */
export function pageSize(first: number): number {
  if (Number.isInteger(first) && first >= 1 && first <= PAGE_MAX) return first;
  throw invalid(`first is ${first}; allowed is 1 to ${PAGE_MAX}.`);
}

/** The sort key inside the cursor. Throws BAD_USER_INPUT for a cursor of another list or one that is none. */
export function afterKey(scope: string, after: string | undefined | null, pattern: RegExp): string | undefined {
  if (after === undefined || after === null) return undefined;
  const key = decodeCursor(scope, after);
  if (key !== undefined && pattern.test(key)) return key;
  throw invalid('after is no cursor of this list; use the endCursor or cursor that this list answered.');
}
