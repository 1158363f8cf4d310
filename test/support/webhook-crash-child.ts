// A process that is about to be killed: it delivers webhooks, and stops for good at the point it is told to.
//
// Argument: the URL of the database. Reads the time and where to stop as one line of JSON; says `before <statement>`
// or `after sending` where it has stopped, or `done` when it came to its end before.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { MIGRATIONS } from '../../migrations/all';
import { openDatabase } from '../../src/database/database';
import { ManualClock } from '../../src/kernel/clock';
import type { PartnerTransport } from '../../src/partner-port/transport';
import { TappedDatabase } from './tapped-database';
import { WebhookPost } from './webhook-post';
import { loopbackTransport } from './webhook-receiver';

export interface CrashOrder {
  readonly now: number;
  /** The number of the point, of all that it comes by, at which the process stops for good. */
  readonly stopAt: number;
}

async function stopForGood(at: string): Promise<never> {
  process.stdout.write(`${at}\n`);
  // The timer keeps the process alive until it is killed.
  return new Promise(() => setInterval(() => {}, 60_000));
}

async function main(url: string): Promise<void> {
  const database = await openDatabase({ url, migrations: MIGRATIONS, entities: [] });
  const [line] = (await once(createInterface(process.stdin), 'line')) as [string];
  const order = JSON.parse(line) as CrashOrder;
  let points = 0;
  const pass = async (point: string): Promise<void> => {
    points += 1;
    if (points === order.stopAt) await stopForGood(point);
  };
  const door = new TappedDatabase(
    database,
    (statement) => pass(`before ${statement.replace(/\s+/g, ' ').slice(0, 60)}`),
    () => pass('after a commit'),
  );
  const transport: PartnerTransport = {
    async send(request) {
      const answer = await loopbackTransport.send(request);
      await pass('after sending');
      return answer;
    },
  };
  const post = new WebhookPost(database, { clock: new ManualClock(order.now), door, transport });
  await post.deliver();
  await stopForGood('done');
}

if (require.main === module) void main(process.argv[2]!);
