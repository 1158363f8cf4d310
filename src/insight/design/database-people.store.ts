// The SQL that makes members of the database into people of a simulation: what they claimed and what they spent.
import { questionMarks } from '../../database/dialect';
import type { Sql } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import { TRANSFER_CODES } from '../../ledger/chart';
import { bytes, hexOf } from '../../ledger/ledger.store';
import { growthAccount } from '../../members/member-accounts';
import { EVENT_TYPES } from '../../program/event-type';

const MEMBERS_A_STATEMENT = 500;

/** How often each member claimed each benefit since then and did not give it back. */
export async function claimsOfBenefits(
  sql: Sql,
  members: readonly Id[],
  since: Instant,
): Promise<Map<Id, Map<Id, number>>> {
  const claims = new Map<Id, Map<Id, number>>();
  for (const part of parts(members)) {
    const rows = await sql.arrays(
      `SELECT member_id, item_id, COUNT(*) FROM redemption
       WHERE member_id IN (${questionMarks(part.length)}) AND item_kind = 'BENEFIT' AND claimed_at >= ?
       AND status NOT IN ('FAILED', 'CANCELLED') GROUP BY member_id, item_id`,
      [...part.map(idToBytes), since],
    );
    for (const row of rows) {
      const member = idFromBytes(row[0] as Buffer);
      const known = claims.get(member) ?? new Map<Id, number>();
      claims.set(member, known.set(idFromBytes(row[1] as Buffer), Number(row[2])));
    }
  }
  return claims;
}

/** What each member bought since then less what it brought back, in the minor unit, as its events tell. */
export async function spendOf(sql: Sql, members: readonly Id[], since: Instant): Promise<Map<Id, number>> {
  const [purchase, returned] = [EVENT_TYPES.indexOf('PURCHASE'), EVENT_TYPES.indexOf('RETURN')];
  const spend = new Map<Id, number>();
  for (const part of parts(members)) {
    const rows = await sql.arrays(
      `SELECT member_id, SUM(CASE WHEN type = ? THEN amount ELSE 0 - amount END) FROM member_event
       WHERE member_id IN (${questionMarks(part.length)}) AND occurred_at >= ? AND type IN (?, ?) GROUP BY member_id`,
      [purchase, ...part.map(idToBytes), since, purchase, returned],
    );
    for (const row of rows) spend.set(idFromBytes(row[0] as Buffer), Math.max(0, Number(row[1])));
  }
  return spend;
}

/** The growth that each member got for days and terms of its cards, without doing anything for it. */
export async function growthByItself(sql: Sql, members: readonly Id[]): Promise<Map<Id, number>> {
  const growth = new Map<Id, number>();
  const codes = [TRANSFER_CODES.DAILY_GROWTH, TRANSFER_CODES.ACTIVATE];
  for (const part of parts(members)) {
    const rows = await sql.arrays(
      `SELECT credit, SUM(amount) FROM ledger_transfer
       WHERE credit IN (${questionMarks(part.length)}) AND code IN (?, ?) GROUP BY credit`,
      [...part.map((id) => bytes(growthAccount(id))), ...codes],
    );
    for (const row of rows) growth.set(hexOf(row[0]).slice(0, 32), Number(row[1]));
  }
  return growth;
}

function* parts<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += MEMBERS_A_STATEMENT) yield items.slice(at, at + MEMBERS_A_STATEMENT);
}
