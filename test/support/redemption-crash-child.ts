// A process that is about to be killed: it claims coupons or ends them, and stops for good at the point it is told to.
//
// Argument: the URL of the database. Reads what to do, and where to stop, as one line of JSON; says
// `before <statement>` where it has stopped, or `done` when it came to its end before.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { MIGRATIONS } from '../../migrations/all';
import { openDatabase } from '../../src/database/database';
import { type Instant, ManualClock } from '../../src/kernel/clock';
import type { Id } from '../../src/kernel/id';
import { type House, openHouse } from './house';
import { TappedDatabase } from './tapped-database';

export interface ClaimDeed {
  readonly do: 'claim';
  readonly memberId: Id;
  readonly item: string;
  readonly key: string;
}

export interface EndDeed {
  readonly do: 'use' | 'cancel' | 'expire';
  readonly id: Id;
  readonly key: string;
}

export interface Deeds {
  /** The number of the statement, of all its units of work, before which the process stops for good. */
  readonly stopAt?: number;
  readonly now: Instant;
  readonly all: readonly (ClaimDeed | EndDeed)[];
}

/** All at once, so that they come into one batch, or a few. */
export async function perform(house: House, deeds: Deeds): Promise<unknown[]> {
  house.clock.set(deeds.now);
  return Promise.all(
    deeds.all.map((deed): Promise<unknown> => {
      if (deed.do === 'claim') return house.redeem(deed.memberId, deed.item, { key: deed.key });
      if (deed.do === 'expire') return house.ends.ownsHoldsOf(deed.id);
      return house[deed.do](deed.id, { key: deed.key });
    }),
  );
}

async function stopForGood(at: string): Promise<never> {
  process.stdout.write(`${at}\n`);
  // The timer keeps the process alive until it is killed.
  return new Promise(() => setInterval(() => {}, 60_000));
}

async function main(url: string): Promise<void> {
  const database = await openDatabase({ url, migrations: MIGRATIONS, entities: [] });
  const [line] = (await once(createInterface(process.stdin), 'line')) as [string];
  const deeds = JSON.parse(line) as Deeds;
  let statements = 0;
  const stop = async (statement: string): Promise<void> => {
    statements += 1;
    if (statements === deeds.stopAt) await stopForGood(`before ${statement.replace(/\s+/g, ' ').slice(0, 60)}`);
  };
  // A commit is a point of its own: behind it, nobody has heard of it yet.
  const ledgerDoor = new TappedDatabase(database, stop, () => stop('the answer'));
  const house = await openHouse(database, { clock: new ManualClock(0), program: null, ledgerDoor });
  await perform(house, deeds);
  await stopForGood('done');
}

if (require.main === module) void main(process.argv[2]!);
