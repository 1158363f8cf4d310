// The preset qq-vip through the API: growth by days and tasks, its fall after a lapse, resuming, and slow high levels.
import { readFileSync } from 'node:fs';
import { presetPath } from '../../src/program/presets';
import { TestGateway } from '../support/gateway';
import { expectBooksInOrder } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { LevelStory } from '../support/level-story';

const PRESET = readFileSync(presetPath('qq-vip'), 'utf8');

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

  /** A member whose card was closed on day 16 with 20 for the activation and 16 days of 5. */
  const lapsed = async () => {
    levels.day(0);
    const { who, card } = await levels.story.holder('vip');
    levels.day(16);
    await levels.story.close(card.id);
    return who;
  };

  test('growth comes with the activation, each day of the card, and daily tasks up to their cap', async () => {
    const { who } = await levels.story.holder('vip');
    expect(await levels.at(who)).toEqual(['vip1', 20]);
    const told = [
      await levels.tell(who, 'SIGN_IN'),
      await levels.tell(who, 'SIGN_IN'),
      await levels.tell(who, 'CUSTOM', { name: 'mini-task' }),
    ];
    expect(told).toEqual([5, 0, 2]);
    levels.day(10);
    expect(await levels.at(who)).toEqual(['vip1', 27 + 50]);
    const stranger = await levels.story.member();
    expect([await levels.tell(stranger, 'SIGN_IN'), await levels.at(stranger)]).toEqual([0, [undefined, 0]]);
  });

  test('100 at closing: 100 on day 7, 95 on day 8, 0 and no level on day 27; late books equal daily ones', async () => {
    const [daily, late] = [await lapsed(), await lapsed()];
    const seen: number[] = [];
    for (let day = 0; day <= 28; day += 1) {
      levels.day(16 + day);
      // One of them is booked each day; of the other the worker hears nothing until the end.
      await gateway.gateway.levels.bringUpToDate([await idOf(daily.subject)]);
      expect(await levels.at(late)).toEqual(await levels.at(daily));
      seen.push((await levels.at(daily))[1]);
    }
    expect([seen[0], seen[7], seen[8], seen[26], seen[27], seen[28]]).toEqual([100, 100, 95, 5, 0, 0]);
    expect(await levels.at(late)).toEqual([undefined, 0]);
    await gateway.settle();
    expect(await booksOf(late.subject)).toEqual(await booksOf(daily.subject));
    const fallen = ['none > vip1 RISEN', 'vip1 > none FALLEN'];
    expect([await levels.history(daily), await levels.history(late)]).toEqual([fallen, fallen]);
    // At the beginning of day 27 after the closing.
    expect(await levels.dates(late)).toEqual([0, 16 + 26.5]);
  });

  test('a new card resumes from what is left', async () => {
    const who = await lapsed();
    levels.day(16 + 12);
    expect(await levels.at(who)).toEqual(['vip1', 75]);
    await levels.story.open(who, 'svip');
    expect(await levels.at(who)).toEqual(['vip1', 75 + 40]);
    levels.day(16 + 13);
    expect(await levels.at(who)).toEqual(['vip1', 75 + 40 + 10]);
    await gateway.settle();
    expect((await booksOf(who.subject)).left).toBe(125);
  });

  test('a card that only ends decays alike, and its renewal resumes from what is left', async () => {
    const { who, card } = await levels.story.holder('vip');
    // 31 days of 5, and 20 for the activation; the term ends at noon of 10 April.
    const at = async (day: number) => {
      levels.day(day);
      return (await levels.at(who))[1];
    };
    expect([await at(31), await at(31 + 7), await at(31 + 8), await at(31 + 10)]).toEqual([175, 175, 170, 160]);
    await levels.story.renew(card.id);
    expect(await levels.at(who)).toEqual(['vip1', 160 + 20]);
    expect([await at(31 + 11), await at(31 + 10 + 30)]).toEqual([185, 180 + 30 * 5]);
    await gateway.settle();
    expect((await booksOf(who.subject)).left).toBe(330);
  });

  test('from level 5 to 6 it takes a year and a half, from 6 to 7 three years, whatever the growth', async () => {
    const { who, card } = await levels.story.holder('svip-year');
    for (let year = 2; year <= 6; year += 1) await levels.story.renew(card.id);
    await levels.story.give(who, 'GROWTH', 30_000);
    const { level, growth } = await levels.standing(who);
    expect([level?.code, growth.nextLevel?.code, growth.toNextLevel]).toEqual(['vip5', 'vip6', 0]);
    expect(growth.nextLevelFrom).toBe('2027-09-09T04:00:00.000Z');
    levels.day(547);
    expect((await levels.at(who))[0]).toBe('vip5');
    levels.day(548);
    expect((await levels.at(who))[0]).toBe('vip6');
    levels.day(548 + 1_095);
    expect((await levels.at(who))[0]).toBe('vip6');
    levels.day(548 + 1_096);
    expect((await levels.at(who))[0]).toBe('vip7');
    await gateway.settle();
    expect(await levels.history(who)).toEqual([
      'none > vip1 RISEN',
      // Six years were paid for at once, 200 each.
      'vip1 > vip2 RISEN',
      'vip2 > vip5 RISEN',
      'vip5 > vip6 RISEN',
      'vip6 > vip7 RISEN',
    ]);
    expect(await levels.dates(who)).toEqual([0, 0, 0, 548, 548 + 1_096]);
    // The gifts of the levels in between came by themselves.
    const { levelGifts } = await levels.standing(who);
    expect(levelGifts.map(({ state }) => state)).toEqual(['CLAIMED', 'CLAIMED', 'CLAIMED']);
  });

  async function idOf(externalId: string) {
    return (await gateway.gateway.members.idOf(externalId))!;
  }

  /** What was gained and lost of growth, as the ledger has it. */
  async function booksOf(externalId: string) {
    const balances = await gateway.gateway.ledger.balancesOf(await idOf(externalId));
    const [growth] = [...balances]
      .filter(([account]) => account.slice(32, 36) === '0041')
      .map(([, balance]) => balance);
    const { creditsPosted, debitsPosted } = growth!;
    return { gained: creditsPosted, lost: debitsPosted, left: creditsPosted - debitsPosted };
  }
});

eachDatabase((lane) => {
  test('where the first decrement is configured to be on day 7, all of them come a day sooner', async () => {
    const gateway = await TestGateway.start({
      url: lane.url,
      program: PRESET.replace('firstDay: 8', 'firstDay: 7'),
    });
    const levels = new LevelStory(gateway);
    const { who, card } = await levels.story.holder('vip');
    levels.day(16);
    await levels.story.close(card.id);
    const seen: [string | undefined, number][] = [];
    for (const day of [6, 7, 8, 25, 26]) {
      levels.day(16 + day);
      seen.push(await levels.at(who));
    }
    expect(seen).toEqual([
      ['vip1', 100],
      ['vip1', 95],
      ['vip1', 90],
      ['vip1', 5],
      [undefined, 0],
    ]);
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });
});
