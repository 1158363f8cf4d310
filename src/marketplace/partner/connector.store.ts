// The SQL of connectors: each version as it was set, and the secrets of the current one, sealed.
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { ConnectorKind } from './connector-kit';

export interface StoredConnector {
  readonly partnerId: Id;
  /** From 1. */
  readonly version: number;
  readonly kind: ConnectorKind;
  /** As it was given; empty for `NONE`. */
  readonly manifest: string;
  readonly setAt: Instant;
  readonly setBy: string;
}

export interface StoredSecret {
  readonly name: string;
  readonly cipher: Buffer;
  readonly changedAt: Instant;
  readonly changedBy: string;
}

const COLUMNS = ['partner_id', 'version', 'kind', 'manifest', 'set_at', 'set_by'];
const SECRET_COLUMNS = ['partner_id', 'name', 'cipher', 'changed_at', 'changed_by'];

/** The current version of each partner's connector. */
export async function readHeads(sql: Sql): Promise<Map<Id, number>> {
  const rows = await sql.arrays('SELECT partner_id, MAX(version) FROM partner_connector GROUP BY partner_id');
  return new Map(rows.map((row) => [idFromBytes(row[0] as Buffer), Number(row[1])]));
}

export async function readConnectors(sql: Sql, partnerIds: readonly Id[]): Promise<Map<Id, StoredConnector>> {
  if (partnerIds.length === 0) return new Map();
  const columns = COLUMNS.map((column) => `c.${column}`).join(', ');
  const rows = await sql.arrays(
    `SELECT ${columns} FROM partner_connector c JOIN (
       SELECT partner_id, MAX(version) AS version FROM partner_connector
       WHERE partner_id IN (${questionMarks(partnerIds.length)}) GROUP BY partner_id
     ) latest ON latest.partner_id = c.partner_id AND latest.version = c.version`,
    partnerIds.map(idToBytes),
  );
  return new Map(rows.map(fromRow).map((connector) => [connector.partnerId, connector]));
}

export async function insertConnector(tx: Sql, connector: StoredConnector): Promise<void> {
  const { partnerId, version, kind, manifest, setAt, setBy } = connector;
  await tx.insertMany('partner_connector', COLUMNS, [[idToBytes(partnerId), version, kind, manifest, setAt, setBy]]);
}

/** By partner, then in the order of their names. */
export async function readSecrets(sql: Sql, partnerIds: readonly Id[]): Promise<Map<Id, StoredSecret[]>> {
  const secrets = new Map<Id, StoredSecret[]>(partnerIds.map((id) => [id, []]));
  if (partnerIds.length === 0) return secrets;
  const rows = await sql.arrays(
    `SELECT ${SECRET_COLUMNS.join(', ')} FROM partner_secret
     WHERE partner_id IN (${questionMarks(partnerIds.length)}) ORDER BY partner_id, name`,
    partnerIds.map(idToBytes),
  );
  for (const [partnerId, name, cipher, changedAt, changedBy] of rows) {
    const secret = { name: String(name), changedAt: Number(changedAt), changedBy: String(changedBy) };
    secrets.get(idFromBytes(partnerId as Buffer))!.push({ ...secret, cipher: cipher as Buffer });
  }
  return secrets;
}

export async function saveSecrets(tx: Sql, partnerId: Id, secrets: readonly StoredSecret[]): Promise<void> {
  if (secrets.length === 0) return;
  await tx.insertMany(
    'partner_secret',
    SECRET_COLUMNS,
    secrets.map(({ name, cipher, changedAt, changedBy }) => [idToBytes(partnerId), name, cipher, changedAt, changedBy]),
    { tail: tx.dialect.onDuplicateUpdate(['partner_id', 'name'], ['cipher', 'changed_at', 'changed_by']) },
  );
}

export async function deleteSecrets(tx: Sql, partnerId: Id, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await tx.run(`DELETE FROM partner_secret WHERE partner_id = ? AND name IN (${questionMarks(names.length)})`, [
    idToBytes(partnerId),
    ...names,
  ]);
}

function fromRow(row: SqlRow): StoredConnector {
  return {
    partnerId: idFromBytes(row[0] as Buffer),
    version: Number(row[1]),
    kind: row[2] as ConnectorKind,
    manifest: String(row[3]),
    setAt: Number(row[4]),
    setBy: String(row[5]),
  };
}
