// Draws on both databases: odds that hold, drawings that can be computed again, and stock that nobody wins twice.
import { createHash } from 'node:crypto';
import { type Activities, joined, judgingOf, left, openActivities, sideOf } from '../../../test/support/activities';
import { programText } from '../../../test/support/gateway-program';
import { expectBooks, House, must, SHOP, unique } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { DAY } from '../../kernel/clock';
import { type Id, namedId } from '../../kernel/id';
import { isRefusal } from '../../kernel/refusal';
import { leftOn } from '../../members/member-accounts';
import { chanceAccount } from './draw-accounts';
import { type Drawing, landingOf, rollOf, totalWeight } from './drawing';

const prize = (code: string, weight: number, rest: object = {}) => ({
  code,
  name: `Prize ${code}`,
  weight,
  reward: { points: 5 },
  ...rest,
});
const draw = (code: string, rest: object) => ({ code, name: `Draw ${code}`, nothing: 0, ...rest });

const PROGRAM = programText({
  draws: [
    draw('wheel', { chancePrice: 20, nothing: 60, prizes: [prize('big', 10), prize('small', 30)] }),
    draw('rare', { chancePrice: 0, prizes: [prize('gold', 1, { stock: 3, whenGone: 'NOTHING' })] }),
    draw('ladder', {
      chancePrice: 0,
      prizes: [
        prize('first', 1, { stock: 1, whenGone: 'NEXT' }),
        prize('second', 1, { stock: 1, whenGone: 'NEXT' }),
        prize('rest', 1, { reward: { growth: 1 } }),
      ],
      memberLimit: { limit: 4, period: 'DAY' },
    }),
    draw('earned', { prizes: [prize('any', 1)] }),
    draw('over', { chancePrice: 0, prizes: [prize('any', 1)], validUntil: '2025-01-01T00:00:00+08:00' }),
  ],
});

test('the odds hold: chi-square over 60,000 rolls of a fixed seed', () => {
  const odds = { prizes: [prize('a', 1), prize('b', 9), prize('c', 40)], nothing: 50 };
  const seed = createHash('sha256').update('a fixed seed').digest();
  const counts = new Map<string, number>();
  const rolls = 60_000;
  for (let at = 0; at < rolls; at += 1) {
    const landed = landingOf(odds, rollOf(seed, namedId('ticket', String(at)), totalWeight(odds))) ?? 'nothing';
    counts.set(landed, (counts.get(landed) ?? 0) + 1);
  }
  const expected = { a: 1, b: 9, c: 40, nothing: 50 };
  const chiSquare = Object.entries(expected).reduce((sum, [code, weight]) => {
    const wanted = (rolls * weight) / 100;
    return sum + ((counts.get(code) ?? 0) - wanted) ** 2 / wanted;
  }, 0);
  // Three degrees of freedom: 16.27 is passed by one fair generator in a thousand.
  expect(chiSquare).toBeLessThan(16.27);
  expect(rollOf(seed, namedId('ticket', '0'), 1)).toBe(0);
});

eachDatabase((lane) => {
  let activities: Activities;
  beforeEach(async () => {
    activities = await openActivities(lane.database, PROGRAM);
  });
  afterEach(async () => {
    expect(activities.house.errors).toEqual([]);
    await expectBooks(lane.database);
  });

  const drawOnce = (memberId: Id, code: string, key = unique('key')) =>
    activities.draws.draw(SHOP, { memberId, draw: code, idempotencyKey: key });
  const codeOf = (outcome: Drawing | { code: string }) => ('code' in outcome ? outcome.code : outcome.prize);
  const chances = async (memberId: Id, code: string) => {
    const { rows, catalogue } = await judgingOf(activities, memberId);
    return leftOn(rows.balances, chanceAccount(memberId, catalogue.drawByCode(code)!.number));
  };
  const giveChances = (memberId: Id, code: string, count: number) =>
    activities.rewards.give({
      memberId,
      reward: { draws: { [code]: count } },
      occasion: namedId('test', unique('occasion')),
      reason: 'a test',
    });

  test('a chance is taken first, then points; a key draws once', async () => {
    const memberId = await joined(activities);
    await giveChances(memberId, 'wheel', 1);
    await activities.house.give(memberId, 'POINTS', 30);
    const key = unique('key');
    const first = must(await drawOnce(memberId, 'wheel', key));
    expect(first.points).toBe(0);
    expect(await drawOnce(memberId, 'wheel', key)).toEqual(first);
    expect(await drawOnce(memberId, 'rare', key)).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    expect(await chances(memberId, 'wheel')).toBe(0);
    const won = first.prize === undefined ? 0 : 5;
    expect((await left(activities, memberId)).points).toBe(30 + won);
    const second = must(await drawOnce(memberId, 'wheel'));
    expect(second.points).toBe(20);
    const wonAgain = second.prize === undefined ? 0 : 5;
    expect((await left(activities, memberId)).points).toBe(10 + won + wonAgain);
    if (10 + won + wonAgain < 20) {
      expect(await drawOnce(memberId, 'wheel')).toMatchObject({ code: 'INSUFFICIENT_POINTS' });
    }
  });

  test.each([
    ['earned', 'NO_CHANCE'],
    ['over', 'OFFER_NOT_LIVE'],
    ['none', 'NOT_FOUND'],
  ])('draw %s is refused with %s, and nothing is taken', async (code, refusal) => {
    const memberId = await joined(activities);
    await activities.house.give(memberId, 'POINTS', 100);
    expect(await drawOnce(memberId, code)).toMatchObject({ code: refusal });
    expect(await activities.draws.drawingsOf(memberId, { before: 'f'.repeat(32), limit: 9 })).toEqual([]);
    expect((await left(activities, memberId)).points).toBe(100);
  });

  test('a prize that is gone falls to the next that is there, and the limit of the member holds', async () => {
    const memberId = await joined(activities);
    const won = [];
    for (let at = 0; at < 5; at += 1) won.push(codeOf(await drawOnce(memberId, 'ladder')));
    expect(won[4]).toBe('MEMBER_LIMIT_REACHED');
    // Whatever the rolls were, each of the stocked prizes went at most once, and the rest stood in for them.
    expect(won.slice(0, 4).filter((code) => code === 'first').length).toBeLessThanOrEqual(1);
    expect(won.slice(0, 4).filter((code) => code === 'second').length).toBeLessThanOrEqual(1);
    expect(won.slice(0, 4)).not.toContain(undefined);
    const drawings = await activities.draws.drawingsOf(memberId, { before: 'f'.repeat(32), limit: 9 });
    const given = await activities.draws.givenFor(drawings);
    expect([drawings.length, given.size]).toEqual([4, 4]);
  });

  test('room for three prizes gives exactly three to a rush of two processes', async () => {
    const members = await Promise.all(Array.from({ length: 10 }, () => joined(activities)));
    const second = new House(await lane.openAnother(), activities.house.clock, {});
    await second.catalogue.refresh();
    const twin = sideOf(second);
    const outcomes = await Promise.all(
      members.map((memberId, at) => {
        const input = { memberId, draw: 'rare', idempotencyKey: unique('key') };
        return (at % 2 === 0 ? activities : twin).draws.draw(SHOP, input);
      }),
    );
    expect(outcomes.filter(isRefusal)).toEqual([]);
    const won = outcomes.map(codeOf);
    expect(won.filter((code) => code === 'gold')).toHaveLength(3);
    for (const outcome of outcomes) expect((outcome as Drawing).landed).toBe('gold');
  });

  test('of the same key asked at once by two processes one drawing is made', async () => {
    const memberId = await joined(activities);
    await giveChances(memberId, 'earned', 5);
    const second = new House(await lane.openAnother(), activities.house.clock, {});
    await second.catalogue.refresh();
    const twin = sideOf(second);
    const input = { memberId, draw: 'earned', idempotencyKey: unique('key') };
    const outcomes = await Promise.all([activities, twin, activities].map(({ draws }) => draws.draw(SHOP, input)));
    expect(new Set(outcomes.map((outcome) => (outcome as Drawing).id)).size).toBe(1);
    expect(await chances(memberId, 'earned')).toBe(4);
  });

  test('every drawing can be computed again, its seed is told when its day is over, and a change is seen', async () => {
    const memberId = await joined(activities);
    await giveChances(memberId, 'earned', 2);
    const { draws, house } = activities;
    const drawId = house.catalogue.current().drawByCode('earned')!.id;
    const hash = await draws.seedHashOf(drawId);
    const drawn = must(await drawOnce(memberId, 'earned'));
    const today = (await draws.audit(drawn.id))!;
    expect(today).toMatchObject({ agrees: true, landed: 'any', roll: drawn.roll, seedHash: hash });
    expect(today.seed).toBeUndefined();
    // Odds of another version leave it as it was.
    const changed = JSON.parse(PROGRAM);
    const earned = changed.draws.find(({ code }: { code: string }) => code === 'earned');
    earned.prizes = [prize('new', 1_000), prize('any', 1)];
    await house.apply(JSON.stringify(changed));
    house.clock.advance(DAY);
    const later = (await draws.audit(drawn.id))!;
    expect(later).toMatchObject({ agrees: true, landed: 'any' });
    expect(createHash('sha256').update(Buffer.from(later.seed!, 'hex')).digest('hex')).toBe(hash);
    expect(await draws.seedHashOf(drawId)).not.toBe(hash);
    await lane.database.transaction((tx) =>
      tx.run('UPDATE drawing SET landed = ? WHERE id = ?', ['new', Buffer.from(drawn.id, 'hex')]),
    );
    expect(await draws.audit(drawn.id)).toMatchObject({ agrees: false });
    await lane.database.transaction((tx) =>
      tx.run('UPDATE drawing SET landed = ? WHERE id = ?', ['any', Buffer.from(drawn.id, 'hex')]),
    );
    await house.apply(PROGRAM);
    house.clock.advance(-DAY);
  });

  test('more stock is granted with a version, less takes back what is left', async () => {
    const memberId = await joined(activities);
    const withStock = (stock: number) => {
      const changed = JSON.parse(PROGRAM);
      changed.draws.push(draw('spare', { chancePrice: 0, prizes: [prize('one', 1, { stock })] }));
      return JSON.stringify(changed);
    };
    const wins = async () => codeOf(await drawOnce(memberId, 'spare'));
    await activities.house.apply(withStock(1));
    expect([await wins(), await wins()]).toEqual(['one', undefined]);
    await activities.house.apply(withStock(3));
    expect(await wins()).toBe('one');
    await activities.house.apply(withStock(2));
    expect(await wins()).toBeUndefined();
    await activities.house.apply(PROGRAM);
  });
});
