// Runs the contract suite against the partner of a manifest, over the guarded transport.

import { connectorModules } from '../compose/gateway';
import { systemClock } from '../kernel/clock';
import type { Id } from '../kernel/id';
import { type AddressPolicy, urlFault } from '../partner-port/address-guard';
import type { RawAccess, SuiteOptions } from '../partner-port/contract-scene';
import { type CheckResult, runContractSuite } from '../partner-port/contract-suite';
import { GuardedTransport } from '../partner-port/guarded-transport';
import { makeConnector } from '../partner-port/make-connector';
import type { Manifest, Secrets } from '../partner-port/manifest/manifest';
import { rawAccess } from '../partner-port/standard/raw-access';
import { signingSecretsOf, standardConnector } from '../partner-port/standard/standard-connector';
import type { PartnerTransport } from '../partner-port/transport';

export interface TrialOptions extends Pick<SuiteOptions, 'offerRef' | 'memberRef' | 'cardHolder' | 'budget'> {
  readonly secrets: Secrets;
  /** A POST to it uses the coupon; `{redemptionId}` in it is replaced. */
  readonly useUrl?: string;
  readonly allowedHosts: readonly string[];
  readonly onCheck: (name: string, done: number, of: number) => void;
}

export interface Trial {
  readonly results: readonly CheckResult[];
  /** What the suite cannot try, and will matter. */
  readonly notes: readonly string[];
}

const USE_TIMEOUT_MS = 10_000;
const STRICT: AddressPolicy = { allowHttp: false, allow: new Set() };

/** `undefined` when the manifest's module is not there. */
export async function tryPartner(manifest: Manifest, options: TrialOptions): Promise<Trial | undefined> {
  const { secrets, useUrl, onCheck, allowedHosts, budget, ...rest } = options;
  const { baseUrl } = manifest;
  // Whoever runs this has named these hosts, and may have them on a desk; the gateway itself is stricter.
  const own = [baseUrl, useUrl].filter((url) => url !== undefined).map((url) => new URL(url).host);
  const policy = { allowHttp: true, allow: new Set([...own, ...allowedHosts]) };
  const { connectMs, totalMs } = manifest.limits;
  const transport = new GuardedTransport({ policy, connectMs });
  try {
    const deps = { secrets, transport, clock: systemClock };
    const connector = makeConnector(manifest, { ...deps, standard: standardConnector, modules: connectorModules });
    if (!connector) return undefined;
    const suite: SuiteOptions = {
      ...rest,
      connector,
      clock: systemClock,
      budget: budget ?? totalMs,
      raw: rawAccessOf(manifest, secrets, transport),
      ...(useUrl !== undefined && { use: (redemptionId: Id) => use(useUrl, redemptionId, transport) }),
    };
    const results = await runContractSuite(suite, onCheck);
    const fault = baseUrl === undefined ? undefined : urlFault(baseUrl, STRICT);
    const notes = fault === undefined ? [] : [`the gateway will not take this base URL in production. ${fault}`];
    return { results, notes };
  } finally {
    await transport.close();
  }
}

function rawAccessOf(manifest: Manifest, secrets: Secrets, transport: PartnerTransport): RawAccess | undefined {
  if (manifest.kind !== 'STANDARD') return undefined;
  const { baseUrl } = manifest;
  return rawAccess({ baseUrl, secrets: signingSecretsOf(manifest, secrets), clock: systemClock }, transport);
}

async function use(useUrl: string, redemptionId: Id, transport: PartnerTransport): Promise<boolean> {
  const reply = await transport.send({
    method: 'POST',
    url: useUrl.replaceAll('{redemptionId}', redemptionId),
    headers: {},
    signal: AbortSignal.timeout(USE_TIMEOUT_MS),
  });
  return reply.kind === 'REPLY' && reply.status >= 200 && reply.status < 300;
}
