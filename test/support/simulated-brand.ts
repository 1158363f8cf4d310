// A brand of `partners/` on the simulator, with the connector that its manifest makes.
import type { Clock } from '../../src/kernel/clock';
import { makeConnector } from '../../src/partner-port/make-connector';
import type { StandardManifest } from '../../src/partner-port/manifest/manifest';
import { rawAccess } from '../../src/partner-port/standard/raw-access';
import { standardConnector } from '../../src/partner-port/standard/standard-connector';
import { readBrand } from '../../src/simulator/brand';
import { startSimulator } from '../../src/simulator/simulator';
import { loopbackTransport } from './loopback-transport';

/** The manifest as it stands in its folder, but for the port; over the guarded transport. */
export async function simulatedBrand(slug: string, clock: Clock) {
  const { prefix, offers, cards, manifest } = readBrand(slug);
  const simulator = await startSimulator({ clock, prefix, offers, cards });
  const standard: StandardManifest = { ...(manifest as StandardManifest), baseUrl: simulator.url };
  const transport = loopbackTransport;
  const secrets = new Map([[standard.signingSecret, simulator.secrets.join(' ')]]);
  const deps = { secrets, transport, clock };
  const connector = makeConnector(standard, { ...deps, standard: standardConnector, modules: new Map() })!;
  return {
    simulator,
    connector,
    manifest: standard,
    raw: rawAccess({ baseUrl: simulator.url, secrets: simulator.secrets, clock }, transport),
    use: async (redemptionId: string) => (await simulator.use(redemptionId)) !== undefined,
    close: () => simulator.close(),
  };
}
