// The SQL of applications for plans.
import type { Sql, SqlRow, SqlValue } from '../../database/sql';
import { type Id, idToBytes, namedId } from '../../kernel/id';
import { hexOf } from '../../ledger/ledger.store';
import type { ApplicationState, PlanApplication } from './application';

const SELECTED = `id, member_id, plan_id, program_version, fields, evidence, state, applied_at, reviewed_at,
  reviewed_by, reason`;

/** An application with the request that made it. */
export interface RequestedApplication {
  readonly application: PlanApplication;
  readonly key: Id;
  readonly fingerprint: Id;
}

/** Of who asks, one at most waits for each plan: a second one fails on the unique key. */
export async function insertApplication(tx: Sql, requested: RequestedApplication): Promise<void> {
  const { application, key, fingerprint } = requested;
  const row: Record<string, SqlValue> = {
    id: idToBytes(application.id),
    member_id: idToBytes(application.memberId),
    plan_id: idToBytes(application.planId),
    program_version: application.programVersion,
    request_key: idToBytes(key),
    fingerprint: idToBytes(fingerprint),
    fields: JSON.stringify(application.fields),
    evidence: JSON.stringify(application.evidence),
    state: application.state,
    open_key: application.state === 'PENDING' ? idToBytes(openKey(application)) : null,
    applied_at: application.appliedAt,
    reviewed_at: application.reviewedAt ?? null,
    reviewed_by: application.reviewedBy ?? null,
    reason: application.reason ?? null,
  };
  await tx.insertMany('plan_application', Object.keys(row), [Object.values(row)]);
}

function openKey({ memberId, planId }: PlanApplication): Id {
  return namedId('plan-application', memberId, planId);
}

export async function findByRequest(
  sql: Sql,
  key: Id,
): Promise<{ application: PlanApplication; fingerprint: Id } | undefined> {
  const statement = `SELECT ${SELECTED}, fingerprint FROM plan_application WHERE request_key = ?`;
  const [row] = await sql.arrays(statement, [idToBytes(key)]);
  return row && { application: fromRow(row), fingerprint: hexOf(row[11]) };
}

export async function readApplication(sql: Sql, id: Id, lock = ''): Promise<PlanApplication | undefined> {
  const [row] = await sql.arrays(`SELECT ${SELECTED} FROM plan_application WHERE id = ?${lock}`, [idToBytes(id)]);
  return row && fromRow(row);
}

/** A member's applications, newest first, for whichever plans. */
export async function applicationsOf(sql: Sql, memberId: Id, limit = 100): Promise<PlanApplication[]> {
  const rows = await sql.arrays(
    `SELECT ${SELECTED} FROM plan_application WHERE member_id = ? ORDER BY id DESC LIMIT ${Math.trunc(limit)}`,
    [idToBytes(memberId)],
  );
  return rows.map(fromRow);
}

/** What the member applied with last for this plan. */
export async function latestApplication(sql: Sql, memberId: Id, planId: Id): Promise<PlanApplication | undefined> {
  const [row] = await sql.arrays(
    `SELECT ${SELECTED} FROM plan_application WHERE member_id = ? AND plan_id = ? ORDER BY id DESC LIMIT 1`,
    [idToBytes(memberId), idToBytes(planId)],
  );
  return row && fromRow(row);
}

/** Of one state or of all, oldest first, from the one after `after` on. */
export async function listApplications(
  sql: Sql,
  page: { readonly state?: ApplicationState; readonly after?: Id; readonly limit: number },
): Promise<PlanApplication[]> {
  const { state, after, limit } = page;
  const conditions = [...(state ? ['state = ?'] : []), ...(after ? ['id > ?'] : [])];
  const values = [...(state ? [state] : []), ...(after ? [idToBytes(after)] : [])];
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const rows = await sql.arrays(
    `SELECT ${SELECTED} FROM plan_application ${where} ORDER BY id LIMIT ${Math.trunc(limit)}`,
    values,
  );
  return rows.map(fromRow);
}

export async function decideApplication(tx: Sql, application: PlanApplication): Promise<void> {
  const { id, state, reviewedAt, reviewedBy, reason } = application;
  await tx.run(
    `UPDATE plan_application SET state = ?, open_key = NULL, reviewed_at = ?, reviewed_by = ?, reason = ?
     WHERE id = ?`,
    [state, reviewedAt ?? null, reviewedBy ?? null, reason ?? null, idToBytes(id)],
  );
}

function fromRow(row: SqlRow): PlanApplication {
  const optional = (at: number): string | undefined => (row[at] === null ? undefined : String(row[at]));
  return {
    id: hexOf(row[0]),
    memberId: hexOf(row[1]),
    planId: hexOf(row[2]),
    programVersion: Number(row[3]),
    fields: JSON.parse(String(row[4])) as PlanApplication['fields'],
    evidence: JSON.parse(String(row[5])) as string[],
    state: String(row[6]) as ApplicationState,
    appliedAt: Number(row[7]),
    reviewedAt: row[8] === null ? undefined : Number(row[8]),
    reviewedBy: optional(9),
    reason: optional(10),
  };
}
