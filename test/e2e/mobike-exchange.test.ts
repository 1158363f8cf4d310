// The story of the preset mobike-exchange, told through the API: a scan, a draw, the coupon of another brand.
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { landingOf, rollOf, totalWeight } from '../../src/engagement/draw/drawing';
import { DAY } from '../../src/kernel/clock';
import { namedId } from '../../src/kernel/id';
import { presetPath } from '../../src/program/presets';
import { parseProgram } from '../../src/program/program-file';
import { AUDITOR, NOON, type Who } from '../support/gateway';
import { expectBooksInOrder, fresh, outcomeOf } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { PresetStory } from '../support/preset-story';

const TEXT = readFileSync(presetPath('mobike-exchange'), 'utf8');

interface Drawn {
  readonly __typename: string;
  readonly code?: string;
  readonly id: string;
  readonly prize: { readonly code: string } | null;
  readonly given: { readonly points: number; readonly redemptions: readonly string[] } | null;
}

interface Audit {
  readonly ticket: string;
  readonly seedHash: string;
  readonly seed: string | null;
  readonly oddsVersion: number;
  readonly roll: number;
  readonly landed: string | null;
  readonly won: string | null;
  readonly agrees: boolean;
}

function preset() {
  const { program, faults } = parseProgram(TEXT, 'mobike-exchange.yaml');
  if (faults) throw new Error(JSON.stringify(faults));
  return program.draws[0]!;
}

test('the published odds are those of the rolls: chi-square over 50,000 tickets', () => {
  const draw = preset();
  const seed = createHash('sha256').update('one fixed seed').digest();
  const rolls = 50_000;
  const counts = new Map<string, number>();
  for (let at = 0; at < rolls; at += 1) {
    const landed = landingOf(draw, rollOf(seed, namedId('rider', String(at)), totalWeight(draw))) ?? 'nothing';
    counts.set(landed, (counts.get(landed) ?? 0) + 1);
  }
  const weights = [
    ...draw.prizes.map(({ code, weight }) => [code, weight] as const),
    ['nothing', draw.nothing] as const,
  ];
  const chiSquare = weights.reduce((sum, [code, weight]) => {
    const wanted = (rolls * weight) / totalWeight(draw);
    return sum + ((counts.get(code) ?? 0) - wanted) ** 2 / wanted;
  }, 0);
  // Three degrees of freedom, one in a thousand.
  expect(chiSquare).toBeLessThan(16.27);
});

eachDatabase((lane) => {
  let story: PresetStory;
  beforeAll(async () => {
    story = await PresetStory.begin(lane.url, 'mobike-exchange');
  });
  beforeEach(async () => {
    story.gateway.clock.set(NOON);
    await story.apply(TEXT);
  });
  afterAll(async () => {
    await story.gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const unlocks = (who: Who) => story.tells(who, 'CUSTOM', { name: 'unlock-by-scan' });
  const draws = (who: Who, key = fresh('key')) =>
    story.gateway.run<Drawn>(who, 'draw', { input: { draw: 'unlock-draw', idempotencyKey: key } });
  const chances = async (who: Who) => (await story.activities(who)).draws[0]!.chances;
  /** The same program with other weights and stocks. */
  const changed = (change: (draw: string) => string) => {
    const at = TEXT.indexOf('draws:\n  - code');
    return TEXT.slice(0, at) + change(TEXT.slice(at));
  };

  test('unlocking gives chances, twice a day, and a week of riding gives more', async () => {
    const who = await story.member();
    expect((await draws(who)).code).toBe('NO_CHANCE');
    for (let time = 0; time < 4; time += 1) await unlocks(who);
    expect(await chances(who)).toBe(2);
    for (let day = 2; day <= 7; day += 1) {
      story.gateway.clock.advance(DAY);
      await unlocks(who);
    }
    expect(await chances(who)).toBe(2 + 6 + 3);
    const won = await draws(who);
    expect(won.__typename).toBe('Drawing');
    expect(await chances(who)).toBe(10);
    const week = (await story.activities(who)).tasks.find(({ task }) => task.code === 'riding-week');
    expect(week).toMatchObject({ progress: 0, target: 7 });
  });

  test('a prize is the coupon of the partner, in the wallet at once; a key draws once; nobody claims it', async () => {
    await story.apply(
      changed((draw) => draw.replace('nothing: 800', 'nothing: 0').replace('weight: 30', 'weight: 1000000000')),
    );
    const who = await story.member();
    await unlocks(who);
    const key = fresh('key');
    const won = await draws(who, key);
    expect(won).toMatchObject({ prize: { code: 'chicken' }, given: { redemptions: [expect.any(String)] } });
    expect(await draws(who, key)).toEqual(won);
    expect((await story.has(who)).coupons).toEqual(['A bucket of chicken wings on the house']);
    await story.use(won.given!.redemptions[0]!);
    expect(outcomeOf(await story.redeem(who, 'chicken-coupon'))).toBe('NOT_ELIGIBLE');
  });

  test('most often nothing is won: the chance is taken, nothing is given, and the drawing says so', async () => {
    await story.apply(changed((draw) => draw.replace('nothing: 800', 'nothing: 1000000000')));
    const who = await story.member();
    await unlocks(who);
    const drawn = await draws(who);
    expect(drawn).toMatchObject({ __typename: 'Drawing', prize: null, given: null });
    expect([await chances(who), await story.has(who)]).toMatchObject([0, { points: 0, coupons: [] }]);
    const audit = await story.gateway.run<Audit>(AUDITOR, 'audit-drawing', { id: drawn.id });
    expect(audit).toMatchObject({ landed: null, won: null, agrees: true });
  });

  test('a brand whose coupons are gone loses its winners to the next prize', async () => {
    // Prizes of their own, so that what other riders have won counts for nothing.
    const changes: readonly (readonly [string, string])[] = [
      ['nothing: 800', 'nothing: 0'],
      ['code: shoes\n', 'code: last-shoes\n'],
      ['code: chicken\n', 'code: last-chicken\n'],
      ['weight: 10', 'weight: 1000000000'],
      ['stock: 200', 'stock: 1'],
      ['stock: 1000', 'stock: 1'],
    ];
    await story.apply(changed((draw) => changes.reduce((text, [from, to]) => text.replace(from, to), draw)));
    const riders = await Promise.all([story.member(), story.member(), story.member()]);
    const won = [];
    for (const who of riders) {
      await unlocks(who);
      won.push((await draws(who)).prize?.code);
    }
    expect(won).toEqual(['last-shoes', 'last-chicken', 'points']);
  });

  test('anybody can compute a drawing again once its day is over', async () => {
    const who = await story.member();
    await unlocks(who);
    const { seedHash } = (await story.activities(who)).draws[0]!;
    const drawn = await draws(who);
    const today = await story.gateway.run<Audit>(who, 'audit-drawing', { id: drawn.id });
    const { version } = story.gateway.gateway.catalogue.current().drawByCode('unlock-draw')!;
    expect(today).toMatchObject({ agrees: true, seed: null, seedHash, oddsVersion: version });
    // Other odds since then are another version, and change nothing about this drawing.
    await story.apply(changed((draw) => draw.replace('nothing: 800', 'nothing: 0')));
    expect(story.gateway.gateway.catalogue.current().drawByCode('unlock-draw')!.version).toBeGreaterThan(version);
    story.gateway.clock.advance(DAY);
    const audit = await story.gateway.run<Audit>(AUDITOR, 'audit-drawing', { id: drawn.id });
    // By hand, as the description of the type says it.
    const seed = Buffer.from(audit.seed!, 'hex');
    expect(createHash('sha256').update(seed).digest('hex')).toBe(seedHash);
    const digest = createHmac('sha256', seed).update(Buffer.from(audit.ticket, 'hex')).digest('hex');
    expect(Number(BigInt(`0x${digest}`) % 1_000n)).toBe(audit.roll);
    expect(audit).toMatchObject({ won: drawn.prize?.code ?? null, oddsVersion: version, agrees: true });
    const other = await story.member();
    expect(await story.gateway.run<Audit | null>(other, 'audit-drawing', { id: drawn.id })).toBeNull();
  });
});
