// Part 2: redemptions through the service and through GraphQL, against row locks, the textbook stack and two limits.
import { toGlobalId } from '../../src/kernel/id';
import { verifyLedger } from '../../src/ledger/verify';
import { holdCheck } from '../../src/redemption/hold.check';
import type { Bench } from './bench';
import type { Child } from './child';
import { ask } from './home';
import type { LoadInput, LoadResult } from './load';
import { type ProfileSummary, summarize } from './profile';
import type { RedeemerStart, RedeemRun } from './redeemer';
import { operationText, type Served, startGateway, startHelper, startServer } from './servers';
import { BenchFault, httpWay, interleaved, type Measured, measured, ratioOf, type Slice, type Way } from './slices';
import { HOT_OFFERS, openWorld, type Person, peopleOf, SPREAD_OFFERS, type WorldPlace } from './world';

const IN_FLIGHT = 256;
const PEOPLE = 2_000;

const VARIABLES = { input: { item: '%ITEM%', idempotencyKey: '%KEY%' } };
export const REDEEM_BODY = JSON.stringify({ query: operationText('redeem'), variables: VARIABLES });
export const REDEEM_EXPECTED = '{"data":{"redeem":{"__typename":"Redemption"';
// The same request, tokens and variables included, but for the work: what the door itself takes.
const NOTHING_BODY = JSON.stringify({ query: 'query Nothing { __typename }', variables: VARIABLES });
const NOTHING_EXPECTED = '{"data":{"__typename":"Query"}}';

export interface RedeemReport {
  readonly pattern: 'spread' | 'hot';
  readonly offers: number;
  readonly ways: readonly Measured[];
  /** Redemptions a second, by those of the row locks. */
  readonly serviceRatio: number;
  readonly graphqlRatio: number;
  /** … and what the same rows attain that are written by hand, in batches, without a rule: the limit. */
  readonly limitRatio: number;
  /** … and requests that redeem nothing: the limit of what comes through GraphQL, one redemption a request. */
  readonly doorRatio: number;
  /** Redemptions a second through GraphQL, by those of the textbook stack. */
  readonly overTextbook: number;
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
  readonly textbook: Served;
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
  const textbook = await startServer('textbook', 'textbook/server.js', place);
  await textbook.child.ask('members', people);
  const perkgate = await startGateway(place);
  await compareAnswers([perkgate, textbook], people[0]!, items[0]!);
  return { perkgate, textbook, service, rowLocks, batches, load, items };
}

/** What two redemptions of one member and one item have in common: all but ids of their own, codes and instants. */
function lasting(json: string): string {
  const [id, code, instant] = [/redemption_[0-9a-f]{32}/g, /"couponCode":"[^"]+"/g, /"\d{4}-\d\d-\d\dT[^"]+Z"/g];
  return json.trim().replaceAll(id, 'redemption').replaceAll(code, '"couponCode":"…"').replaceAll(instant, '"…"');
}

/** Who redeems through GraphQL answers the same JSON. */
async function compareAnswers(servers: readonly Served[], { token }: Person, item: string): Promise<void> {
  const answers: string[] = [];
  for (const { port } of servers) {
    const body = REDEEM_BODY.replace('%ITEM%', item).replace('%KEY%', `compared ${port}`);
    answers.push(lasting(await ask(port, token, body)));
  }
  const different = answers.some((answer) => answer !== answers[0] || !answer.startsWith(REDEEM_EXPECTED));
  if (different) throw new BenchFault(`the redemptions compared are not answered alike:\n${answers.join('\n')}`);
}

export function benchItems(offers: readonly { readonly id: string; readonly code: string }[]): string[] {
  return offers.filter(({ code }) => code.startsWith('bench-')).map(({ id }) => toGlobalId('offer', id));
}

function redeemLoad(port: number, items: readonly string[]): Omit<LoadInput, 'milliseconds'> {
  const connections = IN_FLIGHT;
  return { port, connections, tokens: 'redeem', body: REDEEM_BODY, items, expected: REDEEM_EXPECTED };
}

const perSecond = (slice: Slice) => slice.perSecond;

async function measurePattern(
  bench: Bench,
  place: WorldPlace,
  parties: Parties,
  pattern: RedeemReport['pattern'],
): Promise<RedeemReport> {
  const { perkgate, textbook, service, rowLocks, batches, load } = parties;
  const offers = pattern === 'hot' ? HOT_OFFERS : SPREAD_OFFERS;
  const items = parties.items.slice(0, offers);
  const inProcess = (name: string, child: Child): Way => ({
    name,
    run: (milliseconds) => {
      const run: RedeemRun = { milliseconds, offers, inFlight: IN_FLIGHT };
      return measured(child, bench.mysql, () => child.ask<LoadResult>('run', run));
    },
  });
  const overHttp = (name: string, { child, port }: Served, other: Partial<LoadInput> = {}): Way =>
    httpWay(name, { server: child, load, database: bench.mysql }, { ...redeemLoad(port, items), ...other });
  const ways = [
    inProcess('a transaction each, row locks', rowLocks),
    inProcess('through RedemptionService', service),
    overHttp('textbook stack, through GraphQL', textbook),
    overHttp('through GraphQL', perkgate),
    overHttp('through GraphQL, nothing redeemed', perkgate, { body: NOTHING_BODY, expected: NOTHING_EXPECTED }),
    inProcess('by hand, batched, no rules (the limit)', batches),
  ];
  const measuredWays = await interleaved(ways, bench.pace, bench.progress);
  const [locks, direct, books, graphql, nothing, limit] = measuredWays as [Measured, ...Measured[]];
  bench.progress('proving the ledger');
  return {
    pattern,
    offers,
    ways: measuredWays,
    serviceRatio: ratioOf(direct!, locks, perSecond),
    graphqlRatio: ratioOf(graphql!, locks, perSecond),
    limitRatio: ratioOf(limit!, locks, perSecond),
    doorRatio: ratioOf(nothing!, locks, perSecond),
    overTextbook: ratioOf(graphql!, books!, perSecond),
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
    const { perkgate, textbook, service, rowLocks, batches, load } = parties;
    for (const child of [perkgate.child, textbook.child, service, rowLocks, batches, load]) await child.stop();
  }
}
