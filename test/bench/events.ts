// Part 4: events into growth, points and tasks, through the service and through GraphQL, a thousand a call.
import type { Bench } from './bench';
import { applyRules, type EventerStart, type EventRun } from './eventer';
import type { LoadResult } from './load';
import { type ProfileSummary, summarize } from './profile';
import { prove } from './redeem';
import { startGateway, startHelper } from './servers';
import { interleaved, type Measured, measured } from './slices';
import { openWorld, type WorldPlace } from './world';

/** Batches of the ledger are booked, and the members of the next ones are read meanwhile. */
const CALLS_IN_FLIGHT = 4;
const MEMBERS = 20_000;

export interface EventsReport {
  /** Figures are of one event; the times p50 and p99 are of a call of a thousand. */
  readonly ways: readonly Measured[];
  readonly perSecond: number;
  readonly profile: ProfileSummary;
  /** Events in the database when the ledger was proved. */
  readonly events: number;
  readonly clean: boolean;
  readonly faults: readonly string[];
}

export async function measureEvents(bench: Bench, place: WorldPlace): Promise<EventsReport> {
  await applyRules(place);
  const gateway = await startGateway(place);
  const [service, client] = [
    startHelper('eventer (service)', 'eventer.js', 'server'),
    startHelper('eventer (GraphQL)', 'eventer.js', 'others'),
  ];
  await service.ask('start', { ...place, members: MEMBERS } satisfies EventerStart);
  await client.ask('start', { ...place, members: MEMBERS, port: gateway.port } satisfies EventerStart);
  const way = (name: string, server: typeof service, teller: typeof service) => ({
    name,
    run: (milliseconds: number) => {
      const run: EventRun = { milliseconds, inFlight: CALLS_IN_FLIGHT };
      return measured(server, bench.mysql, () => teller.ask<LoadResult>('run', run));
    },
  });
  const ways = [way('through EventService', service, service), way('through recordEvents', gateway.child, client)];
  try {
    const measuredWays = await interleaved(ways, bench.pace, bench.progress);
    bench.progress('taking the profile of the service under events');
    const run: EventRun = { milliseconds: bench.pace.milliseconds, inFlight: CALLS_IN_FLIGHT };
    const taken = await service.profiled(() => service.ask<LoadResult>('run', run));
    const profile = summarize(taken, { packages: 15, functions: 25 });
    bench.progress('proving the ledger');
    const proof = await prove(place);
    const [{ perSecond }] = measuredWays as [Measured];
    return { ways: measuredWays, perSecond, profile, events: await count(place), ...proof };
  } finally {
    for (const child of [service, client, gateway.child]) await child.stop();
  }
}

async function count(place: WorldPlace): Promise<number> {
  const gateway = await openWorld(place);
  try {
    const [row] = await gateway.database.read.arrays('SELECT COUNT(*) FROM member_event');
    return Number(row![0]);
  } finally {
    await gateway.close();
  }
}
