// Part 4: MemberHome with partners' APIs on the page, three of them faulty, against the same page without those faults.

import { setTimeout as pause } from 'node:timers/promises';
import { demoKeyOf } from '../../src/compose/serve';
import { issueDemoToken } from '../../src/identity/demo-key';
import type { Actor } from '../../src/kernel/actor';
import { DAY, systemClock } from '../../src/kernel/clock';
import { isRefusal } from '../../src/kernel/refusal';
import type { Bench } from './bench';
import type { BrandsStart, BrandsState, RunningBrand } from './brands';
import type { Child } from './child';
import { ask, CONNECTIONS, HOME_BODY, HOME_EXPECTED } from './home';
import { operationText, type Served, startGateway, startHelper } from './servers';
import { BenchFault, httpWay, interleaved, type Measured, ratioOf, type Way } from './slices';
import { API_PARTNERS, makeWorld, openWorld, peopleOf, type WorldPlace } from './world';

/** `NONE`: the gateway issues all itself, and asks nobody. */
type Case = 'NONE' | BrandsState;
const CASES: Readonly<Record<Case, string>> = {
  NONE: 'no partner is asked',
  SOUND: 'three sound partners',
  FAULTY: 'one hangs, one answers garbage, one is gone',
};
/** Members of a world here: what a request costs does not depend on them, and each of the cases has a world. */
const MEMBERS = 2_000;
const PEOPLE = 500;
/** On a page of MemberHome. */
const PERKS = 20;
const LOOKS = 20;
/** The slowest of a hundred answers vary far more than their mean, so they are looked at more often. */
const MORE_ROUNDS = 3;
const SETTER: Actor = { role: 'BD', subject: 'bench' };

export interface FaultsReport {
  readonly ways: readonly Measured[];
  /** The 99th percentile with the faults, by that with sound partners and by that without partners' APIs. */
  readonly overSound: number;
  readonly overNone: number;
  /** What the faulty partners came to, as the gateway tells staff of it. */
  readonly health: readonly PartnerLine[];
}

export interface PartnerLine {
  readonly code: string;
  readonly circuit: string;
  /** Calls by what became of them. */
  readonly calls: string;
}

interface Party {
  readonly server: Served;
  /** Of staff. */
  readonly token: string;
  readonly way: Way;
  readonly children: readonly Child[];
}

/** The partners of one gateway, and where they are. */
async function connectBrands(place: WorldPlace, state: BrandsState): Promise<{ child: Child; place: WorldPlace }> {
  const child = startHelper(`partners (${state})`, 'brands.js', 'others');
  const reader = await openWorld(place);
  await reader.catalogue.refresh();
  const { offers } = reader.catalogue.current();
  await reader.close();
  const refs = API_PARTNERS.map((code) =>
    offers
      .filter(({ partner, fulfilment }) => partner.code === code && fulfilment === 'PARTNER_API')
      .map(({ offerRef }) => offerRef),
  );
  const brands = await child.ask<RunningBrand[]>('start', { state, offers: refs } satisfies BrandsStart);
  const reached = { ...place, partnerHosts: brands.map(({ url }) => new URL(url).host).join(',') };
  const gateway = await openWorld(reached);
  await gateway.catalogue.refresh();
  for (const [at, slug] of API_PARTNERS.entries()) {
    const { url: baseUrl, secret } = brands[at]!;
    const manifest = JSON.stringify({ kind: 'STANDARD', slug, name: slug, baseUrl, signingSecret: 'signing' });
    const partnerId = gateway.catalogue.current().partnerByCode(slug)!.id;
    const secrets = [{ name: 'signing', value: secret }];
    const outcome = await gateway.connectors.set(SETTER, { partnerId, manifest, secrets });
    if (isRefusal(outcome) || 'faults' in outcome) throw new BenchFault(`${slug} could not be connected`);
  }
  await gateway.close();
  return { child, place: reached };
}

async function startParty(bench: Bench, name: Case, load: Child): Promise<Party> {
  const empty = await bench.place(`faults_${name.toLowerCase()}`);
  bench.progress(`making ${MEMBERS} members: ${CASES[name]}`);
  await makeWorld(empty, MEMBERS, name === 'NONE' ? 'GATEWAY' : 'PARTNERS');
  const brands = name === 'NONE' ? undefined : await connectBrands(empty, name);
  const place = brands?.place ?? empty;
  const gateway = await openWorld(place);
  const people = await peopleOf(gateway, 'HOME', PEOPLE);
  const staff = { role: 'BD', subject: 'bench', lifetimeMs: DAY } as const;
  const token = await issueDemoToken(await demoKeyOf(gateway), staff, systemClock);
  await gateway.close();
  await load.ask('tokens', { name, tokens: people.map((person) => person.token) });
  const server = await startGateway(place);
  await expectPage(name, () => ask(server.port, people[0]!.token, HOME_BODY));
  const way = httpWay(
    CASES[name],
    { server: server.child, load, database: bench.mysql },
    { port: server.port, connections: CONNECTIONS, tokens: name, body: HOME_BODY, expected: HOME_EXPECTED },
  );
  return { server, token, way, children: [server.child, ...(brands ? [brands.child] : [])] };
}

interface Page {
  readonly errors?: readonly unknown[];
  readonly data: {
    readonly me: { readonly perks: { readonly edges: readonly { readonly node: PagePerk }[] } };
  };
}
interface PagePerk {
  readonly partner: { readonly name: string };
  readonly availability: { readonly source: string };
}

/**
 * What is measured must be the page with exactly those perks missing their availability, and nothing else. A sound
 * partner may be late with its first answer, which then serves the next reader.
 */
async function expectPage(name: Case, page: () => Promise<string>): Promise<void> {
  const wanted = name === 'FAULTY' ? API_PARTNERS.length : 0;
  let found = '';
  for (let look = 1; look <= LOOKS; look += 1) {
    const { errors, data } = JSON.parse(await page()) as Page;
    const perks = data.me.perks.edges.map(({ node }) => node);
    const away = perks.filter(({ availability }) => availability.source === 'UNAVAILABLE');
    const brands = new Set(away.map(({ partner }) => partner.name)).size;
    if (!errors && perks.length === PERKS && brands === wanted) return;
    found = `${perks.length} perks, of ${brands} partners not available, ${errors?.length ?? 0} errors`;
    await pause(1_000);
  }
  throw new BenchFault(`${CASES[name]}: ${found}`);
}

interface HealthAnswer {
  readonly data: {
    readonly partnerHealth: readonly {
      readonly code: string;
      readonly circuit: string;
      readonly operations: readonly {
        readonly confirmed: number;
        readonly unknown: readonly { readonly cause: string; readonly count: number }[];
      }[];
    }[];
  };
}

async function healthOf({ server, token }: Party): Promise<PartnerLine[]> {
  const body = JSON.stringify({ query: operationText('partner-health') });
  const { data } = JSON.parse(await ask(server.port, token, body)) as HealthAnswer;
  return data.partnerHealth.map(({ code, circuit, operations }) => {
    const calls = operations.flatMap(({ confirmed, unknown }) => [
      ...(confirmed > 0 ? [`${confirmed} confirmed`] : []),
      ...unknown.map(({ cause, count }) => `${count} ${cause}`),
    ]);
    return { code, circuit, calls: calls.join(', ') };
  });
}

export async function measureFaults(bench: Bench): Promise<FaultsReport> {
  const load = startHelper('load', 'load.js', 'others');
  const parties: Party[] = [];
  try {
    for (const name of Object.keys(CASES) as Case[]) parties.push(await startParty(bench, name, load));
    const ways = parties.map(({ way }) => way);
    const { rounds, milliseconds, warmUp } = bench.pace;
    const pace = { rounds: rounds * MORE_ROUNDS, milliseconds: milliseconds / 2, warmUp };
    const measured = await interleaved(ways, pace, bench.progress);
    const [none, sound, faulty] = measured as [Measured, Measured, Measured];
    const p99 = (slice: { readonly p99: number }) => slice.p99;
    return {
      ways: measured,
      overSound: ratioOf(faulty, sound, p99),
      overNone: ratioOf(faulty, none, p99),
      health: await healthOf(parties[2]!),
    };
  } finally {
    for (const child of [...parties.flatMap(({ children }) => children), load]) await child.stop();
  }
}
