// A process that is about to be killed: it lives one saga, and stops for good at the point it is told to.
//
// Argument: the URL of the database. Reads what to live, and where to stop, as one line of JSON; says `before …` or
// `after …` where it has stopped, or `done` when it came to its end before.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { MIGRATIONS } from '../../migrations/all';
import { openDatabase } from '../../src/database/database';
import { type Instant, ManualClock, SECOND } from '../../src/kernel/clock';
import type { Id } from '../../src/kernel/id';
import { OPERATIONS, type PartnerApi } from '../../src/partner-port/connector';
import { type House, openHouse, outcomeOf } from './house';
import { TappedDatabase } from './tapped-database';

const STRIDE_SECONDS = 6;

export interface SagaDeeds {
  /** The number of the point before which the process stops for good. */
  readonly stopAt?: number;
  readonly now: Instant;
  /** Where the partner listens. */
  readonly partner: string;
  /** Whether the partner has to be asked about uses. */
  readonly watched?: boolean;
  readonly memberId: Id;
  readonly item: string;
  readonly key: string;
  /** When it is to be cancelled in the end. */
  readonly cancelKey?: string;
  /** How long it waits for what becomes due. */
  readonly seconds: number;
}

/** The claim, what becomes due of it, and the cancel; answers what came of claim and cancel. */
export async function live(house: House, deeds: SagaDeeds): Promise<string[]> {
  const { memberId, item, key, cancelKey, seconds } = deeds;
  await house.redeem(memberId, item, { key });
  await passSeconds(house, seconds);
  const claimed = await house.redeem(memberId, item, { key });
  const outcomes = [outcomeOf(claimed)];
  if (cancelKey === undefined || !('id' in claimed)) return outcomes;
  await house.cancel(claimed.id, { key: cancelKey });
  await passSeconds(house, seconds);
  return [...outcomes, outcomeOf(await house.cancel(claimed.id, { key: cancelKey }))];
}

export async function passSeconds(house: House, seconds: number): Promise<void> {
  for (let gone = 0; gone < seconds; gone += STRIDE_SECONDS) {
    house.clock.advance(STRIDE_SECONDS * SECOND);
    await house.runSaga();
  }
}

/** The partner of another process, asked over the network. */
function partnerAt({ partner: url, watched }: SagaDeeds, point: (name: string) => Promise<void>): PartnerApi {
  const call = (operation: string) => async (request: unknown) => {
    await point(`before ${operation} at the partner`);
    const reply = await fetch(`${url}/${operation}`, { method: 'POST', body: JSON.stringify(request) });
    const outcome = await reply.json();
    await point(`after ${operation} at the partner`);
    return outcome as never;
  };
  return {
    operations: new Set(OPERATIONS),
    watched,
    issue: call('issue'),
    status: call('status'),
    cancel: call('cancel'),
    availability: call('availability'),
    catalogue: call('catalogue'),
    cardStatus: call('cardStatus'),
  };
}

async function stopForGood(at: string): Promise<never> {
  process.stdout.write(`${at}\n`);
  // The timer keeps the process alive until it is killed.
  return new Promise(() => setInterval(() => {}, 60_000));
}

async function main(url: string): Promise<void> {
  const database = await openDatabase({ url, migrations: MIGRATIONS, entities: [] });
  const [line] = (await once(createInterface(process.stdin), 'line')) as [string];
  const deeds = JSON.parse(line) as SagaDeeds;
  let points = 0;
  const point = async (name: string): Promise<void> => {
    points += 1;
    if (points === deeds.stopAt) await stopForGood(name);
  };
  let begins = true;
  // Before each unit of work, before it writes the redemption, and behind its commit; between the other statements,
  // where all of it is undone anyway, redemption-crash-child.ts stops.
  const ledgerDoor = new TappedDatabase(
    database,
    async (statement) => {
      const isPoint = begins || /(INTO|UPDATE) redemption/.test(statement);
      begins = false;
      if (isPoint) await point(`before ${statement.replace(/\s+/g, ' ').slice(0, 40)}`);
    },
    () => {
      begins = true;
      return point('after a commit');
    },
  );
  const partner = partnerAt(deeds, point);
  const clock = new ManualClock(deeds.now);
  const partners = { apiOf: () => partner };
  await live(await openHouse(database, { clock, program: null, ledgerDoor, partners }), deeds);
  await stopForGood('done');
}

if (require.main === module) void main(process.argv[2]!);
