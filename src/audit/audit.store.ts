// The only SQL of the audit: entries are appended under the lock of the chain's head, and never changed.
import type { Sql, SqlRow } from '../database/sql';
import type { Visitor } from '../request/policy';
import {
  type AuditDraft,
  type AuditEntry,
  type AuditKind,
  type AuditOutcome,
  canonicalJson,
  hashOf,
  NO_HASH,
} from './audit-entry';

const COLUMNS = [
  'number',
  'kind',
  'made_at',
  'role',
  'actor',
  'request_id',
  'action',
  'subject_type',
  'subject_key',
  'asked',
  'outcome',
  'detail',
  'hash',
] as const;
const SELECTED = `SELECT ${COLUMNS.join(', ')} FROM audit_entry`;

export interface AuditHead {
  readonly number: number;
  readonly hash: string;
}

/** The newest entry, locked until the transaction ends, so that entries come one after the other. */
export async function lockHead(tx: Sql): Promise<AuditHead> {
  const [row] = await tx.arrays(`SELECT number, hash FROM audit_head WHERE one = 1${tx.dialect.forUpdate}`);
  return row ? { number: Number(row[0]), hash: String(row[1]) } : { number: 0, hash: NO_HASH };
}

export async function readHead(sql: Sql): Promise<AuditHead> {
  const [row] = await sql.arrays('SELECT number, hash FROM audit_head WHERE one = 1');
  return row ? { number: Number(row[0]), hash: String(row[1]) } : { number: 0, hash: NO_HASH };
}

/** Appends one entry and answers its number. */
export async function appendEntry(tx: Sql, given: AuditDraft): Promise<number> {
  const draft = asKept(given);
  const head = await lockHead(tx);
  const number = head.number + 1;
  const hash = hashOf(head.hash, number, draft);
  const { kind, at, role, actor, requestId, action, subject, asked, outcome, detail } = draft;
  const who = [role, actor, requestId, action, subject.type, subject.key];
  const row = [number, kind, at, ...who, asked ?? null, outcome ?? null, canonicalJson(detail), hash];
  await tx.insertMany('audit_entry', COLUMNS, [row]);
  await tx.run('UPDATE audit_head SET number = ?, hash = ? WHERE one = 1', [number, hash]);
  return number;
}

/**
 * What callers said, as every database gives it back: a text with a zero in it, or with half of a character, would be
 * read otherwise than it was written, and its entry would look as if somebody had changed it. In `detail`, which is
 * JSON, both are escaped.
 */
function asKept(draft: AuditDraft): AuditDraft {
  const { actor, requestId, subject } = draft;
  const kept = (text: string) => text.replaceAll(/\0|\p{Cs}/gu, '\ufffd');
  return {
    ...draft,
    actor: kept(actor),
    requestId: kept(requestId),
    subject: { ...subject, key: kept(subject.key) },
  };
}

export interface AuditFilter {
  readonly subjectType?: string;
  readonly subjectKey?: string;
  readonly actor?: string;
  readonly action?: string;
  /** Inclusive. */
  readonly from?: number;
  /** Exclusive. */
  readonly until?: number;
}

/** Entries, the newest first, from the one before `before`. */
export function listEntries(
  sql: Sql,
  filter: AuditFilter,
  page: { readonly before?: number; readonly limit: number },
): Promise<AuditEntry[]> {
  const conditions: [string, string | number | undefined][] = [
    ['subject_type = ?', filter.subjectType],
    ['subject_key = ?', filter.subjectKey],
    ['actor = ?', filter.actor],
    ['action = ?', filter.action],
    ['made_at >= ?', filter.from],
    ['made_at < ?', filter.until],
    ['number < ?', page.before],
  ];
  const given = conditions.filter((condition): condition is [string, string | number] => condition[1] !== undefined);
  const where = given.length > 0 ? ` WHERE ${given.map(([text]) => text).join(' AND ')}` : '';
  const values = given.map(([, value]) => value);
  return read(sql, `${SELECTED}${where} ORDER BY number DESC LIMIT ?`, [...values, page.limit]);
}

/** Entries in their order, from the one after `after`. */
export function nextEntries(sql: Sql, after: number, limit: number): Promise<AuditEntry[]> {
  return read(sql, `${SELECTED} WHERE number > ? ORDER BY number LIMIT ?`, [after, limit]);
}

async function read(sql: Sql, statement: string, values: readonly (string | number)[]): Promise<AuditEntry[]> {
  return (await sql.arrays(statement, values)).map(fromRow);
}

function fromRow(row: SqlRow): AuditEntry {
  const [number, kind, at, role, actor, requestId, action, type, key, asked, outcome, detail, hash] = row;
  return {
    number: Number(number),
    kind: String(kind) as AuditKind,
    at: Number(at),
    role: String(role) as Visitor,
    actor: String(actor),
    requestId: String(requestId),
    action: String(action),
    subject: { type: String(type), key: String(key) },
    asked: asked === null ? undefined : Number(asked),
    outcome: outcome === null ? undefined : (String(outcome) as AuditOutcome),
    detail: parsed(String(detail)),
    hash: String(hash),
  };
}

/** A text that somebody damaged is shown as it is; its hash tells that it was changed. */
function parsed(text: string): AuditEntry['detail'] {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
