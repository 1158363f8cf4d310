// Feeds that were tampered with at random: exactly what was removed, changed, added and doubled is found, whatever the
// order of the lines, the calls that they came in, and wherever a run breaks off.
import fc from 'fast-check';
import { BEA } from '../../../test/support/agreement-scene';
import { offer, programText } from '../../../test/support/gateway-program';
import { type House, openHouse } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { MARCH, partnerId, Reconciliation, reconciliationOf, USES } from '../../../test/support/reconciliation-scene';
import { Database } from '../../database/database';
import { DAY, HOUR } from '../../kernel/clock';
import type { Redemption } from '../../redemption/redemption';
import type { ClearLine } from './feed';

const PROGRAM = programText({
  offers: [
    offer('latte', { card: 'NONE', fulfilment: 'CODE_POOL', unitCost: 20, couponValidDays: 60 }),
    offer('mug', { card: 'NONE', unitCost: 35, couponValidDays: 60 }),
    offer('film', { card: 'NONE', partner: 'cinema', fulfilment: 'CODE_POOL' }),
  ],
});
/** Used in the period. */
const USED = 24;
const CHANGES = ['KEEP', 'REMOVE', 'AMOUNT', 'DATE', 'STATE', 'AMOUNT+STATE', 'DOUBLE', 'TREBLE'] as const;
const EXTRAS = ['NEVER ISSUED', 'UNKNOWN', 'OF ANOTHER PARTNER', 'NOT USED', 'USED BEFORE'] as const;

/** What the two sides have before anybody tampers with the feed. */
interface Scene {
  readonly house: House;
  readonly used: readonly { readonly id: string; readonly line: Omit<ClearLine, 'line'> }[];
  /** Lines that the feed should not have, and what is found of each. */
  readonly extras: Readonly<
    Record<(typeof EXTRAS)[number], { readonly line: Omit<ClearLine, 'line'>; readonly found: string }>
  >;
}

async function sceneOn(database: Database): Promise<Scene> {
  const house = await openHouse(database, { program: PROGRAM });
  const memberId = await house.member();
  house.clock.set(MARCH.periodFrom - 20 * DAY);
  const [free] = [...(await house.fillPool('latte', USED + 4))].reverse();
  const [foreign] = await house.fillPool('film', 1);
  const codeOf = ({ itemId, sealedCode }: Redemption) => house.cipher.open(itemId, sealedCode!);
  const claim = () => house.claim(memberId, Math.floor(house.now / HOUR) % 2 === 0 ? 'latte' : 'mug');
  const lineOf = (redemption: Redemption) => ({
    code: codeOf(redemption),
    amount: redemption.cost,
    at: redemption.usedAt,
  });
  const before = (await house.use((await claim()).id)) as Redemption;
  const unused = await claim();
  const used: Scene['used'][number][] = [];
  for (let at = 0; at < USED; at += 1) {
    house.clock.set(MARCH.periodFrom + at * 29 * HOUR);
    const redemption = (await house.use((await claim()).id)) as Redemption;
    used.push({ id: redemption.id, line: lineOf(redemption) });
  }
  house.clock.set(MARCH.periodBefore + DAY);
  return {
    house,
    used,
    extras: {
      'NEVER ISSUED': { line: { code: free! }, found: 'ONLY_THEIRS' },
      UNKNOWN: { line: { code: 'a code of nobody' }, found: 'UNKNOWN' },
      'OF ANOTHER PARTNER': { line: { code: foreign! }, found: 'UNKNOWN' },
      'NOT USED': { line: { code: codeOf(unused) }, found: 'DIFFERS STATE' },
      'USED BEFORE': { line: lineOf(before), found: 'MATCHED' },
    },
  };
}

interface Tampering {
  readonly changes: readonly (typeof CHANGES)[number][];
  readonly extras: readonly (typeof EXTRAS)[number][];
  /** Which place each line gets. */
  readonly order: readonly number[];
  readonly chunk: number;
  readonly rowsAPass: number;
  /** What becomes of each transaction of the run. */
  readonly faults: readonly ('none' | 'before' | 'after')[];
}

const tampering: fc.Arbitrary<Tampering> = fc.record({
  changes: fc.array(fc.constantFrom(...CHANGES), { minLength: USED, maxLength: USED }),
  extras: fc.uniqueArray(fc.constantFrom(...EXTRAS)),
  order: fc.array(fc.nat(), { minLength: 3 * USED + EXTRAS.length, maxLength: 3 * USED + EXTRAS.length }),
  chunk: fc.integer({ min: 1, max: 40 }),
  rowsAPass: fc.integer({ min: 1, max: 9 }),
  faults: fc.array(fc.constantFrom('none', 'none', 'before', 'after'), { maxLength: 30 }),
});

/** One line of the tampered feed, and what is to be found of it; a doubled one names the use, not the line. */
interface Planned {
  readonly line: Omit<ClearLine, 'line'>;
  readonly found: string;
  readonly use?: string;
}

function plan({ used, extras }: Scene, asked: Tampering): { readonly lines: Planned[]; readonly missing: string[] } {
  const lines: Planned[] = [];
  const missing: string[] = [];
  for (const [at, { id, line }] of used.entries()) {
    const change = asked.changes[at]!;
    if (change === 'REMOVE') missing.push(`ONLY_OURS ${id}`);
    else if (change === 'KEEP') lines.push({ line, found: 'MATCHED' });
    else if (change === 'DOUBLE' || change === 'TREBLE') {
      const copies = change === 'DOUBLE' ? 2 : 3;
      for (let copy = 1; copy <= copies; copy += 1) lines.push({ line, found: 'DOUBLED', use: id });
    } else {
      const changed: Partial<ClearLine> = {
        ...(change.includes('AMOUNT') ? { amount: line.amount! + 1 } : {}),
        ...(change.includes('DATE') ? { at: line.at! + 6 * HOUR } : {}),
        ...(change.includes('STATE') ? { state: 'CANCELLED' } : {}),
      };
      lines.push({ line: { ...line, ...changed }, found: `DIFFERS ${change}` });
    }
  }
  for (const extra of asked.extras) lines.push(extras[extra]);
  const by = new Map(lines.map((line, at) => [line, asked.order[at]!]));
  return { lines: lines.sort((left, right) => by.get(left)! - by.get(right)!), missing };
}

/** As the findings are told: of a use that is there several times the first line matches, and the others repeat it. */
function expected({ lines, missing }: ReturnType<typeof plan>): string[] {
  const firsts = new Map<string, number>();
  const told = lines.map(({ found, use }, at) => {
    const line = at + 1;
    if (use === undefined) {
      const [kind, ...differs] = found.split(' ');
      return [kind, line, ...differs].join(' ');
    }
    const first = firsts.get(use);
    if (first === undefined) firsts.set(use, line);
    return first === undefined ? `MATCHED ${line}` : `DOUBLED ${line} of ${first}`;
  });
  return [...told, ...missing].sort();
}

/** A door that breaks off some of its transactions, before or after they are committed. */
function breakingOff(database: Database, faults: readonly string[]): Database {
  const left = [...faults];
  return Object.create(database, {
    transaction: {
      value: async (work: Parameters<Database['transaction']>[0]) => {
        const fault = left.shift();
        if (fault === 'before') throw new Error('cut off');
        const result = await database.transaction(work);
        if (fault === 'after') throw new Error('cut off');
        return result;
      },
    },
  }) as Database;
}

eachDatabase((lane) => {
  let scene: Scene;
  let counted = 0;
  beforeAll(async () => {
    scene = await sceneOn(lane.database);
  }, 60_000);

  test('what was tampered with is found, and nothing else', async () => {
    const { house } = scene;
    const property = async (asked: Tampering) => {
      const planned = plan(scene, asked);
      const lines = planned.lines.map(({ line }, at) => ({ ...line, line: at + 1 }));
      counted += 1;
      const { feeds } = reconciliationOf(house);
      const feed = await feeds.open(
        BEA,
        {},
        { partnerId: partnerId(house), name: `feed ${counted}`, terms: USES, ...MARCH },
      );
      if ('refused' in feed) throw new Error(feed.message);
      // Chunks overlap, as when a caller is not sure of the one before.
      for (let from = 0; from < lines.length; from += asked.chunk) {
        const chunk = lines.slice(Math.max(0, from - 1), from + asked.chunk);
        expect(await feeds.record({}, feed.id, chunk)).toMatchObject({ lines: chunk.length, faulty: 0 });
      }
      expect(await feeds.close(BEA, {}, feed.id, lines.length)).toMatchObject({ state: 'CLOSED' });
      const database = breakingOff(lane.database, ['none', ...asked.faults]);
      const cut = reconciliationOf(house, { database, rowsAPass: asked.rowsAPass });
      const begun = await cut.reconciliations.start(BEA, feed.id, { amount: 0, minutes: 5, days: 0 });
      if ('refused' in begun) throw new Error(begun.message);
      for (let passes = 0; passes < 1_000; passes += 1) {
        const more = await cut.reconciliations.pass().catch((error: Error) => error.message === 'cut off');
        if (!more) break;
      }
      const run = (await cut.reconciliations.find({}, begun.id))!;
      expect(run).toMatchObject({ state: 'DONE', done: run.total });
      const found = await new Reconciliation(house).found(run);
      expect(found).toEqual(expected(planned));
      const counts = Object.values(run.totals).map(({ count }) => count);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(found.length);
      const [left] = await lane.database.read.arrays('SELECT COUNT(*) FROM reconciliation_ours');
      expect(Number(left![0])).toBe(0);
    };
    await fc.assert(fc.asyncProperty(tampering, property), { numRuns: 25 });
  }, 300_000);
});
