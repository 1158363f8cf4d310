// The operations guide: its documents and commands are run as they stand there, on the demo.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { seedDemo } from '../../src/demo/demo';
import { ManualClock } from '../../src/kernel/clock';
import { gatewayEnvironment, OPERATIONS, TestGateway } from '../support/gateway';
import { perkgateInside } from '../support/gateway-process';
import { expectBooksInOrder } from '../support/gateway-story';
import { blocksOf, commandsOf, GuideRun, guideText, stepsOf } from '../support/guide';
import { eachDatabase } from '../support/lanes';

const GUIDE = guideText('operations-guide');
const NOW = Date.parse('2026-11-22T12:00:00+08:00');

const folder = mkdtempSync(join(tmpdir(), 'perkgate-guide-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const commands = commandsOf(GUIDE);

test('its documents fit the schema', () => {
  const schema = buildSchema(readFileSync(join(__dirname, '..', '..', 'schema', 'schema.graphql'), 'utf8'));
  for (const { name, document } of stepsOf(GUIDE))
    expect([name, validate(schema, parse(document))]).toEqual([name, []]);
});

eachDatabase((lane) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    const clock = new ManualClock(NOW);
    gateway = await TestGateway.start({ url: lane.url, clock });
    await seedDemo(gateway.gateway, clock, NOW);
    await gateway.settle();
  });
  afterAll(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  test('its documents answer what it says of the demo', async () => {
    const guide = new GuideRun(GUIDE, gateway, { OPERATIONS });
    expect(await guide.until('WhoStandsWhere')).toMatchObject({ members: 4 });
    expect(await guide.until('OneMember')).toMatchObject({
      level: { code: 'gold' },
      cards: [{ plan: { code: 'plus-year' }, costCap: { limit: { amount: 9_083 } } }, {}, {}],
    });
    expect(await guide.until('TheYear')).toMatchObject({
      complete: true,
      earned: { revenue: { amount: expect.any(Number) } },
      plans: expect.arrayContaining([expect.objectContaining({ plan: { code: 'plus-year' }, holders: 2 })]),
    });
    expect(await guide.until('SalesByMonth')).toMatchObject({ kind: 'FLOW', points: expect.any(Array) });
    expect(await guide.until('StagesAndGrades')).toMatchObject({
      stages: expect.arrayContaining([{ stage: 'ACTIVE', members: 2 }]),
      grades: expect.arrayContaining([expect.objectContaining({ grade: 'regular', members: 1 })]),
    });
    expect(await guide.until('DryRun')).toMatchObject({ campaign: { code: 'birthday' } });
    expect(await guide.until('MakeGood')).toMatchObject({ externalId: 'lin' });
    expect(await guide.until('LevelByHand')).toMatchObject({ level: { code: 'gold' }, levelIsManual: true });
    await guide.until('WhatToLookAt');
    expect(guide.over).toBe(true);
  });

  test('its commands end well', async () => {
    const environment = gatewayEnvironment(lane.url);
    for (const { words: name, text } of blocksOf(GUIDE, 'yaml')) writeFileSync(join(folder, name[0]!), text);
    expect(commands.length).toBeGreaterThan(6);
    for (const words of commands) {
      // What a shell does with `> FILE`.
      const into = words.indexOf('>');
      const inFolder = (word: string) => (/\.(yaml|html)$/.test(word) ? join(folder, word) : word);
      const { code, stdout, stderr } = await perkgateInside(
        words.slice(0, into < 0 ? undefined : into).map(inFolder),
        environment,
      );
      expect([words.join(' '), code, stderr]).toEqual([words.join(' '), 0, expect.anything()]);
      if (words.includes('spring.yaml')) expect(stdout).toContain('fell, in all');
      if (words[1] === 'plan') expect(stdout).toMatch(/no changes/i);
      if (into >= 0) writeFileSync(inFolder(words[into + 1]!), stdout);
    }
  });
});
