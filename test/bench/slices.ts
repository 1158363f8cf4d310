// Slices: each way is measured for a short while in turn, round after round, so that noise falls on all alike.
import type { PrivateMysql } from '../support/mysql-server';
import { Child } from './child';
import type { LoadInput, LoadResult } from './load';
import { cpuOf } from './machine';

/** What one way did in one slice. */
export interface Slice {
  readonly requests: number;
  readonly perSecond: number;
  /** CPU time of the server and of the database for one request, in milliseconds. */
  readonly serverCpu: number;
  readonly databaseCpu: number | undefined;
  readonly p50: number;
  readonly p99: number;
}

export interface Way {
  readonly name: string;
  /** Runs it for about so long. */
  run(milliseconds: number): Promise<Slice>;
}

export class BenchFault extends Error {
  override readonly name = 'BenchFault';
}

/** Takes the CPU times around a piece of work. */
export async function measured(server: Child, database: PrivateMysql, work: () => Promise<LoadResult>): Promise<Slice> {
  const [serverBefore, databaseBefore] = [await server.cpu(), cpuOf(database.pid)];
  const { requests, seconds, p50, p99, bad, firstBad } = await Child.alone(server, work);
  if (bad > 0) throw new BenchFault(`${bad} of ${requests} answers were not as expected, for instance: ${firstBad}`);
  if (requests === 0) throw new BenchFault('nothing was answered in a slice');
  const [serverAfter, databaseAfter] = [await server.cpu(), cpuOf(database.pid)];
  const used = databaseBefore === undefined || databaseAfter === undefined ? undefined : databaseAfter - databaseBefore;
  return {
    requests,
    perSecond: requests / seconds,
    serverCpu: (serverAfter - serverBefore) / requests,
    databaseCpu: used === undefined ? undefined : used / requests,
    p50,
    p99,
  };
}

/** A way that a load generator drives over HTTP. */
export function httpWay(
  name: string,
  { server, load, database }: { server: Child; load: Child; database: PrivateMysql },
  input: Omit<LoadInput, 'milliseconds'>,
): Way {
  const ask = (milliseconds: number) => load.ask<LoadResult>('load', { ...input, milliseconds });
  return { name, run: (milliseconds) => measured(server, database, () => ask(milliseconds)) };
}

export interface Measured extends Slice {
  readonly name: string;
  readonly slices: readonly Slice[];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const WARM_SLICES_LEAST = 3;
const WARM_REQUESTS_LEAST = 5_000;
const QUICKER = 1.05;

/**
 * Runs a way until it gets no quicker and has had some thousand requests, at most so long: on a core of its own, what
 * the engine compiles in the background is late, the more so the more code there is. The same for every way.
 */
async function warm(way: Way, milliseconds: number, most: number): Promise<void> {
  const speeds: number[] = [];
  let requests = 0;
  const until = performance.now() + most;
  while (performance.now() < until) {
    const best = Math.max(...speeds.slice(0, -2));
    const slice = await way.run(Math.min(milliseconds, until - performance.now()));
    speeds.push(slice.perSecond);
    requests += slice.requests;
    const latest = Math.max(...speeds.slice(-2));
    const steady = speeds.length > WARM_SLICES_LEAST && latest < best * QUICKER;
    if (steady && requests >= WARM_REQUESTS_LEAST) return;
  }
}

/** Runs all ways for `rounds` rounds, each beginning with another, and answers their medians in the order given. */
export async function interleaved(
  ways: readonly Way[],
  { rounds, milliseconds, warmUp }: { rounds: number; milliseconds: number; warmUp: number },
  progress: (text: string) => void,
): Promise<Measured[]> {
  const slices = new Map<Way, Slice[]>(ways.map((way) => [way, []]));
  for (const way of ways) {
    progress(`warming up: ${way.name}`);
    await warm(way, milliseconds, warmUp);
  }
  for (let round = 0; round < rounds; round += 1) {
    for (let at = 0; at < ways.length; at += 1) {
      const way = ways[(at + round) % ways.length]!;
      progress(`round ${round + 1} of ${rounds}: ${way.name}`);
      slices.get(way)!.push(await way.run(milliseconds));
    }
  }
  return ways.map(({ name }, at) => summary(name, slices.get(ways[at]!)!));
}

function summary(name: string, slices: readonly Slice[]): Measured {
  const databaseCpus = slices.map(({ databaseCpu }) => databaseCpu).filter((value) => value !== undefined);
  return {
    name,
    slices,
    requests: slices.reduce((sum, { requests }) => sum + requests, 0),
    perSecond: median(slices.map(({ perSecond }) => perSecond)),
    serverCpu: median(slices.map(({ serverCpu }) => serverCpu)),
    databaseCpu: databaseCpus.length > 0 ? median(databaseCpus) : undefined,
    p50: median(slices.map(({ p50 }) => p50)),
    p99: median(slices.map(({ p99 }) => p99)),
  };
}

/** The median, over the rounds, of one way's figure divided by another's of the same round. */
export function ratioOf(left: Measured, right: Measured, figure: (slice: Slice) => number): number {
  return median(left.slices.map((slice, at) => figure(slice) / figure(right.slices[at]!)));
}
