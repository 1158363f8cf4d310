// Partners and their keys as the API shows them.
import type { Instant } from '../../kernel/clock';
import { toGlobalId } from '../../kernel/id';
import type { CataloguePartner } from '../../program/catalogue-item';
import type { ConnectorState } from './connector.service';
import type { PartnerConnectorType } from './connector.type';
import { type Credential, credentialStateAt } from './credential';
import type { PartnerAccount, PartnerChange } from './partner';
import type { PartnerAccountType, PartnerApplicationType, PartnerCredentialType } from './partner.type';

/** What hangs on a partner besides its own row. */
export interface PartnerParts {
  readonly credentials: readonly Credential[];
  readonly changes: readonly PartnerChange[];
  /** Absent when none was ever set. */
  readonly connector?: ConnectorState;
  readonly now: Instant;
}

export function toApplicationType(partner: PartnerAccount): PartnerApplicationType {
  const { id, code, name, state, reason, appliedAt, changedAt } = partner;
  const times = { appliedAt: new Date(appliedAt), changedAt: new Date(changedAt) };
  return { id: toGlobalId('partner', id), code, name, state, reason, ...times };
}

export function toAccountType(partner: PartnerAccount, parts: PartnerParts): PartnerAccountType {
  const { contact, website = null, description, changedBy } = partner;
  return { ...toApplicationType(partner), contact, website, description, changedBy, ...hangingOn(parts) };
}

/** A partner of the program file has no registration. */
export function programPartnerType(partner: CataloguePartner, parts: PartnerParts): PartnerAccountType {
  const { globalId, code, name, retired } = partner;
  const unsaid = { contact: null, website: null, appliedAt: null, changedAt: null, changedBy: null };
  const state = retired ? 'SUSPENDED' : 'APPROVED';
  return { id: globalId, code, name, state, reason: '', description: '', ...unsaid, ...hangingOn(parts) };
}

function hangingOn({ credentials, changes, connector, now }: PartnerParts) {
  return {
    connector: connector && connector.kind !== 'NONE' ? toConnectorType(connector) : null,
    credentials: credentials.map((credential) => toCredentialType(credential, now)),
    history: changes.map((change) => ({ ...change, madeAt: new Date(change.madeAt) })),
  };
}

export function toConnectorType({
  version,
  kind,
  manifest,
  setAt,
  setBy,
  secrets,
}: ConnectorState): PartnerConnectorType {
  return {
    version,
    kind,
    manifest,
    setAt: new Date(setAt),
    setBy,
    secrets: secrets.map(({ name, changedAt }) => ({ name, changedAt: new Date(changedAt) })),
  };
}

export function toCredentialType(credential: Credential, now: Instant): PartnerCredentialType {
  const { id, prefix, label, scopes, createdAt, createdBy, endsAt, lastUsedAt, replacedBy } = credential;
  const { revokedAt, revokedBy } = credential;
  return {
    id: toGlobalId('credential', id),
    prefix,
    label,
    scopes: [...scopes],
    state: credentialStateAt(credential, now),
    createdAt: new Date(createdAt),
    createdBy,
    endsAt: new Date(endsAt),
    lastUsedAt: lastUsedAt === undefined ? null : new Date(lastUsedAt),
    replacedBy: replacedBy === undefined ? null : toGlobalId('credential', replacedBy),
    revokedAt: revokedAt === undefined ? null : new Date(revokedAt),
    revokedBy: revokedBy ?? null,
  };
}
