// A mutant of the database door: work reads without locks, and what it writes is sent in a transaction of its own
// later. Whatever checks for lost updates and broken limits must catch it.
import type { Database } from '../../src/database/database';
import type { Sql } from '../../src/database/sql';
import { TappedDatabase } from './tapped-database';

export class CheckThenActDatabase extends TappedDatabase {
  constructor(
    private readonly door: Database,
    private readonly beforeActing: () => Promise<void>,
  ) {
    super(door, () => {});
  }

  protected override async once<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result> {
    const writes: ((tx: Sql) => Promise<unknown>)[] = [];
    const { read } = this.door;
    const unlocked = (text: string): string => text.replace(/ FOR UPDATE/, '');
    const result = await work({
      dialect: read.dialect,
      manager: read.manager,
      arrays: (text, values) => read.arrays(unlocked(text), values),
      prepared: (text, values) => read.prepared(unlocked(text), values),
      rows: (text, values) => read.rows(unlocked(text), values),
      run: async (text, values) => writes.push((tx) => tx.run(text, values)),
      insertMany: async (table, ...rest) => writes.push((tx) => tx.insertMany(table, ...rest)),
      insertAll: async (inserts) => {
        const all = [...inserts];
        writes.push((tx) => tx.insertAll(all));
      },
    });
    await this.beforeActing();
    await this.door.transaction(async (tx) => {
      for (const write of writes) await write(tx);
    });
    return result;
  }
}
