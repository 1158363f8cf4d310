// The only SQL of rewards: what was given for each occasion, written with the points and growth that it gave.
import type { Sql } from '../../database/sql';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { CompanionWriter } from '../../ledger/batch';
import { amountOf } from '../../ledger/ledger.store';
import type { Given, Giving } from './reward';

export interface GivenRow {
  readonly giving: Giving;
  readonly given: Given;
}

const COLUMNS = [
  'occasion',
  'member_id',
  'reason',
  'points',
  'growth',
  'stored_value',
  'redemptions',
  'missed',
  'given_at',
] as const;

export const givenWriter: CompanionWriter<GivenRow> = {
  order: 50,
  async write(tx, rows) {
    const values = rows.map(({ row: { giving, given }, chain }) => [
      idToBytes(giving.occasion),
      idToBytes(giving.memberId),
      giving.reason,
      given.points,
      given.growth,
      given.storedValue,
      JSON.stringify(given.redemptions),
      JSON.stringify(given.missed),
      chain.now,
    ]);
    await tx.insertMany('reward_given', COLUMNS, values);
  },
};

/** What was given for the occasions that are known, by occasion. */
export async function readGiven(sql: Sql, occasions: readonly Id[]): Promise<Map<Id, Given>> {
  if (occasions.length === 0) return new Map();
  const marks = occasions.map(() => '?').join(', ');
  const rows = await sql.arrays(
    `SELECT occasion, points, growth, stored_value, redemptions, missed FROM reward_given WHERE occasion IN (${marks})`,
    occasions.map(idToBytes),
  );
  return new Map(
    rows.map((row) => [
      idFromBytes(row[0] as Buffer),
      {
        points: amountOf(row[1]),
        growth: amountOf(row[2]),
        storedValue: amountOf(row[3]),
        redemptions: JSON.parse(String(row[4])),
        missed: JSON.parse(String(row[5])),
      },
    ]),
  );
}
