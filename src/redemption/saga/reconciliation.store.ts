// The only SQL of reconciliation items: what the gateway and a partner do not agree on, for staff to see to.
import type { Sql, SqlRow } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes, newId } from '../../kernel/id';
import { amountOf } from '../../ledger/ledger.store';
import type { Redemption } from '../redemption';
import type { Item, ItemKind } from './moves';

export interface ReconciliationItem extends Item {
  readonly id: Id;
  readonly redemptionId: Id;
  readonly partnerId: Id;
  readonly foundAt: Instant;
  readonly resolvedAt?: Instant;
}

/** At most one of a kind for a redemption; the first one stays. */
export async function addItem(tx: Sql, redemption: Redemption, item: Item, now: Instant): Promise<void> {
  const { id, partnerId } = redemption;
  if (partnerId === undefined) return;
  await tx.insertMany(
    'reconciliation_item',
    ['id', 'redemption_id', 'partner_id', 'kind', 'detail', 'found_at'],
    [[idToBytes(newId(now)), idToBytes(id), idToBytes(partnerId), item.kind, item.detail, now]],
    { head: `${tx.dialect.insertIgnore} INTO` },
  );
}

const NEWEST = 'f'.repeat(32);

/** Newest first. */
export async function listItems(sql: Sql, page: { before?: Id; limit: number }): Promise<ReconciliationItem[]> {
  const rows = await sql.arrays(
    `SELECT id, redemption_id, partner_id, kind, detail, found_at, resolved_at FROM reconciliation_item
     WHERE id < ? ORDER BY id DESC LIMIT ${Math.trunc(page.limit)}`,
    [idToBytes(page.before ?? NEWEST)],
  );
  return rows.map(fromItemRow);
}

function fromItemRow(row: SqlRow): ReconciliationItem {
  return {
    id: idFromBytes(row[0] as Buffer),
    redemptionId: idFromBytes(row[1] as Buffer),
    partnerId: idFromBytes(row[2] as Buffer),
    kind: row[3] as ItemKind,
    detail: String(row[4]),
    foundAt: amountOf(row[5]),
    resolvedAt: row[6] === null ? undefined : amountOf(row[6]),
  };
}

/** What nobody has resolved since before an instant, by partner. */
export async function unresolvedBefore(
  sql: Sql,
  before: Instant,
): Promise<{ readonly partnerId: Id; readonly items: number; readonly oldestAt: Instant }[]> {
  const rows = await sql.arrays(
    `SELECT partner_id, COUNT(*), MIN(found_at) FROM reconciliation_item
     WHERE resolved_at IS NULL AND found_at < ? GROUP BY partner_id ORDER BY partner_id`,
    [before],
  );
  return rows.map((row) => ({
    partnerId: idFromBytes(row[0] as Buffer),
    items: Number(row[1]),
    oldestAt: amountOf(row[2]),
  }));
}
