// Stages, scores and grades of purchases that nobody here made, by events through the gateway, on both databases.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { scoresOf, upperOfFifth } from '../../src/engagement/rfm/rfm';
import type { Thresholds } from '../../src/program/lifecycle';
import { differing } from '../replay/compared';
import { openHouse } from '../replay/house';
import { LIFECYCLE_DATA_IS_THERE, RFM_FOLDER, replayCdnow, replayRfm } from '../replay/lifecycle-data';
import { eachDatabase } from '../support/lanes';

const NOTICE = LIFECYCLE_DATA_IS_THERE
  ? 'the published data'
  : 'SKIPPED: the published data sets are not at ../shared/data/cdnow and rfm-reference';
const LONG = 300_000;

(LIFECYCLE_DATA_IS_THERE ? describe : describe.skip)(NOTICE, () => {
  describe('CDNOW', () => {
    eachDatabase((lane) => {
      test(
        'every table of recency, frequency and spend at 18 month ends, and the stages',
        async () => {
          const house = await openHouse(lane.url, Date.UTC(1997, 0, 1));
          try {
            const compared = await replayCdnow(house);
            expect(compared).toHaveLength(18 * 12);
            expect(differing(compared)).toEqual([]);
          } finally {
            await house.gateway.close();
          }
        },
        LONG,
      );
    });
  });

  describe('the answer key of rfm', () => {
    eachDatabase((lane) => {
      test(
        'quantiles, scores and both sets of segments of the orders',
        async () => {
          const house = await openHouse(lane.url, Date.UTC(2006, 11, 31));
          try {
            const compared = await replayRfm(house);
            expect(compared).toHaveLength(6 + 10 + 8);
            expect(differing(compared)).toEqual([]);
          } finally {
            await house.gateway.close();
          }
        },
        LONG,
      );
    });
  });

  test('quantiles and scores of 39,999 customers', async () => {
    const { grading } = JSON.parse(readFileSync(join(RFM_FOLDER, 'totals.json'), 'utf8'));
    const text = gunzipSync(readFileSync(join(RFM_FOLDER, 'rfm_data_customer.csv.gz'))).toString('utf8');
    const rows = text.trim().split('\n').slice(1);
    const today = 10_000;
    const facts = rows.map((row) => {
      const [, revenue, , orders, recency] = row.split(',') as [string, string, string, string, string];
      return { lastDay: today - Number(recency), frequency: Number(orders), monetary: Number(revenue) };
    });
    const uppers = (values: number[]): Promise<number[]> => {
      const sorted = values.toSorted((left, right) => left - right);
      return Promise.all([1, 2, 3, 4].map((fifth) => upperOfFifth(sorted.length, fifth, async (at) => sorted[at]!)));
    };
    const thresholds: Thresholds = {
      recencyDays: await uppers(facts.map(({ lastDay }) => today - lastDay)),
      frequency: (await uppers(facts.map(({ frequency }) => frequency))).map((upper) => upper + 1),
      monetary: (await uppers(facts.map(({ monetary }) => monetary))).map((upper) => upper + 1),
    };
    const counts = { r: {}, f: {}, m: {} } as Record<'r' | 'f' | 'm', Record<string, number>>;
    for (const one of facts) {
      const scores = scoresOf(one, thresholds, today);
      for (const key of ['r', 'f', 'm'] as const) counts[key][scores[key]] = (counts[key][scores[key]] ?? 0) + 1;
    }
    const { recency, frequency, monetary } = grading.customer_score_counts;
    expect([rows.length, counts]).toEqual([39_999, { r: recency, f: frequency, m: monetary }]);
  });
});
