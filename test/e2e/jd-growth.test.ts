// The preset jd-growth through the API: a level from growth and a rating of how a member buys, kept for a year.
import { readFileSync } from 'node:fs';
import { presetPath } from '../../src/program/presets';
import { TestGateway, type Who } from '../support/gateway';
import { expectBooksInOrder } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { LevelStory } from '../support/level-story';

const PRESET = readFileSync(presetPath('jd-growth'), 'utf8');
const YUAN = 100;

eachDatabase((lane) => {
  let gateway: TestGateway;
  let levels: LevelStory;
  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: PRESET });
    levels = new LevelStory(gateway);
  });
  beforeEach(() => levels.day(0));
  afterAll(async () => {
    expect(gateway.log).toEqual([]);
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  let orders = 0;
  const buy = (who: Who, yuan: number) => {
    orders += 1;
    return levels.tell(who, 'PURCHASE', { amount: yuan * YUAN, orderId: `jd-${orders}` });
  };
  const ratingOf = async (who: Who) => (await levels.standing(who)).rating;
  /** Silver, with a rating of 60, on day 4. */
  const silver = async () => {
    const who = await levels.story.member();
    await buy(who, 6_000);
    for (let day = 1; day <= 4; day += 1) {
      levels.day(day);
      await buy(who, 10);
    }
    return who;
  };

  test('frequent purchases raise the rating within caps; reviews and photos add growth', async () => {
    const who = await levels.story.member();
    expect(await levels.standing(who)).toMatchObject({ level: { code: 'registered' }, rating: 50 });
    expect([await buy(who, 600), await buy(who, 500), await buy(who, 1)]).toEqual([600, 500, 1]);
    // Two purchases a day count for the rating.
    expect([await levels.at(who), await ratingOf(who)]).toEqual([['bronze', 1_101], 54]);
    const reviews = [
      await levels.tell(who, 'REVIEW', { orderId: 'jd-1' }),
      await levels.tell(who, 'REVIEW', { orderId: 'jd-2', attributes: { photos: 3 } }),
    ];
    expect([reviews, await ratingOf(who)]).toEqual([[10, 30], 56]);
  });

  test('growth alone does not make the level: the rating must come along', async () => {
    const who = await levels.story.member();
    await buy(who, 6_000);
    const { level, growth } = await levels.standing(who);
    expect([level?.code, growth.nextLevel?.code, growth.toNextLevel, growth.ratingToNextLevel]).toEqual([
      'bronze',
      'silver',
      0,
      8,
    ]);
    const reached = await silver();
    expect([await levels.at(reached), await ratingOf(reached)]).toEqual([['silver', 6_040], 60]);
    expect(await levels.claim(reached, 'silver', 'silver-beans')).toMatchObject({ points: 200 });
  });

  test('a return lowers the rating and takes the growth of its order back; who returns often rises later', async () => {
    const who = await levels.story.member();
    await buy(who, 6_000);
    const kept = `jd-${orders}`;
    for (let day = 1; day <= 4; day += 1) {
      levels.day(day);
      await buy(who, 10);
      if (day === 2) await levels.tell(who, 'RETURN', { orderId: `jd-${orders}` });
    }
    // As many orders as make silver, and one of them came back: 10 of growth and 6 of the rating less.
    expect([await levels.at(who), await ratingOf(who)]).toEqual([['bronze', 6_030], 54]);
    await levels.tell(who, 'RETURN', { orderId: kept, amount: 1_500 * YUAN });
    expect([await levels.at(who), await ratingOf(who)]).toEqual([['bronze', 4_530], 48]);
  });

  test('refusals lower the rating, and after a year and a month of grace the level by one step', async () => {
    const who = await silver();
    const { levelKeptUntil } = await levels.standing(who);
    expect(levelKeptUntil).toBe('2027-03-14T04:00:00.000Z');
    await levels.tell(who, 'REFUSAL', { orderId: 'jd-1' });
    await levels.tell(who, 'REFUSAL', { orderId: 'jd-2' });
    expect([await levels.at(who), await ratingOf(who)]).toEqual([['silver', 6_040], 40]);
    levels.day(4 + 365 + 29);
    expect((await levels.at(who))[0]).toBe('silver');
    levels.day(4 + 365 + 30);
    expect((await levels.at(who))[0]).toBe('bronze');
    await gateway.settle();
    expect(await levels.history(who)).toEqual([
      'registered > bronze RISEN',
      'bronze > silver RISEN',
      'silver > bronze FALLEN',
    ]);
    expect(await levels.dates(who)).toEqual([0, 4, 4 + 365 + 30]);
  });

  test('a rating that is won back within grace keeps the level for another year', async () => {
    const who = await silver();
    await levels.tell(who, 'REFUSAL', { orderId: 'jd-1' });
    expect(await ratingOf(who)).toBe(50);
    for (let day = 1; day <= 5; day += 1) {
      levels.day(4 + 365 + day);
      await buy(who, 10);
    }
    expect(await ratingOf(who)).toBe(60);
    levels.day(4 + 365 + 300);
    expect((await levels.at(who))[0]).toBe('silver');
    expect((await levels.history(who)).at(-1)).toBe('bronze > silver RISEN');
  });

  test('a rating never leaves its bounds, and a manual level does not ask for it', async () => {
    const who = await levels.story.member();
    for (let at = 1; at <= 8; at += 1) await levels.tell(who, 'REFUSAL', { orderId: `none-${at}` });
    expect(await ratingOf(who)).toBe(0);
    expect(await levels.setManual(who, 'diamond', '2026-06-01T00:00:00Z')).toMatchObject({
      level: { code: 'diamond' },
    });
    expect(await levels.standing(who)).toMatchObject({ levelIsManual: true, rating: 0 });
    // It came with the gifts that diamonds get by themselves.
    await gateway.settle();
    const { levelGifts } = await levels.standing(who);
    expect(levelGifts.map(({ code, state }) => `${code} ${state}`)).toEqual([
      'silver-beans AVAILABLE',
      'gold-beans CLAIMED',
      'diamond-beans CLAIMED',
    ]);
  });
});
