// Part 1: MemberHome through Perkgate, against the same JSON by hand (the limit) and against the textbook stack.
import type { Bench } from './bench';
import type { Child } from './child';
import { type ProfileSummary, summarize } from './profile';
import { operationText, type Served, startGateway, startHelper, startServer } from './servers';
import { BenchFault, httpWay, interleaved, type Measured, ratioOf } from './slices';
import { openWorld, type Person, peopleOf, type WorldPlace } from './world';

export const HOME_BODY = JSON.stringify({ query: operationText('member-home') });
export const HOME_EXPECTED = '{"data":{"me":{"id":';
export const CONNECTIONS = 50;
const PEOPLE = 500;
/** Answers compared byte by byte. */
const COMPARED = 20;

export interface HomeReport {
  readonly bytes: number;
  readonly ways: readonly Measured[];
  /** Requests a second, Perkgate's by the limit's. */
  readonly ofLimit: number;
  /** Requests a CPU second of the server, Perkgate's by the textbook stack's. */
  readonly overTextbook: number;
  readonly profile: ProfileSummary;
}

interface Servers {
  readonly perkgate: Served;
  readonly batched: Served;
  readonly raw: Served;
  readonly textbook: Served;
}

async function startAll(place: WorldPlace, people: readonly Person[]): Promise<Servers> {
  const batched = await startServer('limit, batched', 'limit.js', { ...place, batched: true });
  const raw = await startServer('limit, raw', 'limit.js', { ...place, batched: false });
  const textbook = await startServer('textbook', 'textbook/server.js', place);
  for (const { child } of [batched, raw, textbook]) await child.ask('members', people);
  return { perkgate: await startGateway(place), batched, raw, textbook };
}

export async function ask(port: number, token: string, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers, body });
  return response.text();
}

/** All that differs between two answers of the same state: the instants as of which availability is told. */
function lasting(json: string): string {
  return json.trim().replaceAll(/"asOf":"[^"]*"/g, '"asOf":""');
}

/** The limit would be none if it did less: each server answers the same bytes. */
async function compareAnswers(servers: Servers, people: readonly Person[]): Promise<number> {
  let bytes = 0;
  for (const { token, externalId } of people.slice(0, COMPARED)) {
    const answer = await ask(servers.perkgate.port, token, HOME_BODY);
    bytes = answer.length;
    for (const [name, { port }] of Object.entries(servers)) {
      const other = await ask(port, token, HOME_BODY);
      if (lasting(other) === lasting(answer)) continue;
      const at = [...lasting(answer)].findIndex((letter, place) => lasting(other)[place] !== letter);
      const parts = [answer, other].map((text) => lasting(text).slice(Math.max(0, at - 80), at + 120));
      throw new BenchFault(`${name} answers ${externalId} other JSON than Perkgate:\n${parts.join('\n')}`);
    }
  }
  return bytes;
}

export async function measureHome(bench: Bench, place: WorldPlace): Promise<HomeReport> {
  const gateway = await openWorld(place);
  await gateway.catalogue.refresh();
  const people = await peopleOf(gateway, 'HOME', PEOPLE);
  await gateway.close();
  const load: Child = startHelper('load', 'load.js', 'others');
  await load.ask('tokens', { name: 'home', tokens: people.map(({ token }) => token) });
  const servers = await startAll(place, people);
  const bytes = await compareAnswers(servers, people);
  const way = (name: string, { child, port }: Served) =>
    httpWay(
      name,
      { server: child, load, database: bench.mysql },
      { port, connections: CONNECTIONS, tokens: 'home', body: HOME_BODY, expected: HOME_EXPECTED },
    );
  const perkgateWay = way('Perkgate', servers.perkgate);
  const ways = [
    perkgateWay,
    way('by hand, batched over requests (the limit)', servers.batched),
    way('by hand, one statement a request', servers.raw),
    way('textbook stack', servers.textbook),
  ];
  const { rounds, milliseconds, warmUp } = bench.pace;
  const measured = await interleaved(ways, { rounds, milliseconds, warmUp }, bench.progress);
  const [perkgate, limit, , textbook] = measured as [Measured, Measured, Measured, Measured];
  bench.progress('taking the profile of Perkgate');
  const profile = await servers.perkgate.child.profiled(() => perkgateWay.run(milliseconds));
  for (const { child } of [...Object.values(servers), { child: load }]) await child.stop();
  return {
    bytes,
    ways: measured,
    ofLimit: ratioOf(perkgate, limit, (slice) => slice.perSecond),
    overTextbook: ratioOf(textbook, perkgate, (slice) => slice.serverCpu),
    profile: summarize(profile, { packages: 15, functions: 25 }),
  };
}
