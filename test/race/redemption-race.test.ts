// Many who claim at once, in several processes: what is limited goes out exactly as often as there is room, no code
// goes out twice, and of several ends of one coupon exactly one happens.
import type { Database } from '../../src/database/database';
import { ManualClock } from '../../src/kernel/clock';
import type { Id } from '../../src/kernel/id';
import { isRefusal, type Refusal } from '../../src/kernel/refusal';
import { cardCapAccount, leftOn, pointsAccount } from '../../src/members/member-accounts';
import type { Redemption } from '../../src/redemption/redemption';
import { meeting } from '../support/conflict';
import { benefit, entitles, offer, plan, programText } from '../support/gateway-program';
import { expectBooks, type House, must, openHouse, outcomeOf, tally, unique } from '../support/house';
import { eachDatabase } from '../support/lanes';
import { NOW } from '../support/ledger-fixtures';
import { meetBefore, TappedDatabase } from '../support/tapped-database';

/** Each plan and item has one limit that is tight, and all others are wide. */
const WIDE = 1_000_000;
const caps = (subCaps: object) => ({ costCap: WIDE, subCaps });
const open = { unitCost: 0, card: 'NONE' };
const programOf = (stock: number) =>
  programText({
    plans: [
      plan('wide', { costCap: WIDE, entitlements: [entitles('counted', 7), entitles('use')] }),
      plan('capped', { costCap: 700, entitlements: [entitles('use')] }),
      plan('classed', { ...caps({ perClass: { SERVICE: 700 } }), entitlements: [entitles('use')] }),
      plan('monthly', { ...caps({ perMonth: 700 }), entitlements: [entitles('use')] }),
      plan('partnered', caps({ perPartner: { cinema: 700 } })),
    ],
    benefits: [benefit('counted', { unitCost: 1 }), benefit('use', { costBasis: 'USE' })],
    offers: [
      offer('film', { partner: 'cinema' }),
      offer('limited', { ...open, memberLimit: { limit: 7, period: 'DAY' } }),
      offer('stocked', { ...open, stock }),
      offer('daily', { ...open, dailyStock: 7 }),
      offer('twofold', {
        ...open,
        memberLimits: [
          { limit: 7, period: 'DAY' },
          { limit: 9, period: 'MONTH' },
        ],
      }),
      // Room for seven, and a rest that is no room.
      offer('budgeted', { unitCost: 100, budget: 799 }),
      offer('donated', { unitCost: 100, budget: 700, funding: 'PARTNER' }),
      offer('priced', { ...open, pointsPrice: 10 }),
      offer('coded', { ...open, fulfilment: 'CODE_POOL' }),
      offer('many', { ...open, fulfilment: 'CODE_POOL' }),
    ],
  });

eachDatabase((lane) => {
  const clock = new ManualClock(NOW);
  let houses: House[];
  beforeAll(async () => {
    const doors: Database[] = [lane.database];
    // SQLite's driver waits synchronously, so there the processes share a door.
    for (const _ of [1, 2]) doors.push(lane.name === 'mysql' ? await lane.openAnother() : lane.database);
    houses = [await openHouse(doors[0]!, { clock, program: programOf(7) })];
    for (const door of doors.slice(1)) houses.push(await openHouse(door, { clock, program: null }));
  });
  afterEach(async () => {
    expect(houses.flatMap(({ errors }) => errors)).toEqual([]);
    await expectBooks(lane.database);
  });

  const first = () => houses[0]!;
  type Outcome = Redemption | Refusal;
  /** So many claims, spread over the processes, all at once. */
  const atOnce = (count: number, claim: (house: House, at: number) => Promise<Outcome>): Promise<Outcome[]> =>
    Promise.all(Array.from({ length: count }, (_, at) => claim(houses[at % houses.length]!, at)));

  describe('room for exactly seven among sixty', () => {
    test.each([
      ['the cap of a card', 'capped', 'use', 'CARD_CAP_REACHED'],
      ['the cap of a class', 'classed', 'use', 'SUB_CAP_REACHED'],
      ['the cap of a month', 'monthly', 'use', 'SUB_CAP_REACHED'],
      ['the cap of a partner', 'partnered', 'film', 'SUB_CAP_REACHED'],
      ['a quota', 'wide', 'counted', 'QUOTA_EXHAUSTED'],
      ['a limit of the member', 'wide', 'limited', 'MEMBER_LIMIT_REACHED'],
      ['the tighter of two limits', 'wide', 'twofold', 'MEMBER_LIMIT_REACHED'],
      ['a stock of the day', 'wide', 'daily', 'OUT_OF_STOCK'],
      ['a budget', 'wide', 'budgeted', 'BUDGET_EXHAUSTED'],
      ['a budget of the partner', 'wide', 'donated', 'BUDGET_EXHAUSTED'],
    ])('%s', async (_title, plan, item, refusal) => {
      const { memberId } = await first().holder(plan);
      const outcomes = await atOnce(60, (house) => house.redeem(memberId, item));
      expect(tally(outcomes)).toEqual({ ISSUED: 7, [refusal]: 53 });
      expect(await first().wallet(memberId)).toHaveLength(7);
    });

    test('a stock', async () => {
      const members = await Promise.all(Array.from({ length: 6 }, () => first().member()));
      const outcomes = await atOnce(60, (house, at) => house.redeem(members[at % 6]!, 'stocked'));
      expect(tally(outcomes)).toEqual({ ISSUED: 7, OUT_OF_STOCK: 53 });
    });

    test('points', async () => {
      const memberId = await first().member();
      await first().give(memberId, 'POINTS', 79);
      const outcomes = await atOnce(60, (house) => house.redeem(memberId, 'priced'));
      expect(tally(outcomes)).toEqual({ ISSUED: 7, INSUFFICIENT_POINTS: 53 });
      expect(leftOn((await first().rows(memberId)).balances, pointsAccount(memberId))).toBe(9);
    });

    test('a pool of codes', async () => {
      const codes = await first().fillPool('coded', 7);
      const members = await Promise.all(Array.from({ length: 6 }, () => first().member()));
      const outcomes = await atOnce(60, (house, at) => house.redeem(members[at % 6]!, 'coded'));
      expect(tally(outcomes)).toEqual({ ISSUED: 7, OUT_OF_STOCK: 53 });
      const held = outcomes.filter((outcome): outcome is Redemption => !isRefusal(outcome));
      expect(held.map((one) => first().redemptions.codeOf(one)).sort()).toEqual(codes.toSorted());
    });

    test('where claims are taken back meanwhile, whatever comes back can be claimed again', async () => {
      const { memberId } = await first().holder('capped');
      const held = await atOnce(7, (house) => house.claim(memberId, 'use'));
      const ended = Promise.all(held.slice(0, 3).map((one, at) => houses[at]!.cancel((one as Redemption).id)));
      const claims = await atOnce(30, (house) => house.redeem(memberId, 'use'));
      expect(tally(await ended)).toEqual({ CANCELLED: 3 });
      const again = await atOnce(30, (house) => house.redeem(memberId, 'use'));
      expect(tally([...claims, ...again])).toEqual({ ISSUED: 3, CARD_CAP_REACHED: 57 });
    });
  });

  test('two that reach for the last of a cap at the same moment: one has it', async () => {
    const { memberId } = await first().holder('capped');
    for (let time = 1; time <= 6; time += 1) await first().claim(memberId, 'use');
    // Two of SQLite's writers cannot meet, so there one comes after the other.
    const meet = lane.name === 'mysql' ? meeting(2) : () => Promise.resolve();
    const two = await Promise.all(
      houses.slice(0, 2).map((house) => {
        const ledgerDoor = new TappedDatabase(house.database, meetBefore(/FOR UPDATE/, meet));
        return openHouse(house.database, { clock, program: null, ledgerDoor });
      }),
    );
    const outcomes = await Promise.all(two.map((house) => house.redeem(memberId, 'use')));
    expect(tally(outcomes)).toEqual({ ISSUED: 1, CARD_CAP_REACHED: 1 });
  });

  test('a thousand codes make exactly a thousand redemptions, all with a code of their own', async () => {
    const codes = await first().fillPool('many', 1_000);
    const members = await Promise.all(Array.from({ length: 30 }, () => first().member()));
    const outcomes = await atOnce(1_200, (house, at) => house.redeem(members[at % 30]!, 'many'));
    expect(tally(outcomes)).toEqual({ ISSUED: 1_000, OUT_OF_STOCK: 200 });
    const held = outcomes.filter((outcome): outcome is Redemption => !isRefusal(outcome));
    expect(new Set(held.map(({ id }) => id)).size).toBe(1_000);
    expect(held.map((one) => first().redemptions.codeOf(one)).sort()).toEqual(codes.toSorted());
    // What was answered is what was written.
    const wallets = await Promise.all(members.map((memberId) => first().wallet(memberId)));
    const written = wallets.flat().map((one) => `${one.id} ${first().redemptions.codeOf(one)}`);
    expect(written.sort()).toEqual(held.map((one) => `${one.id} ${first().redemptions.codeOf(one)}`).sort());
  }, 60_000);

  describe('several ends of one coupon at once', () => {
    test('exactly one happens, the others are told so', async () => {
      const { memberId, card } = await first().holder('wide');
      const held = (await atOnce(40, (house) => house.claim(memberId, 'use'))) as Redemption[];
      // Given a process whose clock says that the time is over, while the others' says that a moment is left.
      const expiresAt = held[0]!.expiresAt;
      const late = await openHouse(houses[2]!.database, { clock: new ManualClock(expiresAt), program: null });
      const early = new ManualClock(expiresAt - 1);
      const [one, two] = await Promise.all(
        [0, 1].map((at) => openHouse(houses[at]!.database, { clock: early, program: null })),
      );
      // When all are cancelled, used and expired at once, in turning order.
      const ends = [
        (id: Id) => one!.cancel(id),
        (id: Id) => two!.use(id),
        (id: Id) => late.ends.ownsHoldsOf(id),
        (id: Id) => one!.use(id),
      ];
      const outcomes = await Promise.all(
        held.map(({ id }, at) => Promise.all(ends.map((_end, turn) => ends[(turn + at) % ends.length]!(id)))),
      );
      // Then each coupon has one end, and whoever asked for another one was refused.
      const statuses = await Promise.all(held.map(async ({ id }) => (await first().redemptions.find(id))!.status));
      for (const [at, status] of statuses.entries()) {
        const answers = outcomes[at]!.filter((answer): answer is Outcome => typeof answer === 'object').map(outcomeOf);
        const done = answers.filter((answer) => ['USED', 'CANCELLED'].includes(answer));
        expect([status, done]).toEqual([status, status === 'EXPIRED' ? [] : [status]]);
        expect(answers.filter((answer) => !['NOT_USABLE', 'NOT_CANCELLABLE'].includes(answer))).toEqual(done);
      }
      // And the cap was spent on those that were used.
      const used = statuses.filter((status) => status === 'USED').length;
      const termId = card.terms[0]!.id;
      const balance = (await first().rows(memberId)).balances.get(
        cardCapAccount({ memberId, termId, currency: 'CNY' }),
      );
      expect(balance).toMatchObject({ debitsPosted: used * 100, debitsPending: 0 });
    });
  });

  test('a card that is closed while it is drawn on: what was not spent is taken back, then nothing is', async () => {
    const { memberId, card } = await first().holder('capped');
    const claims = atOnce(12, (house) => house.redeem(memberId, 'use'));
    const closed = houses[1]!.cards.close(card.id);
    const more = atOnce(12, (house) => house.redeem(memberId, 'use'));
    const outcomes = [...(await claims), ...(await more)];
    const { withdrawn } = must(await closed).card.terms[0]!;
    const spent = outcomes.filter((outcome) => !isRefusal(outcome)).length * 100;
    expect(spent + withdrawn).toBe(700);
    for (const outcome of outcomes.filter(isRefusal)) {
      expect(['CARD_CAP_REACHED', 'CARD_NOT_ACTIVE']).toContain(outcome.code);
    }
    expect(outcomeOf(await first().redeem(memberId, 'use'))).toBe('CARD_NOT_ACTIVE');
  });

  describe('one key at once in several processes', () => {
    test('with one content is one redemption, one code, one answer', async () => {
      await first().fillPool('coded', 3);
      const memberId = await first().member();
      const key = unique('key');
      const outcomes = await atOnce(12, (house) => house.claim(memberId, 'coded', { key }));
      for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
      expect(await first().wallet(memberId)).toHaveLength(1);
    });

    test('with two contents is one redemption, and the other content is refused', async () => {
      const { memberId } = await first().holder('wide');
      const key = unique('key');
      const outcomes = await atOnce(12, (house, at) => house.redeem(memberId, at % 2 ? 'use' : 'counted', { key }));
      expect(tally(outcomes)).toEqual({ ISSUED: 6, IDEMPOTENCY_MISMATCH: 6 });
      expect(await first().wallet(memberId)).toHaveLength(1);
    });

    test('of a use is one use', async () => {
      const { memberId } = await first().holder('wide');
      const { id } = await first().claim(memberId, 'use');
      const key = unique('key');
      const outcomes = await atOnce(12, (house) => house.use(id, { key }));
      expect(tally(outcomes)).toEqual({ USED: 12 });
    });
  });

  test('a stock that the program lowers and raises while it is claimed is never overdrawn', async () => {
    const before = Number(
      (
        await lane.database.read.arrays('SELECT COUNT(*) FROM redemption WHERE item_id = ?', [
          Buffer.from(first().item('stocked').itemId, 'hex'),
        ])
      )[0]![0],
    );
    const memberId = await first().member();
    let issued = before;
    for (const stock of [before + 40, before + 15, before + 30, before + 5, before + 25]) {
      const claims = atOnce(12, (house) => house.redeem(memberId, 'stocked'));
      await first().apply(programOf(stock));
      await Promise.all(houses.map((house) => house.catalogue.refresh()));
      issued += (await claims).filter((outcome) => !isRefusal(outcome)).length;
    }
    // Then what is left is what the last program says, less what was taken; or nothing, if more was taken before.
    const rest = await atOnce(60, (house) => house.redeem(memberId, 'stocked'));
    issued += rest.filter((outcome) => !isRefusal(outcome)).length;
    expect(issued).toBeGreaterThanOrEqual(before + 25);
    expect(issued).toBeLessThanOrEqual(before + 40);
  });
});
