// A partner's key as it is kept and shown: what it is for and how long it is good, never the key itself.
import type { PartnerScope } from '../../kernel/actor';
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';

export const CREDENTIAL_STATES = ['ACTIVE', 'EXPIRED', 'REVOKED'] as const;
export type CredentialState = (typeof CREDENTIAL_STATES)[number];

export interface Credential {
  readonly id: Id;
  readonly partnerId: Id;
  /** The part of the key that is no secret. */
  readonly prefix: string;
  readonly label: string;
  readonly scopes: readonly PartnerScope[];
  readonly createdAt: Instant;
  readonly createdBy: string;
  /** Exclusive. */
  readonly endsAt: Instant;
  /** A minute late at most. */
  readonly lastUsedAt?: Instant;
  /** The credential that took its place when it was rotated. */
  readonly replacedBy?: Id;
  readonly revokedAt?: Instant;
  readonly revokedBy?: string;
}

export function credentialStateAt(credential: Credential, now: Instant): CredentialState {
  if (credential.revokedAt !== undefined) return 'REVOKED';
  return now < credential.endsAt ? 'ACTIVE' : 'EXPIRED';
}
