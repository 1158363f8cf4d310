// Part 3: what a request costs the server and the database with ten thousand, a hundred thousand and a million members.
import type { Bench } from './bench';
import type { Child } from './child';
import { CONNECTIONS, HOME_BODY, HOME_EXPECTED } from './home';
import type { LoadInput } from './load';
import { moveTo } from './machine';
import { benchItems, prove, REDEEM_BODY, REDEEM_EXPECTED } from './redeem';
import { type Served, startGateway, startHelper } from './servers';
import { BenchFault, httpWay, interleaved, type Measured, ratioOf, type Slice } from './slices';
import { makeWorld, openWorld, peopleOf, settleWorld, type WorldPlace } from './world';
import { copyWorld } from './world-copies';

export interface World {
  readonly members: number;
  readonly place: WorldPlace;
}

/** So many members are made by the services; the rest are copies of them, of which there may be 250 at most. */
const SAMPLE_LEAST = 1_000;
const COPIES_MOST = 250;
/**
 * So many ask, spread over all there are: as many in a large world as in a small one. A token costs its first check and
 * a perk its account the first time, whatever the size of the world, and neither is what is compared.
 */
const PEOPLE = { HOME: 500, REDEEM: 2_000 } as const;
/** The proof reads every row; beyond this it would take longer than all the measurements. */
const PROVED_MEMBERS_MOST = 100_000;

export async function fillWorld(bench: Bench, members: number, name: string): Promise<World> {
  const sample = Math.max(Math.min(SAMPLE_LEAST, members), Math.ceil(members / COPIES_MOST));
  const place = await bench.place(`${name}_${members}`);
  moveTo('anywhere', bench.mysql.pid);
  bench.progress(`making ${sample} members through the services`);
  await makeWorld(place, sample);
  await settleWorld(place);
  const wanted = Math.round(members / sample) - 1;
  const until = performance.now() + bench.pace.fillSeconds * 1_000;
  const copies = await copyWorld(place, wanted, (done) => {
    if (done % 25 === 0) bench.progress(`${(done + 1) * sample} of ${members} members`);
    return performance.now() < until ? 'ON' : 'ENOUGH';
  });
  const reached = sample * (copies + 1);
  if (copies < wanted) bench.progress(`${reached} members must do: the time to fill is over`);
  if (reached <= PROVED_MEMBERS_MOST) {
    bench.progress('proving the ledger');
    const { clean, faults } = await prove(place);
    if (!clean) throw new BenchFault(`the world of ${members} members does not prove clean: ${faults.join('; ')}`);
  }
  moveTo('others', bench.mysql.pid);
  return { members: reached, place };
}

export interface SizeReport {
  readonly operation: 'MemberHome' | 'redeem';
  readonly members: number;
  readonly measured: Measured;
  /** CPU time of server and database together for one request, by that of the smallest world. */
  readonly cost: number;
  readonly serverCost: number;
  readonly databaseCost: number | undefined;
}

interface Party {
  readonly world: World;
  readonly server: Served;
  readonly load: Child;
  readonly items: readonly string[];
}

async function startParty(world: World): Promise<Party> {
  const gateway = await openWorld(world.place);
  await gateway.catalogue.refresh();
  const items = benchItems(gateway.catalogue.current().offers);
  const load = startHelper(`load of ${world.members}`, 'load.js', 'others');
  for (const sort of ['HOME', 'REDEEM'] as const) {
    const people = await peopleOf(gateway, sort, PEOPLE[sort]);
    await load.ask('tokens', { name: sort, tokens: people.map(({ token }) => token) });
  }
  await gateway.close();
  return { world, server: await startGateway(world.place), load, items };
}

function inputOf(operation: SizeReport['operation'], { server, items }: Party): Omit<LoadInput, 'milliseconds'> {
  const { port } = server;
  return operation === 'MemberHome'
    ? { port, connections: CONNECTIONS, tokens: 'HOME', body: HOME_BODY, expected: HOME_EXPECTED }
    : { port, connections: CONNECTIONS, tokens: 'REDEEM', body: REDEEM_BODY, expected: REDEEM_EXPECTED, items };
}

const serverCpu = (slice: Slice) => slice.serverCpu;
const databaseCpu = (slice: Slice) => slice.databaseCpu ?? 0;
const wholeCpu = (slice: Slice) => serverCpu(slice) + databaseCpu(slice);

async function measureOperation(
  bench: Bench,
  parties: readonly Party[],
  operation: SizeReport['operation'],
): Promise<SizeReport[]> {
  const ways = parties.map((party) =>
    httpWay(
      `${operation}, ${party.world.members} members`,
      { server: party.server.child, load: party.load, database: bench.mysql },
      inputOf(operation, party),
    ),
  );
  const measured = await interleaved(ways, bench.pace, bench.progress);
  const first = measured[0]!;
  return measured.map((one, at) => ({
    operation,
    members: parties[at]!.world.members,
    measured: one,
    cost: ratioOf(one, first, wholeCpu),
    serverCost: ratioOf(one, first, serverCpu),
    databaseCost: one.databaseCpu === undefined ? undefined : ratioOf(one, first, databaseCpu),
  }));
}

export async function measureSizes(bench: Bench, worlds: readonly World[]): Promise<SizeReport[]> {
  const parties: Party[] = [];
  try {
    for (const world of worlds) parties.push(await startParty(world));
    return [
      ...(await measureOperation(bench, parties, 'MemberHome')),
      ...(await measureOperation(bench, parties, 'redeem')),
    ];
  } finally {
    for (const { server, load } of parties) for (const child of [server.child, load]) await child.stop();
  }
}
