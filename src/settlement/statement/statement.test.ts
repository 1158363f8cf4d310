// Statements on both databases: what is in which, without gaps and never twice, whatever happens meanwhile.
import fc from 'fast-check';
import { agreed, BEA, balancesOf, cups, draft, partnerActor, termsOf } from '../../../test/support/agreement-scene';
import { offer, plan, programText } from '../../../test/support/gateway-program';
import { expectBooks, type House, must, openHouse, unique } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import {
  issueAll,
  LEADS,
  SnapshotDoor,
  settlementOf,
  VIEWS,
  type WholeStatement,
  wholeOf,
} from '../../../test/support/settlement-scene';
import { TappedDatabase } from '../../../test/support/tapped-database';
import type { WrittenTerms } from '../../agreements/agreement-terms';
import type { Actor } from '../../kernel/actor';
import { DAY, HOUR, MINUTE } from '../../kernel/clock';
import { isRefusal } from '../../kernel/refusal';
import type { Redemption } from '../../redemption/redemption';
import type { SettlementSide } from '../settlement-side';
import { totalsOf } from './statement';

const EXCHANGED = { funding: 'EXCHANGE', card: 'NONE', unitCost: 300, couponValidDays: 40 };
const NAMES = ['told', 'late', 'closed', 'many', ...Array.from({ length: 12 }, (_, at) => `random${at}`)];
const PROGRAM = programText({ plans: [plan('plus')], offers: NAMES.map((name) => offer(name, EXCHANGED)) });

eachDatabase((lane) => {
  let house: House;
  let room: SettlementSide;
  let brewer: Actor;
  beforeAll(async () => {
    house = await openHouse(lane.database, { program: PROGRAM });
    room = settlementOf(house);
    brewer = partnerActor(house);
  });
  afterEach(async () => {
    expect(house.errors).toEqual([]);
    await expectBooks(lane.database);
  });

  const startOf = (year: number, month: number, day = 1) =>
    house.catalogue.current().time.startOfDate(year, month, day);
  /** Begins on the tenth of a month that nothing was done in yet. */
  const begin = async (items: WrittenTerms['items'], more: Partial<WrittenTerms> = {}) => {
    const { year } = house.catalogue.current().time.localDate(house.now);
    const terms = { startsOn: `${year + 1}-03-10`, endsBefore: `${year + 1}-08-10`, ...more };
    const id = await agreed(house, termsOf(items, terms));
    house.clock.set(startOf(year + 1, 3, 10));
    return { id, year: year + 1 };
  };
  const give = async (actor: Actor, id: string, quantity: number, item = actor === BEA ? 'views' : 'leads') => {
    const input = { externalId: unique('slot'), item, quantity, evidence: [] };
    const [one] = must(await room.deliveries.record(actor, id, 'test', [input]));
    return must(one!).delivery;
  };
  const issue = (id: string, endsAt?: number) => {
    const endsBefore = endsAt === undefined ? undefined : house.catalogue.current().time.isoDate(endsAt);
    return room.statements.issue(BEA, id, { endsBefore });
  };
  const issued = async (id: string) => wholeOf(room, must(await issue(id)));
  const sumsOf = ({ statement }: WholeStatement) =>
    statement.body.items.map(({ opening, counted, adjusted, closing }) =>
      [opening, counted, adjusted, closing].map(({ quantity }) => quantity),
    );

  test('month by month: what counted, was taken back and was put right, each in the month of its booking', async () => {
    const { id, year } = await begin([cups(house, 'told', { countsAt: 'USE' }), VIEWS]);
    expect(await issue(id)).toMatchObject({ code: 'CONFLICT' });
    const memberId = await house.member();
    const [one, two, three] = [1, 2, 3].map(() => house.claim(memberId, 'told'));
    must(await house.use((await one!).id));
    const views = await give(BEA, id, 5);
    house.clock.set(startOf(year, 4));
    // When a coupon of March is used in April, then it is April's.
    must(await house.use((await two!).id));
    must(await house.cancel((await three!).id));
    const march = await issued(id);
    expect(march.statement.body).toMatchObject({
      ...{ number: 1, startsAt: startOf(year, 3, 10), endsAt: startOf(year, 4), partner: 'brewer', lineCount: 2 },
      ...{ title: 'Cups for screens', currency: 'CNY' },
    });
    expect(march.statement.body.previousHash).toBeUndefined();
    expect(sumsOf(march)).toEqual([
      [0, 1, 0, 1],
      [0, 5, 0, 5],
    ]);
    expect(march.lines.map(({ kind, quantity, value, reference }) => [kind, quantity, value, reference])).toEqual(
      expect.arrayContaining([
        ['REDEMPTION', 1, 500, `redemption_${(await one!).id}`],
        ['DELIVERY', 5, 10_000, `test:${views.externalId}`],
      ]),
    );
    expect(totalsOf(march.statement.body.items)).toEqual({
      ...{ opening: 0, received: 500, given: 10_000, adjustments: 0, closing: -9_500, disputed: 0 },
    });
    // The same period asked again is the same statement; the next one is not over.
    expect(must(await issue(id, startOf(year, 4)))).toEqual(march.statement);
    expect(await issue(id)).toMatchObject({ code: 'CONFLICT' });
    expect(await issue(id, startOf(year, 6))).toMatchObject({ code: 'CONFLICT', field: 'endsBefore' });
    // A dispute is told apart, and what comes of it stands in the month in which it does.
    must(await room.disputes.dispute(brewer, views.id, 'Three were seen.'));
    house.clock.set(startOf(year, 5));
    const april = await issued(id);
    expect(sumsOf(april)).toEqual([
      [1, 1, 0, 2],
      [5, 0, 0, 5],
    ]);
    expect(april.statement.body.previousHash).toBe(march.statement.body.hash);
    expect(april.statement.body.items[1]).toMatchObject({ disputed: { quantity: 5, value: 10_000 } });
    must(await room.disputes.resolve(BEA, views.id, { resolution: 'REDUCED', quantity: 3, reason: 'So it was.' }));
    house.clock.set(startOf(year, 6));
    const may = await issued(id);
    expect(sumsOf(may)).toEqual([
      [2, 0, 0, 2],
      [5, 0, -2, 3],
    ]);
    expect(may.lines).toMatchObject([
      { item: 'views', kind: 'ADJUSTMENT', quantity: -2, reference: `dispute:${views.id}-1` },
    ]);
    // What was issued stays to the letter.
    expect(await room.statements.find({}, march.statement.id)).toEqual(march.statement);
  });

  test('what is cancelled after it counted is taken back in the month of the cancellation', async () => {
    const { id, year } = await begin([cups(house, 'late')]);
    const claimed = await house.claim(await house.member(), 'late');
    house.clock.set(startOf(year, 4));
    const march = await issued(id);
    house.clock.advance(DAY);
    must(await house.cancel(claimed.id));
    house.clock.set(startOf(year, 5));
    const april = await issued(id);
    expect([sumsOf(march), sumsOf(april)]).toEqual([[[0, 1, 0, 1]], [[1, -1, 0, 0]]]);
    const reference = `redemption_${claimed.id}`;
    expect([march.lines, april.lines]).toMatchObject([
      [{ kind: 'REDEMPTION', reference }],
      [{ kind: 'REVERSAL', quantity: -1, reference }],
    ]);
  });

  test('closed by hand it is stated until then; what comes later is stated in whole months', async () => {
    const { id, year } = await begin([cups(house, 'closed', { countsAt: 'USE' }), VIEWS], { settlement: 'AT_END' });
    const memberId = await house.member();
    const [one, two] = [await house.claim(memberId, 'closed'), await house.claim(memberId, 'closed')];
    await give(BEA, id, 1);
    house.clock.set(startOf(year, 4, 3) + HOUR);
    must(await house.use(one.id));
    expect(await issue(id)).toMatchObject({ code: 'CONFLICT' });
    house.clock.advance(HOUR);
    must((await house.exchange.agreements.close(BEA, id, 'Enough.')) ?? true);
    const closedAt = house.now;
    house.clock.advance(HOUR);
    // Coupons that are out stay good.
    must(await house.use(two.id));
    const end = await issued(id);
    expect(end.statement.body).toMatchObject({ startsAt: startOf(year, 3, 10), endsAt: closedAt });
    expect(sumsOf(end)).toEqual([
      [0, 1, 0, 1],
      [0, 1, 0, 1],
    ]);
    expect(await issue(id)).toMatchObject({ code: 'CONFLICT' });
    house.clock.set(startOf(year, 6));
    const tail = await issued(id);
    expect(tail.statement.body).toMatchObject({ number: 2, startsAt: closedAt, endsAt: startOf(year, 6) });
    expect(sumsOf(tail)[0]).toEqual([1, 1, 0, 2]);
    // Nothing came since, so there is nothing to state, and no number is used up.
    house.clock.set(startOf(year, 9));
    expect(await issue(id)).toMatchObject({ code: 'CONFLICT' });
    must(
      await room.adjustments.adjust({
        ...{ agreementId: id, item: 2, side: 'OPERATOR' as const, quantity: -1, value: -2_000, at: closedAt },
        ...{ reason: 'Nobody saw it.', source: { kind: 'by-hand', id: unique('it') }, actor: BEA },
      }),
    );
    house.clock.set(startOf(year, 10));
    expect((await issued(id)).statement.body).toMatchObject({ number: 3, lineCount: 1 });
  });

  test('closed by hand during a day, its last period is named by the day after, as it has a part of it', async () => {
    const { id, year } = await begin([VIEWS]);
    await give(BEA, id, 1);
    house.clock.set(startOf(year, 4) + 14 * HOUR);
    await give(BEA, id, 2);
    house.clock.advance(HOUR);
    must((await house.exchange.agreements.close(BEA, id, 'Enough.')) ?? true);
    house.clock.advance(HOUR);
    const named = (day: string) => room.statements.issue(BEA, id, { endsBefore: `${year}-${day}` });
    expect(must(await named('04-01')).body).toMatchObject({ number: 1, endsAt: startOf(year, 4) });
    // What was given on the first of April is not before the first of April.
    expect(await named('04-03')).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(`before ${year}-04-02`),
    });
    const last = must(await named('04-02'));
    expect(last.body).toMatchObject({ number: 2, startsAt: startOf(year, 4), lineCount: 1 });
    // Each is found again by its own day.
    expect(must(await named('04-01')).body.number).toBe(1);
    expect(must(await named('04-02')).body.number).toBe(2);
  });

  test('by quarters of the calendar, the first and the last of them as long as the agreement is', async () => {
    const { id, year } = await begin([VIEWS], { settlement: 'QUARTERLY' });
    await give(BEA, id, 1);
    house.clock.set(startOf(year, 5));
    await give(BEA, id, 2);
    house.clock.set(startOf(year, 9));
    const made = await issueAll(room, id);
    expect(made.map(({ statement: { body } }) => [body.endsAt, body.lineCount])).toEqual([
      [startOf(year, 4), 1],
      [startOf(year, 7), 1],
      [startOf(year, 8, 10), 0],
    ]);
    const unconfirmed = await draft(house, termsOf([VIEWS]));
    expect(await issue(unconfirmed)).toMatchObject({ code: 'CONFLICT' });
    expect(await room.statements.issue(BEA, id, { endsBefore: 'soon' })).toMatchObject({ field: 'endsBefore' });
    expect(await issue('0'.repeat(32))).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('what is booked while a statement is made stands in the next one, once', async () => {
    const { id, year } = await begin([VIEWS]);
    await give(BEA, id, 1);
    const [before, after] = [startOf(year, 4) - 1, startOf(year, 4) + MINUTE];
    // Given a chain of the last instant of March that is committed when the lines were gathered already.
    const door = new SnapshotDoor(lane.database, async () => {
      house.clock.set(before);
      await give(BEA, id, 10);
      house.clock.set(after);
    });
    house.clock.set(after);
    const made = must(await settlementOf(house, { database: door }).statements.issue(BEA, id));
    const march = await wholeOf(room, made);
    expect(sumsOf(march)).toEqual([[0, 1, 0, 1]]);
    await give(BEA, id, 100);
    house.clock.set(startOf(year, 5));
    const april = await issued(id);
    expect(sumsOf(april)).toEqual([[1, 110, 0, 111]]);
    expect(april.lines.map(({ at, quantity }) => [at, quantity])).toEqual([
      [before, 10],
      [after, 100],
    ]);
    expect((await balancesOf(house, id)).items[0]!.given).toEqual({ quantity: 111, value: 222_000 });
  });

  test('a delivery under way, committed after the statement of its month', async () => {
    // On the embedded database writes come one after the other, and none is under way while another commits.
    if (lane.name === 'sqlite') return;
    const { id, year } = await begin([VIEWS]);
    house.clock.set(startOf(year, 4) - 1);
    let arrive = () => {};
    let leave = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const ledger = new TappedDatabase(lane.database, async (statement) => {
      if (!statement.startsWith('INSERT INTO delivery')) return;
      arrive();
      await left;
    });
    const input = { externalId: unique('slot'), item: 'views', quantity: 7, evidence: [] };
    const delivering = settlementOf(house, { ledger }).deliveries.record(BEA, id, 'test', [input]);
    await arrived;
    house.clock.set(startOf(year, 4));
    expect(sumsOf(await issued(id))).toEqual([[0, 0, 0, 0]]);
    leave();
    must(must(await delivering)[0]!);
    house.clock.set(startOf(year, 5));
    expect(sumsOf(await issued(id))).toEqual([[0, 7, 0, 7]]);
  });

  test('asked by many at once it is made once; what a maker left behind is begun again', async () => {
    const { id, year } = await begin([VIEWS]);
    await give(BEA, id, 1);
    house.clock.set(startOf(year, 4));
    const asked = await Promise.all([1, 2, 3].map(() => issue(id)));
    expect(asked.filter((one) => !isRefusal(one))).toHaveLength(1);
    await give(BEA, id, 2);
    house.clock.set(startOf(year, 5));
    // Given a maker that dies after it has copied the lines.
    const dying = new TappedDatabase(lane.database, (statement) => {
      if (statement.startsWith('INSERT INTO stated_account') || statement.startsWith('DELETE')) throw new Error('dead');
    });
    await expect(settlementOf(house, { database: dying }).statements.issue(BEA, id)).rejects.toThrow('dead');
    expect(await issue(id)).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('just now') });
    expect(await room.statements.list({}, { agreementId: id, limit: 10 })).toHaveLength(1);
    house.clock.advance(MINUTE);
    const again = await issued(id);
    expect([again.statement.body.number, sumsOf(again)]).toEqual([2, [[1, 2, 0, 3]]]);
  });

  test('each side signs what it has seen, once', async () => {
    const { id, year } = await begin([VIEWS]);
    house.clock.set(startOf(year, 4));
    const { statement } = await issued(id);
    const { hash } = statement.body;
    expect(await room.statements.sign(BEA, statement.id, '0'.repeat(64))).toMatchObject({ field: 'hash' });
    const stranger: Actor = { role: 'PARTNER', subject: 'x', partnerId: 'e'.repeat(32) };
    expect(await room.statements.sign(stranger, statement.id, hash)).toMatchObject({ code: 'NOT_FOUND' });
    expect(must(await room.statements.sign(BEA, statement.id, hash))).toMatchObject({
      operator: { at: house.now, by: 'bd:bea' },
      partner: undefined,
    });
    house.clock.advance(1);
    must(await room.statements.sign({ ...BEA, subject: 'ann' }, statement.id, hash));
    expect(must(await room.statements.sign(brewer, statement.id, hash))).toMatchObject({
      operator: { at: house.now - 1, by: 'bd:bea' },
      partner: { at: house.now, by: 'partner:brewer' },
    });
    expect(await room.statements.list({ partnerId: brewer.partnerId }, { agreementId: id, limit: 5 })).toHaveLength(1);
    expect(await room.statements.list({ partnerId: stranger.partnerId }, { agreementId: id, limit: 5 })).toEqual([]);
  });

  test('however it is split: openings and lines add up to closings, and those to the balances', async () => {
    let runs = 0;
    const step = fc.record({
      what: fc.constantFrom('CLAIM', 'USE', 'CANCEL', 'GIVE', 'TAKE', 'DISPUTE', 'RESOLVE', 'ADJUST', 'ISSUE'),
      days: fc.constantFrom(0, 0, 1, 9, 23),
      amount: fc.integer({ min: 2, max: 40 }),
    });
    const settlement = fc.constantFrom('MONTHLY' as const, 'QUARTERLY' as const, 'AT_END' as const);
    const countsAt = fc.constantFrom('ISSUE' as const, 'USE' as const);
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 25 }),
        settlement,
        countsAt,
        async (steps, settles, counts) => {
          const name = `random${runs++ % 12}`;
          const items = [cups(house, name, { countsAt: counts }), VIEWS, LEADS];
          const { id, year } = await begin(items, { settlement: settles });
          const end = startOf(year, 8, 10);
          const memberId = await house.member();
          const [claims, deliveries]: [Redemption[], string[]] = [[], []];
          const made: WholeStatement[] = [];
          for (const { what, days, amount } of steps) {
            house.clock.advance(days * DAY);
            const over = house.now >= end;
            const open = claims[amount % Math.max(1, claims.length)];
            const delivery = deliveries[amount % Math.max(1, deliveries.length)];
            if (what === 'CLAIM' && !over) claims.push(await house.claim(memberId, name));
            if (what === 'USE' && open) await house.use(open.id);
            if (what === 'CANCEL' && open) await house.cancel(open.id);
            if (what === 'GIVE' && !over) deliveries.push((await give(BEA, id, amount)).id);
            if (what === 'TAKE' && !over) deliveries.push((await give(brewer, id, amount)).id);
            if (what === 'DISPUTE' && delivery) {
              for (const actor of [BEA, brewer]) await room.disputes.dispute(actor, delivery, 'No.');
            }
            if (what === 'RESOLVE' && delivery) {
              const resolution = (['ACCEPTED', 'REDUCED', 'WITHDRAWN'] as const)[amount % 3]!;
              const quantity = resolution === 'REDUCED' ? 1 : undefined;
              for (const actor of [BEA, brewer]) {
                await room.disputes.resolve(actor, delivery, { resolution, quantity, reason: 'Yes.' });
              }
            }
            if (what === 'ADJUST') {
              const sign = amount % 2 === 0 ? 1 : -1;
              must(
                await room.adjustments.adjust({
                  ...{ agreementId: id, item: 3, side: 'PARTNER' as const, at: house.now, actor: BEA },
                  ...{ quantity: sign * amount, value: sign * amount * 7, reason: 'So it is.' },
                  source: { kind: 'by-hand', id: unique('it') },
                }),
              );
            }
            if (what === 'ISSUE') made.push(...(await issueAll(room, id)));
          }
          house.clock.set(Math.max(startOf(year, 9), house.now + 45 * DAY));
          made.push(...(await issueAll(room, id)));
          // In a row, without gaps, each from where the one before it ended.
          for (const [at, { statement }] of made.entries()) {
            const before = made[at - 1]?.statement.body;
            expect([statement.body.number, statement.body.previousHash]).toEqual([at + 1, before?.hash]);
            expect(statement.body.startsAt).toBe(before?.endsAt ?? startOf(year, 3, 10));
            for (const [item, { opening }] of statement.body.items.entries()) {
              expect(opening).toEqual(before?.items[item]?.closing ?? { quantity: 0, value: 0 });
            }
          }
          const ids = made.flatMap(({ lines }) => lines.map((line) => line.id));
          expect(new Set(ids).size).toBe(ids.length);
          const balances = await balancesOf(house, id);
          const closings = made.at(-1)!.statement.body.items.map(({ closing }) => closing);
          expect(closings).toEqual(balances.items.map(({ given }) => given));
          expect(totalsOf(made.at(-1)!.statement.body.items).closing).toBe(balances.imbalance);
        },
      ),
      { numRuns: 12 },
    );
  }, 60_000);
});
