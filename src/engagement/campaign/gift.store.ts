// The SQL of what campaigns gave: once for each campaign, member and occasion, and not more often than their caps say.
import type { InsertRow, Sql, SqlRow } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { CompanionRow, CompanionWriter } from '../../ledger/batch';
import type { Reward } from '../../program/reward';

export interface Gift {
  readonly id: Id;
  readonly campaignId: Id;
  readonly memberId: Id;
  readonly occasion: string;
  readonly state: 'DUE' | 'GIVEN';
  /** What it may cost at worst, in the minor unit. */
  readonly cost: number;
  readonly programVersion: number;
  readonly decidedAt: Instant;
  readonly givenAt?: Instant;
  /** As it was promised when it was decided. */
  readonly reward: Reward;
}

/** At most so many gifts since an instant: of this campaign, or of any. */
export interface GiftCap {
  readonly times: number;
  readonly since: Instant;
  readonly across: 'CAMPAIGN' | 'ALL';
}

export interface GiftRow extends Omit<Gift, 'state' | 'givenAt' | 'decidedAt'> {
  readonly cap?: GiftCap;
}

/** Thrown when the member was given to by somebody else meanwhile; the chain then fails whole. */
export class CappedGiftError extends Error {
  override readonly name = 'CappedGiftError';
}

const COLUMNS = [
  'id',
  'campaign_id',
  'member_id',
  'occasion',
  'state',
  'cost',
  'program_version',
  'decided_at',
  'given_at',
  'reward',
] as const;

export const giftWriter: CompanionWriter<GiftRow> = {
  order: 62,
  async write(tx, rows) {
    const free = rows.filter(({ row }) => !row.cap);
    if (free.length > 0) await tx.insertMany('campaign_gift', COLUMNS, free.map(toRow));
    const capped = rows.filter(({ row }) => row.cap);
    for (const one of capped.toSorted((left, right) => (left.row.memberId < right.row.memberId ? -1 : 1))) {
      await checkCap(tx, one.row, one.row.cap!);
      await tx.insertMany('campaign_gift', COLUMNS, [toRow(one)]);
    }
  },
};

function toRow({ row, chain }: CompanionRow<GiftRow>): InsertRow {
  return [
    idToBytes(row.id),
    idToBytes(row.campaignId),
    idToBytes(row.memberId),
    row.occasion,
    'DUE',
    row.cost,
    row.programVersion,
    chain.now,
    null,
    JSON.stringify(row.reward),
  ];
}

/** Under the member's lock, so that of two campaigns at once the second one sees the gift of the first. */
async function checkCap(tx: Sql, { memberId, campaignId }: GiftRow, cap: GiftCap): Promise<void> {
  await tx.arrays(`SELECT id FROM member WHERE id = ?${tx.dialect.forUpdate}`, [idToBytes(memberId)]);
  if (!(await isCapped(tx, { memberId, campaignId }, cap))) return;
  throw new CappedGiftError(`member ${memberId} was given to meanwhile`);
}

export async function isCapped(
  sql: Sql,
  { memberId, campaignId }: Pick<Gift, 'memberId' | 'campaignId'>,
  { times, since, across }: GiftCap,
): Promise<boolean> {
  const own = across === 'CAMPAIGN';
  const [row] = await sql.arrays(
    `SELECT COUNT(*) FROM campaign_gift WHERE member_id = ? AND decided_at >= ? ${own ? 'AND campaign_id = ?' : ''}`,
    [idToBytes(memberId), since, ...(own ? [idToBytes(campaignId)] : [])],
  );
  return Number(row![0]) >= times;
}

export async function findGift(
  sql: Sql,
  { campaignId, memberId, occasion }: Pick<Gift, 'campaignId' | 'memberId' | 'occasion'>,
): Promise<Gift | undefined> {
  const [row] = await sql.arrays(
    `SELECT ${COLUMNS.join(', ')} FROM campaign_gift WHERE campaign_id = ? AND member_id = ? AND occasion = ?`,
    [idToBytes(campaignId), idToBytes(memberId), occasion],
  );
  return row && toGift(row);
}

export async function dueGifts(sql: Sql, limit: number): Promise<Gift[]> {
  const rows = await sql.arrays(
    `SELECT ${COLUMNS.join(', ')} FROM campaign_gift WHERE state = 'DUE' ORDER BY id LIMIT ?`,
    [limit],
  );
  return rows.map(toGift);
}

export async function markGiven(tx: Sql, id: Id, now: Instant): Promise<void> {
  await tx.run(`UPDATE campaign_gift SET state = 'GIVEN', given_at = ? WHERE id = ? AND state = 'DUE'`, [
    now,
    idToBytes(id),
  ]);
}

/** The newest first; `before` is the id of the last one that was seen. */
export async function readGifts(
  sql: Sql,
  campaignId: Id,
  { limit, before }: { readonly limit: number; readonly before?: Id },
): Promise<Gift[]> {
  const rows = await sql.arrays(
    `SELECT ${COLUMNS.join(', ')} FROM campaign_gift WHERE campaign_id = ? ${before === undefined ? '' : 'AND id < ?'}
     ORDER BY id DESC LIMIT ?`,
    [idToBytes(campaignId), ...(before === undefined ? [] : [idToBytes(before)]), limit],
  );
  return rows.map(toGift);
}

/** How many members were given to on one occasion. */
export async function countGiven(sql: Sql, campaignId: Id, occasion: string): Promise<number> {
  const [row] = await sql.arrays('SELECT COUNT(*) FROM campaign_gift WHERE campaign_id = ? AND occasion = ?', [
    idToBytes(campaignId),
    occasion,
  ]);
  return Number(row![0]);
}

/** How many members a campaign gave to, and what that may cost at worst. */
export async function countGifts(sql: Sql, campaignId: Id): Promise<{ given: number; cost: number }> {
  const [row] = await sql.arrays('SELECT COUNT(*), COALESCE(SUM(cost), 0) FROM campaign_gift WHERE campaign_id = ?', [
    idToBytes(campaignId),
  ]);
  return { given: Number(row![0]), cost: Number(row![1]) };
}

function toGift(row: SqlRow): Gift {
  return {
    id: idFromBytes(row[0] as Buffer),
    campaignId: idFromBytes(row[1] as Buffer),
    memberId: idFromBytes(row[2] as Buffer),
    occasion: String(row[3]),
    state: String(row[4]) as Gift['state'],
    cost: Number(row[5]),
    programVersion: Number(row[6]),
    decidedAt: Number(row[7]),
    givenAt: row[8] === null || row[8] === undefined ? undefined : Number(row[8]),
    reward: JSON.parse(String(row[9])),
  };
}
