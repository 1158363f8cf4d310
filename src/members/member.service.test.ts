// Members registered and their balances adjusted, on both databases.
import { watchFailures } from '../../test/support/conflict';
import { House, must, openHouse, unique } from '../../test/support/house';
import { eachDatabase } from '../../test/support/lanes';
import { expectClean } from '../../test/support/ledger-fixtures';
import { newId } from '../kernel/id';
import { isRefusal } from '../kernel/refusal';
import type { MemberInput } from './member.service';
import { growthAccount, leftOn, pointsAccount } from './member-accounts';

eachDatabase((lane) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(lane.database);
  });
  const register = (...inputs: object[]) => house.members.register(inputs as MemberInput[]);

  describe('registering', () => {
    test('answers the members in their order, with what was told of each', async () => {
      const [one, two] = [unique('one'), unique('two')];
      const told = {
        nickname: '林小满 👨\u200d👩\u200d👧',
        birthday: '1992-04-18',
        tags: ['pets', '电影'],
        joinedAt: 5,
      };
      const members = must(await register({ externalId: two, nickname: 'Two' }, { externalId: one, ...told }));
      expect(members).toMatchObject([
        { externalId: two, nickname: 'Two', tags: [], joinedAt: house.now },
        { externalId: one, ...told },
      ]);
      expect(members[0]).not.toHaveProperty('birthday', expect.any(String));
      expect(await house.members.idOf(one)).toBe(members[1]!.id);
    });

    test('again brings the profile up to date; id and joining stay', async () => {
      const externalId = unique('again');
      const [first] = must(await register({ externalId, nickname: 'Old', tags: ['a'], joinedAt: 7 }));
      const [second] = must(await register({ externalId, nickname: 'New', joinedAt: 9 }));
      expect(second).toEqual({ ...first, nickname: 'New', tags: [] });
    });

    test('the same members in many orders at once, and cards for them, meet no conflict', async () => {
      const inputs = Array.from({ length: 60 }, () => ({ externalId: unique('crowd'), nickname: 'C' }));
      const ids = must(await register(...inputs)).map(({ id }) => id);
      const watched = watchFailures(lane.database, () => {});
      const orders = [inputs, inputs.toReversed(), inputs.slice(30).concat(inputs)];
      await Promise.all([
        ...orders.map((order) => register(...new Set(order))),
        ...ids.toReversed().map((memberId) => house.open(memberId, 'plus')),
        ...orders.map((order) => register(...new Set(order.toReversed()))),
      ]);
      watched.stop();
      expect(watched.kinds).toEqual([]);
    });

    test('external ids that differ in case, accents or width are different members', async () => {
      const name = unique('Abc');
      const ids = [name, name.toUpperCase(), name.replace('A', 'Á'), `${name}\uff21`];
      const members = must(await register(...ids.map((externalId) => ({ externalId, nickname: 'N' }))));
      expect(new Set(members.map(({ id }) => id)).size).toBe(4);
      expect(members.map(({ externalId }) => externalId)).toEqual(ids);
    });

    test.each([
      ['externalId', { externalId: '' }],
      ['externalId', { externalId: 'a\u200b' }],
      ['nickname', { nickname: 'x'.repeat(129) }],
      ['birthday', { birthday: '2001-02-29' }],
      ['tags', { tags: Array(51).fill('t') }],
      ['joinedAt', { joinedAt: 8.64e15 }],
      ['joinedAt', { joinedAt: -1 }],
      ['joinedAt', { joinedAt: Number.NaN }],
    ])('all or none: a faulty %s refuses its neighbours too', async (field, fault) => {
      const good = unique('good');
      const bad = { externalId: unique('bad'), nickname: 'B', ...fault };
      const outcome = await register({ externalId: good, nickname: 'G' }, bad);
      expect(outcome).toMatchObject({ code: 'INVALID_INPUT', field });
      expect(await house.members.idOf(good)).toBeUndefined();
    });

    test('one member named twice in a call is refused', async () => {
      const externalId = unique('twice');
      const outcome = await register({ externalId, nickname: 'A' }, { externalId, nickname: 'B' });
      expect(outcome).toMatchObject({ code: 'INVALID_INPUT', field: 'externalId' });
      expect(await house.members.idOf(externalId)).toBeUndefined();
    });

    test('the same members at once, in other orders, become one each', async () => {
      const door = lane.name === 'mysql' ? await lane.openAnother() : lane.database;
      const other = new House(door, house.clock);
      const inputs = Array.from({ length: 20 }, (_, at) => ({ externalId: unique(`n${at}`), nickname: 'N' }));
      const calls = Array.from({ length: 8 }, (_, at) => (at % 2 ? [...inputs].reverse() : inputs));
      const answers = await Promise.all(calls.map((call, at) => (at % 3 ? house : other).members.register(call)));
      const ids = answers.map((answer) => new Set(must(answer).map(({ id }) => id)));
      expect(new Set(ids.flatMap((set) => [...set])).size).toBe(20);
    });
  });

  describe('adjusting', () => {
    const adjust = async (memberId: string, amount: number, key = newId(house.now), balance = 'POINTS' as const) =>
      house.members.adjust({ memberId, balance, amount, key });

    test('adds and takes, points and growth each for itself', async () => {
      const memberId = await house.member();
      await house.give(memberId, 'POINTS', 120);
      await house.give(memberId, 'GROWTH', 7);
      const rows = must(await adjust(memberId, -20));
      expect(leftOn(rows.balances, pointsAccount(memberId))).toBe(100);
      expect(leftOn(rows.balances, growthAccount(memberId))).toBe(7);
    });

    test('once a key, also when it is asked at once', async () => {
      const memberId = await house.member();
      const key = newId(house.now);
      await Promise.all([1, 2, 3].map(() => adjust(memberId, 50, key)));
      const rows = must(await adjust(memberId, 50, key));
      expect(leftOn(rows.balances, pointsAccount(memberId))).toBe(50);
      expect(await adjust(memberId, 51, key)).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    });

    test('never takes more than there is', async () => {
      const memberId = await house.member();
      await house.give(memberId, 'POINTS', 10);
      const refused = await adjust(memberId, -11);
      const message = 'POINTS has 10 left; "-11" would take it below zero.';
      expect(refused).toMatchObject({ code: 'CONFLICT', field: 'amount', message });
      const taken = await Promise.all([1, 2, 3, 4].map(() => adjust(memberId, -3)));
      expect(taken.filter(isRefusal)).toHaveLength(1);
      expect(leftOn((await house.rows(memberId)).balances, pointsAccount(memberId))).toBe(1);
    });

    test.each([0, 0.5, 2 ** 53, Number.NaN])('by %d is refused', async (amount) => {
      const memberId = await house.member();
      expect(await adjust(memberId, amount)).toMatchObject({ code: 'INVALID_INPUT', field: 'amount' });
    });

    test('by more than a million millions at once is refused', async () => {
      const memberId = await house.member();
      const most = 1_000_000_000_000;
      must(await adjust(memberId, most));
      expect(await adjust(memberId, most + 1)).toMatchObject({ code: 'INVALID_INPUT', field: 'amount' });
      must(await adjust(memberId, -most));
    });

    test('somebody unknown is refused', async () => {
      expect(await adjust(newId(house.now), 5)).toMatchObject({ code: 'NOT_FOUND', field: 'member' });
    });
  });

  afterAll(async () => {
    expect(house.errors).toEqual([]);
    await expectClean(lane.database);
  });
});
