// Agreements that both sides confirmed, as items of the catalogue: closed ones as retired.
import type { Sql } from '../database/sql';
import type { AgreementDefinition } from '../program/agreement-definition';
import type { CatalogueSource } from '../program/catalogue.service';
import type { StoredItem } from '../program/catalogue-item';
import type { JsonObject } from '../program/program-item';
import { type Agreement, type AgreementRevision, ceilingsOf } from './agreement';
import { agreedAgreements, readRevisions } from './agreement.store';

export class AgreementCatalogueStore implements CatalogueSource {
  async load(sql: Sql): Promise<StoredItem[]> {
    const agreed = await agreedAgreements(sql);
    const live = agreed.filter(({ state }) => state !== 'CLOSED').map(({ id }) => id);
    const revisions = await readRevisions(sql, live);
    return agreed.map((agreement) => {
      const inForce = revisions.get(agreement.id)?.find(({ number }) => number === agreement.revision);
      return itemFrom(agreement, inForce);
    });
  }

  async highestNumber(sql: Sql): Promise<number> {
    const [row] = await sql.arrays('SELECT MAX(number) FROM agreement');
    return Number(row?.[0] ?? 0);
  }
}

function itemFrom(agreement: Agreement, revision: AgreementRevision | undefined): StoredItem {
  const { id, code, number, state } = agreement;
  const definition = (revision && readable(agreement, revision)) ?? { code };
  return {
    id,
    kind: 'AGREEMENT',
    code,
    number: number!,
    version: agreement.revision ?? 0,
    retired: state === 'CLOSED',
    definition: Object.freeze(definition) as unknown as JsonObject,
    guest: true,
  };
}

/** One that cannot be read comes without items, and the catalogue leaves it out. */
function readable(agreement: Agreement, revision: AgreementRevision): AgreementDefinition | undefined {
  try {
    return definitionOf(agreement, revision);
  } catch {
    return undefined;
  }
}

function definitionOf(agreement: Agreement, { terms }: AgreementRevision): AgreementDefinition {
  const { code, partnerId, startsAt, endsAt, currency } = agreement;
  const items = terms.items.map(({ number, code, unitValue, countsAt, atCeiling, offers, quantity, ceiling }) => ({
    number,
    code,
    unitValue,
    countsAt,
    enforced: atCeiling === 'PAUSE',
    ceilings: ceilingsOf({ quantity, ceiling }),
    offers,
  }));
  const { theirsAhead } = terms.allowedImbalance;
  return { code, partnerId, startsAt, endsAt, currency, theirsAhead, items };
}
