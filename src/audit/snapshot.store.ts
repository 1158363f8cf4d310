// Looks at what a change is about, before and after it: the rows of a subject as they stand, without secrets.
import type { Sql, SqlValue } from '../database/sql';
import { fromGlobalId, type GlobalIdType, type Id, idToBytes } from '../kernel/id';
import { available } from '../ledger/account';
import { ACCOUNT_KINDS } from '../ledger/chart';
import { describeAccount } from '../ledger/describe';
import { readHolder } from '../ledger/ledger.store';
import type { AuditSubject, Json } from './audit-entry';

interface Part {
  /** Under which name it stands in the snapshot. */
  readonly name: string;
  readonly table: string;
  /** The column that holds the id of the subject. */
  readonly by: string;
  /** Never read: `SELECT *` would show what is sealed and hashed. */
  readonly columns: string;
  readonly order: string;
  readonly limit?: number;
}

/** What is read of a subject of each type: named columns only, so that a new one is shown when somebody says so. */
const PARTS: Readonly<Record<string, readonly Part[]>> = {
  member: [
    {
      name: 'member',
      table: 'member',
      by: 'id',
      columns: 'external_id, nickname, birthday, tags, joined_at, level_id, level_manual_id, level_manual_until',
      order: 'id',
    },
  ],
  card: [
    { name: 'card', table: 'card', by: 'id', columns: 'plan_id, parent_card_id, status, closed_at', order: 'id' },
    {
      name: 'terms',
      table: 'card_term',
      by: 'card_id',
      columns: 'id, order_id, starts_at, ends_at, price, cost_cap, withdrawn',
      order: 'starts_at, id',
    },
  ],
  planApplication: [
    {
      name: 'application',
      table: 'plan_application',
      by: 'id',
      columns: 'member_id, plan_id, fields, evidence, state, reviewed_at, reviewed_by, reason',
      order: 'id',
    },
  ],
  partner: [
    {
      name: 'partner',
      table: 'partner',
      by: 'id',
      columns: 'code, name, contact, website, description, state, reason',
      order: 'id',
    },
    {
      name: 'connector',
      table: 'partner_connector',
      by: 'partner_id',
      columns: 'version, kind, manifest, set_at, set_by',
      order: 'version DESC',
      limit: 1,
    },
    {
      name: 'secrets',
      table: 'partner_secret',
      by: 'partner_id',
      columns: 'name, changed_at, changed_by',
      order: 'name',
    },
    {
      name: 'credentials',
      table: 'partner_credential',
      by: 'partner_id',
      columns: 'key_prefix, label, scopes, ends_at, revoked_at',
      order: 'id',
    },
    {
      name: 'endpoint',
      table: 'webhook_endpoint',
      by: 'partner_id',
      columns: 'url, event_types, state',
      order: 'partner_id',
    },
  ],
  offer: [
    {
      name: 'offer',
      table: 'offer',
      by: 'id',
      columns: 'code, state, live_revision, open_revision, paused_by',
      order: 'id',
    },
    {
      name: 'revisions',
      table: 'offer_revision',
      by: 'offer_id',
      columns: 'number, state, definition, reviewed_by, reason',
      order: 'number DESC',
      limit: 2,
    },
  ],
  agreement: [
    {
      name: 'agreement',
      table: 'agreement',
      by: 'id',
      columns: 'partner_id, code, owner, state, revision, last_revision, starts_at, ends_at, closed_by, reason',
      order: 'id',
    },
    {
      name: 'revisions',
      table: 'agreement_revision',
      by: 'agreement_id',
      columns: 'number, terms, operator_at, operator_by, partner_at, partner_by, effective_at',
      order: 'number DESC',
      limit: 2,
    },
  ],
  delivery: [
    {
      name: 'delivery',
      table: 'delivery',
      by: 'id',
      columns: 'agreement_id, item, side, source, external_id, quantity, value, counted_quantity, counted_value, state',
      order: 'id',
    },
    {
      name: 'disputes',
      table: 'delivery_dispute',
      by: 'delivery_id',
      columns: 'number, reason, opened_by, resolution, quantity, resolved_by, resolved_reason',
      order: 'number DESC',
      limit: 2,
    },
  ],
  statement: [
    {
      name: 'statement',
      table: 'statement',
      by: 'id',
      columns: 'agreement_id, number, starts_at, ends_at, state, line_count, hash, issued_by, operator_by, partner_by',
      order: 'id',
    },
  ],
  feed: [
    {
      name: 'feed',
      table: 'feed',
      by: 'id',
      columns: 'partner_id, name, terms, period_from, period_before, state, line_count, closed_by',
      order: 'id',
    },
    {
      name: 'runs',
      table: 'reconciliation_run',
      by: 'feed_id',
      columns: 'id, tolerance, state, totals, started_by',
      order: 'id DESC',
      limit: 2,
    },
  ],
  reconciliationItem: [
    {
      name: 'item',
      table: 'reconciliation_item',
      by: 'id',
      columns: 'redemption_id, partner_id, kind, line, decision, reason, decided_by, adjustment, answer, resolved_at',
      order: 'id',
    },
  ],
  redemption: [
    {
      name: 'redemption',
      table: 'redemption',
      by: 'id',
      columns: 'member_id, item_kind, item_id, status, cost, co_pay, face_value, points, used_at, ended_at',
      order: 'id',
    },
  ],
};

/** Types that callers name by something else than a global id, and the column that holds it. */
const NAMED_BY: Readonly<Record<string, { readonly table: string; readonly column: string }>> = {
  member: { table: 'member', column: 'external_id' },
  partner: { table: 'partner', column: 'code' },
};

const SHOWN_BALANCES: ReadonlySet<number> = new Set([ACCOUNT_KINDS.POINTS, ACCOUNT_KINDS.GROWTH]);

/** The subject as it stands now; null when there is none of this key. */
export async function readSnapshot(sql: Sql, subject: AuditSubject): Promise<Json> {
  if (subject.type === 'program') return programVersion(sql);
  const parts = PARTS[subject.type];
  const id = parts && (await idOf(sql, subject));
  if (!id) return null;
  const snapshot: Record<string, Json> = {};
  for (const { name, table, by, columns, order, limit } of parts) {
    const last = limit === undefined ? '' : ` LIMIT ${limit}`;
    const statement = `SELECT ${columns} FROM ${table} WHERE ${by} = ? ORDER BY ${order}${last}`;
    const rows = await sql.rows<Record<string, SqlValue>>(statement, [idToBytes(id)]);
    for (const [at, row] of rows.entries()) snapshot[by === 'id' ? name : `${name}[${at}]`] = shownRow(row);
  }
  if (Object.keys(snapshot).length === 0) return null;
  return subject.type === 'member' ? { ...snapshot, balances: await balancesOf(sql, id) } : snapshot;
}

async function idOf(sql: Sql, { type, key }: AuditSubject): Promise<Id | undefined> {
  const given = fromGlobalId(type as GlobalIdType, key);
  const named = NAMED_BY[type];
  if (given || !named || key === '') return given;
  const [row] = await sql.arrays(`SELECT id FROM ${named.table} WHERE ${named.column} = ?`, [key]);
  return row && (row[0] as Buffer).toString('hex');
}

async function programVersion(sql: Sql): Promise<Json> {
  const statement = 'SELECT version, hash FROM program_version ORDER BY version DESC LIMIT 1';
  const [row] = await sql.arrays(statement);
  return row ? { version: Number(row[0]), sha256: shown(row[1] ?? null) } : null;
}

/** Points and growth, in words that the ledger has for them. */
async function balancesOf(sql: Sql, memberId: Id): Promise<Json> {
  const balances: Record<string, number> = {};
  for (const [key, balance] of await readHolder(sql, memberId)) {
    const kind = Number.parseInt(key.slice(32, 36), 16);
    if (SHOWN_BALANCES.has(kind)) balances[describeAccount(key).words.split(',')[0]!] = available(balance);
  }
  return balances;
}

function shownRow(row: Record<string, SqlValue>): Json {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, shown(value)]));
}

/** Ids as hexadecimal digits, and lists and objects that are kept as JSON as what they are. */
function shown(value: SqlValue): Json {
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
