// From a checked manifest to its connector.
import type { Connector } from './connector';
import { DeclarativeConnector } from './declarative/declarative-connector';
import type { ConnectorDeps } from './declarative/deps';
import type { Manifest, ModuleManifest, StandardManifest } from './manifest/manifest';

/** Makes the connector of a module in `partners/`. */
export type ConnectorModule = (manifest: ModuleManifest, deps: ConnectorDeps) => Connector;

export interface MakeConnectorDeps extends ConnectorDeps {
  readonly standard: (manifest: StandardManifest, deps: ConnectorDeps) => Connector;
  /** By the name of their folder in `partners/`. */
  readonly modules: ReadonlyMap<string, ConnectorModule>;
}

/** `undefined` when the manifest names a module that is not there. */
export function makeConnector(manifest: Manifest, deps: MakeConnectorDeps): Connector | undefined {
  switch (manifest.kind) {
    case 'STANDARD':
      return deps.standard(manifest, deps);
    case 'MODULE':
      return deps.modules.get(manifest.module)?.(manifest, deps);
    default:
      return new DeclarativeConnector(manifest, deps);
  }
}
