// What the bench knows of the machine: which core runs what, and how much CPU time another process has used.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const cores = availableParallelism();
/** Where processes can be pinned, the measured server has the first core to itself, all else shares the others. */
export const pinned = cores > 1 && hasTaskset();

export type Place = 'server' | 'others';

function coresOf(place: Place): string {
  return place === 'server' ? '0' : `1-${cores - 1}`;
}

/** The command that starts `program` at its place. */
export function placed(place: Place, program: string, args: readonly string[]): [string, string[]] {
  return pinned ? ['taskset', ['-c', coresOf(place), program, ...args]] : [program, [...args]];
}

/** Moves a running process with all its threads. */
export function moveTo(place: Place | 'anywhere', pid: number): void {
  if (!pinned) return;
  const list = place === 'anywhere' ? `0-${cores - 1}` : coresOf(place);
  execFileSync('taskset', ['-a', '-c', '-p', list, String(pid)], { stdio: 'ignore' });
}

// The kernel counts the time of other processes in hundredths of a second wherever Node runs.
const TICK_MS = 10;

/** CPU time that another process has used, in milliseconds; `undefined` where the system does not tell. */
export function cpuOf(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return undefined;
  }
}

export function describeMachine(): string {
  const place = pinned ? 'server on core 0, database and load on the others' : 'processes not pinned';
  return `Node ${process.version}, ${cores} cores (${place})`;
}
