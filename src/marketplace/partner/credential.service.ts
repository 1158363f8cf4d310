// The door to partners' keys: made, changed for a new one with an overlap, and taken back.
import type { Database } from '../../database/database';
import type { Sql } from '../../database/sql';
import type { ApiKeyMint } from '../../identity/api-key';
import type { StoredKey } from '../../identity/api-key-ring';
import { type Actor, nameOf, type PartnerScope } from '../../kernel/actor';
import { type Clock, DAY, HOUR, type Instant } from '../../kernel/clock';
import { type Id, newId } from '../../kernel/id';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { checkText } from '../../members/input-checks';
import type { CatalogueService } from '../../program/catalogue.service';
import { type Credential, credentialStateAt } from './credential';
import {
  countActive,
  findKey,
  insertCredential,
  noteUse,
  readCredential,
  readCredentials,
  replaceCredential,
  revokeCredential,
} from './credential.store';
import { appendChange } from './partner.store';
import { checkEnd, checkReason } from './partner-checks';

export interface CredentialInput {
  readonly partnerId: Id;
  readonly label: string;
  readonly scopes: readonly PartnerScope[];
  /** In a year, unless told. */
  readonly endsAt?: Instant;
}

/** A key that was just made; `key` is nowhere kept. */
export interface NewCredential {
  readonly credential: Credential;
  readonly key: string;
}

export interface CredentialLog {
  warn(details: object, message: string): void;
}

const KEY_LIFE_MS = 365 * DAY;
const KEYS_MAX = 20;
const OVERLAP_HOURS_MAX = 30 * 24;
const NO_PARTNER = refuse('NOT_FOUND', 'There is no such partner that is approved.', 'partner');
const NO_CREDENTIAL = refuse('NOT_FOUND', 'There is no such credential.', 'credential');

export class CredentialService {
  private readonly forgetters: ((prefix: string) => void)[] = [];

  constructor(
    private readonly database: Database,
    private readonly catalogue: CatalogueService,
    private readonly mint: ApiKeyMint,
    private readonly clock: Clock,
    private readonly log: CredentialLog,
  ) {}

  /** Told of each key that changed, so that this process does not wait until it looks again. */
  onChange(forget: (prefix: string) => void): void {
    this.forgetters.push(forget);
  }

  async create(actor: Actor, input: CredentialInput): Promise<NewCredential | Refusal> {
    const now = this.clock.now();
    const endsAt = input.endsAt ?? now + KEY_LIFE_MS;
    const fault =
      checkText('label', input.label) ?? checkScopes(actor, input.scopes) ?? checkEnd('endsAt', endsAt, now);
    if (fault) return fault;
    if (!this.isLive(input.partnerId)) return NO_PARTNER;
    return this.database.transaction(async (tx) => {
      await this.catalogue.lock(tx);
      const made = await this.add(tx, actor, { ...input, endsAt });
      if (!isRefusal(made)) await this.record(tx, actor, made.credential, 'CREDENTIAL_CREATED');
      return made;
    });
  }

  /** A new key of the same kind; the old one goes on for `overlapHours`, 0 to 720. */
  async rotate(actor: Actor, credentialId: Id, overlapHours: number): Promise<NewCredential | Refusal> {
    if (!Number.isInteger(overlapHours) || overlapHours < 0 || overlapHours > OVERLAP_HOURS_MAX) {
      const rule = `a whole number from 0 to ${OVERLAP_HOURS_MAX}`;
      return refuse('INVALID_INPUT', `overlapHours is ${overlapHours}; allowed is ${rule}.`, 'overlapHours');
    }
    const now = this.clock.now();
    const outcome = await this.database.transaction(async (tx) => {
      await this.catalogue.lock(tx);
      const old = await this.ownCredential(tx, actor, credentialId);
      if (isRefusal(old)) return old;
      if (!this.isLive(old.partnerId)) return NO_PARTNER;
      const standing = rotationFault(old, now) ?? checkScopes(actor, old.scopes);
      if (standing) return standing;
      const { partnerId, label, scopes } = old;
      const made = await this.add(tx, actor, { partnerId, label, scopes, endsAt: now + KEY_LIFE_MS });
      if (isRefusal(made)) return made;
      await replaceCredential(tx, old.id, made.credential.id, now + overlapHours * HOUR);
      await this.record(tx, actor, old, 'CREDENTIAL_ROTATED');
      return { ...made, old: old.prefix };
    });
    if (isRefusal(outcome)) return outcome;
    this.tell(outcome.old);
    return { credential: outcome.credential, key: outcome.key };
  }

  /** From now on the key is refused, in other processes within a second. Again: the same answer. */
  async revoke(actor: Actor, credentialId: Id, reason: string): Promise<Credential | Refusal> {
    const fault = checkReason(reason, false);
    if (fault) return fault;
    const outcome = await this.database.transaction(async (tx) => {
      await this.catalogue.lock(tx);
      const credential = await this.ownCredential(tx, actor, credentialId);
      if (isRefusal(credential) || credential.revokedAt !== undefined) return credential;
      await revokeCredential(tx, credential.id, this.clock.now(), nameOf(actor));
      await this.record(tx, actor, credential, 'CREDENTIAL_REVOKED', reason);
      return (await readCredential(tx, credential.id))!;
    });
    if (!isRefusal(outcome)) this.tell(outcome.prefix);
    return outcome;
  }

  of(partnerIds: readonly Id[]): Promise<Map<Id, Credential[]>> {
    return readCredentials(this.database.read, partnerIds);
  }

  find(prefix: string): Promise<StoredKey | undefined> {
    return findKey(this.database.read, prefix);
  }

  /** For the list of keys only, so a failure is logged and nobody is refused for it. */
  async noteUse(key: StoredKey): Promise<void> {
    const at = this.clock.now();
    await this.database
      .transaction((tx) => noteUse(tx, key.id, at))
      .catch((error: unknown) => this.log.warn({ err: error }, 'the use of a key could not be noted'));
  }

  private async add(
    tx: Sql,
    actor: Actor,
    input: CredentialInput & { readonly endsAt: Instant },
  ): Promise<NewCredential | Refusal> {
    const { partnerId, label, scopes, endsAt } = input;
    const now = this.clock.now();
    if ((await countActive(tx, partnerId, now)) >= KEYS_MAX) {
      return refuse('CONFLICT', `The partner has ${KEYS_MAX} keys that are good; revoke one of them first.`);
    }
    const { text, prefix, hash } = this.mint.make();
    const id = newId(now);
    const credential = { id, partnerId, prefix, label, scopes, createdAt: now, createdBy: nameOf(actor), endsAt };
    await insertCredential(tx, credential, hash);
    return { credential, key: text };
  }

  private async ownCredential(tx: Sql, actor: Actor, id: Id): Promise<Credential | Refusal> {
    const credential = await readCredential(tx, id);
    const isOwn = actor.role !== 'PARTNER' || credential?.partnerId === actor.partnerId;
    return credential && isOwn ? credential : NO_CREDENTIAL;
  }

  private async record(tx: Sql, actor: Actor, credential: Credential, kind: string, reason = ''): Promise<void> {
    const { partnerId, prefix, label } = credential;
    const told = `${prefix} (${label})${reason && `: ${reason}`}`.slice(0, 500);
    await appendChange(tx, partnerId, { kind, madeAt: this.clock.now(), madeBy: nameOf(actor), reason: told });
  }

  private tell(prefix: string): void {
    for (const forget of this.forgetters) forget(prefix);
  }

  private isLive(partnerId: Id): boolean {
    return this.catalogue.current().partner(partnerId)?.retired === false;
  }
}

function rotationFault(old: Credential, now: Instant): Refusal | undefined {
  const state = credentialStateAt(old, now);
  if (state !== 'ACTIVE') return refuse('CONFLICT', `The credential is ${state}; make a new one instead.`);
  if (old.replacedBy === undefined) return undefined;
  return refuse('CONFLICT', 'The credential was rotated before; rotate the one that took its place.');
}

/** A key makes keys for what it may do itself, and for no more. */
function checkScopes(actor: Actor, scopes: readonly PartnerScope[]): Refusal | undefined {
  if (scopes.length === 0) return refuse('INVALID_INPUT', 'scopes is empty; name at least one.', 'scopes');
  const twice = scopes.find((scope, at) => scopes.indexOf(scope) !== at);
  if (twice) return refuse('INVALID_INPUT', `scopes names ${twice} twice; once is enough.`, 'scopes');
  const beyond = scopes.find((scope) => actor.scopes && !actor.scopes.has(scope));
  if (beyond === undefined) return undefined;
  return refuse('INVALID_INPUT', `scopes names ${beyond}, which this key does not have itself.`, 'scopes');
}
