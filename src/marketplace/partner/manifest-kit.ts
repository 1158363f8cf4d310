// The kit of connectors over the house's own manifests, transport and guard.
import type { Clock } from '../../kernel/clock';
import { type AddressPolicy, urlFault } from '../../partner-port/address-guard';
import { DEFAULT_BUDGETS, type GuardedApi, guardConnector } from '../../partner-port/guarded-connector';
import { type MakeConnectorDeps, makeConnector } from '../../partner-port/make-connector';
import { type Manifest, repeatsSafely, secretsOf } from '../../partner-port/manifest/manifest';
import { parseManifest } from '../../partner-port/manifest/manifest-file';
import { isSigningSecret } from '../../partner-port/signature';
import type { ConnectorKit, ReadManifest, Secrets } from './connector-kit';
import type { TransportPool } from './transport-pool';

export interface ManifestKitParts {
  readonly policy: AddressPolicy;
  readonly transports: TransportPool;
  readonly clock: Clock;
  readonly standard: MakeConnectorDeps['standard'];
  /** By the name of their folder in `partners/`. */
  readonly modules: MakeConnectorDeps['modules'];
  readonly log: { error(details: object, message: string): void };
}

export class ManifestKit implements ConnectorKit {
  constructor(private readonly parts: ManifestKitParts) {}

  read(text: string): ReturnType<ConnectorKit['read']> {
    const manifest = parseManifest(text);
    if ('faults' in manifest) return manifest;
    return {
      kind: manifest.kind,
      urls: urlsOf(manifest),
      secrets: secretsOf(manifest),
      connect: (secrets) => this.connect(manifest, secrets),
    } satisfies ReadManifest;
  }

  urlFault(url: string): string | undefined {
    return urlFault(url, this.parts.policy);
  }

  private connect(manifest: Manifest, secrets: Secrets): GuardedApi {
    const { transports, clock, standard, modules, log } = this.parts;
    const { connectMs, totalMs, concurrency } = manifest.limits;
    const transport = transports.of(connectMs);
    // One, or several with spaces between while they are being changed.
    const signing = manifest.kind === 'STANDARD' ? (secrets.get(manifest.signingSecret) ?? '').split(' ') : [];
    if (!signing.every(isSigningSecret)) throw new Error('the secret is no signing secret');
    const connector = makeConnector(manifest, { secrets, transport, clock, standard, modules });
    if (!connector) throw new Error('there is no such module');
    // What members wait for is never given longer than the gateway's own budgets.
    const availability = Math.min(DEFAULT_BUDGETS.availability, totalMs);
    const cardStatus = Math.min(DEFAULT_BUDGETS.cardStatus, totalMs);
    const options = {
      budgets: { availability, cardStatus, issue: totalMs, status: totalMs, cancel: totalMs },
      concurrency,
      honoursIdempotencyKey: repeatsSafely(manifest),
      onThrow: (operation: string, error: unknown) =>
        log.error({ slug: manifest.slug, operation, reason: (error as Error).name }, 'a connector threw'),
    };
    return guardConnector(connector, options, clock);
  }
}

function urlsOf(manifest: Manifest): ReadManifest['urls'] {
  const base = manifest.baseUrl === undefined ? [] : [{ path: 'baseUrl', url: manifest.baseUrl }];
  const { auth } = manifest as { readonly auth?: { readonly kind: string; readonly tokenUrl?: string } };
  return auth?.tokenUrl === undefined ? base : [...base, { path: 'auth.tokenUrl', url: auth.tokenUrl }];
}
