// Agreements that both sides confirmed, as items of the catalogue: closed ones as retired.
import type { Sql } from '../database/sql';
import type { AgreementDefinition, AgreementPhase } from '../program/agreement-definition';
import type { CatalogueSource } from '../program/catalogue.service';
import type { StoredItem } from '../program/catalogue-item';
import type { JsonObject } from '../program/program-item';
import type { Agreement, AgreementRevision } from './agreement';
import { agreedAgreements, readRevisions } from './agreement.store';
import { aheadThrough, ceilingsThrough, type Phase, phasesOf } from './agreement-phases';

export class AgreementCatalogueStore implements CatalogueSource {
  async load(sql: Sql): Promise<StoredItem[]> {
    const agreed = await agreedAgreements(sql);
    const live = agreed.filter(({ state }) => state !== 'CLOSED').map(({ id }) => id);
    const revisions = await readRevisions(sql, live);
    return agreed.map((agreement) => itemFrom(agreement, revisions.get(agreement.id)));
  }

  async highestNumber(sql: Sql): Promise<number> {
    const [row] = await sql.arrays('SELECT MAX(number) FROM agreement');
    return Number(row?.[0] ?? 0);
  }
}

function itemFrom(agreement: Agreement, revisions: readonly AgreementRevision[] = []): StoredItem {
  const { id, code, number, state } = agreement;
  const definition = readable(agreement, revisions) ?? { code };
  return {
    id,
    kind: 'AGREEMENT',
    code,
    number: number!,
    version: agreement.lastRevision,
    retired: state === 'CLOSED',
    definition: Object.freeze(definition) as unknown as JsonObject,
    guest: true,
  };
}

/** One that cannot be read comes without phases, and the catalogue leaves it out. */
function readable(agreement: Agreement, revisions: readonly AgreementRevision[]): AgreementDefinition | undefined {
  try {
    return definitionOf(agreement, revisions);
  } catch {
    return undefined;
  }
}

function definitionOf(agreement: Agreement, revisions: readonly AgreementRevision[]): AgreementDefinition {
  const { code, partnerId, currency } = agreement;
  const phases = phasesOf(agreement, revisions);
  return {
    code,
    partnerId,
    currency,
    phases: phases.map((phase, at) => phaseOf(phase, phases.slice(0, at + 1))),
  };
}

/** `through`: the phases up to this one, which say what its limits were before. */
function phaseOf({ revision, startsAt, endsAt }: Phase, through: readonly Phase[]): AgreementPhase {
  const items = revision.terms.items.map((item) => {
    const { number, code, unitValue, countsAt, atCeiling, offers } = item;
    const ceilings = ceilingsThrough(through, item);
    return { number, code, unitValue, countsAt, enforced: atCeiling === 'PAUSE', ceilings, offers };
  });
  return { revision: revision.number, startsAt, endsAt, ...aheadThrough(through), items };
}
