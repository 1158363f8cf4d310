// The only SQL of the saga: guarded changes of a redemption's row, leases of its due steps, and what is due.
import { noteChanges } from '../../database/change-note.store';
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlValue } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idToBytes } from '../../kernel/id';
import type { CompanionWriter } from '../../ledger/batch';
import { endEventOf, eventOf, tellPartners } from '../partner-events';
import type { DueStep, Redemption, RedemptionStatus } from '../redemption';
import { StaleRedemptionError } from '../redemption.store';
import { fromRow, SELECTED } from '../redemption-row';
import type { Item } from './moves';
import { addItem } from './reconciliation.store';

/** What a partner issued, as it is kept. */
export interface KeptIssue {
  readonly partnerRef: string;
  readonly sealedCode?: Buffer;
  readonly codeHash?: Buffer;
  readonly sealedLink?: Buffer;
  readonly expiresAt: Instant;
}

/** One step of a saga as it changes the row; made for the row as `redemption` has it. */
export interface StepRow {
  readonly redemption: Redemption;
  readonly to: RedemptionStatus;
  /** Absent when nothing more is to be done. */
  readonly due?: { readonly step: DueStep; readonly at: Instant };
  readonly attempts: number;
  readonly issued?: KeptIssue;
  /** What was issued and is not handed out, by the partner's name for it. */
  readonly partnerRef?: string;
  readonly item?: Item;
  readonly offerCode?: string;
}

/** Thrown when the partner handed out a code that another redemption has; nothing is then changed. */
export class DuplicateCodeError extends Error {
  override readonly name = 'DuplicateCodeError';
}

/** Writes steps in the transaction that moves what they move. */
export const stepWriter: CompanionWriter<StepRow> = {
  order: 33,
  async write(tx, rows) {
    for (const { row, chain } of rows) await writeStep(tx, row, chain.now);
  },
};

const ENDED: ReadonlySet<RedemptionStatus> = new Set(['FAILED', 'CANCELLED']);

export async function writeStep(tx: Sql, row: StepRow, now: Instant): Promise<void> {
  const { redemption, to, due, attempts, issued, item, offerCode } = row;
  if (issued) await refuseDuplicate(tx, redemption, issued);
  const values: Record<string, SqlValue> = {
    status: to,
    due_step: due?.step ?? null,
    due_at: due?.at ?? null,
    attempts,
    ...(ENDED.has(to) && redemption.status !== to ? { ended_at: now } : {}),
    ...(row.partnerRef === undefined ? {} : { partner_ref: row.partnerRef }),
    ...(issued ? issuedColumns(issued) : {}),
  };
  const set = Object.keys(values).map((column) => `${column} = ?`);
  const changed = await tx.run(
    `UPDATE redemption SET ${set.join(', ')}, step_no = step_no + 1 WHERE id = ? AND status = ? AND step_no = ?`,
    [...Object.values(values), idToBytes(redemption.id), redemption.status, redemption.atPartner?.stepNo ?? 0],
  );
  if (changed !== 1) throw new StaleRedemptionError(`redemption ${redemption.id} has gone another step meanwhile`);
  if (item) await addItem(tx, redemption, item, now);
  if (to !== redemption.status) await noteChanges(tx, 'REDEMPTION', [redemption.id]);
  const told = { redemption: { ...redemption, ...(issued && { expiresAt: issued.expiresAt }) }, offerCode };
  const event = to === 'ISSUED' && issued ? eventOf('redemption.issued', told, now) : undefined;
  await tellPartners(tx, [event ?? endEventOf({ ...told, from: redemption.status, to }, now)]);
}

function issuedColumns({ partnerRef, sealedCode, codeHash, sealedLink, expiresAt }: KeptIssue) {
  return {
    partner_ref: partnerRef,
    code_cipher: sealedCode ?? null,
    code_hash: codeHash ?? null,
    link_cipher: sealedLink ?? null,
    expires_at: expiresAt,
  };
}

/** The unique key is the backstop for two of them at the same moment: one of them is then run again, and finds this. */
async function refuseDuplicate(tx: Sql, { id, partnerId }: Redemption, { codeHash }: KeptIssue): Promise<void> {
  if (!codeHash || !partnerId) return;
  const [other] = await tx.arrays('SELECT id FROM redemption WHERE partner_id = ? AND code_hash = ? AND id <> ?', [
    idToBytes(partnerId),
    codeHash,
    idToBytes(id),
  ]);
  if (other) throw new DuplicateCodeError(`redemption ${id} was given a code that another redemption has`);
}

/**
 * Takes the due step: until `until` it is nobody else's. Answers the redemption as it stands then, or `undefined` when
 * somebody else was quicker. `step` is what is due when the taker is never heard of again.
 */
export async function takeStep(
  tx: Sql,
  redemption: Redemption,
  lease: { readonly step: DueStep; readonly attempts: number; readonly until: Instant },
): Promise<Redemption | undefined> {
  const { atPartner } = redemption;
  if (!atPartner?.dueStep) return undefined;
  const changed = await tx.run(
    `UPDATE redemption SET due_step = ?, due_at = ?, attempts = ?, step_no = step_no + 1
     WHERE id = ? AND due_step = ? AND step_no = ?`,
    [lease.step, lease.until, lease.attempts, idToBytes(redemption.id), atPartner.dueStep, atPartner.stepNo],
  );
  if (changed !== 1) return undefined;
  const { step: dueStep, attempts } = lease;
  return { ...redemption, atPartner: { ...atPartner, dueStep, attempts, stepNo: atPartner.stepNo + 1 } };
}

/**
 * Redemptions with a step of the saga that is due, oldest first, without those of the partners named. Looks for uses
 * come after all else, however late they are: somebody waits for the others.
 */
export async function dueSteps(sql: Sql, now: Instant, limit: number, without: readonly Id[]): Promise<Redemption[]> {
  const waited = await stepsOf(sql, "due_step NOT IN ('EXPIRE', 'WATCH')", { now, limit, without });
  const rest = limit - waited.length;
  return rest > 0 ? [...waited, ...(await stepsOf(sql, "due_step = 'WATCH'", { now, limit: rest, without }))] : waited;
}

async function stepsOf(
  sql: Sql,
  condition: string,
  { now, limit, without }: { readonly now: Instant; readonly limit: number; readonly without: readonly Id[] },
): Promise<Redemption[]> {
  const others = without.length === 0 ? '' : ` AND partner_id NOT IN (${questionMarks(without.length)})`;
  const rows = await sql.arrays(
    `SELECT ${SELECTED} FROM redemption WHERE due_at <= ? AND ${condition}${others}
     ORDER BY due_at, id LIMIT ${Math.trunc(limit)}`,
    [now, ...without.map(idToBytes)],
  );
  return rows.map(fromRow);
}
