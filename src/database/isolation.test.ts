// What a unit of work and a reader see of each other, on both databases.
import { eachDatabase } from '../../test/support/lanes';
import type { Database } from './database';

async function valuesSeenBy(database: Database, name: string): Promise<unknown[]> {
  const rows = await database.read.arrays('SELECT amount FROM probe WHERE name = ? ORDER BY amount', [name]);
  return rows.map(([amount]) => amount);
}

eachDatabase((lane) => {
  beforeAll(async () => {
    const { types } = lane.database.dialect;
    const columns = `name ${types.text(40)} NOT NULL, amount ${types.amount} NOT NULL`;
    await lane.database.transaction((tx) => tx.run(`CREATE TABLE probe (${columns})`));
  });

  const insert = 'INSERT INTO probe (name, amount) VALUES (?, ?)';

  test('committed work is seen, here and by another process', async () => {
    const other = await lane.openAnother();
    const answer = await lane.database.transaction(async (tx) => {
      await tx.run(insert, ['committed', 1]);
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await valuesSeenBy(lane.database, 'committed')).toEqual([1]);
    expect(await valuesSeenBy(other, 'committed')).toEqual([1]);
  });

  test('work that throws leaves nothing, and its own error comes out', async () => {
    const failure = new Error('changed our mind');
    const work = lane.database.transaction(async (tx) => {
      await tx.run(insert, ['rolled back', 1]);
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await valuesSeenBy(lane.database, 'rolled back')).toEqual([]);
  });

  test('after a roll-back the next unit of work begins afresh', async () => {
    const broken = lane.database.transaction((tx) => tx.run('INSERT INTO no_such_table (name) VALUES (1)'));
    await expect(broken).rejects.toThrow(/no_such_table/);
    await lane.database.transaction((tx) => tx.run(insert, ['afresh', 1]));
    expect(await valuesSeenBy(lane.database, 'afresh')).toEqual([1]);
  });

  test('a reader does not see an open transaction, which sees its own rows', async () => {
    const other = await lane.openAnother();
    await lane.database.transaction(async (tx) => {
      await tx.run(insert, ['open', 1]);
      expect(await tx.arrays('SELECT amount FROM probe WHERE name = ?', ['open'])).toEqual([[1]]);
      expect(await valuesSeenBy(lane.database, 'open')).toEqual([]);
      expect(await valuesSeenBy(other, 'open')).toEqual([]);
    });
    expect(await valuesSeenBy(lane.database, 'open')).toEqual([1]);
    expect(await valuesSeenBy(other, 'open')).toEqual([1]);
  });

  test('parallel units of work lose no update of a row they lock', async () => {
    await lane.database.transaction((tx) => tx.run(insert, ['counter', 0]));
    const { forUpdate } = lane.database.dialect;
    const increment = () =>
      lane.database.transaction(async (tx) => {
        const [row] = await tx.arrays(`SELECT amount FROM probe WHERE name = ?${forUpdate}`, ['counter']);
        await tx.run('UPDATE probe SET amount = ? WHERE name = ?', [Number(row?.[0]) + 1, 'counter']);
      });
    await Promise.all(Array.from({ length: 20 }, increment));
    expect(await valuesSeenBy(lane.database, 'counter')).toEqual([20]);
  });

  test('every statement is counted, those of reads and those of units of work', async () => {
    const before = lane.database.counter.statements;
    await lane.database.read.arrays('SELECT 1');
    await lane.database.read.prepared('SELECT ?', [1]);
    await lane.database.read.rows('SELECT 1 AS one');
    expect(lane.database.counter.statements - before).toBe(3);
    await lane.database.transaction((tx) => tx.run(insert, ['counted', 1]));
    expect(lane.database.counter.statements - before).toBeGreaterThanOrEqual(4);
  });

  test('values come back as they went in, in each form of reading', async () => {
    const largest = Number.MAX_SAFE_INTEGER;
    await lane.database.transaction((tx) => tx.run(insert, ['ÀBC 会员 🎫', largest]));
    const query = 'SELECT name, amount FROM probe WHERE name = ?';
    expect(await lane.database.read.arrays(query, ['ÀBC 会员 🎫'])).toEqual([['ÀBC 会员 🎫', largest]]);
    expect(await lane.database.read.prepared(query, ['ÀBC 会员 🎫'])).toEqual([['ÀBC 会员 🎫', largest]]);
    expect(await lane.database.read.rows(query, ['ÀBC 会员 🎫'])).toEqual([{ name: 'ÀBC 会员 🎫', amount: largest }]);
  });

  test.each(['abc 会员 🎫', 'ABC 会员 🎫', 'ÀBC 会员 🎫 '])(
    'texts compare byte by byte: %j is another name',
    async (name) => {
      expect(await valuesSeenBy(lane.database, name)).toEqual([]);
    },
  );
});
