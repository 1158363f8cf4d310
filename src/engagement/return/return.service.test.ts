// Returns: they take back what their purchases earned, in proportion, once in all, whatever was spent and told when.
import fc from 'fast-check';
import { EventScene } from '../../../test/support/event-scene';
import { offer } from '../../../test/support/gateway-program';
import { expectBooks, unique } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { freshEachTest } from '../../../test/support/saved-tables';
import { DAY, HOUR, ManualClock } from '../../kernel/clock';
import { debtOf } from '../../members/credit';
import type { EventInput } from '../event/event';
import type { RecordedEvent } from '../event/event.store';
import { sharesOf } from './return.service';
import { SettleReturnsJob } from './settle-returns.job';

const PROGRAM = {
  offers: [offer('cup', { card: 'NONE', pointsPrice: 80, unitCost: 0 })],
  earningRules: [
    { code: 'beans', on: 'PURCHASE', earns: 'POINTS', per: { amount: 10, gives: 1 } },
    { code: 'growth', on: 'PURCHASE', earns: 'GROWTH', per: { amount: 100, gives: 3 } },
    { code: 'sign-in', on: 'SIGN_IN', earns: 'POINTS', fixed: 30 },
    { code: 'lost', on: 'RETURN', earns: 'GROWTH', fixed: 5, negative: true },
  ],
};
const START = Date.parse('2026-03-10T12:00:00+08:00');

test('parts of an order ask for their part each, and all of them for the whole', () => {
  const purchase = (amount: number, points: number) =>
    ({
      event: { id: unique('id'), amount },
      earnings: [{ rule: 'a', version: 1, earns: 'POINTS', amount: points }],
    }) as unknown as RecordedEvent;
  const amounts = fc.array(fc.integer({ min: 1, max: 10 ** 12 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(amounts, fc.integer({ min: 1, max: 10 ** 12 }), (parts, points) => {
      const total = parts.reduce((sum, part) => sum + part, 0);
      const asked = parts.map((amount) => sharesOf({ amount }, [purchase(total, points)])[0]?.asked ?? 0);
      expect(asked.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(points);
      for (const [at, part] of parts.entries()) expect(asked[at]).toBeLessThan((points / total) * part * 1.000001 + 1);
    }),
  );
});

eachDatabase((lane) => {
  freshEachTest(lane);
  let clock: ManualClock;
  let scene: EventScene;
  beforeEach(async () => {
    clock = new ManualClock(START);
    scene = await EventScene.open(lane.database, PROGRAM, { clock });
  });
  afterEach(() => expectBooks(lane.database));

  const growthDebt = async (memberId: string) => debtOf(await scene.judging(memberId), 'GROWTH');
  const back = async (event: { id: string }) => (await scene.house.returns.takenBack([event.id])).get(event.id);

  test('a part takes back its part, and more than the whole takes back the whole', async () => {
    const { memberId, member } = await scene.member();
    const order = { orderId: unique('order') };
    await scene.tell(member, 'PURCHASE', { ...order, amount: 1_000 });
    await scene.tell(member, 'SIGN_IN');
    expect([(await scene.points(memberId)).balance, await scene.growth(memberId)]).toEqual([130, 30]);
    const { event } = await scene.tell(member, 'RETURN', { ...order, amount: 255 });
    // ⌈100 × 25.5 %⌉ and ⌈30 × 25.5 %⌉; the rule about returns took 5 more of growth.
    expect(await back(event)).toEqual({ state: 'DONE', points: 26, growth: 8, storedValue: 0, rating: 0 });
    expect([(await scene.points(memberId)).balance, await scene.growth(memberId)]).toEqual([104, 17]);
    const { event: rest } = await scene.tell(member, 'RETURN', { ...order, amount: 5_000 });
    expect(await back(rest)).toMatchObject({ points: 74, growth: 22 });
    const { event: again } = await scene.tell(member, 'RETURN', order);
    expect(await back(again)).toMatchObject({ state: 'DONE', points: 0, growth: 0 });
    expect(await scene.points(memberId)).toMatchObject({ balance: 30, debt: 0 });
    // The penalties left 12 of the 22: what is missing is owed.
    expect([await scene.growth(memberId), await growthDebt(memberId)]).toEqual([0, 10]);
  });

  test('what was spent already is owed, shown, and settled by what is earned next', async () => {
    const { memberId, member } = await scene.member();
    const order = { orderId: unique('order') };
    await scene.tell(member, 'PURCHASE', { ...order, amount: 1_000 });
    await scene.house.claim(memberId, 'cup');
    await scene.tell(member, 'RETURN', order);
    expect(await scene.points(memberId)).toMatchObject({ balance: 0, spendable: 0, debt: 80 });
    await scene.tell(member, 'SIGN_IN');
    expect(await scene.points(memberId)).toMatchObject({ balance: 0, debt: 50 });
    await scene.house.give(memberId, 'POINTS', 45);
    expect(await scene.points(memberId)).toMatchObject({ balance: 0, debt: 5 });
    await scene.tell(member, 'SIGN_IN');
    expect(await scene.points(memberId)).toMatchObject({ balance: 25, spendable: 25, debt: 0 });
  });

  test('a return that is told before its purchase takes back what that earns, when it comes', async () => {
    const { memberId, member } = await scene.member();
    const order = { orderId: unique('order') };
    const { event } = await scene.tell(member, 'RETURN', { ...order, amount: 500 });
    expect(await back(event)).toMatchObject({ state: 'WAITING', points: 0 });
    // Another member's order of the same name is another order.
    const other = await scene.member();
    await scene.tell(other.member, 'PURCHASE', { ...order, amount: 1_000 });
    await scene.tell(member, 'PURCHASE', { ...order, amount: 1_000, occurredAt: START - DAY });
    expect(await back(event)).toMatchObject({ state: 'DONE', points: 50, growth: 15 });
    expect(await scene.points(memberId)).toMatchObject({ balance: 50 });
    expect(await scene.points(other.memberId)).toMatchObject({ balance: 100 });
  });

  test('of a return and its purchase that are told at once by two processes, the later finds the other', async () => {
    const other = await EventScene.open(await lane.openAnother(), PROGRAM, { clock });
    for (let round = 0; round < 10; round += 1) {
      const { memberId, member } = await scene.member();
      const order = { orderId: unique('order') };
      await Promise.all([
        scene.tell(member, 'PURCHASE', { ...order, amount: 1_000 }),
        other.tell(member, 'RETURN', order),
      ]);
      expect(await scene.points(memberId)).toMatchObject({ balance: 0, debt: 0 });
    }
  });

  test('the job settles what the process that recorded it did not live to, and gives up what never comes', async () => {
    const { memberId, member } = await scene.member();
    const job = new SettleReturnsJob(scene.house.returns);
    while ((await job.run()) > 0);
    const order = { orderId: unique('order') };
    await scene.tell(member, 'PURCHASE', { ...order, amount: 1_000 });
    const { event: orphan } = await scene.tell(member, 'RETURN', { orderId: unique('order') });
    // Given a process that dies right after the commit, when the job comes, then what was due is done.
    scene.house.returns.after = () => Promise.resolve();
    const { event } = await scene.tell(member, 'RETURN', order);
    expect(await back(event)).toMatchObject({ state: 'WAITING' });
    expect(await job.run()).toBe(0);
    clock.advance(2 * HOUR);
    expect([await job.run(), await job.run()]).toEqual([2, 0]);
    expect(await back(event)).toMatchObject({ state: 'DONE', points: 100 });
    expect(await scene.points(memberId)).toMatchObject({ balance: 0, debt: 0 });
    clock.advance(91 * DAY);
    expect([await job.run(), await job.run()]).toEqual([1, 0]);
    expect(await back(orphan)).toMatchObject({ state: 'LOST' });
  });

  test('a return that fails each time holds up no other', async () => {
    const job = new SettleReturnsJob(scene.house.returns);
    while ((await job.run()) > 0);
    scene.house.returns.after = () => Promise.resolve();
    const members = [await scene.member(), await scene.member()];
    const returned: { id: string }[] = [];
    for (const { member } of members) {
      const order = { orderId: unique('order') };
      await scene.tell(member, 'PURCHASE', { ...order, amount: 1_000 });
      returned.push((await scene.tell(member, 'RETURN', order)).event);
      clock.advance(1);
    }
    clock.advance(2 * HOUR);
    const { tidy } = scene.house.points;
    const broken = jest.spyOn(scene.house.points, 'tidy').mockImplementation((memberId, known) => {
      if (memberId === members[0]!.memberId) return Promise.reject(new Error('damaged'));
      return tidy.call(scene.house.points, memberId, known);
    });
    for (let pass = 0; pass < 2; pass += 1) await expect(job.run()).rejects.toThrow('damaged');
    const states = async () => (await Promise.all(returned.map(back))).map((one) => one?.state);
    expect(await states()).toEqual(['WAITING', 'DONE']);
    broken.mockRestore();
    expect(await job.run()).toBe(1);
    expect(await states()).toEqual(['DONE', 'DONE']);
  });

  test('whatever is bought, returned and told again in any order, nothing remains of it in the end', async () => {
    const parts = fc.array(
      fc.record({ order: fc.nat(2), amount: fc.integer({ min: 1, max: 5_000 }), back: fc.boolean() }),
      { minLength: 1, maxLength: 10 },
    );
    await fc.assert(
      fc.asyncProperty(parts, async (acts) => {
        const { memberId, member } = await scene.member();
        const events: EventInput[] = acts.map(({ order, amount, back: returned }) =>
          scene.input(member, returned ? 'RETURN' : 'PURCHASE', { orderId: `order ${order}`, amount }),
        );
        await scene.record(...events, ...events.toReversed());
        // By now all purchases are told; returns without an amount take back whatever is left of their orders.
        for (const order of [0, 1, 2]) await scene.tell(member, 'RETURN', { orderId: `order ${order}` });
        const { balance, debt } = await scene.points(memberId);
        expect([balance, debt]).toEqual([0, 0]);
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});
