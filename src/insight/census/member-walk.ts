// A walk over all members, or over evenly spread ones when there are more than are wanted.
import type { Sql } from '../../database/sql';
import { type Id, ZERO_ID } from '../../kernel/id';
import { memberPage } from './census.store';

const PAGE = 1_000;

/**
 * Pages of members: all of them, or every so many-th in the order of ids, which is that of joining, so that old and new
 * members are there in their true parts. `total` is how many there are.
 */
export async function* walkMembers(sql: Sql, total: number, most: number): AsyncGenerator<readonly Id[]> {
  const every = Math.max(1, Math.ceil(total / most));
  let after = ZERO_ID;
  let passed = 0;
  for (;;) {
    const page = await memberPage(sql, after, PAGE);
    if (page.length === 0) return;
    after = page.at(-1)!;
    const first = passed;
    yield page.filter((_, at) => (first + at) % every === 0);
    passed += page.length;
    if (page.length < PAGE) return;
  }
}
