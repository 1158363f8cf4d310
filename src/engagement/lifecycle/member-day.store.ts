// The SQL of what members did on each day, written with the events that tell of it.
import { questionMarks } from '../../database/dialect';
import type { Sql } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { DayNumber } from '../../kernel/period';
import type { CompanionWriter } from '../../ledger/batch';
import { findEventsOfOrder } from '../event/event.store';
import type { RfmFacts } from '../rfm/rfm';

/** What one event adds to the day on which it occurred. */
export interface DayRow {
  readonly memberId: Id;
  readonly day: DayNumber;
  readonly activities: number;
  readonly purchases: number;
  /** Bought and returned, in the minor unit. */
  readonly amount: number;
  readonly returned: number;
  /** For a return that names no amount: the order of which all that is left is returned. */
  readonly wholeOrder?: string;
  /** When the member must be judged again, at the latest. */
  readonly dueAt: Instant;
}

const KEY = ['member_id', 'day'] as const;
const SUMS = ['activities', 'purchases', 'amount', 'returned'] as const;
const IDS_A_STATEMENT = 500;

/** Adds to the days of members, and has them judged in time. */
export const dayWriter: CompanionWriter<DayRow> = {
  order: 60,
  async write(tx, companions) {
    const sums = new Map<string, DayRow>();
    const due = new Map<Instant, Set<Id>>();
    for (const { row: told } of companions) {
      const row = told.wholeOrder === undefined ? told : await withOrder(tx, told, told.wholeOrder);
      const name = `${row.memberId} ${row.day}`;
      const known = sums.get(name);
      sums.set(name, known ? plus(known, row) : row);
      const ids = due.get(row.dueAt);
      if (ids) ids.add(row.memberId);
      else due.set(row.dueAt, new Set([row.memberId]));
    }
    // In the order of keys, so that two processes never wait for each other's.
    const rows = [...sums].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row);
    const tail = tx.dialect.onDuplicateAdd(KEY, SUMS);
    const values = rows.map((row) => [idToBytes(row.memberId), row.day, ...SUMS.map((name) => row[name])]);
    await tx.insertMany('member_day', [...KEY, ...SUMS], values, { tail });
    for (const [at, ids] of [...due].sort(([left], [right]) => left - right)) await makeDue(tx, [...ids].sort(), at);
  },
};

/** The events of the transaction are written already: what was bought on the order less what was returned before. */
async function withOrder(tx: Sql, row: DayRow, orderId: string): Promise<DayRow> {
  const events = await findEventsOfOrder(tx, row.memberId, orderId);
  const signed = { PURCHASE: 1, RETURN: -1 } as Readonly<Record<string, number>>;
  const left = events.reduce((sum, { event: { type, amount = 0 } }) => sum + (signed[type] ?? 0) * amount, 0);
  return { ...row, returned: Math.max(0, left) };
}

function plus(left: DayRow, right: DayRow): DayRow {
  const { activities, purchases, amount, returned } = right;
  return {
    ...left,
    activities: left.activities + activities,
    purchases: left.purchases + purchases,
    amount: left.amount + amount,
    returned: left.returned + returned,
  };
}

/** Has these members judged at this instant, unless they are due before it. */
export async function makeDue(tx: Sql, ids: readonly Id[], at: Instant): Promise<void> {
  for (let from = 0; from < ids.length; from += IDS_A_STATEMENT) {
    const some = ids.slice(from, from + IDS_A_STATEMENT);
    await tx.run(
      `UPDATE member SET lifecycle_due_at = ? WHERE id IN (${questionMarks(some.length)}) AND lifecycle_due_at > ?`,
      [at, ...some.map(idToBytes), at],
    );
  }
}

/** The days of activity after the one that was counted in, ascending, up to `today`. */
export async function readActivity(
  sql: Sql,
  members: readonly { readonly id: Id; readonly countedDay?: DayNumber }[],
  today: DayNumber,
): Promise<Map<Id, DayNumber[]>> {
  const days = new Map<Id, DayNumber[]>();
  if (members.length === 0) return days;
  const ranges = members.map(() => '(member_id = ? AND day > ?)').join(' OR ');
  const keys = members.flatMap(({ id, countedDay }) => [idToBytes(id), countedDay ?? -1_000_000]);
  const rows = await sql.arrays(
    `SELECT member_id, day FROM member_day WHERE (${ranges}) AND day <= ? AND activities > 0 ORDER BY member_id, day`,
    [...keys, today],
  );
  for (const row of rows) {
    const id = idFromBytes(row[0] as Buffer);
    days.set(id, [...(days.get(id) ?? []), Number(row[1])]);
  }
  return days;
}

/** What was bought and returned in a span of days; `oldest` is the first of them on which anything was. */
export interface WindowFacts extends RfmFacts {
  readonly oldest: DayNumber;
}

/** Members who bought nothing in the window are left out. */
export async function readWindow(
  sql: Sql,
  ids: readonly Id[],
  { from, to }: { readonly from: DayNumber; readonly to: DayNumber },
): Promise<Map<Id, WindowFacts>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.arrays(
    `SELECT member_id, MAX(CASE WHEN purchases > 0 THEN day END), SUM(purchases), SUM(amount) - SUM(returned), MIN(day)
     FROM member_day WHERE member_id IN (${questionMarks(ids.length)}) AND day BETWEEN ? AND ?
     AND (purchases > 0 OR returned > 0) GROUP BY member_id HAVING SUM(purchases) > 0`,
    [...ids.map(idToBytes), from, to],
  );
  return new Map(
    rows.map(([id, lastDay, frequency, monetary, oldest]) => [
      idFromBytes(id as Buffer),
      {
        lastDay: Number(lastDay),
        frequency: Number(frequency),
        monetary: Math.max(0, Number(monetary)),
        oldest: Number(oldest),
      },
    ]),
  );
}
