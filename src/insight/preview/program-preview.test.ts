// What a new program would change for members: counted by hand on a few of them, and nothing for the program in force.
import { benefit, entitles, level, plan, programText } from '../../../test/support/gateway-program';
import { type House, must, openHouse } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { freshEachTest } from '../../../test/support/saved-tables';
import { DAY } from '../../kernel/clock';
import { PreviewService } from './preview.service';
import { previewTables } from './preview-table';

const BENEFITS = ['gift', 'lounge', 'freight'].map((code) => benefit(code));

const NOW_IN_FORCE = programText({
  levels: [
    level('base', 1, 0),
    level('silver', 2, 100, [entitles('gift', 1)]),
    level('gold', 3, 1_000, [entitles('gift', 2), entitles('lounge')]),
  ],
  plans: [plan('plus', { costCap: 10_000, entitlements: [entitles('freight', 2)] }), plan('other')],
  benefits: BENEFITS,
});

/** Silver asks more, gold gives less, and a card may cost less, of which one plan is gone. */
const NEXT = programText({
  levels: [
    level('base', 1, 0),
    level('silver', 2, 200, [entitles('gift', 1)]),
    level('gold', 3, 1_000, [entitles('gift', 1)]),
  ],
  plans: [plan('plus', { costCap: 8_000, entitlements: [entitles('freight', 3)] })],
  benefits: BENEFITS,
});

eachDatabase((lane) => {
  freshEachTest(lane);
  let house: House;
  beforeEach(async () => {
    house = await openHouse(lane.database, { program: NOW_IN_FORCE });
    for (const [growth, plans] of [
      [0, []],
      [150, ['plus', 'other']],
      [1_200, []],
    ] as const) {
      const memberId = await join();
      if (growth > 0) await house.give(memberId, 'GROWTH', growth);
      for (const code of plans) await house.open(memberId, code);
    }
  });

  /** Each a moment after the one before, because members lie in the order of joining. */
  function join() {
    house.clock.advance(1);
    return house.member();
  }

  async function preview(text: string, most = 100) {
    const planned = await house.programs.plan(text);
    if (planned.faults) throw new Error(JSON.stringify(planned.faults));
    const { database, memberRows, clock } = house;
    const seen: number[] = [];
    const service = new PreviewService(database, memberRows, () => house.catalogue.current(), clock);
    const result = await service.preview(planned, most, (done) => void seen.push(done));
    expect(seen.at(-1)).toBe(result.seen);
    return result;
  }

  test('members moved, benefits lost and the cost at worst', async () => {
    const found = await preview(NEXT);
    expect(found).toEqual({
      members: 3,
      seen: 3,
      moves: [{ from: 'silver', to: 'base', members: 1 }],
      benefits: [
        { benefit: 'gift', lost: 1, reduced: 1, raised: 0, gained: 0 },
        { benefit: 'lounge', lost: 1, reduced: 0, raised: 0, gained: 0 },
        { benefit: 'freight', lost: 0, reduced: 0, raised: 1, gained: 0 },
      ],
      before: { levels: 12 * 100 + 24 * 100, unlimited: 1, cards: 20_000 },
      after: { levels: 12 * 100, unlimited: 0, cards: 8_000 },
    });
    const table = previewTables(found, 'CNY');
    expect(table).toMatch(/^silver +base +1$/m);
    expect(table).toMatch(/^gift +1 +1 +0 +0$/m);
    expect(table).toMatch(/^running cards, were each sold anew +200\.00 +80\.00 +-120\.00$/m);
    expect(table).toContain('no quota: 1 members now, 0 then.');
  });

  test('nothing for the program in force, and nothing was written', async () => {
    const found = await preview(NOW_IN_FORCE);
    expect(found).toMatchObject({ moves: [], benefits: [] });
    expect(found.after).toEqual(found.before);
    expect(house.catalogue.current().levelByCode('silver')?.threshold).toBe(100);
  });

  test('of evenly spread members when there are more than are wanted, scaled up to all', async () => {
    const found = await preview(NEXT, 1);
    expect(found).toMatchObject({ members: 3, seen: 1, moves: [] });
    expect(previewTables(found, 'CNY')).toMatch(/^Of 3 members, judged by 1 of them, evenly spread:/);
    for (let at = 0; at < 7; at += 1) await house.give(await join(), 'GROWTH', 150);
    expect(await preview(NEXT, 5)).toMatchObject({ seen: 5, moves: [{ from: 'silver', to: 'base', members: 6 }] });
  });

  test('decay that a program brings has not taken anything when it is applied', async () => {
    const memberId = await join();
    await house.give(memberId, 'GROWTH', 150);
    const { id } = await house.open(memberId, 'plus');
    house.clock.advance(DAY);
    must(await house.cards.close(id));
    house.clock.advance(30 * DAY);
    const levelPolicy = { decay: { plans: ['plus'], graceDays: 0, step: 100 } };
    const decaying = JSON.stringify({ ...JSON.parse(NOW_IN_FORCE), levelPolicy });
    expect((await preview(decaying)).moves).toEqual([]);
  });
});
