// A CPU profile in words: which packages and which functions the time of a server went to.
import type { Profiler } from 'node:inspector';

export interface ProfileLine {
  readonly name: string;
  /** Of the time that the process was busy. */
  readonly share: number;
}

export interface ProfileSummary {
  readonly packages: readonly ProfileLine[];
  readonly functions: readonly ProfileLine[];
}

// `dispatch` is the profiler at work.
const NOT_BUSY = new Set(['(idle)', '(program)', '(root)', 'dispatch']);

export function summarize(profile: Profiler.Profile, most: { packages: number; functions: number }): ProfileSummary {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const packages = new Map<string, number>();
  const functions = new Map<string, number>();
  let busy = 0;
  for (const [at, id] of (profile.samples ?? []).entries()) {
    const frame = frames.get(id)!;
    if (NOT_BUSY.has(frame.functionName)) continue;
    const time = profile.timeDeltas?.[at] ?? 0;
    busy += time;
    const where = placeOf(frame);
    packages.set(where, (packages.get(where) ?? 0) + time);
    const name = `${where}: ${frame.functionName || '(anonymous)'}`;
    functions.set(name, (functions.get(name) ?? 0) + time);
  }
  return { packages: top(packages, busy, most.packages), functions: top(functions, busy, most.functions) };
}

function top(times: ReadonlyMap<string, number>, total: number, most: number): ProfileLine[] {
  return [...times]
    .sort((left, right) => right[1] - left[1])
    .slice(0, most)
    .map(([name, time]) => ({ name, share: time / total }));
}

/** A package, a room of the gateway, `node`, or the engine. */
function placeOf({ url, functionName }: { url: string; functionName: string }): string {
  if (functionName === '(garbage collector)') return 'garbage collector';
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (inPackage) return inPackage;
  if (url.startsWith('node:')) return 'node';
  const room = /\/dist\/(src\/[^/]+|test\/bench)(?:\/|\.js)/.exec(url)?.[1];
  if (room) return room;
  return url === '' ? 'native and compiled operations' : 'other';
}
