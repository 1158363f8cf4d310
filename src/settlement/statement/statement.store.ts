// The SQL of statements: made under a lease, then issued, then only signed.
import type { Sql, SqlRow, SqlValue } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { SettlementScope } from '../settlement-scope';
import type { Signature, Statement, StatementBody } from './statement';

const COLUMNS = [
  'id',
  'agreement_id',
  'partner_id',
  'body',
  'issued_by',
  'operator_at',
  'operator_by',
  'partner_at',
  'partner_by',
] as const;
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM statement`;

/** Thrown when the lease of a statement in the making was lost to another process. */
export class LostStatementError extends Error {
  override readonly name = 'LostStatementError';
}

export interface MadeStatement {
  readonly id: Id;
  readonly agreementId: Id;
  readonly partnerId: Id;
  readonly number: number;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly makingUntil: Instant;
}

/** The newest statement of an agreement, whatever its state; call it under the lock of the agreement. */
export async function newestStatement(
  tx: Sql,
  agreementId: Id,
): Promise<{ id: Id; number: number; endsAt: Instant; makingUntil?: Instant } | undefined> {
  const [row] = await tx.arrays(
    `SELECT id, number, ends_at, state, making_until FROM statement WHERE agreement_id = ?
     ORDER BY number DESC LIMIT 1${tx.dialect.forUpdate}`,
    [idToBytes(agreementId)],
  );
  if (!row) return undefined;
  const makingUntil = row[3] === 'MAKING' ? Number(row[4]) : undefined;
  return { id: idFromBytes(row[0] as Buffer), number: Number(row[1]), endsAt: Number(row[2]), makingUntil };
}

export async function insertMaking(tx: Sql, made: MadeStatement): Promise<void> {
  const { id, agreementId, partnerId, number, startsAt, endsAt, makingUntil } = made;
  await tx.insertMany(
    'statement',
    ['id', 'agreement_id', 'partner_id', 'number', 'starts_at', 'ends_at', 'state', 'making_until', 'line_count'],
    [[idToBytes(id), idToBytes(agreementId), idToBytes(partnerId), number, startsAt, endsAt, 'MAKING', makingUntil, 0]],
  );
}

export async function deleteMaking(tx: Sql, id: Id): Promise<void> {
  await tx.run(`DELETE FROM statement WHERE id = ? AND state = 'MAKING'`, [idToBytes(id)]);
}

/** Locks the statement while it is still this process's to make, and keeps it so until then. */
export async function keepMaking(tx: Sql, id: Id, makingUntil: Instant): Promise<void> {
  const statement = `SELECT state FROM statement WHERE id = ?${tx.dialect.forUpdate}`;
  const [row] = await tx.arrays(statement, [idToBytes(id)]);
  if (row?.[0] !== 'MAKING') throw new LostStatementError(`statement ${id} is being made by another process`);
  await tx.run('UPDATE statement SET making_until = ? WHERE id = ?', [makingUntil, idToBytes(id)]);
}

/** Call it after `keepMaking` in the same transaction. */
export async function issueMade(tx: Sql, id: Id, body: StatementBody, issuedBy: string): Promise<void> {
  await tx.run(
    `UPDATE statement SET state = 'ISSUED', making_until = NULL, line_count = ?, hash = ?, body = ?, issued_at = ?,
       issued_by = ? WHERE id = ?`,
    [body.lineCount, body.hash, JSON.stringify(body), body.issuedAt, issuedBy, idToBytes(id)],
  );
}

function signature(at: SqlValue | undefined, by: SqlValue | undefined): Signature | undefined {
  return at === null || at === undefined ? undefined : { at: Number(at), by: String(by) };
}

function fromRow(row: SqlRow): Statement {
  return {
    id: idFromBytes(row[0] as Buffer),
    agreementId: idFromBytes(row[1] as Buffer),
    partnerId: idFromBytes(row[2] as Buffer),
    body: JSON.parse(String(row[3])) as StatementBody,
    issuedBy: String(row[4]),
    operator: signature(row[5], row[6]),
    partner: signature(row[7], row[8]),
  };
}

/** An issued statement, if the scope has it. */
export async function readStatement(sql: Sql, scope: SettlementScope, id: Id): Promise<Statement | undefined> {
  const [row] = await sql.arrays(`${SELECT} WHERE id = ? AND state = 'ISSUED'`, [idToBytes(id)]);
  const found = row && fromRow(row);
  return found && (scope.partnerId === undefined || scope.partnerId === found.partnerId) ? found : undefined;
}

export async function readNumbered(sql: Sql, agreementId: Id, number: number): Promise<Statement | undefined> {
  const [row] = await sql.arrays(`${SELECT} WHERE agreement_id = ? AND number = ? AND state = 'ISSUED'`, [
    idToBytes(agreementId),
    number,
  ]);
  return row && fromRow(row);
}

/** The last one whose period ends in this time. */
export async function readEnding(
  sql: Sql,
  agreementId: Id,
  from: Instant,
  before: Instant,
): Promise<Statement | undefined> {
  const [row] = await sql.arrays(
    `${SELECT} WHERE agreement_id = ? AND ends_at >= ? AND ends_at < ? AND state = 'ISSUED'
     ORDER BY number DESC LIMIT 1`,
    [idToBytes(agreementId), from, before],
  );
  return row && fromRow(row);
}

export interface StatementPage {
  readonly agreementId?: Id;
  /** Newest first, from here on. */
  readonly before?: Id;
  readonly limit: number;
}

export async function listStatements(
  sql: Sql,
  { partnerId }: SettlementScope,
  { agreementId, before = 'f'.repeat(32), limit }: StatementPage,
): Promise<Statement[]> {
  if (partnerId === null) return [];
  const given = [
    ['agreement_id = ?', agreementId],
    ['partner_id = ?', partnerId],
    ['id < ?', before],
  ] as const;
  const used = given.filter(([, id]) => id !== undefined);
  const where = ["state = 'ISSUED'", ...used.map(([condition]) => condition)].join(' AND ');
  const rows = await sql.arrays(
    `${SELECT} WHERE ${where} ORDER BY id DESC LIMIT ${Math.trunc(limit)}`,
    used.map(([, id]) => idToBytes(id!)),
  );
  return rows.map(fromRow);
}

/** What a side signed first stays; answers whether this was it. */
export async function signStatement(
  tx: Sql,
  id: Id,
  side: 'operator' | 'partner',
  { at, by }: Signature,
): Promise<boolean> {
  const statement = `UPDATE statement SET ${side}_at = ?, ${side}_by = ? WHERE id = ? AND ${side}_at IS NULL`;
  return (await tx.run(statement, [at, by, idToBytes(id)])) === 1;
}
