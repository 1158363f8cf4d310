// This room's part of `ledger verify`: lots hold what their members have, and none is forgotten when its day comes.
import type { Sql } from '../database/sql';
import { ACCOUNT_KINDS as KIND } from '../ledger/chart';
import type { VerifyCheck } from '../ledger/verify';
import { NEVER } from './points';

const SHOWN = 20;
// Of an account key, bytes 1 to 16 are the holder, 17 and 18 the kind, 39 to 42 the period.
const [HOLDER, KIND_BYTES, PERIOD] = ['SUBSTR(account, 1, 16)', 'SUBSTR(account, 17, 2)', 'SUBSTR(account, 39, 4)'];
const LEFT = 'credits_posted - debits_posted - debits_pending';

function bytesOf(value: number, length: 2 | 4): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

/** A member whose points are kept in lots has no more of them than its lots say; the day of each lot is noted. */
export const lotCheck: VerifyCheck = {
  name: 'points are held by lots, and the day of each lot is noted',
  async run(sql: Sql): Promise<string[]> {
    const [points, lots] = [bytesOf(KIND.POINTS, 2), bytesOf(KIND.POINTS_LOT, 2)];
    const homeless = await sql.arrays(
      `SELECT ${HOLDER}, SUM(CASE WHEN ${KIND_BYTES} = ? THEN ${LEFT} ELSE 0 END),
              SUM(CASE WHEN ${KIND_BYTES} = ? THEN ${LEFT} ELSE 0 END)
       FROM ledger_account WHERE ${KIND_BYTES} IN (?, ?) GROUP BY ${HOLDER}
       HAVING SUM(CASE WHEN ${KIND_BYTES} = ? THEN 1 ELSE 0 END) > 0
          AND SUM(CASE WHEN ${KIND_BYTES} = ? THEN ${LEFT} ELSE 0 END) >
              SUM(CASE WHEN ${KIND_BYTES} = ? THEN ${LEFT} ELSE 0 END) LIMIT ${SHOWN}`,
      [points, lots, points, lots, lots, points, lots],
    );
    const forgotten = await sql.arrays(
      `SELECT a.account FROM ledger_account a
       WHERE SUBSTR(a.account, 17, 2) = ? AND ${PERIOD.replace('account', 'a.account')} <> ?
         AND a.credits_posted - a.debits_posted - a.debits_pending > 0
         AND NOT EXISTS (SELECT 1 FROM points_lot_due d WHERE d.member_id = SUBSTR(a.account, 1, 16))
       LIMIT ${SHOWN}`,
      [lots, bytesOf(NEVER, 4)],
    );
    return [
      ...homeless.map(([member, has, held]) => `member ${hex(member)} has ${has} points, of which lots hold ${held}`),
      ...forgotten.map(([account]) => `no day is noted for the member of the lot ${hex(account)}`),
    ];
  },
};

function hex(value: unknown): string {
  return (value as Buffer).toString('hex');
}
