// Applying programs on both databases: whole or not at all, once, and never losing what cards point to.
import { readFileSync } from 'node:fs';
import { eachDatabase, type Lane } from '../../test/support/lanes';
import type { Database } from '../database/database';
import { ManualClock } from '../kernel/clock';
import { CatalogueService } from './catalogue.service';
import { printDifference } from './difference';
import { presetPath } from './presets';
import { type AppliedProgram, type Faulty, ProgramService } from './program.service';
import { ProgramStore } from './program.store';

const HEAD = 'name: Demo\ncurrency: CNY\nlevels: [{ code: base, name: Base, rank: 1, threshold: 0 }]\n';
const COFFEE = '{ code: coffee, name: Coffee, class: PARTNER, unitCost: 5, faceValue: 20 }';
const READING = '{ code: reading, name: Reading, class: CONTENT, unitCost: 2, faceValue: 9 }';
const NOW = Date.UTC(2026, 5, 1);

const silent = { error: () => undefined };

function roomOn(database: Database) {
  const store = new ProgramStore();
  const catalogue = new CatalogueService(database, [store], silent);
  const clock = new ManualClock(NOW);
  return { store, catalogue, clock, service: new ProgramService(database, store, catalogue, clock) };
}
function withBenefits(...benefits: readonly string[]): string {
  return `${HEAD}benefits: [${benefits.join(', ')}]\n`;
}
function applied(outcome: AppliedProgram | Faulty): AppliedProgram {
  if (outcome.faults) throw new Error(JSON.stringify(outcome.faults));
  return outcome;
}
async function emptied(lane: Lane) {
  await lane.database.transaction(async (tx) => {
    await tx.run('DELETE FROM program_item');
    await tx.run('DELETE FROM program_version');
    await tx.run('UPDATE catalogue_version SET version = version + 1');
  });
  return roomOn(lane.database);
}

eachDatabase((lane) => {
  test('a round trip of the preset changes nothing', async () => {
    const { service, catalogue } = await emptied(lane);
    const text = readFileSync(presetPath('jd-plus'));
    const planned = await service.plan(text);
    expect(planned).toMatchObject({ currentVersion: 0 });
    expect(applied(await service.apply(text, 'ops')).version).toBe(1);
    expect(catalogue.current().planByCode('plus-year')?.costCap).toBe(9083);
    const exported = (await service.export())!;
    const again = await service.plan(exported);
    expect(again).toMatchObject({ changes: [], currentVersion: 1 });
    expect(again.faults ?? printDifference(again.changes)).toBe('no changes');
    const before = catalogue.current();
    expect(await service.apply(exported, 'ops')).toEqual({ changes: [], version: 1 });
    expect(await service.apply(text, 'ops')).toEqual({ changes: [], version: 1 });
    expect(await catalogue.refresh()).toBe(before);
    expect(await service.export()).toBe(exported);
  });

  test('planning writes nothing', async () => {
    const { service, store } = await emptied(lane);
    await service.plan(withBenefits(COFFEE));
    expect(await store.load(lane.database.read)).toEqual([]);
    expect(await service.export()).toBeUndefined();
  });

  test('a faulty file is answered by its faults and changes nothing', async () => {
    const { service } = await emptied(lane);
    applied(await service.apply(withBenefits(COFFEE), 'ops'));
    const outcome = await service.apply(withBenefits(COFFEE.replace('5', '-5'), '{}'), 'ops', 'mine.yaml');
    expect(outcome.faults?.[0]).toMatchObject({
      file: 'mine.yaml',
      line: 4,
      path: 'benefits[0].unitCost',
      given: '-5',
    });
    expect(outcome.faults).toHaveLength(6);
    expect(await service.plan(withBenefits(COFFEE))).toMatchObject({ changes: [], currentVersion: 1 });
  });

  test('an item keeps id and number while it changes, goes and comes back', async () => {
    const { service, catalogue } = await emptied(lane);
    applied(await service.apply(withBenefits(COFFEE, READING), 'ops'));
    const { id, number } = catalogue.current().benefitByCode('coffee')!;
    applied(await service.apply(withBenefits(COFFEE.replace('faceValue: 20', 'faceValue: 30'), READING), 'ops'));
    expect(catalogue.current().benefit(id)).toMatchObject({ number, faceValue: 30, version: 2, retired: false });
    expect(catalogue.current().benefitByCode('reading')).toMatchObject({ version: 1 });
    applied(await service.apply(withBenefits(READING), 'ops'));
    expect(catalogue.current().benefitByCode('coffee')).toBeUndefined();
    expect(catalogue.current().benefit(id)).toMatchObject({ faceValue: 30, version: 3, retired: true });
    const back = applied(await service.apply(withBenefits(COFFEE, READING), 'ops'));
    expect(back.changes.map(({ action, code }) => [action, code])).toEqual([['ADDED', 'coffee']]);
    expect(catalogue.current().benefitByCode('coffee')).toMatchObject({ id, number, faceValue: 20, version: 4 });
  });

  test('every version stays as it was applied, with who and when', async () => {
    const { service, clock } = await emptied(lane);
    applied(await service.apply(withBenefits(COFFEE), 'mei'));
    clock.advance(1_000);
    applied(await service.apply(withBenefits(), 'lin'));
    expect(await service.version(1)).toMatchObject({ version: 1, appliedBy: 'mei', appliedAt: NOW });
    expect(await service.version(2)).toMatchObject({ version: 2, appliedBy: 'lin', appliedAt: NOW + 1_000 });
    expect((await service.version(1))?.text).toContain('coffee');
    expect((await service.version(2))?.text).not.toContain('coffee');
    expect(await service.version(3)).toBeUndefined();
  });

  test('what accounts and cards were made under is fixed, over a retirement too', async () => {
    const { service } = await emptied(lane);
    const plan = 'plans: [{ code: p, name: P, kind: MEMBERSHIP, price: 9, term: { days: 1 }, costCap: 5 }]\n';
    applied(await service.apply(HEAD + plan, 'ops'));
    applied(await service.apply(HEAD, 'ops'));
    const next = HEAD.replace('CNY', 'USD') + plan.replace('MEMBERSHIP', 'PRIVILEGE');
    for (const outcome of [await service.plan(next), await service.apply(next, 'ops')]) {
      expect(outcome.faults).toMatchObject([
        { line: 2, column: 11, path: 'currency', given: '"USD"' },
        { line: 4, column: 35, path: 'plans[0].kind', given: '"PRIVILEGE"' },
      ]);
    }
    expect(await service.export()).toContain('currency: CNY');
  });

  test('a failure before the commit leaves nothing behind', async () => {
    const { service, store, catalogue } = await emptied(lane);
    applied(await service.apply(withBenefits(COFFEE), 'ops'));
    const broken = new ProgramStore();
    broken.addVersion = () => Promise.reject(new Error('the disk is full'));
    const failing = new ProgramService(lane.database, broken, catalogue, new ManualClock(NOW));
    const before = await store.load(lane.database.read);
    await expect(failing.apply(withBenefits(READING), 'ops')).rejects.toThrow('the disk is full');
    expect(await store.load(lane.database.read)).toEqual(before);
    expect(await service.plan(withBenefits(COFFEE))).toMatchObject({ changes: [], currentVersion: 1 });
  });

  test('several who apply at once come one after the other', async () => {
    const { service, store } = await emptied(lane);
    applied(await service.apply(HEAD, 'ops'));
    // Two doors to one SQLite file block each other inside of one thread; there, two services share a door.
    const other = roomOn(lane.name === 'sqlite' ? lane.database : await lane.openAnother()).service;
    const texts = Array.from({ length: 8 }, (_, at) =>
      withBenefits(...[COFFEE, READING].map((benefit) => benefit.replace('code: ', `code: x${at}-`))),
    );
    const outcomes = await Promise.all(texts.map((text, at) => (at % 2 ? other : service).apply(text, `ops-${at}`)));
    const versions = outcomes.map((outcome) => applied(outcome).version).toSorted();
    expect(versions).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    const items = await store.load(lane.database.read);
    expect(new Set(items.map(({ number }) => number)).size).toBe(items.length);
    const live = items.filter(({ retired, kind }) => !retired && kind === 'BENEFIT').map(({ code }) => code);
    const last = outcomes.findIndex((outcome) => applied(outcome).version === 9);
    expect(live.toSorted()).toEqual([`x${last}-coffee`, `x${last}-reading`]);
  });

  test('a program of thousands of items is applied, changed and read back', async () => {
    const { service, catalogue } = await emptied(lane);
    const offers = (count: number, cost: number): string =>
      `${HEAD}partners: [{ code: brew, name: Brew }]\noffers:\n${Array.from(
        { length: count },
        (_, at) => `  - { code: o${at}, title: O, kind: GIFT, partner: brew, unitCost: ${cost}, faceValue: 0 }\n`,
      ).join('')}`;
    applied(await service.apply(offers(1_001, 1), 'ops'));
    expect(applied(await service.apply(offers(500, 2), 'ops')).changes).toHaveLength(1_001);
    expect(catalogue.current().offers).toHaveLength(500);
    expect(catalogue.current().items('OFFER')).toHaveLength(1_001);
    expect(new Set(catalogue.current().offers.map(({ unitCost }) => unitCost))).toEqual(new Set([2]));
    expect(catalogue.current().offers.map(({ code }) => code)).toEqual(
      Array.from({ length: 500 }, (_, at) => `o${at}`),
    );
  });

  test('a setting that the schema has gained since is there with its default, and is no change', async () => {
    const { service, catalogue } = await emptied(lane);
    applied(await service.apply(HEAD, 'ops'));
    const { levelGuard } = catalogue.current().settings;
    const before = JSON.stringify({ name: 'Demo', currency: 'CNY', timeZone: 'Asia/Shanghai' });
    await lane.database.transaction(async (tx) => {
      await tx.run("UPDATE program_item SET definition = ? WHERE kind = 'PROGRAM'", [before]);
      await tx.run('UPDATE catalogue_version SET version = version + 1');
    });
    expect((await catalogue.refresh()).settings).toMatchObject({ name: 'Demo', levelGuard });
    expect(await service.plan(HEAD)).toMatchObject({ changes: [] });
  });

  test('who applies must be named', async () => {
    const { service } = await emptied(lane);
    await expect(service.apply(HEAD, '')).rejects.toThrow(/1 to 128 characters, given 0/);
  });
});
