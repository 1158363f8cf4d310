// The demo's brands with an API of their own: simulated partners that start and stop with the gateway.
import { createHmac } from 'node:crypto';
import type { Actor } from '../kernel/actor';
import { nameOf } from '../kernel/actor';
import { assert } from '../kernel/assert';
import type { Clock } from '../kernel/clock';
import type { Id } from '../kernel/id';
import { takeRandom } from '../kernel/random';
import { isRefusal } from '../kernel/refusal';
import type { ConnectorService } from '../marketplace/partner/connector.service';
import type { StandardManifest } from '../partner-port/manifest/manifest';
import type { CatalogueService } from '../program/catalogue.service';
import { type Brand, readBrand } from '../simulator/brand';
import { type Simulator, startSimulator } from '../simulator/simulator';
import type { WebhookService } from '../webhooks/webhook.service';

/** What connecting a brand needs of the gateway. */
export interface BrandHouse {
  readonly catalogue: CatalogueService;
  readonly connectors: ConnectorService;
  readonly webhooks: WebhookService;
}

/** The brands of `partners/` that the demo program has, by the code that each has there. */
const DEMO_BRANDS = [
  { slug: 'coffee-chain', partner: 'brewmaro-coffee' },
  { slug: 'pet-care', partner: 'pawmelia-pets' },
] as const;
const STAFF: Actor = { role: 'BD', subject: 'demo' };
const SECRET_BYTES = 24;
const RUN_BYTES = 2;

interface RunningBrand {
  /** The code of the partner in the program. */
  readonly partner: string;
  readonly manifest: StandardManifest;
  readonly simulator: Simulator;
}

export class DemoBrands {
  private constructor(private readonly running: readonly RunningBrand[]) {}

  /**
   * Each on the port of its manifest, or on a free one where that is taken. `key`: their secrets are derived of it, so
   * that the next start finds its connectors as they have to be.
   */
  static async start(clock: Clock, key: Buffer): Promise<DemoBrands> {
    const running: RunningBrand[] = [];
    try {
      for (const { slug, partner } of DEMO_BRANDS) running.push(await startBrand(clock, key, slug, partner));
    } catch (error) {
      await new DemoBrands(running).close();
      throw error;
    }
    return new DemoBrands(running);
  }

  /** `host:port` of each, which the gateway has to be let call. */
  get hosts(): string[] {
    return this.running.map(({ simulator }) => new URL(simulator.url).host);
  }

  /** What people are told of them. */
  get shown(): { readonly name: string; readonly url: string }[] {
    return this.running.map(({ manifest, simulator }) => ({ name: manifest.name, url: simulator.url }));
  }

  /**
   * Makes each the API of its partner, and has it tell a gateway that listens at `url` of uses. A partner that is not
   * in the program, or whose connector somebody else set, is left alone.
   */
  async connect(house: BrandHouse, url: string): Promise<void> {
    for (const brand of this.running) {
      const partner = house.catalogue.current().partnerByCode(brand.partner);
      if (!partner || partner.retired || !(await setConnector(house.connectors, partner.id, brand))) continue;
      const fresh = await house.webhooks.rotateSecret(partner.id, 'INCOMING');
      assert(!isRefusal(fresh), `${brand.partner} got no webhook secret`);
      brand.simulator.tellTo({ url: `${url}/partner/webhooks/${brand.partner}`, secrets: [fresh.secret] });
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map(({ simulator }) => simulator.close()));
  }
}

async function startBrand(clock: Clock, key: Buffer, slug: string, partner: string): Promise<RunningBrand> {
  const brand = readBrand(slug);
  const { manifest } = brand;
  assert(manifest.kind === 'STANDARD', `the brand ${slug} does not speak the standard protocol`);
  const simulator = await simulate(clock, brand, Number(new URL(manifest.baseUrl).port), secretOf(key, slug));
  return { partner, manifest: { ...manifest, baseUrl: simulator.url }, simulator };
}

async function simulate(clock: Clock, brand: Brand, port: number, secret: string): Promise<Simulator> {
  const { offers, cards } = brand;
  // A brand counts its coupons from one at each start, and no two coupons may have the same code.
  const prefix = `${brand.prefix}-${takeRandom(RUN_BYTES).toString('hex').toUpperCase()}`;
  const options = { clock, prefix, offers, cards, secrets: [secret] };
  try {
    return await startSimulator({ ...options, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return startSimulator({ ...options, port: 0 });
  }
}

function secretOf(key: Buffer, slug: string): string {
  const bytes = createHmac('sha256', key).update(`demo brand ${slug}`).digest().subarray(0, SECRET_BYTES);
  return `whsec_${bytes.toString('base64')}`;
}

/** Whether the connector is the demo's; written only when it is not yet as it has to be. */
async function setConnector(connectors: ConnectorService, partnerId: Id, brand: RunningBrand): Promise<boolean> {
  const { manifest, simulator } = brand;
  const text = JSON.stringify(manifest);
  const known = (await connectors.of([partnerId])).get(partnerId);
  if (known && known.setBy !== nameOf(STAFF)) return false;
  if (known?.manifest === text) return true;
  const secrets = [{ name: manifest.signingSecret, value: simulator.secrets.join(' ') }];
  const outcome = await connectors.set(STAFF, { partnerId, manifest: text, secrets });
  assert(
    !isRefusal(outcome) && !('faults' in outcome),
    `no connector for ${brand.partner}: ${JSON.stringify(outcome)}`,
  );
  return true;
}
