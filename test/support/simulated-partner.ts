// A simulated partner with a connector to it, as tests of the standard protocol and of partners want it.
import { type Clock, systemClock } from '../../src/kernel/clock';
import { OPERATIONS } from '../../src/partner-port/connector';
import type { SuiteOptions } from '../../src/partner-port/contract-scene';
import { rawAccess } from '../../src/partner-port/standard/raw-access';
import { standardConnector } from '../../src/partner-port/standard/standard-connector';
import type { PartnerTransport } from '../../src/partner-port/transport';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator';
import { loopbackTransport } from './loopback-transport';

export interface SimulatedPartner {
  readonly simulator: Simulator;
  readonly suite: SuiteOptions;
}

export const SAMPLE_OFFER = 'sample-coupon';
const CARD = { memberRef: 'card-holder', state: 'ACTIVE', validUntil: '2030-01-01T00:00:00Z' } as const;

export async function simulatedPartner(
  options: Partial<SimulatorOptions> = {},
  suite: Partial<SuiteOptions> = {},
  transport: PartnerTransport = loopbackTransport,
): Promise<SimulatedPartner> {
  const clock: Clock = options.clock ?? systemClock;
  const simulator = await startSimulator({ cards: [CARD], ...options, clock });
  return { simulator, suite: { ...suiteFor(simulator, clock, transport), ...suite } };
}

function suiteFor(simulator: Simulator, clock: Clock, transport: PartnerTransport): SuiteOptions {
  const { url: baseUrl, secrets } = simulator;
  const manifest = { baseUrl, signingSecret: 'signing', operations: OPERATIONS };
  const byName = new Map([['signing', secrets.join(' ')]]);
  return {
    connector: standardConnector(manifest, { secrets: byName, transport, clock }),
    clock,
    offerRef: SAMPLE_OFFER,
    cardHolder: CARD.memberRef,
    use: async (redemptionId) => (await simulator.use(redemptionId)) !== undefined,
    raw: rawAccess({ baseUrl, secrets, clock }, transport),
  };
}
