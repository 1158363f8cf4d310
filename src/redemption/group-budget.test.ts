// Budgets of groups on both databases: one more limit, shared by all of a group, anew in each period.

import { offer, plan, programText } from '../../test/support/gateway-program';
import { expectBooks, House, must, openHouse, outcomeOf, tally } from '../../test/support/house';
import { eachDatabase } from '../../test/support/lanes';
import { SALE_PARTS } from '../../test/support/sale-program';
import { isRefusal } from '../kernel/refusal';
import { claimOffer } from './claim';
import { outlookOf } from './usability';

const LEVELS = SALE_PARTS.levels;

function program(amount: number, budget: object = {}): string {
  return programText({
    levels: LEVELS,
    plans: [plan('club'), plan('other')],
    offers: [
      offer('treat', { unitCost: 70 }),
      offer('held', { unitCost: 70, costBasis: 'USE' }),
      offer('shared', { unitCost: 70, coPay: true }),
      offer('level', { unitCost: 70, card: 'NONE' }),
      offer('donated', { unitCost: 70, funding: 'PARTNER' }),
    ],
    budgets: [{ code: 'pot', name: 'Pot', amount, period: 'MONTH', plans: ['club'], ...budget }],
  });
}

eachDatabase((lane) => {
  let house: House;
  let other: House;
  beforeAll(async () => {
    house = await openHouse(lane.database, { program: program(0) });
    const door = lane.name === 'mysql' ? await lane.openAnother() : lane.database;
    other = await openHouse(door, { clock: house.clock, program: null });
  });
  // Each test has a month of its own.
  beforeEach(() => house.clock.set(house.catalogue.current().time.nextPeriodAt('MONTH', house.now)!));
  afterEach(async () => {
    expect([...house.errors, ...other.errors]).toEqual([]);
    await expectBooks(lane.database);
  });

  const pot = async () => {
    const [found] = await house.budgets.list(house.catalogue.current());
    const { granted, held, used, left } = found!;
    return { granted, held, used, left };
  };

  test('room for exactly K among many members at once gives exactly K', async () => {
    await house.apply(program(70 * 5 + 69));
    const holders = await Promise.all(Array.from({ length: 8 }, () => house.holder('club')));
    const outcomes = await Promise.all(
      holders.map(({ memberId }, at) => (at % 2 ? house : other).redeem(memberId, 'treat')),
    );
    expect(tally(outcomes)).toEqual({ ISSUED: 5, BUDGET_EXHAUSTED: 3 });
    expect(await pot()).toEqual({ granted: 419, held: 0, used: 350, left: 69 });
    // Who is of no group is not held up, nor is what costs the operator nothing.
    const { memberId } = await house.holder('other');
    expect(outcomeOf(await house.redeem(memberId, 'treat'))).toBe('ISSUED');
    expect(outcomeOf(await house.redeem(holders[0]!.memberId, 'donated'))).toBe('ISSUED');
  });

  test('what is held is given back or used; a co-pay fills up what is missing', async () => {
    await house.apply(program(150));
    const { memberId } = await house.holder('club');
    const [one, two] = [await house.claim(memberId, 'held'), await house.claim(memberId, 'held')];
    expect(await pot()).toEqual({ granted: 150, held: 140, used: 0, left: 10 });
    must(await house.use(one.id));
    expect(await pot()).toEqual({ granted: 150, held: 70, used: 70, left: 10 });
    const quote = must(await house.quote(memberId, 'shared'));
    expect([quote.coPay, quote.cost, quote.refusals]).toEqual([60, 10, []]);
    must(await house.redeem(memberId, 'shared', { maxCoPay: 60 }));
    must(await house.cancel(two.id));
    expect(await pot()).toEqual({ granted: 150, held: 0, used: 80, left: 70 });
  });

  test('is there anew in the next month', async () => {
    await house.apply(program(70));
    const { memberId } = await house.holder('club');
    must(await house.redeem(memberId, 'treat'));
    expect(outcomeOf(await house.redeem(memberId, 'treat'))).toBe('BUDGET_EXHAUSTED');
    house.clock.set(house.catalogue.current().time.nextPeriodAt('MONTH', house.now)!);
    expect(await pot()).toEqual({ granted: 70, held: 0, used: 0, left: 70 });
    expect(outcomeOf(await house.redeem(memberId, 'treat'))).toBe('ISSUED');
  });

  test('follows the program within the running month: more is there at once, less takes what is left', async () => {
    await house.apply(program(100));
    const { memberId } = await house.holder('club');
    must(await house.redeem(memberId, 'treat'));
    await house.apply(program(500));
    await Promise.all([house, other].map((by) => by.catalogue.refresh()));
    expect(await pot()).toEqual({ granted: 500, held: 0, used: 70, left: 430 });
    await house.apply(program(40));
    await other.catalogue.refresh();
    expect(await pot()).toEqual({ granted: 70, held: 0, used: 70, left: 0 });
    await house.apply(program(90));
    expect(await pot()).toEqual({ granted: 90, held: 0, used: 70, left: 20 });
  });

  test('for members at a level counts whatever the operator bears for them', async () => {
    await house.apply(program(70, { plans: [], levels: ['gold'] }));
    const [gold, base] = [await house.member(), await house.member()];
    await house.give(gold, 'GROWTH', 1_000);
    expect(outcomeOf(await house.redeem(gold, 'level'))).toBe('ISSUED');
    expect(outcomeOf(await house.redeem(gold, 'level'))).toBe('BUDGET_EXHAUSTED');
    expect(outcomeOf(await house.redeem(base, 'level'))).toBe('ISSUED');
  });

  test('that is used up is told beside the perk, as of the last look', async () => {
    await house.apply(program(70));
    const { memberId } = await house.holder('club');
    const catalogue = house.catalogue.current();
    const outlook = async () => {
      await house.budgets.look(catalogue);
      const asking = { catalogue, rows: await house.rows(memberId), now: house.now };
      const claim = claimOffer(asking, catalogue.offerByCode('treat')!);
      expect(isRefusal(claim)).toBe(false);
      return outlookOf(claim, undefined, (account) => house.budgets.leftOn(account)).usability;
    };
    expect((await outlook()).usable).toBe(true);
    must(await house.redeem(memberId, 'treat'));
    expect(await outlook()).toMatchObject({ usable: false, reasons: [{ code: 'BUDGET_EXHAUSTED' }] });
  });
});
