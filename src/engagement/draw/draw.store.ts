// The only SQL of draws: seeds of days, odds of versions, and the drawings that were made by them.
import type { Sql, SqlRow, SqlValue } from '../../database/sql';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { PeriodNumber } from '../../kernel/period';
import type { CompanionWriter } from '../../ledger/batch';
import { amountOf } from '../../ledger/ledger.store';
import type { Drawing, Odds } from './drawing';

const COLUMNS = [
  'id',
  'ticket',
  'member_id',
  'draw_id',
  'version',
  'day',
  'roll',
  'landed',
  'prize',
  'points',
  'drawn_at',
] as const;
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM drawing`;

export interface DrawingRow {
  readonly drawing: Drawing;
  readonly odds: Odds;
}

/** Writes drawings in the transaction that takes the chance and the prize; a ticket is drawn once. */
export const drawingWriter: CompanionWriter<DrawingRow> = {
  order: 55,
  async write(tx, rows) {
    const odds = new Map(rows.map(({ row }) => [`${row.drawing.drawId} ${row.drawing.version}`, row]));
    const oddsRows = [...odds.values()].map(({ drawing, odds: of }) => [
      idToBytes(drawing.drawId),
      drawing.version,
      JSON.stringify(of),
    ]);
    const head = `${tx.dialect.insertIgnore} INTO`;
    await tx.insertMany('draw_odds', ['draw_id', 'version', 'odds'], oddsRows, { head });
    const values = rows.map(({ row: { drawing } }) => [
      idToBytes(drawing.id),
      idToBytes(drawing.ticket),
      idToBytes(drawing.memberId),
      idToBytes(drawing.drawId),
      drawing.version,
      drawing.day,
      drawing.roll,
      drawing.landed ?? null,
      drawing.prize ?? null,
      drawing.points,
      drawing.drawnAt,
    ]);
    await tx.insertMany('drawing', COLUMNS, values);
  },
};

function fromRow(row: SqlRow): Drawing {
  const textOf = (value: SqlValue | undefined) => (value === null || value === undefined ? undefined : String(value));
  return {
    id: idFromBytes(row[0] as Buffer),
    ticket: idFromBytes(row[1] as Buffer),
    memberId: idFromBytes(row[2] as Buffer),
    drawId: idFromBytes(row[3] as Buffer),
    version: amountOf(row[4]),
    day: amountOf(row[5]),
    roll: amountOf(row[6]),
    landed: textOf(row[7]),
    prize: textOf(row[8]),
    points: amountOf(row[9]),
    drawnAt: amountOf(row[10]),
  };
}

export async function readByTicket(sql: Sql, ticket: Id): Promise<Drawing | undefined> {
  const [row] = await sql.arrays(`${SELECT} WHERE ticket = ?`, [idToBytes(ticket)]);
  return row && fromRow(row);
}

export async function readDrawing(sql: Sql, id: Id): Promise<Drawing | undefined> {
  const [row] = await sql.arrays(`${SELECT} WHERE id = ?`, [idToBytes(id)]);
  return row && fromRow(row);
}

/** Of one member, newest first. */
export async function listDrawings(sql: Sql, memberId: Id, before: Id, limit: number): Promise<Drawing[]> {
  const rows = await sql.arrays(
    `${SELECT} WHERE member_id = ? AND id < ? ORDER BY id DESC LIMIT ${Math.trunc(limit)}`,
    [idToBytes(memberId), idToBytes(before)],
  );
  return rows.map(fromRow);
}

export async function readOdds(sql: Sql, drawId: Id, version: number): Promise<Odds | undefined> {
  const [row] = await sql.arrays('SELECT odds FROM draw_odds WHERE draw_id = ? AND version = ?', [
    idToBytes(drawId),
    version,
  ]);
  return row && (JSON.parse(String(row[0])) as Odds);
}

export async function readSeed(sql: Sql, drawId: Id, day: PeriodNumber): Promise<Buffer | undefined> {
  const [row] = await sql.arrays('SELECT seed FROM draw_seed WHERE draw_id = ? AND day = ?', [idToBytes(drawId), day]);
  return row && (row[0] as Buffer);
}

/** The first process to come keeps its seed, for all of them. */
export async function keepSeed(tx: Sql, drawId: Id, day: PeriodNumber, seed: Buffer): Promise<void> {
  const head = `${tx.dialect.insertIgnore} INTO`;
  await tx.insertMany('draw_seed', ['draw_id', 'day', 'seed'], [[idToBytes(drawId), day, seed]], { head });
}
