// Tasks on the published data: what the rule of the data set completes, and nothing else; interrupted and asked again.

import { isWrong } from '../../src/imports/figure-table';
import { checkFolder } from '../../src/imports/starbucks/check';
import { StarbucksImportService } from '../../src/imports/starbucks/starbucks.service';
import { TaskReplay, taskFigures } from '../../src/imports/starbucks/task-replay';
import { verifyLedger } from '../../src/ledger/verify';
import { holdCheck } from '../../src/redemption/hold.check';
import { openHouse } from '../replay/house';
import { eachDatabase } from '../support/lanes';
import {
  ANNA,
  completed,
  DATA_IS_THERE,
  DATA_NOTICE,
  type DataLines,
  dataId,
  person,
  publishedSlice,
  removeFolders,
  writeFolder,
} from './data-folder';

const NOW = Date.UTC(2026, 10, 22, 4, 30);
const TIMEOUT_MS = 300_000;
const [BOGO, DISCOUNT] = [dataId('1'), dataId('5')];

const received = (offer: string, time: number) => ({
  person: ANNA,
  event: 'offer received',
  value: { 'offer id': offer },
  time,
});
const bought = (amount: number, time: number) => ({ person: ANNA, event: 'transaction', value: { amount }, time });
const dataOf = (events: readonly object[]): DataLines => ({
  offers: [
    { id: BOGO, offer_type: 'bogo', difficulty: 5, reward: 5, duration: 5, channels: ['web'] },
    { id: DISCOUNT, offer_type: 'discount', difficulty: 10, reward: 2, duration: 10, channels: ['web'] },
  ],
  people: [person(ANNA)],
  events,
});

afterAll(removeFolders);

async function replayed(url: string, lines: DataLines, times = 1) {
  const checked = await checkFolder(await writeFolder(lines));
  const { gateway, clock } = await openHouse(url, NOW);
  try {
    const state = await new StarbucksImportService(gateway, clock).run({ checked, now: NOW });
    for (let time = 1; time < times; time += 1) await new TaskReplay(gateway, clock, { checked, state }).run();
    const outcome = await new TaskReplay(gateway, clock, { checked, state }).run();
    expect(await verifyLedger(gateway.database, [holdCheck])).toMatchObject({ clean: true });
    return { outcome, wrong: taskFigures(outcome, checked).filter(isWrong) };
  } finally {
    await gateway.close();
  }
}

eachDatabase((lane) => {
  test('the rule by hand: windows with both ends, a strict bogo, a discount in all, one offer twice', async () => {
    const { outcome, wrong } = await replayed(
      lane.url,
      dataOf([
        received(BOGO, 0),
        received(DISCOUNT, 0),
        received(DISCOUNT, 0),
        bought(5, 0),
        bought(4.99, 6),
        // The discounts were both held, and are both complete: that is two records, and right.
        bought(0.01, 12),
        completed(ANNA, DISCOUNT, 2, 12),
        completed(ANNA, DISCOUNT, 2, 12),
        // The last hour of the bogo.
        bought(5.01, 120),
        completed(ANNA, BOGO, 5, 120),
        received(BOGO, 126),
        bought(100, 252),
      ]),
      2,
    );
    expect(wrong).toEqual([]);
    expect(outcome).toMatchObject({ assigned: 4, completed: 3, misses: 0, extras: 0 });
  });
});

eachDatabase((lane) => {
  test('a completion that the rule does not know is a miss, one that the data lack is an extra', async () => {
    const { outcome } = await replayed(
      lane.url,
      dataOf([received(BOGO, 0), bought(5, 6), completed(ANNA, BOGO, 5, 6), bought(6, 12)]),
    );
    expect(outcome).toMatchObject({ expected: 1, completed: 1, misses: 1, extras: 1 });
  });
});

eachDatabase((lane) => {
  test(
    `every completion of ${DATA_NOTICE}, and no other`,
    async () => {
      if (!DATA_IS_THERE) return;
      const { outcome, wrong } = await replayed(lane.url, publishedSlice(150));
      expect(wrong).toEqual([]);
      expect(outcome.completed).toBeGreaterThan(200);
    },
    TIMEOUT_MS,
  );
});
