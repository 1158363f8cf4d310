// Migrations run in order, once each, whoever starts first.
import type { QueryRunner } from 'typeorm';
import { meeting, watchFailures } from '../../test/support/conflict';
import { eachDatabase } from '../../test/support/lanes';

class MakeShelf1700000000001 {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE shelf (place INTEGER NOT NULL PRIMARY KEY)');
  }
  async down(): Promise<void> {}
}

class FillShelf1700000000002 {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('INSERT INTO shelf (place) VALUES (1), (2)');
  }
  async down(): Promise<void> {}
}

class Unlucky1700000000003 {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('INSERT INTO shelf (place) VALUES (3)');
    await runner.query('INSERT INTO no_such_shelf (place) VALUES (4)');
  }
  async down(): Promise<void> {}
}

const BOTH = [MakeShelf1700000000001, FillShelf1700000000002];

describe('two migrations', () => {
  eachDatabase(
    (lane) => {
      test('have run, in order, when the lane opens', async () => {
        expect(await lane.database.read.arrays('SELECT place FROM shelf ORDER BY place')).toEqual([[1], [2]]);
      });

      test('run a second time change nothing and say so', async () => {
        expect(await lane.database.migrate()).toEqual([]);
        expect(await (await lane.openAnother()).migrate()).toEqual([]);
        expect(await lane.database.read.arrays('SELECT COUNT(*) FROM shelf')).toEqual([[2]]);
      });
    },
    { migrations: BOTH },
  );
});

describe('processes that start together', () => {
  eachDatabase(
    (lane) => {
      beforeEach(async () => {
        await lane.database.transaction((tx) => tx.run('DROP TABLE shelf'));
        await lane.database.transaction((tx) => tx.run('DELETE FROM migrations'));
      });

      if (lane.name === 'mysql') {
        test('run each migration once', async () => {
          const others = await Promise.all([lane.openAnother(), lane.openAnother()]);
          const done = await Promise.all([lane.database, ...others].map((database) => database.migrate()));
          expect(done.flat().sort()).toEqual(['FillShelf1700000000002', 'MakeShelf1700000000001']);
          expect(await lane.database.read.arrays('SELECT COUNT(*) FROM shelf')).toEqual([[2]]);
        });
      }

      if (lane.name === 'sqlite') {
        // One process cannot wait for itself on SQLite, so the second one is told at once and tries again.
        test('run each migration once: who finds the file taken waits and looks again', async () => {
          const late = await lane.openAnother();
          await late.transaction((tx) => tx.rows('PRAGMA busy_timeout = 0'));
          const [taken, release] = [meeting(2), meeting(2)];
          const holding = lane.database.transaction(() => Promise.all([taken(), release()]));
          await taken();
          const watch = watchFailures(late, () => void release());
          const done = await late.migrate().finally(() => watch.stop());
          await holding;
          expect(watch.kinds).toEqual(['CONFLICT']);
          expect([...done, ...(await lane.database.migrate())]).toEqual(BOTH.map(({ name }) => name));
        });
      }
    },
    { migrations: BOTH },
  );
});

describe('a migration that fails', () => {
  const migrations = [...BOTH];
  // The mapper says on the console what it then throws.
  beforeAll(() => jest.spyOn(console, 'log').mockImplementation());
  afterAll(() => jest.restoreAllMocks());

  eachDatabase(
    (lane) => {
      test('is undone, reported and tried again the next time', async () => {
        migrations.push(Unlucky1700000000003);
        const database = await lane.openAnother();
        migrations.pop();
        await expect(database.migrate()).rejects.toThrow(/no_such_shelf/);
        expect(await database.read.arrays('SELECT COUNT(*) FROM shelf')).toEqual([[2]]);
        await expect(database.migrate()).rejects.toThrow(/no_such_shelf/);
      });
    },
    { migrations },
  );
});
