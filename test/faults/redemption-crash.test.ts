// The process is killed between any two statements while coupons are claimed, used, cancelled and expired: each of them
// happened whole or not at all, and asking again with the same keys makes it happen once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Id } from '../../src/kernel/id';
import { cardCapAccount, leftOn } from '../../src/members/member-accounts';
import { expectBooks, type House, openHouse, unique } from '../support/house';
import { eachDatabase } from '../support/lanes';
import { type ClaimDeed, type Deeds, type EndDeed, perform } from '../support/redemption-crash-child';

const CHILD = join(__dirname, '../../dist/test/support/redemption-crash-child.js');
/** More than there are; the loops over them end earlier. */
const ATTEMPTS_AT_THE_LAST = 16;
const STATEMENTS_AT_MOST = 80;

/** Processes that are killed one after the other; the next one gets ready while the last one's traces are looked at. */
class Victims {
  private next: ReturnType<typeof this.born>;

  constructor(private readonly url: string) {
    this.next = this.born();
  }

  private born() {
    return spawn(process.execPath, [CHILD, this.url], { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  /** Lets one do it, kills it where it stops, and answers where that was. */
  async crash(deeds: Deeds): Promise<string> {
    const child = this.next;
    const exited = once(child, 'exit');
    child.stdin.write(`${JSON.stringify(deeds)}\n`);
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
  let house: House;
  let victims: Victims;
  beforeAll(async () => {
    if (!existsSync(CHILD)) throw new Error(`${CHILD} is missing: run npm run build first`);
    house = await openHouse(lane.database);
    await house.fillPool('latte', 200);
    await house.fillPool('film', 200);
    victims = new Victims(lane.url);
  });
  afterAll(() => victims.end());

  const ITEMS = ['latte', 'ride', 'gift', 'bare'];

  /** Every row has its transfers, its code and its share of the cap, and only open ones hold something. */
  const expectWhole = async (point: string, memberId: Id): Promise<number> => {
    const wallet = await house.wallet(memberId);
    const rows = await house.rows(memberId);
    const ref = { memberId, termId: rows.cards[0]!.terms[0]!.id, currency: 'CNY' };
    const counts = wallet.filter(({ status, costBasis, poolSeq }) => {
      if (costBasis === 'USE') return status === 'ISSUED' || status === 'USED';
      return status !== 'CANCELLED' || poolSeq !== undefined;
    });
    const spent = counts.reduce((sum, { cost }) => sum + cost, 0);
    expect([point, leftOn(rows.balances, cardCapAccount(ref))]).toEqual([point, 1_000 - spent]);
    for (const one of wallet) {
      // What nothing is taken for and nothing is saved by has no transfer at all.
      const moved = (await house.ledger.transfersOf(one.id)).length > 0;
      expect([point, moved]).toEqual([point, one.cost + one.faceValue > 0]);
      const held = (await house.ledger.openHoldsOf(one.id)).length > 0;
      expect([point, held]).toEqual([point, moved && one.status === 'ISSUED']);
      expect(house.redemptions.codeOf(one)).toMatch(/./);
    }
    const codes = wallet.flatMap(({ poolSeq, itemId }) => (poolSeq === undefined ? [] : [`${itemId} ${poolSeq}`]));
    expect(new Set(codes).size).toBe(codes.length);
    await expectBooks(lane.database);
    return wallet.length;
  };

  type Scene = () => Promise<{ memberId: Id; deeds: Deeds; after: string[] }>;

  /** Kills before one statement, counted from 1, of a fresh scene; answers the point. */
  const killAt = async (scene: Scene, at: number): Promise<string> => {
    const { memberId, deeds, after } = await scene();
    const point = await victims.crash({ ...deeds, stopAt: at });
    await expectWhole(point, memberId);
    // Asked again, by a process that knows nothing, all of it is done; and once more changes nothing.
    const fresh = await openHouse(lane.database, { clock: house.clock, program: null });
    const answers = [await perform(fresh, deeds), await perform(fresh, deeds)];
    expect([point, answers[1]]).toEqual([point, answers[0]]);
    const wallet = await house.wallet(memberId);
    expect([point, wallet.map(({ status }) => status).sort()]).toEqual([point, after]);
    await expectWhole(`again after ${point}`, memberId);
    return point;
  };

  /** Kills before each statement in turn, until there is none left; answers the points. */
  const killEverywhere = async (scene: Scene) => {
    const points: string[] = [];
    while (points.length < STATEMENTS_AT_MOST && points.at(-1) !== 'done') {
      points.push(await killAt(scene, points.length + 1));
    }
    expect(points.at(-1)).toBe('done');
    // How the deeds fall into batches differs from run to run, and with it the number of the last point: look for it.
    const last = points.length - 1;
    for (let attempt = 0; attempt < ATTEMPTS_AT_THE_LAST && !points.includes('before the answer'); attempt += 1) {
      points.push(await killAt(scene, last + 1 - (attempt % 4)));
    }
    return points;
  };

  test('killed anywhere while coupons are claimed', async () => {
    const points = await killEverywhere(async () => {
      const { memberId } = await house.holder();
      const all = ITEMS.map((item): ClaimDeed => ({ do: 'claim', memberId, item, key: unique('key') }));
      return { memberId, deeds: { now: house.now, all }, after: ITEMS.map(() => 'ISSUED') };
    });
    const writes = ['ledger_account', 'ledger_transfer', 'ledger_hold', 'ledger_chain', 'redemption'];
    const expected = [
      ...writes.map((name) => `before INSERT INTO ${name}`),
      'before UPDATE code_pool SET issued = ? WHERE offer_id = ?',
    ];
    expect(points).toEqual(expect.arrayContaining([...expected, 'before the answer']));
  }, 240_000);

  test('killed anywhere while coupons are used, cancelled and expired', async () => {
    const points = await killEverywhere(async () => {
      const { memberId } = await house.holder();
      const claimed = [];
      for (const item of ['cup', 'film', 'latte']) claimed.push(await house.claim(memberId, item));
      const [cup, film, latte] = claimed.map(({ id }) => id);
      const ends = [
        ['use', film],
        ['cancel', latte],
        ['expire', cup],
      ] as const;
      const all = ends.map(([end, id]): EndDeed => ({ do: end, id: id!, key: unique('key') }));
      const after = ['CANCELLED', 'EXPIRED', 'USED'];
      return { memberId, deeds: { now: claimed[0]!.expiresAt, all }, after };
    });
    expect(points).toContainEqual(expect.stringContaining('before UPDATE redemption'));
    expect(points).toContain('before the answer');
  }, 240_000);
});
