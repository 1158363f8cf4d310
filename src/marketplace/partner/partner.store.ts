// The SQL of partners that registered themselves, and the catalogue's items that they are once approved.
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow, SqlValue } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { CatalogueSource } from '../../program/catalogue.service';
import type { StoredItem } from '../../program/catalogue-item';
import { isLive, type PartnerAccount, type PartnerChange, type PartnerState } from './partner';

const COLUMNS = [
  'id',
  'code',
  'name',
  'contact',
  'website',
  'description',
  'state',
  'version',
  'applied_at',
  'applied_by',
  'changed_at',
  'changed_by',
  'reason',
];
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM partner`;

export class PartnerStore implements CatalogueSource {
  /** Partners that are or were approved; those that are suspended count as retired. */
  async load(sql: Sql): Promise<StoredItem[]> {
    const rows = await sql.arrays(
      'SELECT id, code, number, name, state, version FROM partner WHERE number IS NOT NULL ORDER BY number',
    );
    return rows.map((row) => ({
      id: idFromBytes(row[0] as Buffer),
      kind: 'PARTNER',
      code: String(row[1]),
      number: Number(row[2]),
      definition: Object.freeze({ code: String(row[1]), name: String(row[3]) }),
      retired: !isLive(row[4] as PartnerState),
      version: Number(row[5]),
    }));
  }

  async highestNumber(sql: Sql): Promise<number> {
    const [row] = await sql.arrays('SELECT MAX(number) FROM partner');
    return Number(row?.[0] ?? 0);
  }
}

export async function insertPartner(tx: Sql, partner: PartnerAccount, claimHash: Buffer | undefined): Promise<void> {
  const values = [...valuesOf(partner), partner.code, null, claimHash ?? null];
  await tx.insertMany('partner', [...COLUMNS, 'taken_code', 'number', 'claim_hash'], [values]);
}

export async function isCodeTaken(sql: Sql, code: string): Promise<boolean> {
  return (await sql.arrays('SELECT 1 FROM partner WHERE taken_code = ?', [code])).length > 0;
}

export async function countApplied(sql: Sql): Promise<number> {
  const [row] = await sql.arrays("SELECT COUNT(*) FROM partner WHERE state = 'APPLIED'");
  return Number(row![0]);
}

export async function readPartner(sql: Sql, id: Id): Promise<PartnerAccount | undefined> {
  const [row] = await sql.arrays(`${SELECT} WHERE id = ?`, [idToBytes(id)]);
  return row && fromRow(row);
}

export async function readClaimHash(sql: Sql, id: Id): Promise<Buffer | undefined> {
  const [row] = await sql.arrays('SELECT claim_hash FROM partner WHERE id = ?', [idToBytes(id)]);
  return (row?.[0] as Buffer | null | undefined) ?? undefined;
}

export interface PartnerPage {
  readonly state?: PartnerState;
  /** Newest first, from here on. */
  readonly before?: Id;
  readonly limit: number;
}

export async function listPartners(sql: Sql, { state, before, limit }: PartnerPage): Promise<PartnerAccount[]> {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  if (state) conditions.push('state = ?');
  if (state) values.push(state);
  if (before) conditions.push('id < ?');
  if (before) values.push(idToBytes(before));
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  const rows = await sql.arrays(`${SELECT}${where} ORDER BY id DESC LIMIT ?`, [...values, limit]);
  return rows.map(fromRow);
}

export interface StateChange {
  readonly to: PartnerState;
  readonly at: Instant;
  readonly by: string;
  readonly reason: string;
  /** Given when it is approved for the first time. */
  readonly number?: number;
}

/** Call it under the catalogue's lock, which is what keeps two changes apart. */
export async function changeState(tx: Sql, id: Id, change: StateChange): Promise<void> {
  const { to, at, by, reason, number } = change;
  await tx.run(
    `UPDATE partner SET state = ?, changed_at = ?, changed_by = ?, reason = ?, version = version + 1,
       number = COALESCE(number, ?), taken_code = CASE WHEN ? = 'REJECTED' THEN NULL ELSE code END
     WHERE id = ?`,
    [to, at, by, reason, number ?? null, to, idToBytes(id)],
  );
}

/** Call it under the catalogue's lock, which is what keeps two numbers apart. */
export async function appendChange(tx: Sql, partnerId: Id, change: PartnerChange): Promise<void> {
  const { kind, madeAt, madeBy, reason } = change;
  const key = idToBytes(partnerId);
  const [last] = await tx.arrays('SELECT MAX(seq) FROM partner_change WHERE partner_id = ?', [key]);
  await tx.insertMany(
    'partner_change',
    ['partner_id', 'seq', 'kind', 'made_at', 'made_by', 'reason'],
    [[key, Number(last?.[0] ?? 0) + 1, kind, madeAt, madeBy, reason]],
  );
}

const CHANGES_SHOWN = 50;

/** The latest fifty of each partner, the newest first. */
export async function readChanges(sql: Sql, partnerIds: readonly Id[]): Promise<Map<Id, PartnerChange[]>> {
  const changes = new Map<Id, PartnerChange[]>(partnerIds.map((id) => [id, []]));
  if (partnerIds.length === 0) return changes;
  const rows = await sql.arrays(
    `SELECT partner_id, kind, made_at, made_by, reason FROM partner_change
     WHERE partner_id IN (${questionMarks(partnerIds.length)}) ORDER BY partner_id, seq DESC`,
    partnerIds.map(idToBytes),
  );
  for (const [id, kind, madeAt, madeBy, reason] of rows) {
    const list = changes.get(idFromBytes(id as Buffer))!;
    if (list.length >= CHANGES_SHOWN) continue;
    list.push({ kind: String(kind), madeAt: Number(madeAt), madeBy: String(madeBy), reason: String(reason) });
  }
  return changes;
}

function valuesOf(partner: PartnerAccount): SqlValue[] {
  const { id, code, name, contact, website, description, state, version, appliedAt, appliedBy } = partner;
  const { changedAt, changedBy, reason } = partner;
  const head = [idToBytes(id), code, name, contact, website ?? null, description, state, version];
  return [...head, appliedAt, appliedBy, changedAt, changedBy, reason];
}

function fromRow(row: SqlRow): PartnerAccount {
  return {
    id: idFromBytes(row[0] as Buffer),
    code: String(row[1]),
    name: String(row[2]),
    contact: String(row[3]),
    website: row[4] === null ? undefined : String(row[4]),
    description: String(row[5]),
    state: row[6] as PartnerState,
    version: Number(row[7]),
    appliedAt: Number(row[8]),
    appliedBy: String(row[9]),
    changedAt: Number(row[10]),
    changedBy: String(row[11]),
    reason: String(row[12]),
  };
}
