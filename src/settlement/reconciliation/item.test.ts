// What becomes of items: decided by staff, answered by partners, put right in the books of agreements once.
import { agreed, BEA, balancesOf, cups, partnerActor, termsOf } from '../../../test/support/agreement-scene';
import { offer, programText } from '../../../test/support/gateway-program';
import { type House, must, openHouse } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { MARCH, partnerId, Reconciliation } from '../../../test/support/reconciliation-scene';
import { HOUR } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import type { Redemption } from '../../redemption/redemption';
import type { Run } from './run';

const PROGRAM = programText({
  offers: [
    offer('latte', { card: 'NONE', fulfilment: 'CODE_POOL', unitCost: 20, couponValidDays: 60 }),
    offer('film', { card: 'NONE', partner: 'cinema', unitCost: 20 }),
  ],
});
const WHY = 'Your till was right.';

eachDatabase((lane) => {
  let house: House;
  let scene: Reconciliation;
  let agreement: Id;
  let codes: string[];

  beforeAll(async () => {
    house = await openHouse(lane.database, { program: PROGRAM });
    house.clock.set(MARCH.periodFrom);
    scene = new Reconciliation(house);
    codes = await house.fillPool('latte', 40);
    agreement = await agreed(house, termsOf([cups(house, 'latte')]));
  });

  /** A use that the feed does not have, and a line that we do not have; each in an item. */
  const found = async (): Promise<{ run: Run; used: Redemption; ours: Id; theirs: Id }> => {
    house.clock.advance(HOUR);
    const used = must(await house.use((await house.claim(await house.member(), 'latte')).id)) as Redemption;
    house.clock.advance(HOUR);
    const feed = await scene.fed([{ line: 1, code: codes.at(-1)!, amount: 20, at: house.now }], {
      periodFrom: used.usedAt!,
      periodBefore: used.usedAt! + 1,
    });
    const run = await scene.run(feed);
    const items = await scene.side.reconciliationItems.list({}, { runId: run.id, limit: 10 });
    const of = (kind: string) => items.find((item) => item.kind === kind)!.id;
    return { run, used, ours: of('ONLY_OURS'), theirs: of('ONLY_THEIRS') };
  };
  const received = async () => {
    const { items } = await balancesOf(house, agreement);
    return items.find(({ item }) => item.code === 'cups')!.given;
  };

  test('one that is disputed stays open, and is closed by the next word', async () => {
    const { ours } = await found();
    const items = scene.side.reconciliationItems;
    const disputed = must(await items.decide(BEA, ours, { decision: 'DISPUTED', reason: 'Look at your till.' }));
    expect(disputed).toMatchObject({ decision: { decision: 'DISPUTED', by: 'bd:bea' }, resolvedAt: undefined });
    const written = must(await items.decide(BEA, ours, { decision: 'WRITTEN_OFF', reason: 'A cup.' }));
    expect(written).toMatchObject({ decision: { decision: 'WRITTEN_OFF', reason: 'A cup.' }, resolvedAt: house.now });
    expect(await items.decide(BEA, ours, { decision: 'WRITTEN_OFF', reason: 'A cup.' })).toEqual(written);
    expect(await items.decide(BEA, ours, { decision: 'ACCEPTED', reason: 'A cup.' })).toMatchObject({
      code: 'CONFLICT',
    });
    const open = await items.list({}, { runId: written.runId!, open: true, limit: 10 });
    expect(open.map(({ kind }) => kind)).toEqual(['ONLY_THEIRS']);
  });

  test('one that is accepted with an adjustment moves the books once, and edits nothing', async () => {
    const { theirs, run } = await found();
    const items = scene.side.reconciliationItems;
    const before = await received();
    const asked = {
      decision: 'ACCEPTED',
      reason: WHY,
      adjustment: { agreementId: agreement, item: 'cups', quantity: 1, value: 500 },
    } as const;

    const decided = await Promise.all([items.decide(BEA, theirs, asked), items.decide(BEA, theirs, asked)]);

    expect(decided[0]).toEqual(decided[1]);
    expect(must(decided[0]!)).toMatchObject({ decision: { decision: 'ACCEPTED', adjustment: expect.any(String) } });
    // Asked with another adjustment, it is not answered as if that had been made.
    for (const more of [{ quantity: 2 }, { value: 900 }, { item: 'posters' }, { agreementId: 'f'.repeat(32) }]) {
      const other = { ...asked, adjustment: { ...asked.adjustment, ...more } };
      expect(await items.decide(BEA, theirs, other)).toMatchObject({ code: 'CONFLICT', field: 'item' });
    }
    expect(await items.decide(BEA, theirs, { ...asked, adjustment: undefined })).toMatchObject({ code: 'CONFLICT' });
    const after = await received();
    expect([after.quantity - before.quantity, after.value - before.value]).toEqual([1, 500]);
    expect((await scene.side.reconciliations.find({}, run.id))!.totals).toEqual(run.totals);
  });

  test('the same thing found by a second run is decided as it was, and not put right twice', async () => {
    const { ours, run } = await found();
    const items = scene.side.reconciliationItems;
    const asked = {
      decision: 'ACCEPTED',
      reason: WHY,
      adjustment: { agreementId: agreement, item: 'cups', quantity: -1, value: -500 },
    } as const;
    const first = must(await items.decide(BEA, ours, asked));
    const again = await scene.run(run.feedId);
    const found2 = await items.list({}, { runId: again.id, kind: 'ONLY_OURS', limit: 2 });
    // It is decided already, as it was before; what was open of the first run is open in the last one only.
    expect(found2[0]).toMatchObject({ decision: first.decision, resolvedAt: first.resolvedAt });
    const openOf = async (runId: Id) => (await items.list({}, { runId, open: true, limit: 9 })).map(({ kind }) => kind);
    expect([await openOf(run.id), await openOf(again.id)]).toEqual([[], ['ONLY_THEIRS']]);
    const before = await received();
    expect(must(await items.decide(BEA, found2[0]!.id, asked)).decision).toEqual(first.decision);
    expect(await received()).toEqual(before);
  });

  test('an adjustment needs an agreement of the partner, an item of it, and an accepted item', async () => {
    const { ours } = await found();
    const adjustment = { agreementId: agreement, item: 'cups', quantity: 1, value: 500 };
    const decide = (more: object, decision: 'ACCEPTED' | 'DISPUTED' = 'ACCEPTED') =>
      scene.side.reconciliationItems.decide(BEA, ours, {
        decision,
        reason: WHY,
        adjustment: { ...adjustment, ...more },
      });
    expect(await decide({ agreementId: 'f'.repeat(32) })).toMatchObject({ code: 'NOT_FOUND', field: 'agreement' });
    expect(await decide({ item: 'tea' })).toMatchObject({ code: 'NOT_FOUND', field: 'adjustment.item' });
    expect(await decide({ quantity: 0, value: 0 })).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await decide({}, 'DISPUTED')).toMatchObject({ code: 'INVALID_INPUT', field: 'adjustment' });
    expect(await scene.side.reconciliationItems.find({}, ours)).toMatchObject({ decision: undefined });
  });

  test('a partner answers its own while they are open, and sees no other ones', async () => {
    const { ours } = await found();
    const items = scene.side.reconciliationItems;
    const [brewer, cinema] = [partnerActor(house), partnerActor(house, 'cinema')];
    const say = { answer: 'DISAGREED', text: 'Our till has no such cup.' } as const;
    const own = { partnerId: brewer.partnerId };
    expect(must(await items.answer(brewer, own, ours, say))).toMatchObject({
      answer: { ...say, by: 'partner:brewer' },
    });
    expect(await items.answer(cinema, { partnerId: cinema.partnerId }, ours, say)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await items.list({ partnerId: partnerId(house, 'cinema') }, { limit: 10 })).toEqual([]);
    must(await items.decide(BEA, ours, { decision: 'WRITTEN_OFF', reason: WHY }));
    expect(await items.answer(brewer, own, ours, say)).toMatchObject({ code: 'CONFLICT' });
  });

  test('codes are nowhere in clear', async () => {
    const { run } = await found();
    const { read } = lane.database;
    for (const table of ['feed', 'feed_line', 'reconciliation_item', 'reconciliation_ours', 'reconciliation_run']) {
      const rows = await read.arrays(`SELECT * FROM ${table}`);
      const text = rows
        .flat()
        .map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value)))
        .join();
      for (const code of codes) expect(text).not.toContain(code);
    }
    expect(run.state).toBe('DONE');
  });
});

describe('feeds', () => {
  eachDatabase((lane) => {
    let house: House;
    let scene: Reconciliation;
    beforeAll(async () => {
      house = await openHouse(lane.database, { program: PROGRAM });
      scene = new Reconciliation(house);
    });

    test('take each line once, by its number, and none that says something else under it', async () => {
      const feed = await scene.open();
      const { feeds } = scene.side;
      const lines = [
        { line: 1, code: 'A' },
        { line: 2, code: 'B', amount: 3 },
      ];
      expect(await feeds.record({}, feed, lines)).toMatchObject({ added: 2, known: 0, faulty: 0 });
      const again = [
        ...lines,
        { line: 2, code: 'C' },
        { line: 3 },
        { line: 0, code: 'D' },
        { line: 4, code: 'E', amount: -1 },
      ];
      const report = must(await feeds.record({}, feed, again));
      expect(report).toMatchObject({ lines: 6, added: 0, known: 2, faulty: 4 });
      expect(report.faults.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
        '2 a line of this number is there already and says something else',
        '3 code is not there; lines of this feed are matched by CODE',
        '0 line is 0; allowed is an integer from 1 to 2000000000',
        '4 amount is -1; allowed is an integer from 0 to 1000000000000',
      ]);
      expect(await feeds.close(BEA, {}, feed, 3)).toMatchObject({ code: 'CONFLICT', field: 'lines' });
      expect(await feeds.close(BEA, {}, feed, 2)).toMatchObject({ state: 'CLOSED', lines: 2 });
      expect(await feeds.record({}, feed, lines)).toMatchObject({ code: 'CONFLICT', field: 'feed' });
    });

    test('are opened once by their name, and read as they were opened', async () => {
      const first = await scene.open({ name: 'once' });
      expect(await scene.open({ name: 'once' })).toBe(first);
      await expect(scene.open({ name: 'once', terms: { basis: 'ISSUED' } })).rejects.toThrow('CONFLICT');
      await expect(scene.open({ terms: { matchBy: 'MEMBER' } }, 'PARTNER')).rejects.toThrow('which is for staff');
      await expect(scene.open({ terms: { timeZone: 'Mars' } })).rejects.toThrow('allowed is an IANA zone');
      await expect(scene.open({ periodBefore: MARCH.periodFrom })).rejects.toThrow('INVALID_INPUT');
      await expect(scene.open({ terms: { offerId: house.item('film').itemId } })).rejects.toThrow('no such offer');
    });

    test('are at most a hundred at once of a partner, and those that are there are still found', async () => {
      const name = (at: number) => `of cinema ${at}`;
      const of = (at: number) => scene.open({ partnerId: partnerId(house, 'cinema'), name: name(at) });
      const first = await of(0);
      for (let at = 1; at < 100; at += 1) await of(at);
      await expect(of(100)).rejects.toThrow('100 feeds of the partner take lines');
      expect(await of(0)).toBe(first);
      must(await scene.side.feeds.close(BEA, {}, first));
      expect(await of(100)).toMatch(/^[0-9a-f]{32}$/);
    });

    test('are compared when they are closed, within a tolerance that is one', async () => {
      const feed = await scene.open();
      const { reconciliations, feeds } = scene.side;
      const within = { amount: 0, minutes: 5, days: 0 };
      expect(await reconciliations.start(BEA, feed, within)).toMatchObject({ code: 'CONFLICT' });
      must(await feeds.close(BEA, {}, feed));
      expect(await reconciliations.start(BEA, feed, { ...within, minutes: 1.5 })).toMatchObject({
        code: 'INVALID_INPUT',
      });
      const run = must(await reconciliations.start(BEA, feed, within));
      expect(await reconciliations.start(BEA, feed, within)).toEqual(run);
      expect(await reconciliations.start(BEA, feed, { ...within, days: 1 })).toMatchObject({ code: 'CONFLICT' });
      expect(await reconciliations.finish(run.id)).toMatchObject({ state: 'DONE', totals: {} });
    });

    test.each([1, 3, 200])('one code told very often is one use and repetitions, %d rows a pass', async (rowsAPass) => {
      const [code] = await house.fillPool('latte', 1);
      const lines = Array.from({ length: 25 }, (_, at) => ({ line: at + 1, code: code! }));
      const feed = await scene.fed(lines);
      const { id } = await scene.begin(feed);
      const some = new Reconciliation(house, { rowsAPass });
      const run = await some.side.reconciliations.finish(id);
      expect(run).toMatchObject({ state: 'DONE', totals: { ONLY_THEIRS: { count: 1 }, DOUBLED: { count: 24 } } });
      const repeats = Array.from({ length: 24 }, (_, at) => `DOUBLED ${at + 2} of 1`);
      expect(await some.found(run!)).toEqual(['ONLY_THEIRS 1', ...repeats].sort());
    });
  });
});
