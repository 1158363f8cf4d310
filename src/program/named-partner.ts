// A partner as callers name it where a list asks for one.
import { fromGlobalId } from '../kernel/id';
import type { Catalogue } from './catalogue';
import type { CataloguePartner } from './catalogue-item';

/** How arguments that name a partner describe themselves. */
export const PARTNER_NAMED = 'A partner, by its code or its id.';

/** By its code, or by its global id; no text is both, because codes have no underscore. */
export function partnerNamed(catalogue: Catalogue, name: string): CataloguePartner | undefined {
  const id = fromGlobalId('partner', name);
  return id === undefined ? catalogue.partnerByCode(name) : catalogue.partner(id);
}
