// The process is killed at each point of delivering webhooks, also between sending and writing it down: each event
// arrives at least once, under one id, and in the order of its subject.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { newId } from '../../src/kernel/id';
import { CLAIM_MS } from '../../src/webhooks/dispatcher';
import { eachDatabase } from '../support/lanes';
import type { CrashOrder } from '../support/webhook-crash-child';
import { WebhookPost } from '../support/webhook-post';

const CHILD = join(__dirname, '../../dist/test/support/webhook-crash-child.js');
const POINTS_AT_MOST = 60;

/** Processes that are killed one after the other; the next one gets ready while the last one's traces are looked at. */
class Victims {
  private next: ReturnType<typeof this.born>;

  constructor(private readonly url: string) {
    this.next = this.born();
  }

  private born() {
    return spawn(process.execPath, [CHILD, this.url], { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  /** Lets one deliver, kills it where it stops, and answers where that was. */
  async crash(order: CrashOrder): Promise<string> {
    const child = this.next;
    const exited = once(child, 'exit');
    child.stdin.write(`${JSON.stringify(order)}\n`);
    const stopped = once(createInterface(child.stdout), 'line') as Promise<[string]>;
    const first = await Promise.race([stopped, exited]);
    child.kill('SIGKILL');
    const [code, signal] = await exited;
    if (signal !== 'SIGKILL') throw new Error(`the child ended by itself with ${code}`);
    this.next = this.born();
    return String(first[0]);
  }

  async end(): Promise<void> {
    const exited = once(this.next, 'exit');
    this.next.kill('SIGKILL');
    await exited;
  }
}

eachDatabase((lane) => {
  let victims: Victims;
  beforeAll(() => {
    if (!existsSync(CHILD)) throw new Error(`${CHILD} is missing: run npm run build first`);
    victims = new Victims(lane.url);
  });
  afterAll(() => victims.end());

  test('killed anywhere, nothing is lost, and what was sent is sent again under its id', async () => {
    const points: string[] = [];
    let twice = 0;
    while (points.length < POINTS_AT_MOST && points.at(-1) !== 'done') {
      const post = new WebhookPost(lane.database);
      const { id, receiver } = await post.partner();
      const [one, two] = [newId(post.now), newId(post.now)];
      await post.append(id, one, 'redemption.issued', 'redemption.used');
      await post.append(id, two, 'redemption.issued');
      // Given a process that died at this point, when another one goes on.
      const point = await victims.crash({ now: post.now, stopAt: points.length + 1 });
      points.push(point);
      const before = receiver.told.length;
      await post.after(CLAIM_MS);
      // Then each event arrived, at least once, in order.
      expect([point, await post.states(id)]).toEqual([point, ['DELIVERED', 'DELIVERED', 'DELIVERED']]);
      const first = receiver.told.filter((told, at, all) => all.findIndex((other) => other.id === told.id) === at);
      const types = (subject: string) =>
        first.filter(({ body }) => body.subject.endsWith(subject)).map(({ body }) => body.type);
      expect([point, types(one), types(two)]).toEqual([
        point,
        ['redemption.issued', 'redemption.used'],
        ['redemption.issued'],
      ]);
      expect(receiver.forged).toEqual([]);
      if (before > 0 && receiver.told.length > 3) twice += 1;
      expect(post.errors).toEqual([]);
      await post.close();
    }
    expect(points.at(-1)).toBe('done');
    expect(points).toEqual(
      expect.arrayContaining(['after sending', 'after a commit', 'before INSERT INTO webhook_delivery']),
    );
    // A crash between sending and writing it down was among them.
    expect(twice).toBeGreaterThan(0);
  }, 240_000);
});
