// Starts what is measured: gateways as `serve` runs them, and the hand-written endpoints, each a process of its own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child';
import type { Place } from './machine';
import { environmentOf, type WorldPlace } from './world';

export interface Served {
  readonly child: Child;
  readonly port: number;
}

/** `perkgate serve`, the built one, on a free port. */
export async function startGateway(place: WorldPlace): Promise<Served> {
  const environment = environmentOf(place);
  const options = { file: 'src/main.js', args: ['serve'], place: 'server', environment, worksByItself: true } as const;
  const child = Child.start('perkgate serve', options);
  const [, port] = await child.printed(/Perkgate serves http:\/\/[^:]+:(\d+)\/graphql/);
  return { child, port: Number(port) };
}

/** A server of the bench's own, which answers `start` with its port. */
export async function startServer(name: string, file: string, input: object): Promise<Served> {
  const child = startHelper(name, file, 'server');
  return { child, port: await child.ask<number>('start', input) };
}

export function startHelper(name: string, file: string, place: Place): Child {
  return Child.start(name, { file: `test/bench/${file}`, place });
}

const OPERATIONS = join(__dirname, '..', '..', '..', 'schema', 'operations');

/** One of the operations that clients are shown. */
export function operationText(name: string): string {
  return readFileSync(join(OPERATIONS, `${name}.graphql`), 'utf8');
}
