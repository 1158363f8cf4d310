// The SQL of alerts: raised once while they last, brought up to date, resolved, and listed.
import type { Sql, SqlRow, SqlValue } from '../../database/sql';
import { HOUR, type Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes, newId, toGlobalId } from '../../kernel/id';
import { appendEvents, OPERATOR } from '../../partner-port/event.store';
import { type Alert, type AlertDetails, type AlertKind, type Finding, TOLD_TO_PARTNERS } from './alert';

const COLUMNS = [
  'id',
  'kind',
  'subject',
  'open_key',
  'message',
  'details',
  'raised_at',
  'seen_at',
  'resolved_at',
  'partner_id',
];
const SELECTED = COLUMNS.join(', ');

type About = Pick<Finding, 'kind' | 'subject'>;

function openKey({ kind, subject }: About): string {
  return `${kind} ${subject}`;
}

/** True when it was raised anew; an alert that is open already takes on the new message and figures. */
export async function raiseAlert(tx: Sql, finding: Finding, now: Instant): Promise<boolean> {
  const { kind, subject, message, partnerId } = finding;
  const details = JSON.stringify(finding.details);
  const [id, key] = [newId(now), openKey(finding)];
  const partner = partnerId === undefined ? null : idToBytes(partnerId);
  const row = [idToBytes(id), kind, subject, key, message, details, now, now, null, partner];
  const head = `${tx.dialect.insertIgnore} INTO`;
  if ((await tx.insertMany('alert', COLUMNS, [row], { head })) > 0) {
    await tell(tx, 'alert.raised', { ...finding, id }, now);
    return true;
  }
  const values = [message, details, now, key];
  await tx.run('UPDATE alert SET message = ?, details = ?, seen_at = ? WHERE open_key = ?', values);
  return false;
}

/** False when none was open, or when somebody else resolved it. */
export async function resolveAlert(tx: Sql, about: About, now: Instant): Promise<boolean> {
  const key = openKey(about);
  const [row] = await tx.arrays(`SELECT ${SELECTED} FROM alert WHERE open_key = ?`, [key]);
  const values = [now, key];
  const resolved = await tx.run('UPDATE alert SET open_key = NULL, resolved_at = ? WHERE open_key = ?', values);
  if (resolved === 0 || !row) return false;
  await tell(tx, 'alert.resolved', fromRow(row), now);
  return true;
}

/** The operator always, and the partner where it is to be told; in the transaction in which it happens. */
async function tell(
  tx: Sql,
  type: 'alert.raised' | 'alert.resolved',
  alert: Finding & Pick<Alert, 'id'>,
  now: Instant,
): Promise<void> {
  const { id: subjectId, kind, subject, message, partnerId } = alert;
  const data = { alert: toGlobalId('alert', subjectId), kind, about: subject, message };
  const listeners = partnerId !== undefined && TOLD_TO_PARTNERS.has(kind) ? [OPERATOR, partnerId] : [OPERATOR];
  await appendEvents(
    tx,
    listeners.map((listener) => ({ id: newId(now), partnerId: listener, subjectId, type, happenedAt: now, data })),
  );
}

/** Alerts of a kind that are open; with `about`, only those whose subject is it, or begins with it and a `#`. */
export async function openAlerts(sql: Sql, kind: AlertKind, about?: string): Promise<Alert[]> {
  // The key begins with kind and subject, so this is a range of its index; `!` follows the space, and `$` the `#`.
  const [first, last] = about === undefined ? [`${kind} `, `${kind}!`] : [`${kind} ${about}#`, `${kind} ${about}$`];
  const values: SqlValue[] = [first, last, openKey({ kind, subject: about ?? '' })];
  const statement = `SELECT ${SELECTED} FROM alert WHERE (open_key >= ? AND open_key < ?) OR open_key = ? ORDER BY id`;
  return (await sql.arrays(statement, values)).map(fromRow);
}

/** The subjects of a kind about which an alert is open. */
export async function openSubjects(sql: Sql, kind: AlertKind): Promise<string[]> {
  return (await openAlerts(sql, kind)).map(({ subject }) => subject);
}

/** An alert that says the same is not written again for so long. */
const SEEN_AGAIN_MS = HOUR;

/**
 * Raises what was found, and resolves what is open and was not found, at most `limit` of each; what is left over waits
 * for the next time. Answers how many were raised or resolved.
 */
export async function settleAlerts(
  tx: Sql,
  {
    open,
    found,
    limit,
  }: { readonly open: readonly Alert[]; readonly found: readonly Finding[]; readonly limit: number },
  now: Instant,
): Promise<number> {
  const known = new Map(open.map((alert) => [openKey(alert), alert]));
  const keys = new Set(found.map(openKey));
  let changed = 0;
  const fresh = found.filter((finding) => !known.has(openKey(finding)));
  for (const finding of fresh.slice(0, limit)) if (await raiseAlert(tx, finding, now)) changed += 1;
  const stale = found.filter((finding) => isStale(known.get(openKey(finding)), finding, now));
  for (const finding of stale.slice(0, limit)) await raiseAlert(tx, finding, now);
  const over = open.filter((alert) => !keys.has(openKey(alert)));
  for (const alert of over.slice(0, limit)) if (await resolveAlert(tx, alert, now)) changed += 1;
  return changed;
}

function isStale(alert: Alert | undefined, { message, details }: Finding, now: Instant): boolean {
  if (!alert) return false;
  const same = alert.message === message && JSON.stringify(alert.details) === JSON.stringify(details);
  return !same || now - alert.seenAt >= SEEN_AGAIN_MS;
}

export interface AlertFilter {
  readonly kind?: AlertKind;
  /** Only open ones, or only resolved ones. */
  readonly open?: boolean;
  /** Only those that concern this partner; `null` is a partner that nothing concerns. */
  readonly partnerId?: Id | null;
}

/** Newest first. */
export async function listAlerts(
  sql: Sql,
  { kind, open, partnerId }: AlertFilter,
  page: { readonly before?: Id; readonly limit: number },
): Promise<Alert[]> {
  if (partnerId === null) return [];
  const parts: string[] = [];
  const values: SqlValue[] = [];
  const narrow = (condition: string, value: SqlValue) => {
    parts.push(condition);
    values.push(value);
  };
  if (partnerId !== undefined) narrow('partner_id = ?', idToBytes(partnerId));
  if (kind !== undefined) narrow('kind = ?', kind);
  if (open !== undefined) parts.push(`open_key IS ${open ? 'NOT ' : ''}NULL`);
  if (page.before !== undefined) narrow('id < ?', idToBytes(page.before));
  const where = parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '';
  const statement = `SELECT ${SELECTED} FROM alert ${where} ORDER BY id DESC LIMIT ${Math.trunc(page.limit)}`;
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
    partnerId: Buffer.isBuffer(row[9]) ? idFromBytes(row[9]) : undefined,
  };
}
