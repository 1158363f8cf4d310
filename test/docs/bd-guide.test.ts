// The BD manager's guide: its documents are run as they stand there, and lead to what the guide says.
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { ManualClock } from '../../src/kernel/clock';
import { presetPath } from '../../src/program/presets';
import { gatewayEnvironment, partnerOf, TestGateway } from '../support/gateway';
import { perkgateInside } from '../support/gateway-process';
import { expectBooksInOrder, Story } from '../support/gateway-story';
import { commandsOf, GuideRun, guideText, stepsOf } from '../support/guide';
import { eachDatabase } from '../support/lanes';
import { BD } from '../support/partner-story';

const GUIDE = guideText('bd-guide');
const PROGRAM = readFileSync(presetPath('jd-plus'), 'utf8');
/** In the first month of the agreement that the guide writes. */
const IN_NOVEMBER = Date.parse('2026-11-10T12:00:00+08:00');
const IN_DECEMBER = Date.parse('2026-12-01T09:00:00+08:00');

const folder = mkdtempSync(join(tmpdir(), 'perkgate-guide-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

function inFolder(words: readonly string[]): string[] {
  return words.map((word) => (/\.(json|pdf|csv|xlsx)$/.test(word) ? join(folder, word) : word));
}

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
      // What is disputed counts on until one side gives way.
      expect(await guide.until('WeShowed')).toMatchObject({
        recorded: 1,
        results: [{ delivery: { state: 'RECORDED' } }],
      });
      expect(await guide.until('TheyDispute')).toMatchObject({ state: 'DISPUTED' });
      expect(await guide.until('WeReduce')).toMatchObject({ quantity: 3, countedQuantity: 2 });
      // When the month is over, then both sign what came of it.
      gateway.clock.set(IN_DECEMBER);
      expect(await guide.until('IssueNovember')).toMatchObject({
        number: 1,
        totals: { opening: { amount: 0 }, received: { amount: 3_000 }, closing: { amount: 3_000 - 2 * 2_000 } },
      });
      expect(await guide.until('TheySign')).toMatchObject({
        operatorSignature: { by: 'bd:beatrice' },
        partnerSignature: { by: 'partner:kinolume-cinemas' },
      });
      await guide.until('WhatToLookAt');
      expect(guide.over).toBe(true);
      // Then the files prove themselves, by the commands of the guide.
      const environment = gatewayEnvironment(lane.url);
      for (const words of [...commandsOf(GUIDE, 'statement'), ...commandsOf(GUIDE, 'export')]) {
        const { code, stderr } = await perkgateInside(inFolder(words), environment);
        expect([words.join(' '), code, stderr]).toEqual([words.join(' '), 0, expect.anything()]);
      }
      expect(readFileSync(join(folder, 'november.pdf')).subarray(0, 5).toString()).toBe('%PDF-');
      await expectBooksInOrder(lane.database);
    } finally {
      await gateway.stop();
    }
  });
});
