// The process is killed at every point of a saga, before and behind each unit of work and each call of the partner: in
// the end, whoever comes after it has found a due step or nothing, and there is exactly one coupon or none.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { MINUTE } from '../../src/kernel/clock';
import type { Id } from '../../src/kernel/id';
import { declined } from '../../src/partner-port/connector';
import { FakePartner, silently, timedOut } from '../support/fake-partner';
import { expectBooks, openHouse, unique } from '../support/house';
import { eachDatabase } from '../support/lanes';
import { live, passSeconds, type SagaDeeds } from '../support/saga-crash-child';
import { SAGA_PROGRAM } from '../support/saga-program';

const CHILD = join(__dirname, '../../dist/test/support/saga-crash-child.js');
const POINTS_AT_MOST = 200;
/** Enough for all back-offs of what a partner leaves open in these stories. */
const SECONDS = 60;

class PartnerServer {
  partner = new FakePartner();
  private readonly server: Server = createServer(async (request, reply) => {
    const operation = request.url!.slice(1) as 'issue' | 'status' | 'cancel';
    reply.end(JSON.stringify(await this.partner[operation](JSON.parse(await text(request)))));
  });

  async listen(): Promise<string> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

eachDatabase((lane) => {
  const server = new PartnerServer();
  let url: string;
  let next: ReturnType<typeof born>;
  const born = () => spawn(process.execPath, [CHILD, lane.url], { stdio: ['pipe', 'pipe', 'inherit'] });
  beforeAll(async () => {
    if (!existsSync(CHILD)) throw new Error(`${CHILD} is missing: run npm run build first`);
    await openHouse(lane.database, { program: SAGA_PROGRAM });
    url = await server.listen();
    next = born();
  });
  afterAll(async () => {
    const exited = once(next, 'exit');
    next.kill('SIGKILL');
    await exited;
    await server.close();
  });

  /** Lets a process live it, kills it where it stops, and answers where that was. */
  const crash = async (deeds: SagaDeeds): Promise<string> => {
    const child = next;
    const exited = once(child, 'exit');
    child.stdin.write(`${JSON.stringify(deeds)}\n`);
    const [first] = await Promise.race([once(createInterface(child.stdout), 'line'), exited]);
    child.kill('SIGKILL');
    const [code, signal] = await exited;
    if (signal !== 'SIGKILL') throw new Error(`the child ended by itself with ${code}`);
    next = born();
    return String(first);
  };

  const fits: Readonly<Record<string, readonly string[]>> = {
    ISSUED: ['ISSUED'],
    USED: ['USED'],
    CANCELLED: ['CANCELLED', 'ABSENT'],
    FAILED: ['CANCELLED', 'ABSENT'],
  };

  interface Story {
    readonly item: string;
    readonly cancels?: boolean;
    /** Whether the partner has to be asked about uses; it then has time to be. */
    readonly watched?: boolean;
    stage(partner: FakePartner): void;
    /** What claim and cancel answer in the end. */
    readonly outcomes: readonly (readonly string[])[];
  }

  const killAt = async (story: Story, stopAt: number): Promise<string> => {
    const partner = new FakePartner();
    server.partner = partner;
    partner.watched = story.watched ?? false;
    const seconds = story.watched ? SECONDS * 3 : SECONDS;
    story.stage(partner);
    const house = await openHouse(lane.database, { program: null, partners: partner });
    const { memberId } = await house.holder();
    await house.give(memberId, 'POINTS', 100);
    const cancelKey = story.cancels ? unique('cancel') : undefined;
    const parts = { partner: url, memberId, item: story.item, key: unique('key'), cancelKey, seconds };
    const deeds = { ...parts, watched: story.watched, now: house.now };
    const point = await crash({ ...deeds, stopAt });

    // Given a process that knows nothing of it, when the leases of the dead one are over.
    house.clock.advance(3 * MINUTE);
    await passSeconds(house, seconds);
    const expectOne = async (): Promise<Id[]> => {
      await expectBooks(lane.database);
      const wallet = await house.wallet(memberId);
      for (const { id, status, atPartner } of wallet) {
        const there = partner.stateOf(id);
        expect([point, status, there, fits[status]?.includes(there)]).toEqual([point, status, there, true]);
        expect([point, atPartner!.dueStep]).toEqual([point, status === 'ISSUED' ? 'EXPIRE' : undefined]);
      }
      const known = new Set(wallet.map(({ id }) => id));
      expect([point, [...partner.coupons.keys()].filter((id) => !known.has(id))]).toEqual([point, []]);
      return [...known];
    };
    // Then each coupon at the partner is one here, and the other way round.
    const [before] = await expectOne();
    // And when the same is asked again, it is what it was, and comes to its end.
    const outcomes = await live(house, deeds);
    expect([point, story.outcomes.map((allowed, at) => allowed.includes(outcomes[at]!))]).toEqual([
      point,
      story.outcomes.map(() => true),
    ]);
    const [after, ...more] = await expectOne();
    expect([point, more]).toEqual([point, []]);
    if (before) expect([point, after]).toEqual([point, before]);
    expect(partner.coupons.size).toBeLessThanOrEqual(1);
    expect(house.errors).toEqual([]);
    return point;
  };

  const killEverywhere = async (story: Story): Promise<string[]> => {
    const points: string[] = [];
    while (points.length < POINTS_AT_MOST && points.at(-1) !== 'done') {
      points.push(await killAt(story, points.length + 1));
    }
    expect(points.at(-1)).toBe('done');
    return points;
  };

  test('killed anywhere while a coupon is claimed and cancelled', async () => {
    const points = await killEverywhere({
      item: 'ticket',
      cancels: true,
      stage: () => {},
      outcomes: [['ISSUED', 'CANCELLED'], ['CANCELLED']],
    });
    const calls = ['issue', 'cancel'].flatMap((one) => [`before ${one} at the partner`, `after ${one} at the partner`]);
    expect(points).toEqual(expect.arrayContaining([...calls, 'after a commit', 'before INSERT INTO redemption']));
  }, 400_000);

  test('killed anywhere while a lost answer is looked up', async () => {
    const points = await killEverywhere({
      item: 'espresso',
      stage: (partner) => {
        partner.next('issue', silently);
        partner.next('status', timedOut);
      },
      outcomes: [['ISSUED']],
    });
    expect(points).toEqual(expect.arrayContaining(['before status at the partner', 'after status at the partner']));
  }, 400_000);

  test('killed anywhere while a use is looked for', async () => {
    const points = await killEverywhere({
      item: 'ticket',
      watched: true,
      stage: (partner) =>
        partner.next('issue', async (real) => {
          const outcome = real();
          for (const id of partner.coupons.keys()) partner.use(id);
          return outcome;
        }),
      outcomes: [['USED']],
    });
    expect(points).toEqual(expect.arrayContaining(['before status at the partner', 'after status at the partner']));
  }, 400_000);

  test('killed anywhere while a partner declines', async () => {
    await killEverywhere({
      item: 'ticket',
      stage: (partner) => partner.next('issue', declined('OTHER', 'no'), declined('OTHER', 'no')),
      outcomes: [['PARTNER_DECLINED']],
    });
  }, 400_000);
});
