// Notes of what has changed, and the roll-up of figures by day that is brought up to date from them.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTables } from '../../src/database/table';
import { BusinessTime } from '../../src/kernel/period';

const POINTS_NOTE = 3;
/** The kind of the account of a member's points, and where it stands in the 44 bytes of an account's key. */
const POINTS_KIND = 0x0040;
const KIND_AT = 16;
const HOLD = 2;
const PAGE = 5_000;

export class Figures1764000000022 implements MigrationInterface {
  readonly name = 'Figures1764000000022';

  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, (types) => ({
      name: 'change_note',
      columns: {
        id: types.autoId,
        kind: `${types.integer} NOT NULL`,
        subject: `${types.id} NOT NULL`,
        detail: types.text(512),
      },
    }));
    await createTable(runner, (types) => ({
      name: 'figure_item',
      columns: { number: types.autoId, id: `${types.id} NOT NULL` },
      unique: { figure_item_id: ['id'] },
    }));
    await createTable(runner, (types) => ({
      name: 'figure_part',
      columns: {
        kind: `${types.integer} NOT NULL`,
        subject: `${types.id} NOT NULL`,
        cells: `${types.longText} NOT NULL`,
      },
      primaryKey: ['kind', 'subject'],
    }));
    await createTable(runner, (types) => ({
      name: 'figure_roll_up',
      columns: {
        figure: `${types.integer} NOT NULL`,
        period: `${types.integer} NOT NULL`,
        one: `${types.integer} NOT NULL`,
        other: `${types.integer} NOT NULL`,
        mark: `${types.integer} NOT NULL`,
        unit: `${types.integer} NOT NULL`,
        value: `${types.amount} NOT NULL`,
      },
      primaryKey: ['figure', 'period', 'one', 'other', 'mark', 'unit'],
    }));
    await notePoints(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['figure_roll_up', 'figure_part', 'figure_item', 'change_note']);
  }
}

interface TransferRow {
  readonly id: Buffer;
  readonly kind: number;
  readonly debit: Buffer;
  readonly credit: Buffer;
  readonly amount: number | string;
  readonly code: number;
  readonly created_at: number | string;
}

/** Points that moved before anybody noted it; all else is found by a walk over members and redemptions. */
async function notePoints(runner: QueryRunner): Promise<void> {
  const time = new BusinessTime(await timeZoneOf(runner));
  const sums = new Map<string, [number, number]>();
  let after = '00'.repeat(16);
  for (;;) {
    // The driver of the embedded database takes a single buffer for a list of names.
    const rows: TransferRow[] = await runner.query(
      `SELECT id, kind, debit, credit, amount, code, created_at FROM ledger_transfer
       WHERE id > X'${after}' ORDER BY id LIMIT ${PAGE}`,
    );
    for (const { kind, debit, credit, amount, code, created_at } of rows) {
      if (kind === HOLD) continue;
      const [into, out] = [isPoints(credit), isPoints(debit)];
      if (!into && !out) continue;
      const key = `${time.periodAt('DAY', Number(created_at))} ${code}`;
      const sum = sums.get(key) ?? [0, 0];
      sums.set(key, [sum[0] + (into ? Number(amount) : 0), sum[1] + (out ? Number(amount) : 0)]);
    }
    if (rows.length < PAGE) break;
    after = Buffer.from(rows.at(-1)!.id).toString('hex');
  }
  for (const [key, [into, out]] of sums) {
    await runner.query('INSERT INTO change_note (kind, subject, detail) VALUES (?, ?, ?)', [
      POINTS_NOTE,
      Buffer.alloc(16),
      `${key} ${into} ${out}`,
    ]);
  }
}

function isPoints(account: Buffer): boolean {
  return Buffer.from(account).readUInt16BE(KIND_AT) === POINTS_KIND;
}

async function timeZoneOf(runner: QueryRunner): Promise<string> {
  const [program]: { definition: string }[] = await runner.query(
    "SELECT definition FROM program_item WHERE kind = 'PROGRAM'",
  );
  const { timeZone } = (program ? JSON.parse(program.definition) : {}) as { timeZone?: string };
  return timeZone ?? 'Asia/Shanghai';
}
