// Partners' approved offers as items of the catalogue: live ones, and paused and ended ones as retired.
import type { Sql, SqlRow } from '../../database/sql';
import { idFromBytes } from '../../kernel/id';
import type { CatalogueSource } from '../../program/catalogue.service';
import type { StoredItem } from '../../program/catalogue-item';
import type { JsonObject } from '../../program/program-item';
import { restoreOffer } from '../../program/program-schema';

/** The code of an offer in the catalogue; no code of a program has a stroke in it. */
export function catalogueCode(partner: string, offer: string): string {
  return `${partner}/${offer}`;
}

export class OfferCatalogueStore implements CatalogueSource {
  /** A row that cannot be read comes without a definition, and the catalogue leaves it out. */
  async load(sql: Sql): Promise<StoredItem[]> {
    const rows = await sql.arrays(
      `SELECT o.id, o.code, o.number, o.state, r.number, r.definition FROM offer o
       JOIN offer_revision r ON r.offer_id = o.id AND r.number = o.live_revision
       WHERE o.number IS NOT NULL ORDER BY o.number`,
    );
    return rows.map(itemFrom);
  }

  async highestNumber(sql: Sql): Promise<number> {
    const [row] = await sql.arrays('SELECT MAX(number) FROM offer');
    return Number(row?.[0] ?? 0);
  }
}

function itemFrom(row: SqlRow): StoredItem {
  const restored = restoreOffer(String(row[5]));
  const code = catalogueCode(restored?.partner ?? 'faulty', String(row[1]));
  return {
    id: idFromBytes(row[0] as Buffer),
    kind: 'OFFER',
    code,
    number: Number(row[2]),
    version: Number(row[4]),
    retired: row[3] !== 'LIVE',
    definition: Object.freeze({ ...restored, code }) as unknown as JsonObject,
    guest: true,
  };
}
