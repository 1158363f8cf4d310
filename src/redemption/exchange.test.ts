// Offers that an agreement pays for, on both databases: what a claim draws, and what its end counts or gives back.
import { agree, agreed, BEA, balancesOf, cups, draft, partnerActor, termsOf } from '../../test/support/agreement-scene';
import { meeting } from '../../test/support/conflict';
import { FakePartner, unreachable } from '../../test/support/fake-partner';
import { offer, plan, programText } from '../../test/support/gateway-program';
import { expectBooks, type House, must, openHouse, outcomeOf, tally, unique } from '../../test/support/house';
import { eachDatabase } from '../../test/support/lanes';
import { secondDoor } from '../../test/support/lifecycle-house';
import { freshEachTest } from '../../test/support/saved-tables';
import { meetBefore, TappedDatabase } from '../../test/support/tapped-database';
import { type Delivered, deliveryParts } from '../agreements/exchange-transfers';
import type { Database } from '../database/database';
import { newId } from '../kernel/id';
import { COUNT } from '../kernel/money';
import { accountParts } from '../ledger/account';
import { ACCOUNT_KINDS } from '../ledger/chart';
import { cardCapAccount, leftOn } from '../members/member-accounts';
import { declined } from '../partner-port/connector';

const EXCHANGED = { funding: 'EXCHANGE', card: 'NONE', unitCost: 300 };
const NAMES = ['issue', 'use', 'idle', 'warned', 'uneven', 'raced', 'staged', 'later', 'pooled', 'charged'];
const PROGRAM = programText({
  plans: [plan('plus', { costCap: 1_000 })],
  offers: [
    ...NAMES.map((name) => offer(name, { ...EXCHANGED, couponValidDays: 40 })),
    offer('coded', { ...EXCHANGED, fulfilment: 'CODE_POOL' }),
    offer('api', { ...EXCHANGED, fulfilment: 'PARTNER_API' }),
    offer('api-use', { ...EXCHANGED, fulfilment: 'PARTNER_API' }),
    offer('carded', { ...EXCHANGED, card: 'REQUIRED' }),
  ],
});

eachDatabase((lane) => {
  freshEachTest(lane);
  let house: House;
  let other: House;
  let partner: FakePartner;
  let door: Database;
  beforeAll(async () => {
    door = await secondDoor(lane);
  });
  beforeEach(async () => {
    partner = new FakePartner();
    house = await openHouse(lane.database, { program: PROGRAM, partners: partner });
    other = await openHouse(door, { clock: house.clock, program: null });
  });
  afterEach(async () => {
    expect([...house.errors, ...other.errors]).toEqual([]);
    await expectBooks(lane.database);
  });

  const monthLater = () => house.clock.set(house.catalogue.current().time.nextPeriodAt('MONTH', house.now)!);
  /** What the partner gave in one month, in pieces and in value, by the accounts of that month alone. */
  const receivedIn = async (id: string, month: number) => {
    let [pieces, value] = [0, 0];
    for (const [account, sum] of await house.ledger.contraSumsOf(id)) {
      const { kind, period, unit } = accountParts(account);
      if (kind !== ACCOUNT_KINDS.EXCHANGE_RECEIVED || period !== month) continue;
      const posted = sum.creditsPosted - sum.debitsPosted;
      if (unit === COUNT) pieces += posted;
      else value += posted;
    }
    return { pieces, value };
  };
  const deliver = async (id: string, parts: Partial<Delivered>) => {
    const { time } = house.catalogue.current();
    const delivered: Delivered = {
      agreementId: id,
      currency: 'CNY',
      item: 9,
      side: 'OPERATOR',
      quantity: 1,
      value: 500,
      month: time.periodAt('MONTH', house.now),
      at: house.now,
      ceilings: [],
      ...parts,
    };
    const key = newId(house.now);
    const result = await house.ledger.submit({
      key,
      fingerprint: key,
      id: newId(house.now),
      ...deliveryParts(delivered, time),
    });
    expect(result).toMatchObject({ applied: true });
  };

  test('without an agreement in force there is nothing that pays for it', async () => {
    const memberId = await house.member();
    expect(outcomeOf(await house.redeem(memberId, 'idle'))).toBe('OFFER_NOT_LIVE');
    // Neither does one that only one side has confirmed.
    const id = await draft(house, termsOf([cups(house, 'idle')]));
    must((await house.exchange.agreements.confirm(BEA, {}, id, 1)) ?? true);
    expect(outcomeOf(await house.redeem(memberId, 'idle'))).toBe('OFFER_NOT_LIVE');
  });

  test('counted at issue: pieces and value at once, under the ceilings, and no card is charged', async () => {
    const items = [cups(house, 'issue', { quantity: 3, ceiling: { per: 'MONTH', quantity: 2 } })];
    const id = await agreed(house, termsOf(items));
    const memberId = await house.member();
    const first = await house.claim(memberId, 'issue');
    expect(first).toMatchObject({ status: 'ISSUED', cost: 0, coPay: 0, faceValue: 500, costBasis: 'ISSUE' });
    await house.claim(memberId, 'issue');
    expect(outcomeOf(await house.redeem(memberId, 'issue'))).toBe('EXCHANGE_CEILING_REACHED');
    expect(await balancesOf(house, id)).toMatchObject({ received: 1_000, given: 0, imbalance: 1_000, held: 0 });
    // What is cancelled can be claimed again.
    must(await house.cancel(first.id));
    expect(await balancesOf(house, id)).toMatchObject({
      received: 500,
      items: [
        {
          given: { quantity: 1, value: 500 },
          ceilings: [
            { used: 1, left: 1 },
            { used: 1, left: 2 },
          ],
        },
      ],
    });
    const quote = must(await house.quote(memberId, 'issue'));
    expect([quote.cost, quote.refusals]).toEqual([0, []]);
    expect(
      quote.limits.filter(({ kind }) => kind === 'EXCHANGE_CEILING').map(({ takes, left }) => [takes, left]),
    ).toEqual([
      [1, 1],
      [1, 2],
    ]);
    await house.claim(memberId, 'issue');
    monthLater();
    await house.claim(memberId, 'issue');
    // Two are left of the month, and none in all.
    expect(outcomeOf(await house.redeem(memberId, 'issue'))).toBe('EXCHANGE_CEILING_REACHED');
  });

  test('of a card that has to be held the cap stays as it is', async () => {
    await agreed(house, termsOf([cups(house, 'carded')]));
    const { memberId, card } = await house.holder('plus');
    expect(await house.claim(memberId, 'carded')).toMatchObject({ cardId: card.id, cost: 0 });
    const ref = { memberId, termId: card.terms[0]!.id, currency: 'CNY' };
    expect(leftOn((await house.rows(memberId)).balances, cardCapAccount(ref))).toBe(1_000);
  });

  test('counted at use: held at issue, counted in the month of the use, given back when it expires', async () => {
    const items = [cups(house, 'use', { countsAt: 'USE', quantity: 2 })];
    const id = await agreed(house, termsOf(items, { allowedImbalance: { theirsAhead: 1_000 } }));
    const memberId = await house.member();
    const [one, two] = [await house.claim(memberId, 'use'), await house.claim(memberId, 'use')];
    expect(await balancesOf(house, id)).toMatchObject({
      received: 0,
      held: 1_000,
      roomLeft: 0,
      items: [
        { given: { quantity: 0 }, held: { quantity: 2, value: 1_000 }, ceilings: [{ used: 0, held: 2, left: 0 }] },
      ],
    });
    expect(outcomeOf(await house.redeem(memberId, 'use'))).toBe('EXCHANGE_CEILING_REACHED');
    const { time } = house.catalogue.current();
    const claimed = time.periodAt('MONTH', house.now);
    monthLater();
    must(await house.use(one.id));
    expect(await receivedIn(id, claimed)).toEqual({ pieces: 0, value: 0 });
    expect(await receivedIn(id, time.periodAt('MONTH', house.now))).toEqual({ pieces: 1, value: 500 });
    expect(await receivedIn(id, 0)).toEqual({ pieces: 0, value: 0 });
    house.clock.set(two.expiresAt);
    expect(await house.ends.expireDue(100)).toBeGreaterThan(0);
    expect(await balancesOf(house, id)).toMatchObject({
      received: 500,
      held: 0,
      roomLeft: 500,
      items: [{ held: { quantity: 0, value: 0 }, ceilings: [{ used: 1, held: 0, left: 1 }] }],
    });
  });

  test('cancelled in a later month, it is taken back in that month', async () => {
    const id = await agreed(house, termsOf([cups(house, 'later')], { allowedImbalance: { theirsAhead: 500 } }));
    const memberId = await house.member();
    const one = await house.claim(memberId, 'later');
    const { time } = house.catalogue.current();
    const claimed = time.periodAt('MONTH', house.now);
    monthLater();
    must(await house.cancel(one.id));
    expect(await receivedIn(id, claimed)).toEqual({ pieces: 1, value: 500 });
    expect(await receivedIn(id, time.periodAt('MONTH', house.now))).toEqual({ pieces: -1, value: -500 });
    expect(await balancesOf(house, id)).toMatchObject({ received: 0, roomLeft: 500 });
  });

  test('a code that was handed out stays given, and counted', async () => {
    await house.fillPool('coded', 1);
    const id = await agreed(
      house,
      termsOf([cups(house, 'coded', { quantity: 5 })], { allowedImbalance: { theirsAhead: 600 } }),
    );
    const one = await house.claim(await house.member(), 'coded');
    must(await house.cancel(one.id));
    expect(await balancesOf(house, id)).toMatchObject({
      received: 500,
      roomLeft: 100,
      items: [{ given: { quantity: 1 } }],
    });
  });

  test('a ceiling that only warns counts, and refuses nothing', async () => {
    const items = [cups(house, 'warned', { atCeiling: 'WARN', ceiling: { per: 'DAY', quantity: 1 } })];
    const id = await agreed(house, termsOf(items));
    const memberId = await house.member();
    const claims = await Promise.all([1, 2, 3].map(() => house.redeem(memberId, 'warned')));
    expect(tally(claims)).toEqual({ ISSUED: 3 });
    expect((await balancesOf(house, id)).items[0]!.ceilings).toMatchObject([{ used: 3, held: 0, left: -2 }]);
  });

  test('the partner gets ahead as far as was agreed; our deliveries make room, its own take it', async () => {
    const id = await agreed(house, termsOf([cups(house, 'uneven')], { allowedImbalance: { theirsAhead: 1_200 } }));
    const memberId = await house.member();
    const theirs = { theirsAhead: 1_200 };
    const claim = async () => outcomeOf(await house.redeem(memberId, 'uneven'));
    expect([await claim(), await claim(), await claim()]).toEqual(['ISSUED', 'ISSUED', 'EXCHANGE_IMBALANCE_REACHED']);
    await deliver(id, { ...theirs, value: 300 });
    expect([await claim(), await claim()]).toEqual(['ISSUED', 'EXCHANGE_IMBALANCE_REACHED']);
    expect(await balancesOf(house, id)).toMatchObject({ received: 1_500, given: 300, imbalance: 1_200, roomLeft: 0 });
    // A delivery is a fact, also where there is no room for it; nothing is claimed until we have caught up.
    await deliver(id, { ...theirs, side: 'PARTNER', value: 900 });
    expect(await balancesOf(house, id)).toMatchObject({ imbalance: 2_100, roomLeft: 0, overdrawn: 900 });
    await deliver(id, { ...theirs, value: 1_300 });
    expect(await balancesOf(house, id)).toMatchObject({ imbalance: 800, roomLeft: 400, overdrawn: 0 });
    expect(await claim()).toBe('EXCHANGE_IMBALANCE_REACHED');
    await deliver(id, { ...theirs, value: 100 });
    expect(await claim()).toBe('ISSUED');
    // A delivery that is taken back counts as if it had not been.
    await deliver(id, { ...theirs, quantity: -1, value: -100 });
    expect(await balancesOf(house, id)).toMatchObject({ imbalance: 1_300, roomLeft: 0, overdrawn: 100 });
  });

  test('what comes back into the room settles what is overdrawn before anything is claimed', async () => {
    const theirs = { theirsAhead: 500 };
    const id = await agreed(house, termsOf([cups(house, 'charged')], { allowedImbalance: theirs }));
    const memberId = await house.member();
    const one = await house.claim(memberId, 'charged');
    await deliver(id, { ...theirs, side: 'PARTNER', value: 400 });
    must(await house.cancel(one.id));
    // 500 came back, of which 400 are owed.
    expect(outcomeOf(await house.redeem(memberId, 'charged'))).toBe('EXCHANGE_IMBALANCE_REACHED');
    await deliver(id, { ...theirs, value: 400 });
    expect(outcomeOf(await house.redeem(memberId, 'charged'))).toBe('ISSUED');
    expect(await balancesOf(house, id)).toMatchObject({ imbalance: 500, roomLeft: 0, overdrawn: 0 });
  });

  test('room for exactly seven among forty at two gateways gives exactly seven', async () => {
    const items = [cups(house, 'raced', { quantity: 7 })];
    const id = await agreed(house, termsOf(items, { allowedImbalance: { theirsAhead: 500 * 40 } }));
    await other.catalogue.refresh();
    const members = await Promise.all(Array.from({ length: 5 }, () => house.member()));
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, at) => (at % 2 ? house : other).redeem(members[at % 5]!, 'raced')),
    );
    expect(tally(outcomes)).toEqual({ ISSUED: 7, EXCHANGE_CEILING_REACHED: 33 });
    expect(await balancesOf(house, id)).toMatchObject({ received: 3_500, items: [{ given: { quantity: 7 } }] });
  });

  test('two that reach for the last of the room at the same moment: one has it', async () => {
    const id = await agreed(house, termsOf([cups(house, 'staged')], { allowedImbalance: { theirsAhead: 1_100 } }));
    const memberId = await house.member();
    await house.claim(memberId, 'staged');
    // Two of SQLite's writers cannot meet, so there one comes after the other.
    const meet = lane.name === 'mysql' ? meeting(2) : () => Promise.resolve();
    const two = await Promise.all(
      [house, other].map(({ database }) => {
        const ledgerDoor = new TappedDatabase(database, meetBefore(/FOR UPDATE/, meet));
        return openHouse(database, { clock: house.clock, program: null, ledgerDoor });
      }),
    );
    const outcomes = await Promise.all(two.map((one) => one.redeem(memberId, 'staged')));
    expect(tally(outcomes)).toEqual({ ISSUED: 1, EXCHANGE_IMBALANCE_REACHED: 1 });
    expect(await balancesOf(house, id)).toMatchObject({ received: 1_000, roomLeft: 100 });
  });

  describe('of a coupon that the partner issues', () => {
    const counted = { given: { quantity: 1, value: 500 }, held: { quantity: 0, value: 0 } };

    test('nothing is counted before it is issued, and nothing is taken when it is declined', async () => {
      const items = [cups(house, 'api', { quantity: 2 })];
      const id = await agreed(house, termsOf(items, { allowedImbalance: { theirsAhead: 500 } }));
      const memberId = await house.member();
      partner.next('issue', declined('OUT_OF_STOCK', 'none left'));
      expect(outcomeOf(await house.redeem(memberId, 'api'))).toBe('PARTNER_DECLINED');
      expect(await balancesOf(house, id)).toMatchObject({ received: 0, held: 0, roomLeft: 500 });
      // Given one that is not sent at first, and is sent in the next month.
      house.clock.set(house.catalogue.current().time.nextPeriodAt('MONTH', house.now)! - 1);
      const { time } = house.catalogue.current();
      const claimed = time.periodAt('MONTH', house.now);
      partner.next('issue', unreachable);
      const held = await house.claim(memberId, 'api');
      expect(held.status).toBe('HELD');
      expect(await balancesOf(house, id)).toMatchObject({ received: 0, held: 500, roomLeft: 0 });
      expect(outcomeOf(await house.redeem(memberId, 'api'))).toBe('EXCHANGE_IMBALANCE_REACHED');
      for (let step = 0; step < 60; step += 1) {
        house.clock.advance(1_000);
        await house.runSaga();
      }
      // Then it counts in the month in which it was issued.
      expect((await house.redemptions.find(held.id))!.status).toBe('ISSUED');
      expect(await receivedIn(id, claimed)).toEqual({ pieces: 0, value: 0 });
      expect(await receivedIn(id, time.periodAt('MONTH', house.now))).toEqual({ pieces: 1, value: 500 });
      expect(await balancesOf(house, id)).toMatchObject({ received: 500, held: 0, items: [counted] });
      must(await house.cancel(held.id));
      await house.runSaga();
      expect(await balancesOf(house, id)).toMatchObject({ received: 0, roomLeft: 500 });
    });

    test('counted at use, it is held until then', async () => {
      const id = await agreed(house, termsOf([cups(house, 'api-use', { countsAt: 'USE' })]));
      const { id: one } = await house.claim(await house.member(), 'api-use');
      expect(await balancesOf(house, id)).toMatchObject({ received: 0, held: 500, roomLeft: undefined });
      must(await house.use(one));
      expect(await balancesOf(house, id)).toMatchObject({ received: 500, items: [counted] });
    });
  });

  test('active exactly from its first instant to its last, and not after it was closed', async () => {
    const { time } = house.catalogue.current();
    const begins = time.startOfDate(2029, 1, 1);
    const period = { startsOn: '2029-01-01', endsBefore: '2029-02-01' };
    const id = await agreed(house, termsOf([cups(house, 'idle')], period));
    const memberId = await house.member();
    const stateAndClaim = async () => {
      const found = await house.exchange.agreements.find({}, id);
      for (const job of house.exchange.agreementJobs) await job.run();
      return [found!.agreement.state, outcomeOf(await house.redeem(memberId, 'idle'))];
    };
    house.clock.set(begins - 1);
    expect(await stateAndClaim()).toEqual(['AGREED', 'OFFER_NOT_LIVE']);
    house.clock.set(begins);
    expect(await stateAndClaim()).toEqual(['AGREED', 'ISSUED']);
    expect(await stateAndClaim()).toEqual(['ACTIVE', 'ISSUED']);
    house.clock.set(time.startOfDate(2029, 2, 1) - 1);
    expect((await stateAndClaim())[1]).toBe('ISSUED');
    house.clock.advance(1);
    expect((await stateAndClaim())[1]).toBe('OFFER_NOT_LIVE');
    expect(await stateAndClaim()).toEqual(['CLOSED', 'OFFER_NOT_LIVE']);
    // A new one for the same offer may begin where that one ended, and is closed by hand.
    const next = await agreed(
      house,
      termsOf([cups(house, 'idle')], { startsOn: '2029-02-01', endsBefore: '2030-01-01' }),
    );
    expect(outcomeOf(await house.redeem(memberId, 'idle'))).toBe('ISSUED');
    must((await house.exchange.agreements.close(BEA, next, 'The partner moved away.')) ?? true);
    expect(outcomeOf(await house.redeem(memberId, 'idle'))).toBe('OFFER_NOT_LIVE');
    expect((await house.exchange.agreements.find({}, id))!.agreement.closed).toMatchObject({ by: 'clock' });
  });

  test('revised before it begins: the old one is in force until both have confirmed the new one', async () => {
    const id = await draft(
      house,
      termsOf([cups(house, 'pooled', { quantity: 1 })], { startsOn: '2031-01-01', endsBefore: '2032-01-01' }),
    );
    await agree(house, id);
    const more = termsOf([cups(house, 'pooled', { quantity: 2 })], {
      startsOn: '2031-01-01',
      endsBefore: '2032-01-01',
    });
    must((await house.exchange.agreements.revise(BEA, id, more)) ?? true);
    must((await house.exchange.agreements.confirm(BEA, {}, id, 2)) ?? true);
    expect((await house.exchange.agreements.find({}, id))!.agreement).toMatchObject({
      revision: 1,
      lastRevision: 2,
      state: 'AGREED',
    });
    const partner = partnerActor(house);
    // One that was not looked at is not confirmed.
    expect(await house.exchange.agreements.confirm(partner, { partnerId: partner.partnerId }, id, 1)).toMatchObject({
      code: 'CONFLICT',
    });
    must((await house.exchange.agreements.confirm(partner, { partnerId: partner.partnerId }, id, 2)) ?? true);
    expect((await house.exchange.agreements.find({}, id))!.agreement).toMatchObject({ revision: 2, state: 'AGREED' });
    house.clock.set(house.catalogue.current().time.startOfDate(2031, 1, 1));
    const memberId = await house.member();
    const outcomes = [1, 2, 3].map(() => house.redeem(memberId, 'pooled', { key: unique('key') }));
    expect(tally(await Promise.all(outcomes))).toEqual({ ISSUED: 2, EXCHANGE_CEILING_REACHED: 1 });
  });
});
