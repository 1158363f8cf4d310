// The door to connectors: a partner's manifest and secrets, checked, kept in versions, and tried out.
import type { Database } from '../../database/database';
import type { Sql } from '../../database/sql';
import { type Actor, nameOf } from '../../kernel/actor';
import type { Clock } from '../../kernel/clock';
import { type Id, namedId } from '../../kernel/id';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { shown } from '../../members/input-checks';
import type { CatalogueService } from '../../program/catalogue.service';
import type { Sealer } from '../sealer';
import {
  deleteSecrets,
  insertConnector,
  readConnectors,
  readSecrets,
  type StoredConnector,
  type StoredSecret,
  saveSecrets,
} from './connector.store';
import type { ConnectorKind, ConnectorKit, ManifestFaultView, ReadManifest, Secrets } from './connector-kit';
import { appendChange } from './partner.store';

export interface SecretInput {
  readonly name: string;
  readonly value: string;
}

export interface ConnectorInput {
  readonly partnerId: Id;
  readonly manifest: string;
  /** New values; a secret that is not named keeps the one it has. */
  readonly secrets: readonly SecretInput[];
}

/** A connector with the names of its secrets, never their values. */
export interface ConnectorState extends Omit<StoredConnector, 'partnerId'> {
  readonly secrets: readonly Omit<StoredSecret, 'cipher'>[];
}

export interface FaultyManifest {
  readonly faults: readonly ManifestFaultView[];
}

const MANIFEST_MAX = 65_536;
const SECRETS_MAX = 20;
const SECRET_VALUE_MAX = 4_000;
const NO_PARTNER = refuse('NOT_FOUND', 'There is no such partner that is approved.', 'partner');

/** Whom a sealed secret belongs to: a row moved to another partner or name does not open. */
export function secretOwner(partnerId: Id, name: string): Id {
  return namedId('partner secret', partnerId, name);
}

export class ConnectorService {
  constructor(
    private readonly database: Database,
    private readonly catalogue: CatalogueService,
    private readonly cipher: Sealer,
    private readonly kit: ConnectorKit,
    private readonly clock: Clock,
  ) {}

  /** Takes effect in every process within a second. Secrets that the manifest no longer names are deleted. */
  async set(actor: Actor, input: ConnectorInput): Promise<ConnectorState | FaultyManifest | Refusal> {
    const { partnerId } = input;
    if (this.catalogue.current().partner(partnerId)?.retired !== false) return NO_PARTNER;
    if (input.manifest.length > MANIFEST_MAX) {
      const message = `manifest has ${input.manifest.length} characters; allowed are at most ${MANIFEST_MAX}.`;
      return refuse('INVALID_INPUT', message, 'manifest');
    }
    const manifest = this.kit.read(input.manifest);
    if ('faults' in manifest) return manifest;
    const fault = this.manifestFault(actor, manifest) ?? secretFault(manifest, input.secrets);
    if (fault) return fault;
    return this.change(actor, partnerId, async (tx) => {
      const stored = (await readSecrets(tx, [partnerId])).get(partnerId)!;
      const secrets = new Map(stored.map(({ name, cipher }) => [name, this.open(partnerId, name, cipher)]));
      for (const { name, value } of input.secrets) secrets.set(name, value);
      const standing = connectFault(manifest, secrets);
      if (standing) return standing;
      const spare = stored.map(({ name }) => name).filter((name) => !manifest.secrets.includes(name));
      await deleteSecrets(tx, partnerId, spare);
      await saveSecrets(tx, partnerId, this.sealed(actor, partnerId, input.secrets));
      return { kind: manifest.kind, manifest: input.manifest };
    });
  }

  /** The partner has no API any more; its secrets are deleted. Again: the same answer. */
  async remove(actor: Actor, partnerId: Id): Promise<ConnectorState | Refusal> {
    return this.change(actor, partnerId, async (tx) => {
      const current = (await readConnectors(tx, [partnerId])).get(partnerId);
      if (!current) return refuse('NOT_FOUND', 'The partner has no connector.', 'partner');
      if (current.kind === 'NONE') return undefined;
      const stored = (await readSecrets(tx, [partnerId])).get(partnerId)!;
      await deleteSecrets(
        tx,
        partnerId,
        stored.map(({ name }) => name),
      );
      return { kind: 'NONE', manifest: '' };
    });
  }

  async of(partnerIds: readonly Id[], sql: Sql = this.database.read): Promise<Map<Id, ConnectorState>> {
    const [connectors, secrets] = [await readConnectors(sql, partnerIds), await readSecrets(sql, partnerIds)];
    const states = new Map<Id, ConnectorState>();
    for (const [id, { partnerId, ...connector }] of connectors) {
      const names = secrets.get(partnerId)!.map(({ cipher: _sealed, ...secret }) => secret);
      states.set(id, { ...connector, secrets: names });
    }
    return states;
  }

  private async change(
    actor: Actor,
    partnerId: Id,
    /** Answers what is new; nothing when all is as it should be. */
    work: (tx: Sql) => Promise<{ kind: ConnectorKind; manifest: string } | Refusal | undefined>,
  ): Promise<ConnectorState | Refusal> {
    const [setAt, setBy] = [this.clock.now(), nameOf(actor)];
    const outcome = await this.database.transaction(async (tx) => {
      await this.catalogue.lock(tx);
      const content = await work(tx);
      if (isRefusal(content)) return content;
      if (!content) return (await this.of([partnerId], tx)).get(partnerId)!;
      const last = (await readConnectors(tx, [partnerId])).get(partnerId);
      const version = (last?.version ?? 0) + 1;
      await insertConnector(tx, { partnerId, version, ...content, setAt, setBy });
      const reason = `version ${version}: ${content.kind}`;
      await appendChange(tx, partnerId, { kind: 'CONNECTOR_SET', madeAt: setAt, madeBy: setBy, reason });
      await this.catalogue.bump(tx);
      return (await this.of([partnerId], tx)).get(partnerId)!;
    });
    if (!isRefusal(outcome)) await this.catalogue.refreshSoon();
    return outcome;
  }

  private manifestFault(actor: Actor, manifest: ReadManifest): Refusal | undefined {
    if (manifest.kind === 'MODULE' && actor.role === 'PARTNER') {
      const rule = 'a partner sets STANDARD, HTTP or GRAPHQL; ask the operator for a module';
      return refuse('INVALID_INPUT', `manifest is of the kind MODULE; ${rule}.`, 'manifest');
    }
    for (const { path, url } of manifest.urls) {
      const fault = this.kit.urlFault(url);
      if (fault) return refuse('INVALID_INPUT', `${path}: ${fault}`, 'manifest');
    }
    return undefined;
  }

  private sealed(actor: Actor, partnerId: Id, secrets: readonly SecretInput[]): StoredSecret[] {
    const [changedAt, changedBy] = [this.clock.now(), nameOf(actor)];
    return secrets.map(({ name, value }) => {
      const cipher = this.cipher.seal(secretOwner(partnerId, name), value);
      return { name, cipher, changedAt, changedBy };
    });
  }

  private open(partnerId: Id, name: string, sealed: Buffer): string {
    return this.cipher.open(secretOwner(partnerId, name), sealed);
  }
}

/** Names what is wrong, never a value. */
function secretFault(manifest: ReadManifest, secrets: readonly SecretInput[]): Refusal | undefined {
  const fault = (message: string) => refuse('INVALID_INPUT', message, 'secrets');
  if (secrets.length > SECRETS_MAX) return fault(`secrets are ${secrets.length}; allowed are at most ${SECRETS_MAX}.`);
  const names = secrets.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) return fault(`secrets names ${shown(twice)} twice; once is enough.`);
  for (const { name, value } of secrets) {
    if (!manifest.secrets.includes(name)) {
      const needed = manifest.secrets.length > 0 ? manifest.secrets.join(', ') : 'none';
      return fault(`secrets names ${shown(name)}; the manifest needs ${needed}.`);
    }
    if (value.length < 1 || value.length > SECRET_VALUE_MAX || /[^\t\n\r -~]/.test(value)) {
      return fault(`The secret ${name} must have 1 to ${SECRET_VALUE_MAX} characters of ASCII.`);
    }
  }
  return undefined;
}

function connectFault(manifest: ReadManifest, secrets: Secrets): Refusal | undefined {
  const missing = manifest.secrets.filter((name) => !secrets.has(name));
  if (missing.length > 0) {
    const message = `The manifest needs the secrets ${missing.join(', ')}, which have no value yet; give one.`;
    return refuse('INVALID_INPUT', message, 'secrets');
  }
  try {
    manifest.connect(secrets);
    return undefined;
  } catch {
    // What went wrong may repeat a secret, so it is not told.
    const rule = 'a signing secret begins with whsec_ and goes on in base64, and a module must exist';
    return refuse('INVALID_INPUT', `No connector can be made of this manifest with these secrets; ${rule}.`, 'secrets');
  }
}
