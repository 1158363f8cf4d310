// The services of partners, put together: who they are, their keys, and how their APIs are reached.
import type { Database } from '../../database/database';
import { ApiKeyMint } from '../../identity/api-key';
import { ApiKeyRing } from '../../identity/api-key-ring';
import type { Clock } from '../../kernel/clock';
import type { CatalogueService } from '../../program/catalogue.service';
import { SecretCipher } from '../sealer';
import { ConnectorService } from './connector.service';
import { ConnectorDirectory } from './connector-directory';
import { CredentialService } from './credential.service';
import { ManifestKit, type ManifestKitParts } from './manifest-kit';
import { PartnerService } from './partner.service';
import { TransportPool } from './transport-pool';

export interface PartnerSideParts extends Omit<ManifestKitParts, 'transports' | 'log'> {
  readonly database: Database;
  readonly catalogue: CatalogueService;
  /** 32 bytes; each use derives a key of its own from it. */
  readonly key: Buffer;
  readonly clock: Clock;
  readonly log: { error(details: object, message: string): void; warn(details: object, message: string): void };
}

export interface PartnerSide {
  readonly partners: PartnerService;
  readonly credentials: CredentialService;
  readonly apiKeys: ApiKeyRing;
  readonly connectors: ConnectorService;
  /** To be told of each change of the catalogue. */
  readonly directory: ConnectorDirectory;
  /** To be closed at the end. */
  readonly transports: TransportPool;
}

export function makePartnerSide(parts: PartnerSideParts): PartnerSide {
  const { database, catalogue, key, clock, log } = parts;
  const mint = new ApiKeyMint(key);
  const credentials = new CredentialService(database, catalogue, mint, clock, log);
  const transports = new TransportPool(parts.policy);
  const kit = new ManifestKit({ ...parts, transports });
  const cipher = new SecretCipher(key);
  return {
    partners: new PartnerService(database, catalogue, clock),
    credentials,
    apiKeys: apiKeysOf(credentials, mint, parts),
    connectors: new ConnectorService(database, catalogue, cipher, kit, clock),
    directory: new ConnectorDirectory(database, cipher, kit, log),
    transports,
  };
}

function apiKeysOf(
  credentials: CredentialService,
  mint: ApiKeyMint,
  { clock, catalogue }: Pick<PartnerSideParts, 'clock' | 'catalogue'>,
): ApiKeyRing {
  const ring = new ApiKeyRing({
    mint,
    clock,
    find: (prefix) => credentials.find(prefix),
    codeOf: (partnerId) => {
      const partner = catalogue.current().partner(partnerId);
      return partner && !partner.retired ? partner.code : undefined;
    },
    used: (key) => credentials.noteUse(key),
  });
  credentials.onChange((prefix) => ring.forget(prefix));
  return ring;
}
