// The SQL that reads the facts: members and redemptions by their ids, or page by page.
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow, SqlValue } from '../../database/sql';
import { assert } from '../../kernel/assert';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import { amountOf, fromBalanceRow } from '../../ledger/ledger.store';
import { cardCapAccount } from '../../members/member-accounts';
import { EVENT_TYPES } from '../../program/event-type';
import type { Stage } from '../../program/lifecycle';
import type { RedemptionStatus } from '../../redemption/redemption';
import type { EventFact, MemberFacts, RedemptionFact, TermFact } from './facts';

const IDS_A_STATEMENT = 500;

function optionalId(value: SqlValue | undefined): Id | undefined {
  return Buffer.isBuffer(value) ? idFromBytes(value) : undefined;
}

function optionalNumber(value: SqlValue | undefined): number | undefined {
  return value === null || value === undefined ? undefined : amountOf(value);
}

/** Rows of a statement for all keys, a bounded number of keys at a time. */
async function readFor(sql: Sql, keys: readonly Buffer[], statement: (marks: string) => string): Promise<SqlRow[]> {
  const rows: SqlRow[] = [];
  for (let from = 0; from < keys.length; from += IDS_A_STATEMENT) {
    const some = keys.slice(from, from + IDS_A_STATEMENT);
    rows.push(...(await sql.arrays(statement(questionMarks(some.length)), some)));
  }
  return rows;
}

/** By their first column, in the order in which they came. */
function grouped<Item>(rows: readonly SqlRow[], make: (row: SqlRow) => Item): Map<Id, Item[]> {
  const groups = new Map<Id, Item[]>();
  for (const row of rows) {
    const id = idFromBytes(row[0] as Buffer);
    const known = groups.get(id);
    if (known) known.push(make(row));
    else groups.set(id, [make(row)]);
  }
  return groups;
}

/** What no member has is left out. `isMembership` says it of a plan. */
export async function readMembers(
  sql: Sql,
  ids: readonly Id[],
  isMembership: (planId: Id) => boolean,
): Promise<MemberFacts[]> {
  const keys = ids.map(idToBytes);
  const members = await readFor(sql, keys, (marks) => `SELECT id, joined_at FROM member WHERE id IN (${marks})`);
  if (members.length === 0) return [];
  const terms = await readTerms(sql, keys, isMembership);
  const levels = grouped(
    await readFor(
      sql,
      keys,
      (marks) => `SELECT member_id, from_id, to_id, at FROM level_history WHERE member_id IN (${marks}) ORDER BY seq`,
    ),
    (row) => ({ from: optionalId(row[1]), to: optionalId(row[2]), at: amountOf(row[3]) }),
  );
  const stages = grouped(
    await readFor(
      sql,
      keys,
      (marks) => `SELECT member_id, from_stage, to_stage, day FROM stage_change WHERE member_id IN (${marks})`,
    ),
    (row) => ({ from: (row[1] ?? undefined) as Stage | undefined, to: row[2] as Stage, day: Number(row[3]) }),
  );
  const events = grouped(
    await readFor(
      sql,
      keys,
      (marks) =>
        `SELECT member_id, id, type, occurred_at, amount, order_id FROM member_event WHERE member_id IN (${marks})
         ORDER BY member_id, occurred_at, id`,
    ),
    eventFrom,
  );
  return members.map((row) => {
    const id = idFromBytes(row[0] as Buffer);
    return {
      id,
      joinedAt: amountOf(row[1]),
      terms: terms.get(id) ?? [],
      levels: levels.get(id) ?? [],
      stages: stages.get(id) ?? [],
      events: events.get(id) ?? [],
    };
  });
}

function eventFrom(row: SqlRow): EventFact {
  const type = EVENT_TYPES[Number(row[2])];
  assert(type, `event type ${String(row[2])} is unknown`);
  return {
    id: idFromBytes(row[1] as Buffer),
    type,
    at: amountOf(row[3]),
    amount: optionalNumber(row[4]),
    orderId: row[5] === null ? undefined : String(row[5]),
  };
}

async function readTerms(
  sql: Sql,
  members: readonly Buffer[],
  isMembership: (planId: Id) => boolean,
): Promise<Map<Id, TermFact[]>> {
  const rows = await readFor(
    sql,
    members,
    (marks) =>
      `SELECT t.member_id, t.id, c.plan_id, t.starts_at, t.ends_at, c.closed_at, t.price, t.cost_cap, t.withdrawn,
         t.currency FROM card_term t JOIN card c ON c.id = t.card_id WHERE t.member_id IN (${marks}) ORDER BY t.id`,
  );
  if (rows.length === 0) return new Map();
  const refunds = new Map(
    (
      await readFor(
        sql,
        rows.map((row) => row[1] as Buffer),
        (marks) => `SELECT term_id, amount, settled_at FROM card_refund WHERE term_id IN (${marks})`,
      )
    ).map((row) => [
      idFromBytes(row[0] as Buffer),
      { amount: optionalNumber(row[1]) ?? 0, settledAt: optionalNumber(row[2]) },
    ]),
  );
  const caps = new Map(rows.map((row) => [capOf(row), row]));
  const used = new Map(
    (
      await readFor(
        sql,
        [...caps.keys()].map((key) => Buffer.from(key, 'hex')),
        (marks) =>
          `SELECT account, credits_posted, credits_pending, debits_posted, debits_pending FROM ledger_account
           WHERE account IN (${marks})`,
      )
    ).map((row) => [idFromBytes(row[0] as Buffer), fromBalanceRow(row, 1)]),
  );
  return grouped(rows, (row) => {
    const [id, costCap, withdrawn] = [idFromBytes(row[1] as Buffer), amountOf(row[7]), amountOf(row[8])];
    const planId = idFromBytes(row[2] as Buffer);
    const balance = used.get(capOf(row));
    return {
      id,
      planId,
      isMembership: isMembership(planId),
      startsAt: amountOf(row[3]),
      endsAt: amountOf(row[4]),
      closedAt: optionalNumber(row[5]),
      price: amountOf(row[6]),
      costCap,
      // Of what was taken from the cap, what was withdrawn is not used, nor what came back.
      capUsed: balance ? balance.debitsPosted - withdrawn - (balance.creditsPosted - costCap) : 0,
      currency: String(row[9]),
      refund: refunds.get(id),
    };
  });
}

function capOf(row: SqlRow): string {
  const [memberId, termId] = [idFromBytes(row[0] as Buffer), idFromBytes(row[1] as Buffer)];
  return cardCapAccount({ memberId, termId, currency: String(row[9]) });
}

const REDEMPTION_COLUMNS = `id, member_id, item_id, plan_id, term_id, status, cost_basis, currency, cost, co_pay,
  face_value, pool_seq, claimed_at, used_at`;

function redemptionFrom(row: SqlRow): RedemptionFact {
  return {
    id: idFromBytes(row[0] as Buffer),
    memberId: idFromBytes(row[1] as Buffer),
    itemId: idFromBytes(row[2] as Buffer),
    planId: optionalId(row[3]),
    termId: optionalId(row[4]),
    status: row[5] as RedemptionStatus,
    costBasis: row[6] as RedemptionFact['costBasis'],
    currency: String(row[7]),
    cost: amountOf(row[8]),
    coPay: amountOf(row[9]),
    faceValue: amountOf(row[10]),
    fromPool: row[11] !== null,
    claimedAt: amountOf(row[12]),
    usedAt: optionalNumber(row[13]),
  };
}

export async function readRedemptions(sql: Sql, ids: readonly Id[]): Promise<RedemptionFact[]> {
  const rows = await readFor(
    sql,
    ids.map(idToBytes),
    (marks) => `SELECT ${REDEMPTION_COLUMNS} FROM redemption WHERE id IN (${marks})`,
  );
  return rows.map(redemptionFrom);
}

export type Walked = 'member' | 'redemption';

/** The next ids of a table after this one. */
export async function idsAfter(sql: Sql, table: Walked, after: Id, limit: number): Promise<Id[]> {
  const statement = `SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT ${Math.trunc(limit)}`;
  return (await sql.arrays(statement, [idToBytes(after)])).map((row) => idFromBytes(row[0] as Buffer));
}
