// Events through the service: what they earn, that each counts once, and that whoever asks again is told the same.
import { EventScene } from '../../../test/support/event-scene';
import { level, plan } from '../../../test/support/gateway-program';
import { expectBooks, must } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { DAY, HOUR } from '../../kernel/clock';
import { isRefusal } from '../../kernel/refusal';
import { explainAccount } from '../../ledger/explain';
import { growthAccount } from '../../members/member-accounts';

const rule = (code: string, on: string, earns: string, parts: object) => ({ code, on, earns, ...parts });

const PROGRAM = {
  levels: [
    { ...level('base', 1, 0), pointsMultiplier: 1 },
    { ...level('gold', 2, 100), pointsMultiplier: 1.5, growthMultiplier: 2 },
  ],
  plans: [plan('plus', { pointsMultiplier: 10, growthMultiplier: 1.25 }), plan('lite', { pointsMultiplier: 2 })],
  earningRules: [
    rule('beans', 'PURCHASE', 'POINTS', { per: { amount: 100, gives: 1 }, multiplyBy: ['PLAN', 'LEVEL'] }),
    rule('growth', 'PURCHASE', 'GROWTH', { per: { amount: 1_000, gives: 5 } }),
    rule('photo', 'REVIEW', 'GROWTH', { fixed: 20, when: 'event.attributes.photos >= 1' }),
    rule('review', 'REVIEW', 'GROWTH', {
      fixed: 10,
      caps: [
        { period: 'DAY', limit: 25 },
        { period: 'MONTH', limit: 40 },
      ],
    }),
    rule('sign-in', 'SIGN_IN', 'POINTS', { fixed: 2, caps: [{ period: 'WEEK', limit: 5 }] }),
    rule('ride', 'DISTANCE', 'GROWTH', { per: { quantity: 1_000, gives: 3 } }),
    rule('refused', 'REFUSAL', 'GROWTH', { fixed: 30, negative: true }),
    rule('unlock', 'CUSTOM', 'POINTS', { eventName: 'unlock-by-scan', fixed: 7 }),
    rule('ride-points', 'DISTANCE', 'POINTS', { fixed: 4 }),
    rule('first-recharge', 'RECHARGE', 'GROWTH', { fixed: 10, priority: 1 }),
    rule('recharge-fee', 'RECHARGE', 'GROWTH', { fixed: 25, negative: true, priority: 2 }),
    rule('recharge', 'RECHARGE', 'GROWTH', { fixed: 20, priority: 3 }),
    rule('ride-bonus', 'DISTANCE', 'GROWTH', { fixed: 5 }),
    rule('share', 'SHARE', 'POINTS', { fixed: 3, when: 'card.plan == "plus" && member.level == "base"' }),
  ],
};

eachDatabase((lane) => {
  let scene: EventScene;
  beforeAll(async () => {
    scene = await EventScene.open(lane.database, PROGRAM);
  });
  afterAll(() => expectBooks(lane.database));

  test('whole steps of the amount give points and growth', async () => {
    const { memberId, member } = await scene.member();
    expect(await scene.earned(member, 'PURCHASE', { amount: 1_999 })).toEqual({
      points: 19,
      growth: 5,
      storedValue: 0,
      rating: 0,
    });
    expect(await scene.earned(member, 'PURCHASE', { amount: 99 })).toMatchObject({ growth: 0 });
    expect(await scene.points(memberId)).toMatchObject({ balance: 19, spendable: 19 });
    expect(await scene.growth(memberId)).toBe(5);
  });

  test('plan and level multiply, and the amount is floored once', async () => {
    const { memberId, member } = await scene.member();
    await scene.house.open(memberId, 'lite');
    expect(await scene.earned(member, 'PURCHASE', { amount: 900 })).toMatchObject({ points: 18 });
    await scene.house.open(memberId, 'plus');
    expect(await scene.earned(member, 'PURCHASE', { amount: 900 })).toMatchObject({ points: 90 });
    await scene.house.give(memberId, 'GROWTH', 100);
    // 9 × 10 × 1.5; the rule of growth is multiplied by nothing.
    expect(await scene.earned(member, 'PURCHASE', { amount: 999 })).toMatchObject({ points: 135, growth: 0 });
    // A card that did not run when the event occurred multiplies nothing, whenever it is told.
    const before = scene.house.now - DAY;
    expect(await scene.earned(member, 'PURCHASE', { amount: 900, occurredAt: before })).toMatchObject({ points: 13 });
  });

  test('the event that reaches a level is followed by events at that level', async () => {
    const { member } = await scene.member();
    const outcomes = await scene.record(
      scene.input(member, 'PURCHASE', { amount: 20_000 }),
      scene.input(member, 'PURCHASE', { amount: 200 }),
    );
    expect(outcomes.map((outcome) => must(outcome).earnings.map(({ amount }) => amount))).toEqual([[200, 100], [3]]);
  });

  test('conditions look at the event, the member and the card', async () => {
    const { memberId, member } = await scene.member();
    expect(await scene.earned(member, 'REVIEW', { attributes: { photos: 2 } })).toMatchObject({ growth: 30 });
    expect(await scene.earned(member, 'REVIEW', { attributes: { photos: 0 } })).toMatchObject({ growth: 10 });
    expect(await scene.earned(member, 'SHARE')).toMatchObject({ points: 0 });
    await scene.house.open(memberId, 'plus');
    expect(await scene.earned(member, 'SHARE')).toMatchObject({ points: 3 });
    expect(await scene.earned(member, 'CUSTOM', { name: 'unlock-by-scan' })).toMatchObject({ points: 7 });
    expect(await scene.earned(member, 'CUSTOM', { name: 'unlock' })).toMatchObject({ points: 0 });
  });

  test('an event earns what is left of the caps, each in its own period of the time at which it occurred', async () => {
    const { memberId, member } = await scene.member();
    const review = async (occurredAt: number) => (await scene.earned(member, 'REVIEW', { occurredAt })).growth;
    const first = Date.parse('2026-03-10T23:59:00+08:00');
    const daily = [await review(first), await review(first), await review(first), await review(first)];
    expect(daily).toEqual([10, 10, 5, 0]);
    // The day of the program's time zone, not of UTC; then the month has 15 left.
    expect([await review(first + 60_000), await review(first + HOUR), await review(first + DAY)]).toEqual([10, 5, 0]);
    // An earlier day that is told late has a cap of its own, within the same month.
    expect(await review(first - 3 * DAY)).toBe(0);
    expect(await review(first - 20 * DAY)).toBe(10);
    expect(await scene.growth(memberId)).toBe(50);
  });

  test('a penalty takes what there is, and never below zero', async () => {
    const { memberId, member } = await scene.member();
    await scene.house.give(memberId, 'GROWTH', 40);
    expect(await scene.earned(member, 'REFUSAL')).toMatchObject({ growth: -30 });
    expect(await scene.earned(member, 'REFUSAL')).toMatchObject({ growth: -10 });
    expect(await scene.earned(member, 'REFUSAL')).toMatchObject({ growth: 0 });
    expect(await scene.growth(memberId)).toBe(0);
  });

  test('what rules without caps give of one kind is one transfer; the event keeps what each of them gave', async () => {
    const { memberId, member } = await scene.member();
    const { earnings } = await scene.tell(member, 'DISTANCE', { quantity: 2_500 });
    expect(earnings.map(({ rule, amount }) => [rule, amount])).toEqual([
      ['ride', 6],
      ['ride-points', 4],
      ['ride-bonus', 5],
    ]);
    const [told] = await scene.house.events.eventsOf({ memberId, limit: 1 });
    expect(told!.earnings).toEqual(earnings);
    const { lines } = await explainAccount(lane.database, growthAccount(memberId));
    expect(lines.map(({ code, amount }) => [code, amount])).toEqual([['EARN', 11]]);
  });

  test('a penalty takes what earlier rules gave, and leaves what later ones give', async () => {
    const { memberId, member } = await scene.member();
    const { earnings } = await scene.tell(member, 'RECHARGE', { amount: 100 });
    expect(earnings.map(({ rule, amount }) => [rule, amount])).toEqual([
      ['first-recharge', 10],
      ['recharge-fee', -10],
      ['recharge', 20],
    ]);
    expect(await scene.growth(memberId)).toBe(20);
  });

  test('an event is recorded once: the same again is answered alike, other content is refused', async () => {
    const { memberId, member } = await scene.member();
    const event = scene.input(member, 'PURCHASE', { amount: 500, attributes: { a: 1, b: 'two' }, orderId: 'order' });
    const [first] = await scene.record(event);
    const again = await scene.record({ ...event, attributes: { b: 'two', a: 1 } }, { ...event, amount: 501 }, event);
    expect(first).toMatchObject({ replayed: false, earnings: [{ rule: 'beans', amount: 5, version: 1 }] });
    expect(again).toMatchObject([
      { replayed: true, earnings: [{ rule: 'beans', amount: 5, version: 1 }] },
      { code: 'IDEMPOTENCY_MISMATCH', field: 'eventId' },
      { replayed: true },
    ]);
    expect(await scene.points(memberId)).toMatchObject({ balance: 5 });
    // Another source may use the same id.
    expect(must((await scene.record({ ...event, source: 'till' }))[0]!).replayed).toBe(false);
    expect(await scene.house.events.eventsOf({ memberId, limit: 10 })).toHaveLength(2);
  });

  test('what was earned keeps the version of its rule when the rule changes', async () => {
    const own = await EventScene.open(lane.database, PROGRAM);
    const { member } = await own.member();
    const event = own.input(member, 'SIGN_IN');
    const [before] = await own.record(event);
    const changed = PROGRAM.earningRules.map((old) => (old.code === 'sign-in' ? { ...old, fixed: 4 } : old));
    const later = await EventScene.open(lane.database, { ...PROGRAM, earningRules: changed });
    const [replay, next] = await later.record(event, later.input(member, 'SIGN_IN'));
    expect([before, replay, next].map((outcome) => must(outcome!).earnings[0])).toEqual([
      { rule: 'sign-in', version: expect.any(Number), earns: 'POINTS', amount: 2 },
      must(before!).earnings[0],
      // The cap of the week was 5, and 3 of it are left.
      { rule: 'sign-in', version: must(before!).earnings[0]!.version + 1, earns: 'POINTS', amount: 3 },
    ]);
    await EventScene.open(lane.database, PROGRAM);
    await scene.house.catalogue.refresh();
  });

  test('one that is refused keeps no other back, and may be sent again', async () => {
    const { member } = await scene.member();
    const good = scene.input(member, 'SIGN_IN');
    const outcomes = await scene.record(
      scene.input('nobody-of-this-name', 'SIGN_IN'),
      good,
      scene.input(member, 'PURCHASE'),
      scene.input(member, 'RETURN', { amount: 5 }),
      scene.input(member, 'CUSTOM'),
      scene.input(member, 'SIGN_IN', { occurredAt: scene.house.now + 2 * DAY }),
      scene.input(member, 'SIGN_IN', { attributes: { '1st': true } }),
      scene.input(member, 'SIGN_IN', { attributes: { list: [1] as never } }),
      scene.input(member, 'DISTANCE', { quantity: -1 }),
      { ...good, source: ' ' },
    );
    expect(outcomes.map((outcome) => (isRefusal(outcome) ? `${outcome.code} ${outcome.field}` : 'recorded'))).toEqual([
      'NOT_FOUND member',
      'recorded',
      'INVALID_INPUT amount',
      'INVALID_INPUT orderId',
      'INVALID_INPUT name',
      'INVALID_INPUT occurredAt',
      'INVALID_INPUT attributes',
      'INVALID_INPUT attributes',
      'INVALID_INPUT quantity',
      'INVALID_INPUT source',
    ]);
    const newcomer = scene.input('registered-too-late', 'SIGN_IN');
    expect((await scene.record(newcomer))[0]).toMatchObject({ code: 'NOT_FOUND' });
    await scene.house.member({ externalId: 'registered-too-late' });
    expect(must((await scene.record(newcomer))[0]!)).toMatchObject({ replayed: false });
  });

  test.each([2 * DAY, 4_000 * DAY])('what is %i ms ahead is told how far ahead it may be', async (ahead) => {
    const { member } = await scene.member();
    const [outcome] = await scene.record(scene.input(member, 'SIGN_IN', { occurredAt: scene.house.now + ahead }));
    expect(outcome).toMatchObject({ message: expect.stringMatching(/^occurredAt is 20.*, a day ahead at most\.$/) });
  });

  test('two processes that are told the same events at once record each of them once', async () => {
    const other = await EventScene.open(await lane.openAnother(), PROGRAM);
    const members = await Promise.all(Array.from({ length: 8 }, () => scene.member()));
    const events = members.flatMap(({ member }) => [
      scene.input(member, 'PURCHASE', { amount: 300 }),
      scene.input(member, 'SIGN_IN'),
    ]);
    const [left, right] = await Promise.all([scene.record(...events), other.record(...events.toReversed())]);
    const fresh = [...left, ...right.toReversed()].map((outcome) => must(outcome)).filter(({ replayed }) => !replayed);
    expect(fresh).toHaveLength(events.length);
    for (const { memberId } of members) expect(await scene.points(memberId)).toMatchObject({ balance: 5 });
  });

  test('what follows events and fails is told in the log and left to the worker; they are answered', async () => {
    const { memberId, member } = await scene.member();
    const broken = jest.spyOn(scene.house.returns, 'after').mockRejectedValueOnce(new Error('damaged'));
    expect(await scene.earned(member, 'PURCHASE', { amount: 500 })).toMatchObject({ points: 5 });
    expect(broken).toHaveBeenCalledTimes(1);
    broken.mockRestore();
    expect(scene.house.errors.splice(0)).toEqual([{ err: new Error('damaged') }]);
    expect(await scene.points(memberId)).toMatchObject({ balance: 5 });
  });

  test('a list of events goes on where it ended, the latest first', async () => {
    const { memberId, member } = await scene.member();
    const times = [5, 1, 3, 3, 2].map((hours) => scene.house.now - hours * HOUR);
    for (const occurredAt of times)
      await scene.tell(member, 'WATCH', { occurredAt, quantity: 60, attributes: { film: 'a' } });
    const page = await scene.house.events.eventsOf({ memberId, limit: 2 });
    const rest = await scene.house.events.eventsOf({ memberId, before: page.at(-1)!.event, limit: 10 });
    expect([...page, ...rest].map(({ event }) => event.occurredAt)).toEqual(times.toSorted((one, two) => two - one));
    expect(page[0]).toMatchObject({ event: { type: 'WATCH', quantity: 60, attributes: { film: 'a' } }, earnings: [] });
  });
});
