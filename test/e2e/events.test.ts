// What members did, told through the API: every type, a thousand at once, in any order, each recorded once.
import { DAY, HOUR } from '../../src/kernel/clock';
import { NOON, OPERATIONS, SHOP, TestGateway, type Who } from '../support/gateway';
import { level, programText } from '../support/gateway-program';
import { expectBooksInOrder, fresh, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

const points = (on: string, more: object) => ({
  code: `of-${on.toLowerCase().replace('_', '-')}`,
  on,
  earns: 'POINTS',
  ...more,
});
const PROGRAM = programText({
  levels: [level('base', 1, 0)],
  earningRules: [
    points('PURCHASE', { per: { amount: 100, gives: 1 } }),
    points('REVIEW', { fixed: 2 }),
    points('SIGN_IN', { fixed: 1, caps: [{ period: 'DAY', limit: 1 }] }),
    points('WATCH', { per: { quantity: 60, gives: 1 } }),
    points('DISTANCE', { per: { quantity: 1_000, gives: 1 } }),
    points('SHARE', { fixed: 3 }),
    points('RECHARGE', { per: { amount: 1_000, gives: 1 } }),
    points('CUSTOM', { eventName: 'unlock-by-scan', fixed: 4 }),
    { code: 'refused', on: 'REFUSAL', earns: 'POINTS', fixed: 5, negative: true },
  ],
  tasks: [{ code: 'shares', name: 'Share twice', kind: 'ONCE', on: 'SHARE', target: 2, reward: { growth: 9 } }],
  settings: { storedValue: {} },
});

interface Told {
  readonly __typename: string;
  readonly code?: string;
  readonly field?: string;
  readonly message?: string;
  readonly recorded: number;
  readonly refused: number;
  readonly results: readonly {
    readonly eventId: string;
    readonly replayed: boolean;
    readonly event: { readonly earned: { readonly points: number } } | null;
    readonly refusal: { readonly code: string; readonly field: string } | null;
  }[];
}

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM });
    story = new Story(gateway);
  });
  afterAll(async () => {
    expect(gateway.log).toEqual([]);
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const event = (who: Who, type: string, more: object = {}) => {
    const occurredAt = new Date(NOON - HOUR).toISOString();
    return { source: 'shop', eventId: fresh('event'), member: who.subject, type, occurredAt, ...more };
  };
  const tell = (events: readonly object[], by = SHOP) => gateway.run<Told>(by, 'record-events', { events });
  interface Home {
    readonly points: { readonly balance: number };
    readonly growth: { readonly value: number };
  }
  const left = async (who: Who) => {
    const home = await gateway.run<Home>(who, 'member-home');
    return [home.points.balance, home.growth.value];
  };

  test('ten types out of order in one call: each earns by its rule and is answered in its place', async () => {
    const who = await story.member();
    const order = fresh('order');
    const events = [
      // The return comes before the purchase that it is of, and everything else in no order at all.
      event(who, 'RETURN', { orderId: order, amount: 500 }),
      event(who, 'SIGN_IN', { occurredAt: new Date(NOON - 3 * DAY).toISOString() }),
      event(who, 'SHARE'),
      event(who, 'PURCHASE', { orderId: order, amount: 1_000 }),
      event({ ...who, subject: 'nobody-at-all' }, 'REVIEW'),
      event(who, 'REVIEW', { attributes: { photos: 1 } }),
      event(who, 'SIGN_IN', { occurredAt: new Date(NOON - 5 * DAY).toISOString() }),
      event(who, 'WATCH', { quantity: 180 }),
      event(who, 'DISTANCE', { quantity: 2_500 }),
      event(who, 'SHARE'),
      event(who, 'RECHARGE', { amount: 6_000 }),
      event(who, 'CUSTOM', { name: 'unlock-by-scan' }),
      event(who, 'CUSTOM'),
      event(who, 'REFUSAL'),
    ];
    const told = await tell(events);
    expect([told.recorded, told.refused]).toEqual([12, 2]);
    expect(told.results.map(({ eventId }) => eventId)).toEqual(events.map(({ eventId }) => eventId));
    expect(told.results.map((one) => one.refusal?.field ?? one.event!.earned.points)).toEqual([
      ...[0, 1, 3, 10, 'member', 2, 1, 3, 2, 3, 6, 4, 'name', -5],
    ]);
    // 5 of the 10 of the purchase went back; two shares completed the task.
    expect(await left(who)).toEqual([30 - 5, 9]);
    // Told again, in another order, by somebody else of the operator: the same answers, and nothing more.
    const again = await tell(events.toReversed(), OPERATIONS);
    expect(again.results.filter(({ replayed }) => replayed)).toHaveLength(12);
    expect(again.results.toReversed().map(({ event: one }) => one?.earned)).toEqual(
      told.results.map(({ event: one }) => one?.earned),
    );
    expect(await left(who)).toEqual([25, 9]);
  });

  test('a thousand in one call are taken, one more or none is refused whole', async () => {
    const members = [await story.member(), await story.member(), await story.member(), await story.member()];
    const events = Array.from({ length: 1_000 }, (_, at) => event(members[at % 4]!, 'PURCHASE', { amount: 100 }));
    const one = event(members[0]!, 'PURCHASE', { amount: 100 });
    for (const wrong of [[], [...events, one]]) {
      expect(await tell(wrong)).toMatchObject({
        __typename: 'Refusal',
        code: 'INVALID_INPUT',
        field: 'events',
        message: `events has ${wrong.length} entries; allowed are 1 to 1000.`,
      });
    }
    expect(await left(members[0]!)).toEqual([0, 0]);
    expect(await tell(events)).toMatchObject({ recorded: 1_000, refused: 0 });
    expect(await tell([one, ...events.slice(1)])).toMatchObject({ recorded: 1_000, refused: 0 });
    expect(await Promise.all(members.map(left))).toEqual([
      [251, 0],
      [250, 0],
      [250, 0],
      [250, 0],
    ]);
  });
});
