// The BD manager's guide: its documents are run as they stand there, and lead to what the guide says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { ManualClock } from '../../src/kernel/clock';
import { presetPath } from '../../src/program/presets';
import { partnerOf, TestGateway } from '../support/gateway';
import { expectBooksInOrder, Story } from '../support/gateway-story';
import { GuideRun, guideText, stepsOf } from '../support/guide';
import { eachDatabase } from '../support/lanes';
import { BD } from '../support/partner-story';

const GUIDE = guideText('bd-guide');
const PROGRAM = readFileSync(presetPath('jd-plus'), 'utf8');
/** In the first month of the agreement that the guide writes. */
const IN_NOVEMBER = Date.parse('2026-11-10T12:00:00+08:00');

test('its documents fit the schema', () => {
  const schema = buildSchema(readFileSync(join(__dirname, '..', '..', 'schema', 'schema.graphql'), 'utf8'));
  const steps = stepsOf(GUIDE);
  expect(steps.length).toBeGreaterThan(10);
  for (const { name, document } of steps) expect([name, validate(schema, parse(document))]).toEqual([name, []]);
});

eachDatabase((lane) => {
  test('its documents lead from an agreement to figures that both sides see', async () => {
    // Given the demo's program, and a member.
    const gateway = await TestGateway.start({ url: lane.url, clock: new ManualClock(IN_NOVEMBER), program: PROGRAM });
    try {
      const member = await new Story(gateway).member();
      const people = { BD, PARTNER: partnerOf('kinolume-cinemas'), MEMBER: member };
      const guide = new GuideRun(GUIDE, gateway, people);

      // When both have agreed, then the offer goes live;
      expect(await guide.until('TheyConfirm')).toMatchObject({ state: 'ACTIVE', inForce: { number: 1 } });
      expect(await guide.until('Approve')).toMatchObject({ state: 'LIVE' });
      // and what a member uses is counted.
      expect(await guide.until('SeatUsed')).toMatchObject({ status: 'USED' });
      expect(await guide.until('HowItStands')).toMatchObject({
        balances: {
          received: { amount: 3_000, currency: 'CNY' },
          given: { amount: 0 },
          held: { amount: 0 },
          imbalance: { amount: 3_000 },
          roomLeft: { amount: 297_000 },
          items: [{ item: 'seats', quantity: 1, ceilings: [{ per: 'MONTH', used: 1, left: 499 }] }, { item: 'views' }],
        },
      });
      const redemption = guide.kept.get('redemption');
      expect(await guide.until('WhichOnes')).toMatchObject({ edges: [{ node: { id: redemption, status: 'USED' } }] });
      expect(await guide.until('HowMany')).toMatchObject({ redemptions: 1, faceValue: { amount: 4_500 } });
      expect(await guide.until('Funnel')).toMatchObject({
        edges: [{ node: { day: '2026-11-10', claims: 1, used: 1 } }],
      });
      expect(await guide.until('HowLong')).toMatchObject({ uses: 1 });
      // Of what the partner sends one line is the use, one says it once more, and one is nobody's.
      expect(await guide.until('SendLines')).toMatchObject({ added: 3, faulty: 0 });
      expect(await guide.until('Compare')).toMatchObject({ state: 'GATHERING', done: 0 });
      await gateway.settle();
      const { state, totals } = await guide.until<{ state: string; totals: object[] }>('HowFar');
      expect([state, totals]).toEqual([
        'DONE',
        ['MATCHED', 'UNKNOWN', 'DOUBLED'].map((outcome) => expect.objectContaining({ outcome, count: 1 })),
      ]);
      expect(await guide.until('TheyAnswer')).toMatchObject({ answer: 'AGREED' });
      expect(await guide.until('YouDecide')).toMatchObject({ decision: 'WRITTEN_OFF' });
      expect(guide.over).toBe(true);
      await expectBooksInOrder(lane.database);
    } finally {
      await gateway.stop();
    }
  });
});
