// This room's part of `ledger verify`: no hold without an open redemption, and what a redemption says of its hold.
import type { Sql } from '../database/sql';
import type { VerifyCheck } from '../ledger/verify';

const SHOWN = 20;

/**
 * Every hold of the gateway belongs to an open redemption; an open redemption has a step that will end it; and an ended
 * one has none but to let go of it at the partner.
 */
export const holdCheck: VerifyCheck = {
  name: 'no hold without an open redemption, no open redemption without a due step',
  async run(sql: Sql): Promise<string[]> {
    const orphans = await sql.rows<{ chain: Buffer }>(
      `SELECT h.chain FROM ledger_hold h LEFT JOIN redemption r ON r.id = h.chain
       WHERE r.id IS NULL OR r.status NOT IN ('HELD', 'ISSUED', 'UNKNOWN') LIMIT ${SHOWN}`,
    );
    const stuck = await sql.rows<{ id: Buffer; status: string }>(
      `SELECT id, status FROM redemption
       WHERE (status IN ('HELD', 'ISSUED', 'UNKNOWN')) <> (due_at IS NOT NULL AND due_step <> 'UNDO')
         OR (status IN ('HELD', 'UNKNOWN')) <> (due_at IS NOT NULL AND due_step IN ('ISSUE', 'LOOK_UP'))
         OR (due_at IS NULL) <> (due_step IS NULL)
         OR (due_step = 'UNDO' AND status NOT IN ('FAILED', 'CANCELLED'))
       LIMIT ${SHOWN}`,
    );
    return [
      ...orphans.map(({ chain }) => `the hold of chain ${chain.toString('hex')} has no open redemption`),
      ...stuck.map(
        ({ id, status }) => `redemption ${id.toString('hex')} is ${status} but its next step says otherwise`,
      ),
    ];
  },
};
