// Code files loaded into pools: each line counted, each code once, however often a load breaks off or runs twice.
import { Readable } from 'node:stream';
import { offer, programText } from '../../test/support/gateway-program';
import { expectBooks, House, openHouse, unique } from '../../test/support/house';
import { eachDatabase } from '../../test/support/lanes';
import type { Id } from '../kernel/id';
import type { CodeImportReport } from './code-pool.service';

const CHUNK = 5_000;
const LINES = 12_345;
const OFFERS = 12;
const PROGRAM = programText({
  offers: Array.from({ length: OFFERS }, (_, at) => offer(`pool-${at}`, { fulfilment: 'CODE_POOL' })),
});

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, at) => `CODE-${from + at}`);
const fileOf = (lines: readonly string[]) => Buffer.from(`${lines.join('\n')}\n`);

/** The file, broken off after so many of its lines. */
function* brokenOff(lines: readonly string[], after: number): Generator<Buffer> {
  yield fileOf(lines.slice(0, after));
  throw new Error('the disk is gone');
}

eachDatabase((lane) => {
  let house: House;
  let other: House;
  let opened = 0;
  beforeAll(async () => {
    house = await openHouse(lane.database, { program: PROGRAM });
    // A second process; SQLite's driver waits synchronously, so there it uses the same door.
    const door = lane.name === 'mysql' ? await lane.openAnother() : lane.database;
    other = await openHouse(door, { clock: house.clock, program: null });
  });
  afterAll(() => expectBooks(lane.database));

  /** An offer whose pool no other test has touched. */
  const freshOffer = (): Id => house.item(`pool-${opened++}`).itemId;
  const load = (offerId: Id, lines: readonly string[], more: { name?: string; by?: House } = {}) => {
    const { name = unique('file'), by = house } = more;
    return by.pools.load({ offerId, name, source: Readable.from([fileOf(lines)]) });
  };
  const stockOf = async (offerId: Id): Promise<number> => {
    await house.stock.look(house.catalogue.current());
    return house.stock.left(house.catalogue.current().offer(offerId)!)!.left;
  };
  const counts = ({ lines, added, duplicates, blank, faulty, resumedAt }: CodeImportReport) => {
    expect(added + duplicates + blank + faulty).toBe(lines);
    return { lines, added, duplicates, blank, faulty, resumedAt };
  };

  test('counts what became of each line, and names the first faulty ones', async () => {
    const offerId = freshOffer();
    await load(offerId, ['OLD-1', 'OLD-2']);
    const faulty = Array.from({ length: 25 }, (_, at) => `bad\u0000${at}`);
    const report = await load(offerId, ['code', 'A', '', 'B', 'A', 'OLD-1', 'x'.repeat(10_000), ...faulty]);
    const expected = { lines: 32, added: 2, duplicates: 2, blank: 2, faulty: 26, resumedAt: 0 };
    expect(counts(report)).toEqual(expected);
    expect(report.faults).toHaveLength(20);
    expect(report.faults.slice(0, 2)).toEqual([
      { line: 7, reason: 'longer than 128 characters' },
      { line: 8, reason: 'has control or invisible characters' },
    ]);
    expect(await house.pools.state(offerId)).toEqual({ loaded: 4, issued: 0 });
    expect(await stockOf(offerId)).toBe(4);
  });

  test('the same code may be in the pools of two offers', async () => {
    const [one, two] = [freshOffer(), freshOffer()];
    expect(await load(one, ['A'])).toMatchObject({ added: 1 });
    expect(await load(two, ['A'])).toMatchObject({ added: 1 });
  });

  test('a file of no code at all adds nothing', async () => {
    const offerId = freshOffer();
    expect(counts(await load(offerId, ['', '']))).toMatchObject({ lines: 2, added: 0, blank: 2 });
    expect(await house.pools.load({ offerId, name: 'empty', source: Readable.from([]) })).toMatchObject({ lines: 0 });
    expect(await stockOf(offerId)).toBe(0);
  });

  test('goes on where it broke off, wherever that was', async () => {
    const offerId = freshOffer();
    const name = unique('file');
    // Each third code stands in the file twice, over the borders of chunks too.
    const lines = numbered(LINES).map((code, at) => (at % 3 === 2 ? `CODE-${at - 2}` : code));
    const progress: number[] = [];
    for (const after of [10, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 7, LINES]) {
      const source = Readable.from(brokenOff(lines, after));
      const broken = house.pools.load({ offerId, name, source });
      await expect(broken).rejects.toThrow('the disk is gone');
      progress.push((await house.pools.state(offerId))?.loaded ?? 0);
      await expectBooks(lane.database);
    }
    const firsts = new Set(lines.slice(0, CHUNK)).size;
    const seconds = new Set(lines.slice(0, 2 * CHUNK)).size;
    expect(progress).toEqual([0, 0, firsts, firsts, seconds, seconds]);
    // When it is run to its end, then the counts are those of a run without a break.
    const distinct = new Set(lines).size;
    const report = counts(await load(offerId, lines, { name }));
    const expected = { lines: LINES, added: distinct, duplicates: LINES - distinct, blank: 0, faulty: 0 };
    expect(report).toEqual({ ...expected, resumedAt: 2 * CHUNK });
    expect(await stockOf(offerId)).toBe(distinct);
    // And run once more it adds nothing, under its name or another.
    expect(counts(await load(offerId, lines, { name }))).toEqual({ ...expected, resumedAt: LINES });
    expect(counts(await load(offerId, lines))).toMatchObject({ added: 0, duplicates: LINES });
    expect(await house.pools.state(offerId)).toEqual({ loaded: distinct, issued: 0 });
  });

  test('the same file loaded by two processes at once is taken in once, and both count it right', async () => {
    const offerId = freshOffer();
    const name = unique('file');
    const lines = [...numbered(LINES), 'CODE-0', ''];
    const reports = await Promise.all([house, other, house].map((by) => load(offerId, lines, { name, by })));
    for (const report of reports) {
      expect(counts(report)).toMatchObject({ lines: LINES + 2, added: LINES, duplicates: 1, blank: 1 });
    }
    expect(await house.pools.state(offerId)).toEqual({ loaded: LINES, issued: 0 });
    expect(await stockOf(offerId)).toBe(LINES);
  });

  test('files that share codes, loaded at once, bring each code once', async () => {
    const offerId = freshOffer();
    const [left, right] = [numbered(LINES), numbered(LINES, LINES / 3)];
    const reports = await Promise.all([load(offerId, left), load(offerId, right, { by: other })]);
    const distinct = new Set([...left, ...right]).size;
    expect(reports.map((report) => counts(report).lines)).toEqual([LINES, LINES]);
    expect(reports[0]!.added + reports[1]!.added).toBe(distinct);
    expect(await house.pools.state(offerId)).toEqual({ loaded: distinct, issued: 0 });
    expect(await stockOf(offerId)).toBe(distinct);
  });

  test('no code lies in the database as it is', async () => {
    const offerId = freshOffer();
    await load(offerId, ['VERY-SECRET-CODE']);
    const rows = await lane.database.read.arrays('SELECT code_hash, code_cipher FROM pool_code');
    expect(rows.length).toBeGreaterThan(0);
    expect(Buffer.concat(rows.flat() as Buffer[]).includes('SECRET')).toBe(false);
  });
});
