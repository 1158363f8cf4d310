// Whose partner an actor may act for.
import type { Actor } from '../../kernel/actor';
import { fromGlobalId, type Id } from '../../kernel/id';
import { type Refusal, refuse } from '../../kernel/refusal';
import type { Catalogue } from '../../program/catalogue';

const NO_PARTNER = refuse('NOT_FOUND', 'There is no such partner that is approved.', 'partner');

/** A partner acts for itself, named or not, and for nobody else; staff has to name one. */
export function namedPartner(actor: Actor, named: string | null | undefined, catalogue: Catalogue): Id | Refusal {
  const given = named ? fromGlobalId('partner', named) : undefined;
  if (named && given === undefined) return NO_PARTNER;
  if (actor.role !== 'PARTNER') {
    if (given === undefined)
      return refuse('INVALID_INPUT', 'partner is missing; give the id of the partner.', 'partner');
    return catalogue.partner(given) ? given : NO_PARTNER;
  }
  const isOwn = given === undefined || given === actor.partnerId;
  return isOwn && actor.partnerId !== undefined ? actor.partnerId : NO_PARTNER;
}
