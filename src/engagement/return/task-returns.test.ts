// What returns take back of tasks: as far as the tasks say so, once in all, and never from a turn that is completed.
import { type Activities, happens, joined, judgingOf, left, openActivities } from '../../../test/support/activities';
import { programText } from '../../../test/support/gateway-program';
import { expectBooks, unique } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import type { Id } from '../../kernel/id';

const PURCHASES = { kind: 'WEEKLY', on: 'PURCHASE' };
const PROGRAM = programText({
  tasks: [
    { code: 'orders', name: 'Orders', ...PURCHASES, target: 3, takenBack: true, reward: { points: 7 } },
    {
      ...{ code: 'spend', name: 'Spend', ...PURCHASES, count: 'AMOUNT', target: 1_000 },
      ...{ takenBack: true, reward: { points: 9 } },
    },
    { code: 'kept', name: 'Kept', ...PURCHASES, target: 5 },
  ],
});

eachDatabase((lane) => {
  let activities: Activities;
  beforeEach(async () => {
    activities = await openActivities(lane.database, PROGRAM);
  });
  afterEach(() => expectBooks(lane.database));

  const tasks = async (memberId: Id) => {
    const standings = await activities.tasks.tasksOf(await judgingOf(activities, memberId));
    return Object.fromEntries(
      standings.map(({ task, progress, target, state }) => [task.code, `${progress}/${target} ${state}`]),
    );
  };
  const buys = (memberId: Id, amount: number, orderId: string = unique('order')) =>
    happens(activities, memberId, { type: 'PURCHASE', amount, orderId });
  const returns = (memberId: Id, orderId: string, amount?: number) =>
    happens(activities, memberId, { type: 'RETURN', orderId, amount });

  test('progress goes back with the money, a count with the last of the order; of tasks that say so', async () => {
    const [memberId, order] = [await joined(activities), unique('order')];
    await buys(memberId, 600, order);
    expect(await tasks(memberId)).toEqual({ orders: '1/3 OPEN', spend: '600/1000 OPEN', kept: '1/5 OPEN' });
    await returns(memberId, order, 200);
    expect(await tasks(memberId)).toEqual({ orders: '1/3 OPEN', spend: '400/1000 OPEN', kept: '1/5 OPEN' });
    await returns(memberId, order, 400);
    expect(await tasks(memberId)).toEqual({ orders: '0/3 OPEN', spend: '0/1000 OPEN', kept: '1/5 OPEN' });
    // No return takes more than there was, and what is done anew counts from nothing to the same target.
    await returns(memberId, order);
    await buys(memberId, 999);
    expect(await tasks(memberId)).toMatchObject({ orders: '1/3 OPEN', spend: '999/1000 OPEN' });
    await buys(memberId, 1);
    expect(await tasks(memberId)).toMatchObject({ orders: '2/3 OPEN', spend: '1000/1000 COMPLETED' });
    expect(await left(activities, memberId)).toMatchObject({ points: 9 });
  });

  test('a turn that is completed stays so, with its reward', async () => {
    const [memberId, order] = [await joined(activities), unique('order')];
    await buys(memberId, 1_200, order);
    await returns(memberId, order);
    expect(await tasks(memberId)).toEqual({ orders: '0/3 OPEN', spend: '1000/1000 COMPLETED', kept: '1/5 OPEN' });
    expect(await left(activities, memberId)).toMatchObject({ points: 9 });
  });

  test('a return that is told before its purchase takes it back as well', async () => {
    const [memberId, order] = [await joined(activities), unique('order')];
    await returns(memberId, order);
    await buys(memberId, 300, order);
    expect(await tasks(memberId)).toMatchObject({ orders: '0/3 OPEN', spend: '0/1000 OPEN' });
  });
});
