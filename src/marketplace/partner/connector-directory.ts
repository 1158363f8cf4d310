// The partners that have an API, in memory: made when a connector is set, kept with its circuit until it changes.
import type { Database } from '../../database/database';
import type { Id } from '../../kernel/id';
import type { PartnerApi, PartnerDirectory } from '../../partner-port/connector';
import type { GuardedApi } from '../../partner-port/guarded-connector';
import type { PartnerHealth } from '../../partner-port/partner-health';
import type { Sealer } from '../sealer';
import { secretOwner } from './connector.service';
import { readConnectors, readHeads, readSecrets, type StoredConnector, type StoredSecret } from './connector.store';
import type { ConnectorKind, ConnectorKit } from './connector-kit';

export interface DirectoryLog {
  error(details: object, message: string): void;
}

/** How a partner's API does, as this process sees it. */
export interface ConnectorHealth {
  readonly partnerId: Id;
  readonly kind: ConnectorKind;
  readonly version: number;
  /** Absent when no connector can be made of what is stored; the log says why. */
  readonly health?: PartnerHealth;
}

/** Its message names places in the manifest, nothing that stands there. */
class StoredManifestError extends Error {
  override readonly name = 'StoredManifestError';
}

interface Entry {
  readonly kind: ConnectorKind;
  readonly version: number;
  readonly api?: GuardedApi;
}

/**
 * A partner that is suspended keeps its API: what was issued before has to be looked up and cancelled. Nothing new is
 * issued, because none of its offers is live.
 */
export class ConnectorDirectory implements PartnerDirectory {
  private entries: ReadonlyMap<Id, Entry> = new Map();

  constructor(
    private readonly database: Database,
    private readonly cipher: Sealer,
    private readonly kit: ConnectorKit,
    private readonly log: DirectoryLog,
  ) {}

  apiOf(partnerId: Id): PartnerApi | undefined {
    return this.entries.get(partnerId)?.api;
  }

  healthOf(partnerId: Id): ConnectorHealth | undefined {
    const entry = this.entries.get(partnerId);
    return entry && entry.kind !== 'NONE' ? { partnerId, ...entry, health: entry.api?.health() } : undefined;
  }

  /** Of every partner with a connector. */
  health(): ConnectorHealth[] {
    return [...this.entries.keys()].flatMap((id) => this.healthOf(id) ?? []);
  }

  /** Told of each change of the catalogue, which every change of a connector is one of. */
  async follow(): Promise<void> {
    const sql = this.database.read;
    const heads = await readHeads(sql);
    const changed = [...heads].filter(([id, version]) => this.entries.get(id)?.version !== version).map(([id]) => id);
    if (changed.length === 0 && heads.size === this.entries.size) return;
    const connectors = await readConnectors(sql, changed);
    // Read after the connectors: should one of them be set between, its secrets are ahead of it, and it comes again.
    const secrets = await readSecrets(sql, changed);
    const entries = new Map([...this.entries].filter(([id]) => heads.has(id)));
    for (const connector of connectors.values()) {
      const { partnerId } = connector;
      entries.set(partnerId, this.entryOf(connector, secrets.get(partnerId)!));
    }
    this.entries = entries;
  }

  private entryOf(connector: StoredConnector, stored: readonly StoredSecret[]): Entry {
    const { partnerId, kind, version, manifest: text } = connector;
    if (kind === 'NONE') return { kind, version };
    try {
      const manifest = this.kit.read(text);
      if ('faults' in manifest) throw new StoredManifestError(`${manifest.faults.length} faults of form`);
      const refused = manifest.urls.find(({ url }) => this.kit.urlFault(url) !== undefined);
      if (refused) throw new StoredManifestError(`${refused.path} is a URL that may not be called`);
      const secrets = new Map(
        stored.map(({ name, cipher }) => [name, this.cipher.open(secretOwner(partnerId, name), cipher)]),
      );
      return { kind, version, api: manifest.connect(secrets) };
    } catch (error) {
      // One partner's faulty row must not keep the others from being reached; the error may repeat a secret.
      const reason = error instanceof StoredManifestError ? error.message : (error as Error).name;
      this.log.error({ partnerId, version, kind, reason }, 'no connector can be made of what is stored');
      return { kind, version };
    }
  }
}
