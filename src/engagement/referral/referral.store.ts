// The only SQL of referrals: who was invited by whom, kept free of rings, and when the rewards were earned.

import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes, namedId } from '../../kernel/id';
import type { CompanionWriter } from '../../ledger/batch';
import { amountOf } from '../../ledger/ledger.store';
import type { ReferralSettings } from '../../program/engagement';
import type { MemberEvent } from '../event/event';
import type { Giving } from '../reward/reward';
import { insertDue } from '../reward/reward.store';

export interface Referral {
  readonly inviteeId: Id;
  readonly inviterId: Id;
  readonly acceptedAt: Instant;
  /** The last instant at which the rewards can be earned. */
  readonly expiresAt: Instant;
  readonly earnedAt?: Instant;
}

/** Thrown when an acceptance would close a ring of invitations, or comes second; its chain then fails whole. */
export class ReferralRingError extends Error {
  override readonly name = 'ReferralRingError';
}

/** More than anybody was ever invited through. */
const GENERATIONS_MAX = 10_000;

/** Writes acceptances one after the other, behind the lock of the account that all of them take their turn at. */
export const acceptanceWriter: CompanionWriter<Referral> = {
  order: 57,
  async write(tx, rows) {
    for (const { row } of rows) {
      if (await isAmongInviters(tx, row.inviteeId, row.inviterId)) {
        throw new ReferralRingError(`member ${row.inviteeId} has invited ${row.inviterId}, perhaps through others`);
      }
      const columns = ['invitee_id', 'inviter_id', 'accepted_at', 'expires_at', 'earned_at', 'event_id'];
      const { inviteeId, inviterId, acceptedAt, expiresAt } = row;
      const values = [idToBytes(inviteeId), idToBytes(inviterId), acceptedAt, expiresAt, null, null];
      await tx.insertMany('referral', columns, [values]);
    }
  },
};

async function isAmongInviters(tx: Sql, sought: Id, from: Id): Promise<boolean> {
  let member: Id | undefined = from;
  for (let generation = 0; member !== undefined; generation += 1) {
    if (member === sought || generation > GENERATIONS_MAX) return true;
    const rows: SqlRow[] = await tx.arrays('SELECT inviter_id FROM referral WHERE invitee_id = ?', [idToBytes(member)]);
    member = rows[0] && idFromBytes(rows[0][0] as Buffer);
  }
  return false;
}

export interface EarnedRow {
  readonly inviteeId: Id;
  readonly eventId: Id;
  readonly occurredAt: Instant;
  /** The group whose amount says whether this event was the first. */
  readonly group: number;
  readonly settings: ReferralSettings;
  readonly programVersion: number;
}

/** Makes the rewards of both due with the event that earns them, if no other event came first. */
export const earnedWriter: CompanionWriter<EarnedRow> = {
  order: 58,
  async write(tx, rows) {
    for (const { row, chain } of rows) {
      if (!chain.groupAmounts?.[row.group]) continue;
      const referral = await readReferral(tx, row.inviteeId);
      if (!referral) continue;
      await tx.run('UPDATE referral SET earned_at = ?, event_id = ? WHERE invitee_id = ?', [
        row.occurredAt,
        idToBytes(row.eventId),
        idToBytes(row.inviteeId),
      ]);
      await insertDue(tx, givingsOf(referral, row), chain.now);
    }
  },
};

function givingsOf({ inviteeId, inviterId }: Referral, { settings, programVersion }: EarnedRow): Giving[] {
  const givings: Giving[] = [];
  const { inviterReward, inviteeReward } = settings;
  if (inviterReward) {
    const occasion = namedId('referral inviter', inviteeId);
    const reason = 'referral: who was invited has come';
    givings.push({ memberId: inviterId, reward: inviterReward, occasion, reason, programVersion });
  }
  if (inviteeReward) {
    const occasion = namedId('referral invitee', inviteeId);
    givings.push({ memberId: inviteeId, reward: inviteeReward, occasion, reason: 'referral: welcome', programVersion });
  }
  return givings;
}

/** The referrals that were earned by one of these events. */
export async function readEarned(sql: Sql, events: readonly MemberEvent[]): Promise<Referral[]> {
  const members = [...new Set(events.map(({ memberId }) => memberId))];
  const ids = new Set(events.map(({ id }) => id));
  const rows = await sql.arrays(
    `${SELECT} WHERE invitee_id IN (${questionMarks(members.length)}) AND earned_at IS NOT NULL`,
    members.map(idToBytes),
  );
  return rows.filter((row) => ids.has(idFromBytes(row[5] as Buffer))).map(fromRow);
}

const SELECT = 'SELECT invitee_id, inviter_id, accepted_at, expires_at, earned_at, event_id FROM referral';

export async function readReferral(sql: Sql, inviteeId: Id): Promise<Referral | undefined> {
  const [row] = await sql.arrays(`${SELECT} WHERE invitee_id = ?`, [idToBytes(inviteeId)]);
  return row && fromRow(row);
}

export interface ReferralCounts {
  readonly accepted: number;
  readonly earned: number;
}

export async function countReferrals(sql: Sql, inviterId: Id): Promise<ReferralCounts> {
  const [row] = await sql.arrays('SELECT COUNT(*), COUNT(earned_at) FROM referral WHERE inviter_id = ?', [
    idToBytes(inviterId),
  ]);
  return { accepted: Number(row?.[0] ?? 0), earned: Number(row?.[1] ?? 0) };
}

function fromRow(row: SqlRow): Referral {
  return {
    inviteeId: idFromBytes(row[0] as Buffer),
    inviterId: idFromBytes(row[1] as Buffer),
    acceptedAt: amountOf(row[2]),
    expiresAt: amountOf(row[3]),
    earnedAt: row[4] === null ? undefined : amountOf(row[4]),
  };
}
