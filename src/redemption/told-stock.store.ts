// The SQL of what partners told of their stocks: the latest word of each, by when they say that it was so.
import type { Sql, SqlRow } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../kernel/id';
import type { RemoteAvailability } from '../partner-port/connector';

export interface ToldStock {
  readonly partnerId: Id;
  readonly availability: RemoteAvailability;
  /** When it was so, by the partner's account. */
  readonly toldAt: Instant;
  /** When it came here. */
  readonly heardAt: Instant;
}

const COLUMNS = ['partner_id', 'offer_ref', 'available', 'left_count', 'told_at', 'changed_at'];

/** A younger word that is there already stays; of two of one instant the later one to come counts. */
export async function saveTold(tx: Sql, { partnerId, availability, toldAt, heardAt }: ToldStock): Promise<void> {
  const { offerRef, available, left = null } = availability;
  const [partner, isAvailable] = [idToBytes(partnerId), available ? 1 : 0];
  await tx.insertMany('partner_stock', COLUMNS, [[partner, offerRef, isAvailable, left, toldAt, heardAt]], {
    head: `${tx.dialect.insertIgnore} INTO`,
  });
  await tx.run(
    `UPDATE partner_stock SET available = ?, left_count = ?, told_at = ?, changed_at = ?
     WHERE partner_id = ? AND offer_ref = ? AND told_at <= ?`,
    [isAvailable, left, toldAt, heardAt, partner, offerRef, toldAt],
  );
}

/** What came at that instant or later. */
export async function readTold(sql: Sql, since: Instant): Promise<ToldStock[]> {
  const rows = await sql.arrays(`SELECT ${COLUMNS.join(', ')} FROM partner_stock WHERE changed_at >= ?`, [since]);
  return rows.map(fromRow);
}

function fromRow([partner, offerRef, available, left, toldAt, heardAt]: SqlRow): ToldStock {
  return {
    partnerId: idFromBytes(partner as Buffer),
    availability: {
      offerRef: String(offerRef),
      available: Number(available) === 1,
      ...(left !== null && { left: Number(left) }),
    },
    toldAt: Number(toldAt),
    heardAt: Number(heardAt),
  };
}
