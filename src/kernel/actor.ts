// Who is asking: one role and one subject, made from a verified token.
import type { Id } from './id';

export const ROLES = ['MEMBER', 'PARTNER', 'SERVER', 'BD', 'OPERATIONS', 'ADMIN', 'AUDITOR'] as const;
/** `SERVER` is the operator's own back end, which opens cards after payment and confirms uses. */
export type Role = (typeof ROLES)[number];

export const STAFF_ROLES: readonly Role[] = ['BD', 'OPERATIONS', 'ADMIN', 'AUDITOR'];

/** What a partner's key may be for. A token of the issuer is not narrowed down. */
export const PARTNER_SCOPES = [
  'OFFERS_READ',
  'OFFERS_WRITE',
  'CODES_WRITE',
  'REDEMPTIONS_READ',
  'REDEMPTIONS_CONFIRM',
  'WEBHOOKS',
  'CONNECTOR',
  'CREDENTIALS',
  'AGREEMENTS',
  'SETTLEMENT',
] as const;
export type PartnerScope = (typeof PARTNER_SCOPES)[number];

export interface Actor {
  readonly role: Role;
  /** The `sub` of the token: a member's external id, a partner's slug, a staff account or a server's name. */
  readonly subject: string;
  /** The member or partner row that the subject names; absent for staff and servers. */
  readonly memberId?: Id;
  readonly partnerId?: Id;
  /** All that a partner's key may do; absent: whatever the role may. */
  readonly scopes?: ReadonlySet<PartnerScope>;
}

/** `role:subject`, at most 128 characters: who did it, as rows and logs name it. */
export function nameOf({ role, subject }: Pick<Actor, 'role' | 'subject'>): string {
  return `${role.toLowerCase()}:${subject}`.slice(0, 128);
}
