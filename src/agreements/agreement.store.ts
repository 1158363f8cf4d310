// The only SQL of agreements and their revisions. Whose: the scope that is handed in, before anything else.
import { questionMarks } from '../database/dialect';
import type { Sql, SqlRow, SqlValue } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../kernel/id';
import type { Agreement, AgreementRevision, AgreementState, AgreementTerms, Confirmation } from './agreement';

/** A partner's own agreements, or those of all (staff). `null`: nobody's, for a token that names no partner. */
export interface AgreementScope {
  readonly partnerId?: Id | null;
}

const COLUMNS = [
  'id',
  'partner_id',
  'code',
  'owner',
  'number',
  'state',
  'revision',
  'last_revision',
  'currency',
  'starts_at',
  'ends_at',
  'created_at',
  'created_by',
  'closed_at',
  'closed_by',
  'reason',
  'next_at',
] as const;
const REVISION_COLUMNS = [
  'agreement_id',
  'number',
  'terms',
  'created_at',
  'created_by',
  'operator_at',
  'operator_by',
  'partner_at',
  'partner_by',
  'effective_at',
] as const;
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM agreement`;

function rowOf(agreement: Agreement): SqlValue[] {
  const { closed } = agreement;
  return [
    idToBytes(agreement.id),
    idToBytes(agreement.partnerId),
    agreement.code,
    agreement.owner,
    agreement.number ?? null,
    agreement.state,
    agreement.revision ?? null,
    agreement.lastRevision,
    agreement.currency,
    agreement.startsAt,
    agreement.endsAt,
    agreement.createdAt,
    agreement.createdBy,
    closed?.at ?? null,
    closed?.by ?? null,
    closed?.reason ?? null,
    agreement.nextAt ?? null,
  ];
}

const optional = (value: SqlValue | undefined) => (value === null || value === undefined ? undefined : Number(value));

function confirmation(at: SqlValue | undefined, by: SqlValue | undefined): Confirmation | undefined {
  return at === null || at === undefined ? undefined : { at: Number(at), by: String(by) };
}

function fromRow(row: SqlRow): Agreement {
  const closed = confirmation(row[13], row[14]);
  return {
    id: idFromBytes(row[0] as Buffer),
    partnerId: idFromBytes(row[1] as Buffer),
    code: String(row[2]),
    owner: String(row[3]),
    number: optional(row[4]),
    state: row[5] as AgreementState,
    revision: optional(row[6]),
    lastRevision: Number(row[7]),
    currency: String(row[8]),
    startsAt: Number(row[9]),
    endsAt: Number(row[10]),
    createdAt: Number(row[11]),
    createdBy: String(row[12]),
    closed: closed && { ...closed, reason: String(row[15]) },
    nextAt: optional(row[16]),
  };
}

function revisionFrom(row: SqlRow): AgreementRevision {
  return {
    agreementId: idFromBytes(row[0] as Buffer),
    number: Number(row[1]),
    terms: JSON.parse(String(row[2])) as AgreementTerms,
    createdAt: Number(row[3]),
    createdBy: String(row[4]),
    operator: confirmation(row[5], row[6]),
    partner: confirmation(row[7], row[8]),
    effectiveAt: optional(row[9]),
  };
}

const inScope = ({ partnerId }: AgreementScope, found: Agreement | undefined) =>
  found && (partnerId === undefined || found.partnerId === partnerId) ? found : undefined;

/** The agreement, locked until the commit, if the scope has it. */
export async function lockAgreement(tx: Sql, scope: AgreementScope, id: Id): Promise<Agreement | undefined> {
  const [row] = await tx.arrays(`${SELECT} WHERE id = ?${tx.dialect.forUpdate}`, [idToBytes(id)]);
  return inScope(scope, row && fromRow(row));
}

export async function readAgreement(sql: Sql, scope: AgreementScope, id: Id): Promise<Agreement | undefined> {
  const [row] = await sql.arrays(`${SELECT} WHERE id = ?`, [idToBytes(id)]);
  return inScope(scope, row && fromRow(row));
}

export async function readAgreements(sql: Sql, ids: readonly Id[]): Promise<Agreement[]> {
  if (ids.length === 0) return [];
  return (await sql.arrays(`${SELECT} WHERE id IN (${questionMarks(ids.length)})`, ids.map(idToBytes))).map(fromRow);
}

export async function readAgreementByCode(sql: Sql, code: string): Promise<Agreement | undefined> {
  const [row] = await sql.arrays(`${SELECT} WHERE code = ?`, [code]);
  return row && fromRow(row);
}

/** All revisions of these agreements, the oldest first. */
export async function readRevisions(sql: Sql, ids: readonly Id[]): Promise<Map<Id, AgreementRevision[]>> {
  const found = new Map<Id, AgreementRevision[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return found;
  const rows = await sql.arrays(
    `SELECT ${REVISION_COLUMNS.join(', ')} FROM agreement_revision
     WHERE agreement_id IN (${questionMarks(ids.length)}) ORDER BY agreement_id, number`,
    ids.map(idToBytes),
  );
  for (const revision of rows.map(revisionFrom)) found.get(revision.agreementId)!.push(revision);
  return found;
}

export interface AgreementPage {
  /** As it is at `now`. */
  readonly state?: AgreementState;
  readonly owner?: string;
  readonly now: Instant;
  /** Newest first, from here on. */
  readonly before?: Id;
  readonly limit: number;
}

const IN_STATE: Readonly<Record<AgreementState, string>> = {
  DRAFT: "state = 'DRAFT'",
  AGREED: "state = 'AGREED' AND starts_at > ?",
  ACTIVE: "state IN ('AGREED', 'ACTIVE') AND starts_at <= ? AND ends_at > ?",
  CLOSED: "(state = 'CLOSED' OR (state IN ('AGREED', 'ACTIVE') AND ends_at <= ?))",
};

export async function listAgreements(sql: Sql, scope: AgreementScope, page: AgreementPage): Promise<Agreement[]> {
  const { partnerId } = scope;
  if (partnerId === null) return [];
  const { state, owner, now, before = 'f'.repeat(32), limit } = page;
  const conditions = ['id < ?'];
  const values: SqlValue[] = [idToBytes(before)];
  const add = (condition: string, ...given: SqlValue[]) => {
    conditions.push(condition);
    values.push(...given);
  };
  if (partnerId !== undefined) add('partner_id = ?', idToBytes(partnerId));
  if (owner !== undefined) add('owner = ?', owner);
  if (state !== undefined) add(IN_STATE[state], ...Array<SqlValue>(IN_STATE[state].split('?').length - 1).fill(now));
  const where = conditions.join(' AND ');
  const rows = await sql.arrays(`${SELECT} WHERE ${where} ORDER BY id DESC LIMIT ${Math.trunc(limit)}`, values);
  return rows.map(fromRow);
}

/** Those that the clock has something to do with, the earliest first. */
export async function dueAgreements(sql: Sql, now: Instant, limit: number): Promise<Agreement[]> {
  const rows = await sql.arrays(
    `${SELECT} WHERE (state = 'AGREED' AND (starts_at <= ? OR next_at <= ?))
       OR (state = 'ACTIVE' AND (ends_at <= ? OR next_at <= ?))
     ORDER BY starts_at, id LIMIT ${Math.trunc(limit)}`,
    [now, now, now, now],
  );
  return rows.map(fromRow);
}

/** Those that are active at `now`, from the one that follows `after`. */
export async function activeAgreements(sql: Sql, after: Id, now: Instant, limit: number): Promise<Agreement[]> {
  const rows = await sql.arrays(
    `${SELECT} WHERE id > ? AND ${IN_STATE.ACTIVE} ORDER BY id LIMIT ${Math.trunc(limit)}`,
    [idToBytes(after), now, now],
  );
  return rows.map(fromRow);
}

/** All that are agreed and not closed, for the catalogue and to find those that name one offer twice. */
export async function agreedAgreements(sql: Sql): Promise<Agreement[]> {
  return (await sql.arrays(`${SELECT} WHERE number IS NOT NULL ORDER BY number`)).map(fromRow);
}

export async function insertAgreement(tx: Sql, agreement: Agreement): Promise<void> {
  await tx.insertMany('agreement', COLUMNS, [rowOf(agreement)]);
}

/** Call it under the lock of `lockAgreement`. */
export async function updateAgreement(tx: Sql, agreement: Agreement): Promise<void> {
  const [id, , ...values] = rowOf(agreement);
  const changes = COLUMNS.slice(2).map((column) => `${column} = ?`);
  await tx.run(`UPDATE agreement SET ${changes.join(', ')} WHERE id = ?`, [...values, id!]);
}

export async function insertRevision(tx: Sql, revision: AgreementRevision): Promise<void> {
  const { agreementId, number, terms, createdAt, createdBy } = revision;
  const row = [idToBytes(agreementId), number, JSON.stringify(terms), createdAt, createdBy];
  await tx.insertMany('agreement_revision', REVISION_COLUMNS.slice(0, row.length), [row]);
}

/** Call it under the lock of `lockAgreement`. */
export async function confirmRevision(
  tx: Sql,
  { agreementId, number }: AgreementRevision,
  side: 'operator' | 'partner',
  { at, by, effectiveAt }: Confirmation & Pick<AgreementRevision, 'effectiveAt'>,
): Promise<void> {
  await tx.run(
    `UPDATE agreement_revision SET ${side}_at = ?, ${side}_by = ?, effective_at = ?
     WHERE agreement_id = ? AND number = ?`,
    [at, by, effectiveAt ?? null, idToBytes(agreementId), number],
  );
}
