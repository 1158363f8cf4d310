// What a batch moved on contra accounts is one row, where it was one for each account.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dialectOf, dropTables } from '../../src/database/table';

const SIDES = ['credits_posted', 'credits_pending', 'debits_posted', 'debits_pending'] as const;
const TABLE = 'ledger_contra_delta';

type Moved = readonly [account: string, ...sides: number[]];

export class ContraRows1764000000024 implements MigrationInterface {
  readonly name = 'ContraRows1764000000024';

  async up(runner: QueryRunner): Promise<void> {
    // Row by row: their sum could leave the safe integers, and be rounded.
    const rows: readonly Record<string, unknown>[] = await runner.query(
      `SELECT account, ${SIDES.join(', ')} FROM ${TABLE} ORDER BY id`,
    );
    await dropTables(runner, [TABLE]);
    await createTable(runner, (types) => ({
      name: TABLE,
      columns: { id: types.autoId, moved: `${types.longText} NOT NULL` },
    }));
    for (const row of rows) {
      const moved: Moved = [
        Buffer.from(row.account as Buffer).toString('hex'),
        ...SIDES.map((side) => Number(row[side])),
      ];
      await runner.query(`INSERT INTO ${TABLE} (moved) VALUES (?)`, [JSON.stringify([moved])]);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    const rows: readonly { readonly moved: string }[] = await runner.query(`SELECT moved FROM ${TABLE} ORDER BY id`);
    await dropTables(runner, [TABLE]);
    const { types } = dialectOf(runner);
    await createTable(runner, () => ({
      name: TABLE,
      columns: {
        id: types.autoId,
        account: `${types.bytes(44)} NOT NULL`,
        ...Object.fromEntries(SIDES.map((side) => [side, `${types.amount} NOT NULL`])),
      },
    }));
    const statement = `INSERT INTO ${TABLE} (account, ${SIDES.join(', ')}) VALUES (?, ?, ?, ?, ?)`;
    for (const [account, ...sides] of rows.flatMap(({ moved }) => JSON.parse(moved) as Moved[])) {
      await runner.query(statement, [Buffer.from(account, 'hex'), ...sides]);
    }
  }
}
