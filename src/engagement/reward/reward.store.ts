// The only SQL of rewards: what is due, and what was given for each occasion, with the points and growth that it gave.
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { CompanionWriter } from '../../ledger/batch';
import { amountOf } from '../../ledger/ledger.store';
import type { Given, Giving } from './reward';

export interface GivenRow {
  readonly giving: Giving;
  readonly given: Given;
}

const GIVEN = ['points', 'growth', 'stored_value', 'chances', 'redemptions', 'missed'] as const;

/** What was given is no longer due. */
export const givenWriter: CompanionWriter<GivenRow> = {
  order: 60,
  async write(tx, rows) {
    const values = rows.map(({ row: { giving, given }, chain }) => [
      idToBytes(giving.occasion),
      idToBytes(giving.memberId),
      giving.reason,
      giving.programVersion ?? null,
      given.points,
      given.growth,
      given.storedValue,
      JSON.stringify(given.chances ?? {}),
      JSON.stringify(given.redemptions),
      JSON.stringify(given.missed),
      chain.now,
    ]);
    const columns = ['occasion', 'member_id', 'reason', 'program_version', ...GIVEN, 'given_at'];
    await tx.insertMany('reward_given', columns, values);
    await deleteDue(
      tx,
      rows.map(({ row }) => row.giving.occasion),
    );
  },
};

/** Makes rewards due in the transaction of what made them due. One that is due or was given already stays as it is. */
export const dueWriter: CompanionWriter<Giving> = {
  order: 59,
  async write(tx, rows) {
    await insertDue(
      tx,
      rows.map(({ row }) => row),
      rows[0]!.chain.now,
    );
  },
};

/** For writers that only learn in the transaction what has become due. */
export async function insertDue(tx: Sql, givings: readonly Giving[], now: Instant): Promise<void> {
  if (givings.length === 0) return;
  const columns = ['occasion', 'member_id', 'reason', 'program_version', 'reward', 'due_at'];
  const values = givings.map(({ occasion, memberId, reason, programVersion, reward }) => [
    idToBytes(occasion),
    idToBytes(memberId),
    reason,
    programVersion ?? null,
    JSON.stringify(reward),
    now,
  ]);
  await tx.insertMany('reward_due', columns, values, { head: `${tx.dialect.insertIgnore} INTO` });
}

export async function deleteDue(tx: Sql, occasions: readonly Id[]): Promise<void> {
  if (occasions.length === 0) return;
  const marks = questionMarks(occasions.length);
  await tx.run(`DELETE FROM reward_due WHERE occasion IN (${marks})`, occasions.map(idToBytes));
}

const DUE = 'SELECT occasion, member_id, reason, program_version, reward FROM reward_due';

/** What is due to these members. */
export async function dueOf(sql: Sql, memberIds: readonly Id[], limit: number): Promise<Giving[]> {
  if (memberIds.length === 0) return [];
  const where = `WHERE member_id IN (${questionMarks(memberIds.length)}) LIMIT ${Math.trunc(limit)}`;
  return (await sql.arrays(`${DUE} ${where}`, memberIds.map(idToBytes))).map(fromDue);
}

/** What is due to anybody, the longest first. */
export async function dueSince(sql: Sql, until: Instant, limit: number): Promise<Giving[]> {
  const rest = `WHERE due_at <= ? ORDER BY due_at LIMIT ${Math.trunc(limit)}`;
  return (await sql.arrays(`${DUE} ${rest}`, [until])).map(fromDue);
}

function fromDue(row: SqlRow): Giving {
  return {
    occasion: idFromBytes(row[0] as Buffer),
    memberId: idFromBytes(row[1] as Buffer),
    reason: String(row[2]),
    programVersion: row[3] === null ? undefined : amountOf(row[3]),
    reward: JSON.parse(String(row[4])),
  };
}

/** What was given for the occasions that are known, by occasion. */
export async function readGiven(sql: Sql, occasions: readonly Id[]): Promise<Map<Id, Given>> {
  if (occasions.length === 0) return new Map();
  const rows = await sql.arrays(
    `SELECT occasion, ${GIVEN.join(', ')} FROM reward_given WHERE occasion IN (${questionMarks(occasions.length)})`,
    occasions.map(idToBytes),
  );
  return new Map(rows.map((row) => [idFromBytes(row[0] as Buffer), fromGiven(row)]));
}

function fromGiven(row: SqlRow): Given {
  return {
    points: amountOf(row[1]),
    growth: amountOf(row[2]),
    storedValue: amountOf(row[3]),
    chances: JSON.parse(String(row[4])),
    redemptions: JSON.parse(String(row[5])),
    missed: JSON.parse(String(row[6])),
  };
}
