// Whose settlement an actor sees, and for which side it speaks.
import type { ExchangeSide } from '../agreements/agreement';
import type { AgreementScope } from '../agreements/agreement.store';
import type { Actor } from '../kernel/actor';

/** A partner's own, or those of all (staff). `null`: nobody's, for a token that names no partner. */
export type SettlementScope = AgreementScope;

export function scopeOf({ role, partnerId }: Pick<Actor, 'role' | 'partnerId'>): SettlementScope {
  return role === 'PARTNER' ? { partnerId: partnerId ?? null } : {};
}

export function sideOf({ role }: Pick<Actor, 'role'>): ExchangeSide {
  return role === 'PARTNER' ? 'PARTNER' : 'OPERATOR';
}
