// Agreements that are amended while members claim, on both databases: what is in force when, and what stays counted.
import * as fc from 'fast-check';
import { agree, agreed, BEA, balancesOf, cups, termsOf } from '../../test/support/agreement-scene';
import { offer, plan, programText } from '../../test/support/gateway-program';
import { expectBooks, type House, must, openHouse, outcomeOf, tally } from '../../test/support/house';
import { eachDatabase } from '../../test/support/lanes';
import type { WrittenTerms } from '../agreements/agreement-terms';
import { deliveryParts } from '../agreements/exchange-transfers';
import { DAY, HOUR } from '../kernel/clock';
import { newId } from '../kernel/id';
import { TRANSFER_CODES } from '../ledger/chart';

const EXCHANGED = { funding: 'EXCHANGE', card: 'NONE', unitCost: 300, couponValidDays: 90 };
const NAMES = ['raised', 'lowered', 'dated', 'stale', 'room', 'warned', 'valued', 'gone', 'lengths', 'random'];
const PROGRAM = programText({
  plans: [plan('plus', { costCap: 1_000 })],
  offers: NAMES.map((name) => offer(name, EXCHANGED)),
});

eachDatabase((lane) => {
  let house: House;
  let other: House;
  beforeAll(async () => {
    house = await openHouse(lane.database, { program: PROGRAM });
    const door = lane.name === 'mysql' ? await lane.openAnother() : lane.database;
    other = await openHouse(door, { clock: house.clock, program: null });
  });
  afterEach(async () => {
    expect([...house.errors, ...other.errors]).toEqual([]);
    await expectBooks(lane.database);
  });

  const revise = (id: string, terms: WrittenTerms) => house.exchange.agreements.revise(BEA, id, terms);
  const amend = async (id: string, terms: WrittenTerms) => {
    house.clock.advance(1);
    must((await revise(id, terms)) ?? true);
    await agree(house, id);
  };
  const claims = async (at: House, memberId: string, item: string, times: number) => {
    const outcomes: string[] = [];
    for (let time = 0; time < times; time += 1) outcomes.push(outcomeOf(await at.redeem(memberId, item)));
    return outcomes;
  };
  const counted = (outcomes: readonly string[]) => {
    return Object.fromEntries(
      [...new Set(outcomes)].map((one) => [one, outcomes.filter((each) => each === one).length]),
    );
  };
  const inForce = async (id: string) => (await house.exchange.agreements.find({}, id))!.agreement.revision;
  const runJobs = async () => {
    for (const job of house.exchange.agreementJobs) await job.run();
  };
  const dayText = (instant: number) => house.catalogue.current().time.isoDate(instant);

  test('a ceiling that is raised in the middle of its period: what is used stays counted', async () => {
    const per = (quantity: number) => termsOf([cups(house, 'raised', { ceiling: { per: 'MONTH', quantity } })]);
    const id = await agreed(house, per(2));
    const memberId = await house.member();
    const [first] = [await house.claim(memberId, 'raised'), await house.claim(memberId, 'raised')];
    expect(await claims(house, memberId, 'raised', 1)).toEqual(['EXCHANGE_CEILING_REACHED']);
    // Given a revision that only one side has confirmed, the old one stays in force.
    house.clock.advance(1);
    must((await revise(id, per(5))) ?? true);
    must((await house.exchange.agreements.confirm(BEA, {}, id, 2)) ?? true);
    expect(await claims(house, memberId, 'raised', 1)).toEqual(['EXCHANGE_CEILING_REACHED']);
    await agree(house, id);
    expect(await inForce(id)).toBe(2);
    const quote = must(await house.quote(memberId, 'raised'));
    expect(quote.limits.filter(({ kind }) => kind === 'EXCHANGE_CEILING')).toMatchObject([{ takes: 1, left: 3 }]);
    expect(await claims(house, memberId, 'raised', 4)).toEqual([
      'ISSUED',
      'ISSUED',
      'ISSUED',
      'EXCHANGE_CEILING_REACHED',
    ]);
    // What was claimed under the old terms comes back under the new ceiling.
    must(await house.cancel(first.id));
    expect((await balancesOf(house, id)).items[0]!.ceilings).toMatchObject([{ quantity: 5, used: 4, left: 1 }]);
    expect(await claims(house, memberId, 'raised', 2)).toEqual(['ISSUED', 'EXCHANGE_CEILING_REACHED']);
    // The next month opens with the new quantity.
    house.clock.set(house.catalogue.current().time.nextPeriodAt('MONTH', house.now)!);
    expect(counted(await claims(house, memberId, 'raised', 6))).toEqual({ ISSUED: 5, EXCHANGE_CEILING_REACHED: 1 });
  });

  test('one that is lowered below what is used refuses until enough came back', async () => {
    const whole = (quantity: number) => termsOf([cups(house, 'lowered', { quantity })]);
    const id = await agreed(house, whole(5));
    const memberId = await house.member();
    const given = [];
    for (let time = 0; time < 4; time += 1) given.push(await house.claim(memberId, 'lowered'));
    await amend(id, whole(2));
    expect(await claims(house, memberId, 'lowered', 1)).toEqual(['EXCHANGE_CEILING_REACHED']);
    expect((await balancesOf(house, id)).items[0]!.ceilings).toMatchObject([{ quantity: 2, used: 4, left: -2 }]);
    must(await house.cancel(given[0]!.id));
    must(await house.cancel(given[1]!.id));
    expect(must(await house.quote(memberId, 'lowered')).limits).toContainEqual(
      expect.objectContaining({ kind: 'EXCHANGE_CEILING', left: 0 }),
    );
    expect(await claims(house, memberId, 'lowered', 1)).toEqual(['EXCHANGE_CEILING_REACHED']);
    must(await house.cancel(given[2]!.id));
    expect(await claims(house, memberId, 'lowered', 2)).toEqual(['ISSUED', 'EXCHANGE_CEILING_REACHED']);
    await amend(id, whole(3));
    expect(await claims(house, memberId, 'lowered', 2)).toEqual(['ISSUED', 'EXCHANGE_CEILING_REACHED']);
  });

  test('with a day of its own: in force exactly from its begin, whoever has written that down', async () => {
    const { time } = house.catalogue.current();
    const day = time.addDays(house.now, 3);
    const begin = time.startOfDay(time.dayNumber(day));
    const per = (quantity: number, more: object = {}) =>
      termsOf([cups(house, 'dated', { ceiling: { per: 'DAY', quantity } })], more);
    const id = await agreed(house, per(1));
    const memberId = await house.member();
    await amend(id, per(3, { effectiveOn: dayText(day) }));
    const found = (await house.exchange.agreements.find({}, id))!;
    expect(found.agreement).toMatchObject({ revision: 1, nextAt: begin });
    house.clock.set(begin - 1);
    expect(await claims(house, memberId, 'dated', 2)).toEqual(['ISSUED', 'EXCHANGE_CEILING_REACHED']);
    house.clock.set(begin);
    expect(counted(await claims(house, memberId, 'dated', 4))).toEqual({ ISSUED: 3, EXCHANGE_CEILING_REACHED: 1 });
    expect((await balancesOf(house, id)).items[0]!.ceilings).toMatchObject([{ quantity: 3, used: 3, left: 0 }]);
    expect(await inForce(id)).toBe(1);
    await runJobs();
    expect((await house.exchange.agreements.find({}, id))!.agreement).toMatchObject({ revision: 2, nextAt: undefined });
    // One that waits for its day is overtaken by one that takes effect at once.
    await amend(id, per(9, { effectiveOn: dayText(house.now + 5 * DAY) }));
    await amend(id, per(4));
    expect(await claims(house, memberId, 'dated', 2)).toEqual(['ISSUED', 'EXCHANGE_CEILING_REACHED']);
    house.clock.advance(6 * DAY);
    await runJobs();
    expect(await inForce(id)).toBe(4);
    expect(counted(await claims(house, memberId, 'dated', 5))).toEqual({ ISSUED: 4, EXCHANGE_CEILING_REACHED: 1 });
  });

  test('a gateway that has not heard of it yet goes by the old one, and nothing is counted twice', async () => {
    const whole = (quantity: number) => termsOf([cups(house, 'stale', { quantity })]);
    const id = await agreed(house, whole(3));
    await other.catalogue.refresh();
    const memberId = await house.member();
    await amend(id, whole(5));
    expect(await claims(other, memberId, 'stale', 4)).toEqual([
      'ISSUED',
      'ISSUED',
      'ISSUED',
      'EXCHANGE_CEILING_REACHED',
    ]);
    await other.catalogue.refresh();
    const members = await Promise.all([1, 2, 3, 4].map(() => house.member()));
    const raced = await Promise.all(members.map((who, at) => (at % 2 ? house : other).redeem(who, 'stale')));
    expect(tally(raced)).toEqual({ ISSUED: 2, EXCHANGE_CEILING_REACHED: 2 });
    expect(await balancesOf(house, id)).toMatchObject({ received: 2_500 });
  });

  test('the room follows, also where a delivery is what touches it first', async () => {
    const ahead = (theirsAhead: number) => termsOf([cups(house, 'room')], { allowedImbalance: { theirsAhead } });
    const id = await agreed(house, ahead(500));
    const memberId = await house.member();
    expect(await claims(house, memberId, 'room', 2)).toEqual(['ISSUED', 'EXCHANGE_IMBALANCE_REACHED']);
    await amend(id, ahead(1_600));
    expect(await balancesOf(house, id)).toMatchObject({ roomLeft: 1_100 });
    expect(await claims(house, memberId, 'room', 3)).toEqual(['ISSUED', 'ISSUED', 'EXCHANGE_IMBALANCE_REACHED']);
    await amend(id, ahead(600));
    expect(await balancesOf(house, id)).toMatchObject({ roomLeft: -900, imbalance: 1_500 });
    const { time } = house.catalogue.current();
    const [exchange] = house.catalogue
      .current()
      .exchanges.all.filter(({ agreementId }) => agreementId === id)
      .slice(-1);
    const key = newId(house.now);
    const given = { side: 'OPERATOR', item: 9, quantity: 1, value: 1_000, ceilings: [], at: house.now } as const;
    const { EXCHANGE_DELIVERY: code } = TRANSFER_CODES;
    const parts = deliveryParts({ ...exchange!, ...given, code, month: time.periodAt('MONTH', house.now) }, time);
    const chain = { key, fingerprint: key, id: newId(house.now), ...parts };
    expect(await house.ledger.submit(chain)).toMatchObject({ applied: true });
    expect(await balancesOf(house, id)).toMatchObject({ roomLeft: 100, imbalance: 500, overdrawn: 0 });
    expect(await claims(house, memberId, 'room', 1)).toEqual(['EXCHANGE_IMBALANCE_REACHED']);
  });

  test('a ceiling that only counted refuses from its next period on', async () => {
    const per = (atCeiling: 'WARN' | 'PAUSE', quantity?: number) =>
      termsOf([cups(house, 'warned', { atCeiling, quantity, ceiling: { per: 'DAY', quantity: 2 } })]);
    const id = await agreed(house, per('WARN'));
    const memberId = await house.member();
    house.clock.set(house.catalogue.current().time.nextPeriodAt('DAY', house.now)! + HOUR);
    expect(counted(await claims(house, memberId, 'warned', 3))).toEqual({ ISSUED: 3 });
    // Of the whole agreement there can be none, since nobody knows what was claimed before.
    expect(await revise(id, per('PAUSE', 9))).toMatchObject({ code: 'INVALID_INPUT', field: 'items[0].quantity' });
    await amend(id, per('PAUSE'));
    expect(await claims(house, memberId, 'warned', 1)).toEqual(['ISSUED']);
    expect((await balancesOf(house, id)).items[0]!.ceilings).toMatchObject([{ used: 4, left: -2 }]);
    house.clock.set(house.catalogue.current().time.nextPeriodAt('DAY', house.now)!);
    expect(counted(await claims(house, memberId, 'warned', 3))).toEqual({ ISSUED: 2, EXCHANGE_CEILING_REACHED: 1 });
    await amend(id, per('WARN'));
    expect(await claims(house, memberId, 'warned', 1)).toEqual(['ISSUED']);
  });

  test('open claims keep the terms they were claimed under', async () => {
    const worth = (unitValue: number, countsAt: 'USE' | 'ISSUE') =>
      termsOf([cups(house, 'valued', { unitValue, countsAt })]);
    const id = await agreed(house, worth(500, 'USE'));
    const memberId = await house.member();
    const old = await house.claim(memberId, 'valued');
    await amend(id, worth(800, 'ISSUE'));
    await house.claim(memberId, 'valued');
    expect(await balancesOf(house, id)).toMatchObject({ received: 800, held: 500 });
    must(await house.use(old.id));
    expect(await balancesOf(house, id)).toMatchObject({ received: 1_300, held: 0 });
  });

  test('an item that is taken out pays for nothing more, and its coupons stay good', async () => {
    const screens = { code: 'screens', side: 'OPERATOR', kind: 'EXPOSURE', unit: 'view', unitValue: 1 } as const;
    const item = { ...screens, offers: [], countsAt: 'ISSUE', atCeiling: 'PAUSE' } as const;
    const id = await agreed(house, termsOf([cups(house, 'gone', { countsAt: 'USE', quantity: 3 }), item]));
    const memberId = await house.member();
    const old = await house.claim(memberId, 'gone');
    await amend(id, termsOf([item]));
    expect(await claims(house, memberId, 'gone', 1)).toEqual(['OFFER_NOT_LIVE']);
    must(await house.use(old.id));
    expect(await balancesOf(house, id)).toMatchObject({ received: 500 });
    // Taken in again, it goes on where it was.
    await amend(id, termsOf([cups(house, 'gone', { countsAt: 'USE', quantity: 2 }), item]));
    expect(await claims(house, memberId, 'gone', 2)).toEqual(['ISSUED', 'EXCHANGE_CEILING_REACHED']);
  });

  test('its end may move, its begin may not; what has passed stays', async () => {
    const { time } = house.catalogue.current();
    const from = dayText(house.now - 3 * DAY);
    const lasting = (days: number, more: object = {}) => {
      const endsBefore = dayText(time.addDays(house.now, days));
      return termsOf([cups(house, 'lengths')], { startsOn: from, endsBefore, ...more });
    };
    const id = await agreed(house, lasting(10));
    const refusals: [WrittenTerms, string][] = [
      [lasting(10, { startsOn: dayText(house.now - 4 * DAY) }), 'startsOn'],
      [lasting(20, { effectiveOn: dayText(time.addDays(house.now, 10)) }), 'effectiveOn'],
      [lasting(5, { effectiveOn: dayText(time.addDays(house.now, 6)) }), 'effectiveOn'],
      [lasting(20, { effectiveOn: '2026-02-30' }), 'effectiveOn'],
      [lasting(20, { allowedImbalance: { theirsAhead: 900 } }), 'allowedImbalance.theirsAhead'],
    ];
    house.clock.advance(1);
    for (const [terms, field] of refusals)
      expect(await revise(id, terms)).toMatchObject({ code: 'INVALID_INPUT', field });
    const draftTerms = lasting(20, { effectiveOn: dayText(time.addDays(house.now, 2)) });
    const create = {
      code: 'with-a-day',
      partnerId: house.catalogue.current().partnerByCode('brewer')!.id,
      owner: 'bea',
    };
    expect(await house.exchange.agreements.create(BEA, { ...create, terms: draftTerms })).toMatchObject({
      field: 'effectiveOn',
    });
    await amend(id, lasting(30));
    house.clock.advance(15 * DAY);
    await runJobs();
    expect((await house.exchange.agreements.find({}, id))!.agreement.state).toBe('ACTIVE');
    await amend(id, lasting(1, { endsBefore: dayText(time.addDays(house.now, 1)) }));
    house.clock.advance(2 * DAY);
    await runJobs();
    expect((await house.exchange.agreements.find({}, id))!.agreement.state).toBe('CLOSED');
    expect(await revise(id, lasting(99))).toMatchObject({ code: 'CONFLICT' });
  });

  test('any row of amendments and claims leaves the ceiling of the last and what is used', async () => {
    const step = fc.oneof(
      fc.record({ quantity: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ claim: fc.constant(true) }),
      fc.record({ cancel: fc.nat(5) }),
    );
    const whole = (quantity: number) => termsOf([cups(house, 'random', { quantity })]);
    const run = async (steps: readonly { quantity?: number; claim?: boolean; cancel?: number }[]) => {
      const id = await agreed(house, whole(3));
      const memberId = await house.member();
      let [quantity, open] = [3, [] as string[]];
      for (const { quantity: next, claim, cancel = 0 } of steps) {
        if (next !== undefined) {
          if (next !== quantity) await amend(id, whole(next));
          quantity = next;
        } else if (claim) {
          const outcome = await house.redeem(memberId, 'random');
          expect(outcomeOf(outcome)).toBe(open.length < quantity ? 'ISSUED' : 'EXCHANGE_CEILING_REACHED');
          if ('id' in outcome) open.push(outcome.id);
        } else if (open.length > 0) {
          const gone = open[cancel % open.length]!;
          must(await house.cancel(gone));
          open = open.filter((one) => one !== gone);
        }
      }
      expect((await balancesOf(house, id)).items[0]!.ceilings).toMatchObject([
        { quantity, used: open.length, left: quantity - open.length },
      ]);
      must((await house.exchange.agreements.close(BEA, id, 'The next one begins.')) ?? true);
    };
    const steps = fc.array(step, { minLength: 4, maxLength: 14 });
    await fc.assert(fc.asyncProperty(steps, run), { numRuns: lane.name === 'mysql' ? 4 : 8 });
  });
});
