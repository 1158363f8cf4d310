// Stored value: paid in with a bonus, spent whole or not at all, paid back by the rules, never out of nothing.
import fc from 'fast-check';
import { EventScene } from '../../../test/support/event-scene';
import { expectBooks, must, unique } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { DAY, ManualClock } from '../../kernel/clock';
import { type Id, namedId } from '../../kernel/id';
import { isRefusal } from '../../kernel/refusal';
import { bonusOf, storedValueOf } from './stored-value';

const POLICY = {
  bonuses: [
    { from: 1_000, bonus: 100 },
    { from: 5_000, rate: 0.15 },
  ],
  refund: { allowed: true, withinDays: 30 },
};
const PROGRAM = {
  settings: { storedValue: POLICY },
  earningRules: [
    { code: 'cash-back', on: 'PURCHASE', earns: 'STORED_VALUE', per: { amount: 100, gives: 2 } },
    { code: 'level', on: 'RECHARGE', earns: 'GROWTH', per: { amount: 100, gives: 1 } },
  ],
};
const START = Date.parse('2026-03-10T12:00:00+08:00');

test.each([
  [999, 0],
  [1_000, 100],
  [4_999, 100],
  [5_000, 750],
  [5_003, 750],
  [5_007, 751],
])('a recharge of %d gets %d on top', (amount, bonus) => {
  expect(bonusOf(POLICY, amount)).toBe(bonus);
});

eachDatabase((lane) => {
  let clock: ManualClock;
  const open = (storedValue: object = POLICY) =>
    EventScene.open(lane.database, { ...PROGRAM, settings: { storedValue } }, { clock });
  beforeEach(() => {
    clock = new ManualClock(START);
  });
  afterEach(() => expectBooks(lane.database));

  const standing = async (scene: EventScene, memberId: Id) => storedValueOf(await scene.judging(memberId));
  const spend = async (scene: EventScene, memberId: Id, amount: number, key = unique('key')) => {
    const request = { memberId, amount, orderId: 'a haircut', key: namedId(key) };
    const outcome = await scene.house.storedValue.spend(request);
    return isRefusal(outcome) ? outcome.code : [outcome.balance, outcome.bonus];
  };
  const refund = async (scene: EventScene, memberId: Id, amount?: number, key = unique('key')) => {
    const outcome = await scene.house.storedValue.refund({ memberId, amount, orderId: 'back', key: namedId(key) });
    return isRefusal(outcome) ? outcome.code : [outcome.balance, outcome.bonus];
  };

  test('a recharge pays in, gets its bonus and makes growth; once, however often it is told', async () => {
    const scene = await open();
    const { memberId, member } = await scene.member();
    const event = scene.input(member, 'RECHARGE', { amount: 5_000 });
    await scene.record(event, event);
    expect(await standing(scene, memberId)).toEqual({ balance: 5_000, bonus: 750, debt: 0 });
    expect(await scene.growth(memberId)).toBe(50);
  });

  test('a payment takes what was paid in first and then the bonus, or the other way round', async () => {
    const scene = await open();
    const { memberId, member } = await scene.member();
    await scene.tell(member, 'RECHARGE', { amount: 1_000 });
    expect(await spend(scene, memberId, 700)).toEqual([700, 0]);
    expect(await spend(scene, memberId, 350)).toEqual([300, 50]);
    expect(await spend(scene, memberId, 51)).toBe('INSUFFICIENT_STORED_VALUE');
    expect(await standing(scene, memberId)).toEqual({ balance: 0, bonus: 50, debt: 0 });
    const bonusFirst = await open({ ...POLICY, spend: 'BONUS_FIRST' });
    await bonusFirst.tell(member, 'RECHARGE', { amount: 1_000 });
    expect(await spend(bonusFirst, memberId, 200)).toEqual([50, 150]);
    expect(await standing(scene, memberId)).toEqual({ balance: 950, bonus: 0, debt: 0 });
  });

  test('a key pays once and answers alike; other content under it is refused', async () => {
    const scene = await open();
    const { memberId, member } = await scene.member();
    await scene.tell(member, 'RECHARGE', { amount: 1_000 });
    const key = unique('key');
    const answers = [await spend(scene, memberId, 1_050, key), await spend(scene, memberId, 1_050, key)];
    expect(answers).toEqual([
      [1_000, 50],
      [1_000, 50],
    ]);
    expect(await spend(scene, memberId, 1_051, key)).toBe('IDEMPOTENCY_MISMATCH');
    expect(await standing(scene, memberId)).toMatchObject({ balance: 0, bonus: 50 });
  });

  test('a payment whose order is cancelled comes back to what it was taken from, once', async () => {
    const scene = await open();
    const other = await EventScene.open(await lane.openAnother(), {}, { clock, program: null });
    const { memberId, member } = await scene.member();
    await scene.tell(member, 'RECHARGE', { amount: 1_000 });
    const [key, refused] = [unique('key'), unique('key')];
    expect(await spend(scene, memberId, 1_040, key)).toEqual([1_000, 40]);
    expect(await spend(scene, memberId, 100, refused)).toBe('INSUFFICIENT_STORED_VALUE');
    const giveBack = async ({ house }: EventScene, payment: string, of: Id = memberId) => {
      const outcome = await house.storedValue.giveBack({ memberId: of, payment: namedId(payment) });
      return isRefusal(outcome) ? `${outcome.code} ${outcome.field}` : [outcome.balance, outcome.bonus];
    };
    const both = await Promise.all([giveBack(scene, key), giveBack(other, key), giveBack(scene, key)]);
    expect(both).toEqual(Array(3).fill([1_000, 40]));
    expect(await giveBack(scene, key)).toEqual([1_000, 40]);
    expect(await standing(scene, memberId)).toEqual({ balance: 1_000, bonus: 100, debt: 0 });
    // What was refused, was never asked for, or is another member's, is no payment of this one.
    expect(await giveBack(scene, refused)).toBe('NOT_FOUND paymentKey');
    expect(await giveBack(scene, unique('key'))).toBe('NOT_FOUND paymentKey');
    expect(await giveBack(scene, key, (await scene.member()).memberId)).toBe('NOT_FOUND paymentKey');
    // The key paid once, for good: the order needs a new one to be paid again.
    expect(await spend(scene, memberId, 1_040, key)).toEqual([1_000, 40]);
    expect(await standing(scene, memberId)).toMatchObject({ balance: 1_000 });
  });

  test('bonus that comes back settles what is owed first', async () => {
    const scene = await open();
    const { memberId, member } = await scene.member();
    const [order, key] = [{ orderId: unique('order') }, unique('key')];
    await scene.tell(member, 'PURCHASE', { ...order, amount: 5_000 });
    await scene.tell(member, 'RECHARGE', { amount: 500 });
    await spend(scene, memberId, 600, key);
    await scene.tell(member, 'RETURN', order);
    expect(await standing(scene, memberId)).toEqual({ balance: 0, bonus: 0, debt: 100 });
    await scene.house.storedValue.giveBack({ memberId, payment: namedId(key) });
    expect(await standing(scene, memberId)).toEqual({ balance: 500, bonus: 0, debt: 0 });
  });

  test('what is paid back is what was paid in and is left, in time; the bonus lapses or stays', async () => {
    const scene = await open();
    const { memberId, member } = await scene.member();
    expect(await refund(scene, memberId)).toBe('INSUFFICIENT_STORED_VALUE');
    await scene.tell(member, 'RECHARGE', { amount: 1_000 });
    await spend(scene, memberId, 400);
    expect(await refund(scene, memberId, 601)).toBe('INSUFFICIENT_STORED_VALUE');
    clock.advance(30 * DAY);
    expect(await refund(scene, memberId)).toBe('CONFLICT');
    clock.advance(-1);
    expect(await refund(scene, memberId, 100)).toEqual([100, 100]);
    expect(await refund(scene, memberId)).toEqual([500, 0]);
    expect(await standing(scene, memberId)).toEqual({ balance: 0, bonus: 0, debt: 0 });

    const kind = await open({ ...POLICY, refund: { allowed: true, bonus: 'KEEP' } });
    await kind.tell(member, 'RECHARGE', { amount: 1_000 });
    expect(await refund(kind, memberId)).toEqual([1_000, 0]);
    expect(await standing(kind, memberId)).toMatchObject({ balance: 0, bonus: 100 });
    const strict = await open({ bonuses: [] });
    expect(await refund(strict, memberId)).toBe('CONFLICT');
  });

  test('value that a purchase earned is owed when it is returned, and paid-in money never settles it', async () => {
    const scene = await open();
    const { memberId, member } = await scene.member();
    const order = { orderId: unique('order') };
    expect(await scene.earned(member, 'PURCHASE', { ...order, amount: 5_000 })).toMatchObject({ storedValue: 100 });
    await scene.tell(member, 'RECHARGE', { amount: 500 });
    expect(await spend(scene, memberId, 560)).toEqual([500, 60]);
    await scene.tell(member, 'RETURN', order);
    expect(await standing(scene, memberId)).toEqual({ balance: 0, bonus: 0, debt: 60 });
    await scene.tell(member, 'RECHARGE', { amount: 900 });
    expect(await standing(scene, memberId)).toEqual({ balance: 900, bonus: 0, debt: 60 });
    await scene.tell(member, 'RECHARGE', { amount: 1_000 });
    expect(await standing(scene, memberId)).toEqual({ balance: 1_900, bonus: 40, debt: 0 });
  });

  test('payments of several processes at once take no more than there is', async () => {
    const scene = await open();
    const other = await EventScene.open(
      await lane.openAnother(),
      { settings: { storedValue: POLICY } },
      { clock, program: null },
    );
    const { memberId, member } = await scene.member();
    await scene.tell(member, 'RECHARGE', { amount: 1_000 });
    const paid = await Promise.all(
      Array.from({ length: 20 }, (_, at) => spend(at % 2 ? scene : other, memberId, 100, `${member} ${at}`)),
    );
    expect(paid.filter((answer) => answer !== 'INSUFFICIENT_STORED_VALUE')).toHaveLength(11);
    expect(await standing(scene, memberId)).toEqual({ balance: 0, bonus: 0, debt: 0 });
  });

  test('whatever happens to it, what is left is what came in less what went out', async () => {
    const scene = await open();
    const acts = fc.array(
      fc.record({ do: fc.constantFrom('recharge', 'spend', 'refund'), amount: fc.integer({ min: 1, max: 6_000 }) }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(acts, async (story) => {
        const { memberId, member } = await scene.member();
        let [balance, bonus] = [0, 0];
        for (const { do: what, amount } of story) {
          if (what === 'recharge') {
            must((await scene.record(scene.input(member, 'RECHARGE', { amount })))[0]!);
            [balance, bonus] = [balance + amount, bonus + bonusOf(POLICY, amount)];
          } else if (what === 'spend') {
            const enough = balance + bonus >= amount;
            const fromBalance = Math.min(balance, amount);
            const parts = [fromBalance, amount - fromBalance] as const;
            expect(await spend(scene, memberId, amount)).toEqual(enough ? parts : 'INSUFFICIENT_STORED_VALUE');
            if (enough) [balance, bonus] = [balance - parts[0], bonus - parts[1]];
          } else if (balance >= amount) {
            expect(await refund(scene, memberId, amount)).toEqual([amount, bonus]);
            [balance, bonus] = [balance - amount, 0];
          }
        }
        expect(await standing(scene, memberId)).toEqual({ balance, bonus, debt: 0 });
      }),
      { numRuns: 15 },
    );
  });
});
