// Members are judged by events and by days, on both databases: the same history with and without a worker.

import { eachDatabase } from '../../../test/support/lanes';
import { LifecycleHouse, noon, secondDoor } from '../../../test/support/lifecycle-house';
import { freshEachTest } from '../../../test/support/saved-tables';
import { readCells, readGradeCounts } from '../rfm/rfm.store';
import { LifecycleLoader } from './lifecycle.loader';

const LIFECYCLE = { activeDays: 30, silentDays: 90, sleepingDays: 180 };
const GRADES = [
  { code: 'low', name: 'Low', when: { monetary: { below: 1_000 } } },
  { code: 'high', name: 'High', when: { monetary: { atLeast: 1_000 } } },
];
const RFM = { window: 'EVER', grades: GRADES, default: 'low' };

eachDatabase((lane) => {
  freshEachTest(lane);
  const open = (program: object, date = '2026-01-01') => LifecycleHouse.open(lane.database, date, program);

  test('a member is judged with its first event, and again when its days are over', async () => {
    const days = await open({ lifecycle: LIFECYCLE });
    const id = await days.member();
    await days.settle();
    expect((await days.house.rows(id)).member.stage).toBe('MEMBER');
    await days.buys(id, 500);
    // At once, without any worker.
    expect((await days.house.rows(id)).member.stage).toBe('ACTIVE');
    await days.goTo('2026-02-05');
    expect((await days.house.rows(id)).member.stage).toBe('SILENT');
    await days.buys(id, 500);
    expect((await days.house.rows(id)).member.stage).toBe('ACTIVE');
    expect(await days.history(id)).toEqual([
      'MEMBER 2026-01-01',
      'ACTIVE 2026-01-01',
      'SILENT 2026-02-01',
      'ACTIVE 2026-02-05',
    ]);
  });

  test('after a stop of eight months the history is the same as without one', async () => {
    const histories: string[][] = [];
    for (const stopped of [false, true]) {
      const days = await open({ lifecycle: LIFECYCLE });
      const id = await days.member();
      await days.buys(id, 1);
      await days.goTo('2026-09-01', { stopped });
      histories.push(await days.history(id));
    }
    const [daily, late] = histories;
    expect(late).toEqual(daily);
    const lost = ['SILENT 2026-02-01', 'SLEEPING 2026-04-02', 'LOST 2026-07-01'];
    expect(daily).toEqual(['MEMBER 2026-01-01', 'ACTIVE 2026-01-01', ...lost]);
  });

  test('of many who are due a pass judges a bounded number, and two workers judge each once', async () => {
    const days = await open({ lifecycle: LIFECYCLE });
    const registered = Array.from({ length: 230 }, (_, at) => ({ externalId: `many-${at}`, nickname: 'm' }));
    await days.house.members.register(registered);
    // The first pass has everybody judged by these rules.
    expect(await days.lifecycle.settleDue()).toBe(200);
    const other = new LifecycleHouse(await secondDoor(lane), days.clock);
    await other.house.catalogue.refresh();
    await Promise.all([days.settle(), other.settle()]);
    const twice = await lane.database.read.arrays(
      'SELECT member_id FROM stage_change GROUP BY member_id, to_stage, day HAVING COUNT(*) > 1',
    );
    expect(twice).toEqual([]);
    expect(await days.settle()).toBe(0);
  });

  test('a member whose row is damaged holds up no other', async () => {
    const days = await open({ lifecycle: LIFECYCLE });
    const ids = [await days.member(), await days.member(), await days.member()].toSorted();
    await days.settle();
    const joins = (joinedAt: number) =>
      lane.database.transaction((tx) =>
        tx.run('UPDATE member SET joined_at = ? WHERE id = ?', [joinedAt, Buffer.from(ids[1]!, 'hex')]),
      );
    // At no instant that a calendar knows.
    await joins(Number.MAX_SAFE_INTEGER);
    days.clock.set(noon('2026-03-01'));
    await expect(days.settle()).rejects.toThrow();
    const stages = async () => Promise.all(ids.map(async (id) => (await days.house.rows(id)).member.stage));
    expect(await stages()).toEqual(['SILENT', 'MEMBER', 'SILENT']);
    await joins(noon('2026-01-01'));
    await days.settle();
    expect(await stages()).toEqual(['SILENT', 'SILENT', 'SILENT']);
  });

  test('other thresholds hold for everybody, without an event of theirs', async () => {
    const days = await open({ lifecycle: LIFECYCLE });
    const id = await days.member();
    await days.buys(id, 1);
    await days.goTo('2026-01-21');
    await days.apply({ lifecycle: { ...LIFECYCLE, activeDays: 14 } });
    await days.settle();
    expect((await days.house.rows(id)).member.stage).toBe('SILENT');
    // The day on which the rule says so had passed; what was judged stays as it was told.
    expect((await days.history(id)).at(-1)).toBe('SILENT 2026-01-21');
  });

  test('with joins: CARD who has no card is a consumer, and becomes a member with the first', async () => {
    const plans = [{ code: 'plus', name: 'Plus', kind: 'MEMBERSHIP', price: 100, term: { months: 1 }, costCap: 50 }];
    const days = await open({ lifecycle: { ...LIFECYCLE, joins: 'CARD' }, plans });
    const id = await days.member();
    await days.buys(id, 1);
    await days.settle();
    expect((await days.house.rows(id)).member.stage).toBe('CONSUMER');
    days.clock.set(noon('2026-03-01'));
    await days.house.open(id, 'plus');
    await days.settle();
    expect(await days.history(id)).toEqual(['CONSUMER 2026-01-01', 'MEMBER 2026-03-01']);
  });

  test('grades follow what was bought less what was returned, by the next day', async () => {
    const days = await open({ rfm: RFM });
    const id = await days.member();
    await days.buys(id, 600);
    await days.buys(id, 600);
    await days.goTo('2026-01-02');
    expect((await days.house.rows(id)).member.grade).toBe('high');
    await days.tell(id, 'RETURN', { amount: 600, orderId: 'o-1' });
    await days.goTo('2026-01-03');
    expect((await days.house.rows(id)).member.grade).toBe('low');
    // A return that names no amount returns what is left of its order, once.
    await days.tell(id, 'PURCHASE', { amount: 900, orderId: 'o-2' });
    await days.tell(id, 'RETURN', { amount: 100, orderId: 'o-2' });
    await days.tell(id, 'RETURN', { orderId: 'o-2' });
    await days.goTo('2026-01-04');
    expect(await new LifecycleLoader(lane.database.read).rfm(id)).toMatchObject({ frequency: 3, monetary: 600 });
  });

  test('of many members at once come the measures and the changes of each, in one statement a kind', async () => {
    const days = await open({ lifecycle: LIFECYCLE, rfm: RFM });
    const ids = await Promise.all([0, 1, 2, 3, 4].map(() => days.member()));
    for (const [at, id] of ids.entries()) if (at > 0) await days.buys(id, at * 100);
    await days.goTo('2026-06-01');
    const loader = new LifecycleLoader(lane.database.read);
    const alone = [];
    for (const [at, memberId] of ids.entries()) {
      alone.push([await loader.rfm(memberId), await loader.stageChanges({ memberId, limit: at + 1 })]);
    }
    const before = lane.database.counter.statements;
    const together = await Promise.all(
      ids.map((memberId, at) => Promise.all([loader.rfm(memberId), loader.stageChanges({ memberId, limit: at + 1 })])),
    );
    expect(lane.database.counter.statements - before).toBe(2);
    expect(together).toEqual(alone);
    expect(together.map(([rfm]) => rfm?.monetary)).toEqual([undefined, 100, 200, 300, 400]);
    expect(together[0]![1]).toHaveLength(1);
    const [newest, next] = together[4]![1].map((change) => change.id);
    const rest = await loader.stageChanges({ memberId: ids[4]!, limit: 10, before: newest });
    expect(rest[0]!.id).toBe(next);
  });

  test('purchases leave a window of days, and a year, by the passing of time alone', async () => {
    const days = await open({ rfm: { ...RFM, window: 'DAYS', windowDays: 30 } });
    const id = await days.member();
    await days.buys(id, 700);
    await days.goTo('2026-01-10');
    await days.buys(id, 700);
    await days.goTo('2026-01-30');
    expect((await days.house.rows(id)).member.grade).toBe('high');
    // The first one is of 30 days ago now.
    await days.goTo('2026-01-31');
    expect((await days.house.rows(id)).member.grade).toBe('low');
    await days.apply({ rfm: { ...RFM, window: 'YEAR' } });
    await days.settle();
    expect((await days.house.rows(id)).member.grade).toBe('high');
    days.clock.set(noon('2027-01-01'));
    await days.settle();
    expect((await days.house.rows(id)).member.grade).toBe('low');
  });

  test('scores lower with the days, and quantiles are taken of all who bought', async () => {
    const scores = { method: 'FIXED', recencyDays: [10, 20, 30, 40], frequency: [2, 3, 4, 5], monetary: [1, 2, 3, 4] };
    const grades = [
      { code: 'fresh', name: 'Fresh', when: { r: { atLeast: 4 } } },
      { code: 'stale', name: 'Stale', when: { r: { below: 4 } } },
    ];
    const days = await open({ rfm: { scores, grades, default: 'stale' } }, '2026-05-01');
    const id = await days.member();
    await days.buys(id, 3);
    const seen: string[] = [];
    for (const date of ['2026-05-21', '2026-05-22']) {
      await days.goTo(date, { stopped: true });
      seen.push((await days.house.rows(id)).member.grade!);
    }
    expect(seen).toEqual(['fresh', 'stale']);
    expect((await readCells(lane.database.read)).map(({ r, f, m }) => `${r}${f}${m}`)).toContain('314');
    // Of five who bought, each on a day of its own, the last two are fresh.
    for (const date of ['2026-05-04', '2026-05-08', '2026-05-12', '2026-05-16']) {
      await days.buys(await days.member(), 3, date);
    }
    await days.apply({ rfm: { scores: { method: 'QUANTILES' }, grades, default: 'stale' } });
    await days.settle();
    const counted = await readGradeCounts(lane.database.read);
    expect(counted.map(({ grade, members }) => `${grade} ${members}`).toSorted()).toEqual(['fresh 2', 'stale 3']);
  });
});
