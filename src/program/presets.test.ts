// The presets that come with the package: each is sound, and the demo's says what it promises.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { listPresets, presetPath } from './presets';
import { costCapOfPlan, type Program } from './program';
import { printFault } from './program-fault';
import { parseProgram } from './program-file';

function preset(name: string): Program {
  const path = presetPath(name);
  const parsed = parseProgram(readFileSync(path), basename(path));
  if (parsed.faults) throw new Error(parsed.faults.map(printFault).join('\n'));
  return parsed.program;
}

test.each(listPresets())('%s is sound', (name) => {
  expect(preset(name).levels.length).toBeGreaterThan(0);
});

test.each(['nothing', '../presets/jd-plus', ''])('there is no preset %j', (name) => {
  expect(() => presetPath(name)).toThrow(/there is no preset .*; there are .*jd-plus/);
});

describe('jd-plus', () => {
  const program = preset('jd-plus');
  const plus = program.plans.find(({ code }) => code === 'plus-year')!;

  test('caps a card of 109 yuan at 90.83 yuan', () => {
    expect([program.currency, plus.price, plus.targetRoi, costCapOfPlan(plus)]).toEqual(['CNY', 10900, 1.2, 9083]);
    expect(plus.term).toEqual({ months: 12 });
  });

  test('promises 100 yuan of freight coupons a month, which a card can always pay for', () => {
    const { quota } = plus.entitlements.find(({ benefit }) => benefit === 'freight-coupon')!;
    const coupon = program.benefits.find(({ code }) => code === 'freight-coupon')!;
    expect(quota!.period).toBe('MONTH');
    expect(quota!.limit * coupon.faceValue).toBe(10_000);
    expect(coupon.useConditions).toBeDefined();
    expect(quota!.limit * coupon.unitCost).toBeLessThanOrEqual(plus.subCaps.perMonth!);
    expect(quota!.limit * coupon.unitCost * 12).toBeLessThanOrEqual(plus.subCaps.perClass.SERVICE!);
    expect(plus.subCaps.perClass.SERVICE!).toBeLessThan(costCapOfPlan(plus));
  });

  test('has tenfold points, a member price, and privilege cards of which the pet card draws on its parent', () => {
    expect(plus.pointsMultiplier).toBe(10);
    const passive = program.benefits.filter(({ redeemable }) => !redeemable).map(({ code }) => code);
    expect(passive).toEqual(expect.arrayContaining(['member-price', 'tenfold-points']));
    const privilege = program.plans.filter(({ kind }) => kind === 'PRIVILEGE');
    expect(privilege.map(({ code, drawsOnParentCap }) => [code, drawsOnParentCap])).toEqual([
      ['medical-card', false],
      ['pet-card', true],
      ['black-gold-card', false],
    ]);
  });

  test('has offers of eight brands, of every kind, by each way of fulfilment', () => {
    expect(program.partners).toHaveLength(8);
    expect(program.offers).toHaveLength(25);
    expect(new Set(program.offers.map(({ partner }) => partner)).size).toBe(8);
    expect(new Set(program.offers.map(({ kind }) => kind)).size).toBe(6);
    expect(new Set(program.offers.map(({ fulfilment }) => fulfilment)).size).toBe(3);
  });
});

describe('presets of levels', () => {
  test('jd-growth needs growth and a rating that rise together, and keeps a level for a year', () => {
    const { levelPolicy, levels } = preset('jd-growth');
    expect(levelPolicy).toMatchObject({
      keep: { months: 12 },
      downgrade: 'ONE_STEP',
      rating: { initial: 50, max: 100 },
    });
    expect(levels.map(({ minRating = 0 }) => minRating)).toEqual([0, 40, 60, 75, 85]);
  });

  test('iqiyi-vip has its levels inside of paid plans, each with a gift pack to claim', () => {
    const { levelPolicy, levels, plans } = preset('iqiyi-vip');
    expect(levelPolicy!.plans).toEqual(plans.map(({ code }) => code));
    expect(levels.map(({ gifts }) => gifts.map(({ auto }) => auto))).toEqual(Array(7).fill([false]));
  });

  test('qq-vip has eight levels, a fall of 5 a day from day 8, and slow steps from 5 to 6 and from 6 to 7', () => {
    const { levelPolicy, levels } = preset('qq-vip');
    expect(levelPolicy!.decay).toMatchObject({ graceDays: 7, firstDay: 8, everyDays: 1, step: 5, floor: 0 });
    expect(levels.map(({ minDays = 0 }) => minDays)).toEqual([0, 0, 0, 0, 548, 1_096, 365, 0]);
  });
});
