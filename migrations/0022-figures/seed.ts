// A note that waits, and a figure of a day with the part that it comes from, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, MEMBER, PLAN } from '../seed-ids';

export async function seed(tx: Sql): Promise<void> {
  await tx.insertMany('change_note', ['kind', 'subject', 'detail'], [[1, bytes(MEMBER), null]]);
  await tx.insertMany('figure_item', ['id'], [[bytes(PLAN)]]);
  await tx.insertMany('figure_part', ['kind', 'subject', 'cells'], [[1, bytes(MEMBER), '2,20260105,1,0,1,20000,1']]);
  const columns = ['figure', 'period', 'one', 'other', 'mark', 'unit', 'value'];
  const periods = [20260105, 20260100, 20261300];
  await tx.insertMany(
    'figure_roll_up',
    columns,
    periods.map((period) => [2, period, 1, 0, 1, 20_000, 1]),
  );
}
