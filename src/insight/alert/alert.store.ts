// The SQL of alerts: raised once while they last, brought up to date, resolved, and listed.
import type { Sql, SqlRow, SqlValue } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes, newId } from '../../kernel/id';
import type { Alert, AlertDetails, AlertKind, Finding } from './alert';

const COLUMNS = ['id', 'kind', 'subject', 'open_key', 'message', 'details', 'raised_at', 'seen_at', 'resolved_at'];

function openKey({ kind, subject }: Pick<Finding, 'kind' | 'subject'>): string {
  return `${kind} ${subject}`;
}

/** True when it was raised anew; an alert that is open already takes on the new message and figures. */
export async function raiseAlert(tx: Sql, finding: Finding, now: Instant): Promise<boolean> {
  const { kind, subject, message } = finding;
  const details = JSON.stringify(finding.details);
  const key = openKey(finding);
  const row = [idToBytes(newId(now)), kind, subject, key, message, details, now, now, null];
  const head = `${tx.dialect.insertIgnore} INTO`;
  if ((await tx.insertMany('alert', COLUMNS, [row], { head })) > 0) return true;
  const values = [message, details, now, key];
  await tx.run('UPDATE alert SET message = ?, details = ?, seen_at = ? WHERE open_key = ?', values);
  return false;
}

/** False when none was open. */
export async function resolveAlert(tx: Sql, about: Pick<Finding, 'kind' | 'subject'>, now: Instant): Promise<boolean> {
  const values = [now, openKey(about)];
  return (await tx.run('UPDATE alert SET open_key = NULL, resolved_at = ? WHERE open_key = ?', values)) > 0;
}

/** The subjects of a kind about which an alert is open. */
export async function openSubjects(sql: Sql, kind: AlertKind): Promise<string[]> {
  const statement = 'SELECT subject FROM alert WHERE kind = ? AND open_key IS NOT NULL ORDER BY id';
  return (await sql.arrays(statement, [kind])).map((row) => String(row[0]));
}

export interface AlertFilter {
  readonly kind?: AlertKind;
  /** Only open ones, or only resolved ones. */
  readonly open?: boolean;
}

/** Newest first. */
export async function listAlerts(
  sql: Sql,
  { kind, open }: AlertFilter,
  page: { readonly before?: Id; readonly limit: number },
): Promise<Alert[]> {
  const parts: string[] = [];
  const values: SqlValue[] = [];
  if (kind !== undefined) {
    parts.push('kind = ?');
    values.push(kind);
  }
  if (open !== undefined) parts.push(`open_key IS ${open ? 'NOT ' : ''}NULL`);
  if (page.before !== undefined) {
    parts.push('id < ?');
    values.push(idToBytes(page.before));
  }
  const where = parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '';
  const statement = `SELECT ${COLUMNS.join(', ')} FROM alert ${where} ORDER BY id DESC LIMIT ${Math.trunc(page.limit)}`;
  return (await sql.arrays(statement, values)).map(fromRow);
}

function fromRow(row: SqlRow): Alert {
  return {
    id: idFromBytes(row[0] as Buffer),
    kind: row[1] as AlertKind,
    subject: String(row[2]),
    message: String(row[4]),
    details: JSON.parse(String(row[5])) as AlertDetails,
    raisedAt: Number(row[6]),
    seenAt: Number(row[7]),
    resolvedAt: row[8] === null ? undefined : Number(row[8]),
  };
}
