// Alerts of agreements under a moved clock, on both databases: raised once, by itself resolved, and raised anew.
import { agreed, BEA, cups, partnerActor, termsOf } from '../../../test/support/agreement-scene';
import { meeting } from '../../../test/support/conflict';
import { offer, plan, programText } from '../../../test/support/gateway-program';
import { type House, must, openHouse } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { meetBefore, TappedDatabase } from '../../../test/support/tapped-database';
import { type Delivered, deliveryParts } from '../../agreements/exchange-transfers';
import type { Database } from '../../database/database';
import { DAY, HOUR, MINUTE } from '../../kernel/clock';
import { type Id, newId } from '../../kernel/id';
import { TRANSFER_CODES } from '../../ledger/chart';
import { AgreementWatchJob } from './agreement-watch.job';
import type { Alert } from './alert';
import { listAlerts } from './alert.store';

const EXCHANGED = { funding: 'EXCHANGE', card: 'NONE', unitCost: 300, couponValidDays: 90 };
const NAMES = ['near', 'even', 'weekly', 'ending', 'silent', 'paged', 'raced'];
const PROGRAM = programText({ plans: [plan('plus')], offers: NAMES.map((name) => offer(name, EXCHANGED)) });

eachDatabase((lane) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(lane.database, { program: PROGRAM });
  });

  const job = (database: Database = lane.database, aPass?: number) =>
    new AgreementWatchJob(database, house.exchange.agreementBook, () => house.catalogue.current(), house.clock, aPass);
  /** A whole round, some minutes after the last one. */
  const watch = async () => {
    house.clock.advance(5 * MINUTE);
    const one = job();
    while ((await one.run()) > 0);
  };
  const alertsOf = async (id: Id, filter: object = {}): Promise<Alert[]> => {
    const { code } = (await house.exchange.agreements.find({}, id))!.agreement;
    const all = await listAlerts(lane.database.read, filter, { limit: 100 });
    return all.filter(({ subject }) => subject.split('#')[0] === code).reverse();
  };
  const kindsOf = async (id: Id, filter: object = { open: true }) =>
    (await alertsOf(id, filter)).map(({ kind }) => kind);
  const close = (id: Id) => house.exchange.agreements.close(BEA, id, 'The test is over.');
  const deliver = async (id: Id, side: 'OPERATOR' | 'PARTNER', value: number, theirsAhead?: number) => {
    const { time } = house.catalogue.current();
    const month = time.periodAt('MONTH', house.now);
    const parts = { agreementId: id, currency: 'CNY', item: 9, quantity: 1, at: house.now, ceilings: [] };
    const delivered: Delivered = { ...parts, side, value, month, theirsAhead, code: TRANSFER_CODES.EXCHANGE_DELIVERY };
    const key = newId(house.now);
    const chain = { key, fingerprint: key, id: newId(house.now), ...deliveryParts(delivered, time) };
    expect(await house.ledger.submit(chain)).toMatchObject({ applied: true });
  };

  test('a ceiling at 80 % and at 100 %, for each period once', async () => {
    const items = [cups(house, 'near', { ceiling: { per: 'DAY', quantity: 5 } })];
    const id = await agreed(house, termsOf(items, { endsBefore: '2030-01-01' }));
    const memberId = await house.member();
    for (let count = 0; count < 3; count += 1) await house.claim(memberId, 'near');
    await watch();
    expect(await kindsOf(id)).toEqual([]);
    const fourth = await house.claim(memberId, 'near');
    await watch();
    await watch();
    expect(await kindsOf(id)).toEqual(['CEILING_NEAR']);
    await house.claim(memberId, 'near');
    await watch();
    const { partnerId } = partnerActor(house);
    expect(await alertsOf(id, { open: true })).toMatchObject([
      { kind: 'CEILING_NEAR', details: { used: 5, quantity: 5 }, partnerId },
      { kind: 'CEILING_REACHED', message: expect.stringContaining('5 of 5 (cup) of cups of this day') },
    ]);
    // What is given back resolves it, and what is claimed again raises it anew.
    must(await house.cancel(fourth.id));
    await watch();
    expect(await kindsOf(id)).toEqual(['CEILING_NEAR']);
    await house.claim(memberId, 'near');
    await watch();
    expect(await kindsOf(id, {})).toEqual(['CEILING_NEAR', 'CEILING_REACHED', 'CEILING_REACHED']);
    // On the next day it is another period.
    house.clock.set(house.catalogue.current().time.nextPeriodAt('DAY', house.now)!);
    await watch();
    expect(await kindsOf(id)).toEqual([]);
    await close(id);
  });

  test('an imbalance beyond what is allowed, of either side', async () => {
    const allowed = { theirsAhead: 1_000, oursAhead: 2_000 };
    const id = await agreed(
      house,
      termsOf([cups(house, 'even')], { allowedImbalance: allowed, endsBefore: '2030-01-01' }),
    );
    await deliver(id, 'PARTNER', 1_000, 1_000);
    await watch();
    expect(await kindsOf(id)).toEqual([]);
    await deliver(id, 'PARTNER', 1, 1_000);
    await watch();
    expect(await alertsOf(id, { open: true })).toMatchObject([
      { kind: 'AGREEMENT_IMBALANCE', details: { ahead: 1_001, allowed: 1_000, side: 'PARTNER' } },
    ]);
    await deliver(id, 'OPERATOR', 3_001, 1_000);
    await watch();
    expect(await kindsOf(id)).toEqual([]);
    await deliver(id, 'OPERATOR', 1, 1_000);
    await watch();
    expect(await alertsOf(id, { open: true })).toMatchObject([
      { details: { ahead: 2_001, allowed: 2_000, side: 'OPERATOR' } },
    ]);
    // Nothing of the partner is refused by it: each perk brings the sides nearer together.
    expect(await house.redeem(await house.member(), 'even')).toMatchObject({ status: 'ISSUED' });
    await watch();
    expect(await kindsOf(id, { open: false })).toEqual(['AGREEMENT_IMBALANCE', 'AGREEMENT_IMBALANCE']);
    await close(id);
  });

  test('a pace at which a ceiling does not last: by a straight line, and by the days of the week', async () => {
    const { time } = house.catalogue.current();
    const monday = time.nextPeriodAt('WEEK', house.now)!;
    house.clock.set(monday);
    const ends = time.isoDate(time.addDays(monday, 70));
    const starts = time.isoDate(monday);
    const items = [cups(house, 'weekly', { quantity: 50 })];
    const id = await agreed(house, termsOf(items, { startsOn: starts, endsBefore: ends }));
    const memberId = await house.member();
    // Two on each Saturday: 20 in ten weeks, of 50.
    const week = async (claims: number) => {
      house.clock.set(time.addDays(house.now, 5) + 12 * HOUR);
      for (let count = 0; count < claims; count += 1) await house.claim(memberId, 'weekly');
      await watch();
      house.clock.set(time.nextPeriodAt('WEEK', house.now)!);
    };
    await week(2);
    await week(2);
    expect(await kindsOf(id, {})).toEqual([]);
    // Given ten on each of two Saturdays, when the weeks go on so, then 50 do not last.
    await week(10);
    await week(10);
    await watch();
    // 24 of 50 in four weeks of ten: 26 left, at 6 each Saturday they last for four Saturdays of six.
    expect(await alertsOf(id, { open: true })).toMatchObject([
      {
        kind: 'CEILING_PACE',
        details: {
          used: 24,
          linear: time.isoDate(monday + (28 * DAY * 50) / 24),
          seasonal: time.isoDate(time.addDays(monday, 28 + 4 * 7 + 5)),
        },
      },
    ]);
    // Once more is agreed it lasts.
    const more = termsOf([cups(house, 'weekly', { quantity: 500 })], { startsOn: starts, endsBefore: ends });
    must((await house.exchange.agreements.revise(BEA, id, more)) ?? true);
    must((await house.exchange.agreements.confirm(BEA, {}, id, 2)) ?? true);
    const partner = partnerActor(house);
    must((await house.exchange.agreements.confirm(partner, {}, id, 2)) ?? true);
    await watch();
    expect(await kindsOf(id)).toEqual([]);
    await close(id);
  });

  test('an agreement that ends in 30 days, until it is prolonged, or closed', async () => {
    const { time } = house.catalogue.current();
    const until = (days: number) => time.isoDate(time.addDays(house.now, days));
    const startsOn = time.isoDate(house.now);
    const terms = (endsBefore: string) => termsOf([cups(house, 'ending')], { startsOn, endsBefore });
    const id = await agreed(house, terms(until(40)));
    await watch();
    expect(await kindsOf(id)).toEqual([]);
    house.clock.advance(11 * DAY);
    await watch();
    expect(await kindsOf(id)).toEqual(['AGREEMENT_ENDING']);
    must((await house.exchange.agreements.revise(BEA, id, terms(until(60)))) ?? true);
    must((await house.exchange.agreements.confirm(BEA, {}, id, 2)) ?? true);
    must((await house.exchange.agreements.confirm(partnerActor(house), {}, id, 2)) ?? true);
    await watch();
    expect(await kindsOf(id)).toEqual([]);
    house.clock.advance(35 * DAY);
    await watch();
    expect(await kindsOf(id, {})).toEqual(['AGREEMENT_ENDING', 'AGREEMENT_ENDING']);
    await close(id);
    await watch();
    expect(await kindsOf(id)).toEqual([]);
  });

  test('CONTINUE says nothing at a ceiling', async () => {
    const items = [cups(house, 'silent', { atCeiling: 'CONTINUE', ceiling: { per: 'DAY', quantity: 1 } })];
    const id = await agreed(house, termsOf(items, { endsBefore: '2030-01-01' }));
    const memberId = await house.member();
    for (let count = 0; count < 2; count += 1) await house.claim(memberId, 'silent');
    await watch();
    expect(await kindsOf(id, {})).toEqual([]);
    await close(id);
  });

  test('a round goes page by page, and is taken up where another process left it', async () => {
    const made: Id[] = [];
    for (let count = 0; count < 3; count += 1) {
      house.clock.advance(1);
      const item = {
        code: `screens-${count}`,
        side: 'OPERATOR',
        kind: 'EXPOSURE',
        unit: 'view',
        unitValue: 1,
      } as const;
      const period = {
        startsOn: '2026-01-01',
        endsBefore: house.catalogue.current().time.isoDate(house.now + 9 * DAY),
      };
      const items = [{ ...item, offers: [], countsAt: 'ISSUE', atCeiling: 'PAUSE' } as const];
      made.push(await agreed(house, termsOf(items, period)));
    }
    house.clock.advance(5 * MINUTE);
    const seen = async () => (await Promise.all(made.map((id) => kindsOf(id)))).map(({ length }) => length);
    expect(await job(lane.database, 2).run()).toBe(2);
    expect(await seen()).toEqual([1, 1, 0]);
    expect(await job(lane.database, 2).run()).toBe(2);
    expect(await seen()).toEqual([1, 1, 1]);
    // The next round is not due yet.
    expect(await job(lane.database, 2).run()).toBe(0);
    for (const id of made) await close(id);
    await watch();
    expect(await seen()).toEqual([0, 0, 0]);
  });

  test('of two workers at once one raises it', async () => {
    const items = [cups(house, 'raced', { quantity: 1 })];
    const id = await agreed(house, termsOf(items, { endsBefore: '2030-01-01' }));
    await house.claim(await house.member(), 'raced');
    house.clock.advance(5 * MINUTE);
    // Two of SQLite's writers cannot meet, so there one comes after the other.
    const meet = lane.name === 'mysql' ? meeting(2) : () => Promise.resolve();
    const doors = [lane.database, lane.name === 'mysql' ? await lane.openAnother() : lane.database];
    const workers = doors.map((door) => job(new TappedDatabase(door, meetBefore(/work_progress/, meet))));
    await Promise.all(workers.map((worker) => worker.run()));
    expect((await kindsOf(id, {})).sort()).toEqual(['CEILING_NEAR', 'CEILING_REACHED']);
    const [row] = await lane.database.read.arrays(
      "SELECT COUNT(*) FROM partner_event WHERE type = 'alert.raised' AND data LIKE ?",
      [`%${(await alertsOf(id))[0]!.subject}%`],
    );
    // Each is told to the operator and to the partner.
    expect(Number(row![0])).toBe(4);
    await close(id);
  });
});
