// The connectors in TypeScript that ship: each by the name of its folder here. So far manifests say all that is needed.
import type { ConnectorModule } from '../src/partner-port/make-connector';

export const MODULES: ReadonlyMap<string, ConnectorModule> = new Map();
