// A unit of work that met a conflict runs again as a whole, a bounded number of times, on both databases.
import { meeting, watchFailures } from '../../test/support/conflict';
import { eachDatabase } from '../../test/support/lanes';
import type { Sql } from './sql';

const addOne = (tx: Sql, name: string) => tx.run('UPDATE probe SET amount = amount + 1 WHERE name = ?', [name]);

/** What each driver throws when nothing was done and all may run again. */
const CONFLICTS = {
  mysql: Object.assign(new Error('Deadlock found'), { errno: 1213, code: 'ER_LOCK_DEADLOCK' }),
  sqlite: Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' }),
};

eachDatabase((lane) => {
  const amountOf = async (name: string) => {
    const [row] = await lane.database.read.arrays('SELECT amount FROM probe WHERE name = ?', [name]);
    return row?.[0];
  };

  beforeAll(async () => {
    const { types } = lane.database.dialect;
    const columns = `name ${types.text(40)} NOT NULL PRIMARY KEY, amount ${types.amount} NOT NULL`;
    await lane.database.transaction((tx) => tx.run(`CREATE TABLE probe (${columns})`));
  });

  beforeEach(async () => {
    await lane.database.transaction(async (tx) => {
      await tx.run('DELETE FROM probe');
      await tx.run(`INSERT INTO probe (name, amount) VALUES ('left', 0), ('right', 0)`);
    });
  });

  test('what a conflict interrupted is done once, not one and a half times', async () => {
    let attempts = 0;
    await lane.database.transaction(async (tx) => {
      attempts += 1;
      await addOne(tx, 'left');
      if (attempts < 3) throw CONFLICTS[lane.name];
      await addOne(tx, 'right');
    });
    expect(attempts).toBe(3);
    expect([await amountOf('left'), await amountOf('right')]).toEqual([1, 1]);
  });

  test('a conflict without end is given up after four attempts, and nothing is done', async () => {
    let attempts = 0;
    const work = lane.database.transaction(async (tx) => {
      attempts += 1;
      await addOne(tx, 'left');
      throw CONFLICTS[lane.name];
    });
    await expect(work).rejects.toBe(CONFLICTS[lane.name]);
    expect(attempts).toBe(4);
    expect(await amountOf('left')).toBe(0);
  });

  test('any other failure is not tried again', async () => {
    let attempts = 0;
    const work = lane.database.transaction(async (tx) => {
      attempts += 1;
      await tx.run(`INSERT INTO probe (name, amount) VALUES ('left', 5)`);
    });
    const error = await work.catch((thrown: unknown) => thrown);
    expect(lane.database.dialect.failureKind(error)).toBe('DUPLICATE');
    expect(attempts).toBe(1);
  });

  test('two that lock two rows crosswise both succeed', async () => {
    // Given two units of work that hold one row each before either asks for the other's. SQLite has one writer at a
    // time, so there they run one after the other and must not wait to meet.
    const meet = lane.name === 'mysql' ? meeting(2) : () => Promise.resolve();
    let attempts = 0;
    const crosswise = (first: string, second: string) =>
      lane.database.transaction(async (tx) => {
        attempts += 1;
        await addOne(tx, first);
        await meet();
        await addOne(tx, second);
      });
    // When they run at once, then on MySQL one of them is the deadlock's victim and runs again from its beginning.
    await Promise.all([crosswise('left', 'right'), crosswise('right', 'left')]);
    expect([await amountOf('left'), await amountOf('right')]).toEqual([2, 2]);
    expect(attempts).toBe(lane.name === 'mysql' ? 3 : 2);
  });

  test('a writer that another process keeps out runs again when that one is done', async () => {
    // Given another process that holds a row, and a writer that is told at once when it cannot have it.
    const [holder, writer] = [await lane.openAnother(), await lane.openAnother()];
    if (lane.name === 'sqlite') await writer.transaction((tx) => tx.rows('PRAGMA busy_timeout = 0'));
    const [held, release] = [meeting(2), meeting(2)];
    const holding = holder.transaction(async (tx) => {
      await addOne(tx, 'left');
      await Promise.all([held(), release()]);
    });
    await held();
    // When the holder ends as soon as the writer has met the conflict,
    const watch = watchFailures(writer, () => void release());
    try {
      await writer.transaction(async (tx) => {
        if (lane.name === 'mysql') await tx.run('SET SESSION innodb_lock_wait_timeout = 0');
        await addOne(tx, 'right');
        await addOne(tx, 'left');
      });
    } finally {
      void release();
      await holding;
      watch.stop();
    }
    // then the writer's work was done once, after the holder's.
    expect(watch.kinds).toContain('CONFLICT');
    expect([await amountOf('left'), await amountOf('right')]).toEqual([2, 1]);
  });
});
