// The preset iqiyi-vip through the API: a level inside of a paid card, faster with tasks and watching, with gift packs.
import { readFileSync } from 'node:fs';
import { presetPath } from '../../src/program/presets';
import { TestGateway } from '../support/gateway';
import { expectBooksInOrder } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { LevelStory } from '../support/level-story';

const PRESET = readFileSync(presetPath('iqiyi-vip'), 'utf8');
const HOURS = 3_600;

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

  test('there is no level and no growth without a card; with one there are both', async () => {
    const who = await levels.story.member();
    expect([await levels.tell(who, 'WATCH', { quantity: HOURS }), await levels.at(who)]).toEqual([0, [undefined, 0]]);
    await levels.story.open(who, 'vip-month');
    expect(await levels.at(who)).toEqual(['v1', 30]);
    levels.day(32);
    expect((await levels.at(who))[0]).toBeUndefined();
    await levels.story.open(who, 'vip-month');
    await gateway.settle();
    expect(await levels.history(who)).toEqual(['none > v1 CARD_BEGAN', 'v1 > none CARD_ENDED', 'none > v1 CARD_BEGAN']);
  });

  test('watching and tasks speed growth up, within their caps, and a longer card more', async () => {
    const { who: monthly } = await levels.story.holder('vip-month');
    const { who: yearly } = await levels.story.holder('vip-year');
    const grown = async (who: typeof monthly) => [
      await levels.tell(who, 'WATCH', { quantity: HOURS }),
      await levels.tell(who, 'SIGN_IN'),
      await levels.tell(who, 'SHARE'),
      await levels.tell(who, 'CUSTOM', { name: 'task-done' }),
      await levels.tell(who, 'WATCH', { quantity: 5 * HOURS }),
    ];
    expect(await grown(monthly)).toEqual([6, 1, 2, 5, 6]);
    expect(await grown(yearly)).toEqual([9, 1, 2, 5, 3]);
    levels.day(10);
    expect([await levels.at(monthly), await levels.at(yearly)]).toEqual([
      ['v1', 30 + 20 + 60],
      ['v2', 500 + 20 + 90],
    ]);
  });

  test('each level has a gift pack to claim, once, and none before it is reached', async () => {
    const { who } = await levels.story.holder('vip-quarter');
    const pack = { __typename: 'ClaimedLevelGift', points: 0, missed: [] };
    const claimed = await levels.claim(who, 'v1', 'v1-pack');
    expect(claimed).toMatchObject({ ...pack, redemptions: [expect.any(String)] });
    expect(await levels.claim(who, 'v1', 'v1-pack')).toEqual(claimed);
    expect(await levels.claim(who, 'v2', 'v2-pack')).toMatchObject({ refusal: 'NOT_ELIGIBLE', field: 'gift' });
    // 100 for the activation, 7 a day.
    levels.day(29);
    expect(await levels.at(who)).toEqual(['v2', 303]);
    const both = await Promise.all([levels.claim(who, 'v2', 'v2-pack'), levels.claim(who, 'v2', 'v2-pack')]);
    expect(both[0]).toMatchObject({ points: 50, redemptions: [expect.any(String)], missed: [] });
    expect(both[1]).toEqual(both[0]);
    const { levelGifts } = await levels.standing(who);
    expect(levelGifts.map(({ state }) => state)).toEqual(['CLAIMED', 'CLAIMED', ...Array(5).fill('LOCKED')]);
  });

  test('a level waits for the next card, and its gift with it', async () => {
    const { who, card } = await levels.story.holder('vip-month');
    await levels.story.give(who, 'GROWTH', 900);
    expect(await levels.at(who)).toEqual(['v3', 930]);
    levels.day(5);
    await levels.story.close(card.id);
    expect(await levels.at(who)).toEqual([undefined, 960]);
    expect(await levels.claim(who, 'v3', 'v3-pack')).toMatchObject({ refusal: 'NOT_ELIGIBLE' });
    levels.day(400);
    await levels.story.open(who, 'vip-month');
    expect(await levels.at(who)).toEqual(['v3', 990]);
    expect(await levels.claim(who, 'v3', 'v3-pack')).toMatchObject({ points: 100, missed: [] });
  });
});
