// Part 2: redemptions through the service and through GraphQL, against a transaction each with row locks and the limit.
import { toGlobalId } from '../../src/kernel/id';
import { verifyLedger } from '../../src/ledger/verify';
import { holdCheck } from '../../src/redemption/hold.check';
import type { Bench } from './bench';
import type { Child } from './child';
import type { LoadInput, LoadResult } from './load';
import { type ProfileSummary, summarize } from './profile';
import type { RedeemerStart, RedeemRun } from './redeemer';
import { operationText, type Served, startGateway, startHelper } from './servers';
import { BenchFault, httpWay, interleaved, type Measured, measured, ratioOf, type Way } from './slices';
import { HOT_OFFERS, openWorld, peopleOf, SPREAD_OFFERS, type WorldPlace } from './world';

const IN_FLIGHT = 256;
const PEOPLE = 2_000;

export const REDEEM_BODY = JSON.stringify({
  query: operationText('redeem'),
  variables: { input: { item: '%ITEM%', idempotencyKey: '%KEY%' } },
});
export const REDEEM_EXPECTED = '{"data":{"redeem":{"__typename":"Redemption"';

export interface RedeemReport {
  readonly pattern: 'spread' | 'hot';
  readonly offers: number;
  readonly ways: readonly Measured[];
  /** Redemptions a second, by those of the row locks. */
  readonly serviceRatio: number;
  readonly graphqlRatio: number;
  /** … and what the same rows attain that are written by hand, in batches, without a rule: the limit. */
  readonly limitRatio: number;
  /** Redemptions in the database when the ledger was proved. */
  readonly redemptions: number;
  readonly clean: boolean;
  readonly faults: readonly string[];
}

export interface RedeemReports {
  readonly spread: RedeemReport;
  readonly hot: RedeemReport;
  readonly profile: ProfileSummary;
}

interface Parties {
  readonly perkgate: Served;
  readonly service: Child;
  readonly rowLocks: Child;
  readonly batches: Child;
  readonly load: Child;
  /** Global ids of the bench's offers. */
  readonly items: readonly string[];
}

async function startParties(place: WorldPlace): Promise<Parties> {
  const gateway = await openWorld(place);
  await gateway.catalogue.refresh();
  const people = await peopleOf(gateway, 'REDEEM', PEOPLE);
  const items = benchItems(gateway.catalogue.current().offers);
  await gateway.close();
  const [service, rowLocks, batches, load] = [
    startHelper('redeemer (service)', 'redeemer.js', 'server'),
    startHelper('redeemer (row locks)', 'redeemer.js', 'server'),
    startHelper('redeemer (batches by hand)', 'redeemer.js', 'server'),
    startHelper('load', 'load.js', 'others'),
  ];
  await service.ask('start', { ...place, way: 'service' } satisfies RedeemerStart);
  await rowLocks.ask('start', { ...place, way: 'row-locks' } satisfies RedeemerStart);
  await batches.ask('start', { ...place, way: 'batches' } satisfies RedeemerStart);
  await load.ask('tokens', { name: 'redeem', tokens: people.map(({ token }) => token) });
  return { perkgate: await startGateway(place), service, rowLocks, batches, load, items };
}

export function benchItems(offers: readonly { readonly id: string; readonly code: string }[]): string[] {
  return offers.filter(({ code }) => code.startsWith('bench-')).map(({ id }) => toGlobalId('offer', id));
}

function redeemLoad(port: number, items: readonly string[]): Omit<LoadInput, 'milliseconds'> {
  const connections = IN_FLIGHT;
  return { port, connections, tokens: 'redeem', body: REDEEM_BODY, items, expected: REDEEM_EXPECTED };
}

async function measurePattern(
  bench: Bench,
  place: WorldPlace,
  parties: Parties,
  pattern: RedeemReport['pattern'],
): Promise<RedeemReport> {
  const { perkgate, service, rowLocks, batches, load } = parties;
  const offers = pattern === 'hot' ? HOT_OFFERS : SPREAD_OFFERS;
  const inProcess = (name: string, child: Child): Way => ({
    name,
    run: (milliseconds) => {
      const run: RedeemRun = { milliseconds, offers, inFlight: IN_FLIGHT };
      return measured(child, bench.mysql, () => child.ask<LoadResult>('run', run));
    },
  });
  const ways = [
    inProcess('a transaction each, row locks', rowLocks),
    inProcess('through RedemptionService', service),
    httpWay(
      'through GraphQL',
      { server: perkgate.child, load, database: bench.mysql },
      redeemLoad(perkgate.port, parties.items.slice(0, offers)),
    ),
    inProcess('by hand, batched, no rules (the limit)', batches),
  ];
  const measuredWays = await interleaved(ways, bench.pace, bench.progress);
  const [locks, direct, graphql, limit] = measuredWays as [Measured, Measured, Measured, Measured];
  bench.progress('proving the ledger');
  return {
    pattern,
    offers,
    ways: measuredWays,
    serviceRatio: ratioOf(direct, locks, ({ perSecond }) => perSecond),
    graphqlRatio: ratioOf(graphql, locks, ({ perSecond }) => perSecond),
    limitRatio: ratioOf(limit, locks, ({ perSecond }) => perSecond),
    ...(await prove(place)),
  };
}

export async function prove(place: WorldPlace): Promise<Pick<RedeemReport, 'redemptions' | 'clean' | 'faults'>> {
  const gateway = await openWorld(place);
  try {
    const { clean, checks } = await verifyLedger(gateway.database, [holdCheck]);
    const [row] = await gateway.database.read.arrays('SELECT COUNT(*) FROM redemption');
    const faults = checks.filter(({ violations }) => violations > 0).map(({ name }) => name);
    return { redemptions: Number(row![0]), clean, faults };
  } finally {
    await gateway.close();
  }
}

export async function measureRedeem(bench: Bench, place: WorldPlace): Promise<RedeemReports> {
  const parties = await startParties(place);
  try {
    const spread = await measurePattern(bench, place, parties, 'spread');
    const hot = await measurePattern(bench, place, parties, 'hot');
    bench.progress('taking the profile of Perkgate under redemptions');
    const { perkgate, load, items } = parties;
    const input = { ...redeemLoad(perkgate.port, items), milliseconds: bench.pace.milliseconds };
    const profile = await perkgate.child.profiled(async () => {
      const { bad, firstBad } = await load.ask<LoadResult>('load', input);
      if (bad > 0) throw new BenchFault(`${bad} redemptions failed, for instance: ${firstBad}`);
    });
    return { spread, hot, profile: summarize(profile, { packages: 15, functions: 25 }) };
  } finally {
    const { perkgate, service, rowLocks, batches, load } = parties;
    for (const child of [perkgate.child, service, rowLocks, batches, load]) await child.stop();
  }
}
