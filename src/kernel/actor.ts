// Who is asking: one role and one subject, made from a verified token.
import type { Id } from './id';

export const ROLES = ['MEMBER', 'PARTNER', 'SERVER', 'BD', 'OPERATIONS', 'ADMIN', 'AUDITOR'] as const;
/** `SERVER` is the operator's own back end, which opens cards after payment and confirms uses. */
export type Role = (typeof ROLES)[number];

export const STAFF_ROLES: readonly Role[] = ['BD', 'OPERATIONS', 'ADMIN', 'AUDITOR'];

export interface Actor {
  readonly role: Role;
  /** The `sub` of the token: a member's external id, a partner's slug, a staff account or a server's name. */
  readonly subject: string;
  /** The member or partner row that the subject names; absent for staff and servers. */
  readonly memberId?: Id;
  readonly partnerId?: Id;
}
