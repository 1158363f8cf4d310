// What this room needs of manifests: read one, say what it reaches and needs, and make its guarded API.
import type { GuardedApi } from '../../partner-port/guarded-connector';

export const CONNECTOR_KINDS = ['NONE', 'STANDARD', 'HTTP', 'GRAPHQL', 'MODULE'] as const;
/** `NONE`: the partner has no API, or none any more. */
export type ConnectorKind = (typeof CONNECTOR_KINDS)[number];

export interface ManifestFaultView {
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly given: string;
  readonly allowed: string;
}

/** Secrets by name, in the clear; they live in memory only. */
export type Secrets = ReadonlyMap<string, string>;

export interface ReadManifest {
  readonly kind: Exclude<ConnectorKind, 'NONE'>;
  /** Every absolute URL that it names. */
  readonly urls: readonly { readonly path: string; readonly url: string }[];
  /** The names of the secrets that it needs. */
  readonly secrets: readonly string[];
  /** Throws when these secrets will not do, or when it names a module that is not there. */
  connect(secrets: Secrets): GuardedApi;
}

export interface ConnectorKit {
  read(manifest: string): ReadManifest | { readonly faults: readonly ManifestFaultView[] };
  /** Why the gateway may not call this URL, or `undefined`. */
  urlFault(url: string): string | undefined;
}
