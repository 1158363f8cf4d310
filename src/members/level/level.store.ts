// The SQL of levels: what is remembered with each member, the history, gifts that fell due, and who is to be looked at.
import { noteChanges } from '../../database/change-note.store';
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow, SqlValue } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import { type AccountKey, available } from '../../ledger/account';
import { bytes, fromBalanceRow, hexOf } from '../../ledger/ledger.store';
import type { Code } from '../../program/program';
import type { Reward } from '../../program/reward';
import type { CoveringCard } from './coverage';
import type { LevelChange, LevelChangeReason, LevelState } from './level-state';

/** Ids a statement. */
const SOME = 500;

export interface LockedMember {
  readonly joinedAt: Instant;
  /** Absent until somebody looked. */
  readonly state?: LevelState;
}

const STATE_COLUMNS = [
  'level_at',
  'growth_unbooked',
  'level_id',
  'level_since',
  'level_shown_id',
  'level_kept_until',
  'level_falls_at',
  'level_manual_id',
  'level_manual_until',
  'level_due_at',
] as const;

/** Locks the members in the order of their ids, so that two transactions never wait for each other's. */
export async function lockLevels(tx: Sql, memberIds: readonly Id[]): Promise<Map<Id, LockedMember>> {
  const found = new Map<Id, LockedMember>();
  for (const ids of parts([...new Set(memberIds)].sort())) {
    const rows = await tx.arrays(
      `SELECT id, joined_at, ${STATE_COLUMNS.join(', ')} FROM member WHERE id IN (${questionMarks(ids.length)})
       ORDER BY id${tx.dialect.forUpdate}`,
      ids.map(idToBytes),
    );
    for (const row of rows) found.set(hexOf(row[0]), { joinedAt: Number(row[1]), state: fromStateColumns(row) });
  }
  return found;
}

function fromStateColumns(row: SqlRow): LevelState | undefined {
  if (row[2] === null) return undefined;
  return {
    at: Number(row[2]),
    unbooked: Number(row[3]),
    levelId: optionalId(row[4]),
    since: optionalNumber(row[5]),
    shownId: optionalId(row[6]),
    keptUntil: optionalNumber(row[7]),
    fallsAt: optionalNumber(row[8]),
    manualId: optionalId(row[9]),
    manualUntil: optionalNumber(row[10]),
    dueAt: optionalNumber(row[11]),
  };
}

export async function writeLevelState(tx: Sql, memberId: Id, state: LevelState): Promise<void> {
  const assignments = STATE_COLUMNS.map((column) => `${column} = ?`).join(', ');
  await tx.run(`UPDATE member SET ${assignments} WHERE id = ?`, [
    state.at ?? null,
    state.unbooked,
    optionalBytes(state.levelId),
    state.since ?? null,
    optionalBytes(state.shownId),
    state.keptUntil ?? null,
    state.fallsAt ?? null,
    optionalBytes(state.manualId),
    state.manualUntil ?? null,
    state.dueAt ?? null,
    idToBytes(memberId),
  ]);
}

/** The cards of members, as far as they cover time. */
export async function readCoverage(sql: Sql, memberIds: readonly Id[]): Promise<Map<Id, CoveringCard[]>> {
  const found = new Map<Id, CoveringCard[]>();
  for (const ids of parts(memberIds)) {
    const rows = await sql.arrays(
      `SELECT t.member_id, c.plan_id, c.opened_at, c.status, c.closed_at, t.starts_at, t.ends_at
       FROM card_term t JOIN card c ON c.id = t.card_id WHERE t.member_id IN (${questionMarks(ids.length)})`,
      ids.map(idToBytes),
    );
    for (const row of rows) {
      const cards = found.get(hexOf(row[0])) ?? [];
      cards.push({
        planId: hexOf(row[1]),
        openedAt: Number(row[2]),
        status: row[3] === 'CLOSED' ? 'CLOSED' : 'ACTIVE',
        closedAt: optionalNumber(row[4]),
        terms: [{ startsAt: Number(row[5]), endsAt: Number(row[6]) }],
      });
      found.set(hexOf(row[0]), cards);
    }
  }
  return found;
}

/** What is left on those of the accounts that are open. */
export async function readAccounts(sql: Sql, accounts: readonly AccountKey[]): Promise<Map<AccountKey, number>> {
  const found = new Map<AccountKey, number>();
  for (const keys of parts(accounts)) {
    const rows = await sql.arrays(
      `SELECT account, credits_posted, credits_pending, debits_posted, debits_pending FROM ledger_account
       WHERE account IN (${questionMarks(keys.length)})`,
      keys.map(bytes),
    );
    for (const row of rows) found.set(hexOf(row[0]), available(fromBalanceRow(row, 1)));
  }
  return found;
}

export interface HistoryRow extends LevelChange {
  readonly memberId: Id;
  /** Who changed it by hand, as `OPERATIONS olga`, and why. */
  readonly notedBy?: string;
  readonly reason?: string;
}

const HISTORY_COLUMNS = ['member_id', 'from_id', 'to_id', 'why', 'at', 'program_version', 'noted_by', 'reason'];

/** In the order in which they happened to each member. */
export async function insertHistory(tx: Sql, changes: readonly HistoryRow[]): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map((change) => [
    idToBytes(change.memberId),
    optionalBytes(change.from),
    optionalBytes(change.to),
    change.why,
    change.at,
    change.programVersion,
    change.notedBy ?? null,
    change.reason ?? null,
  ]);
  await tx.insertMany('level_history', HISTORY_COLUMNS, rows);
  await noteChanges(
    tx,
    'MEMBER',
    changes.map(({ memberId }) => memberId),
  );
}

export interface StoredChange extends HistoryRow {
  /** Of two changes of a member, the later one has the higher number. */
  readonly seq: number;
}

/** Newest first, from before `before`. */
export async function readHistory(
  sql: Sql,
  { memberId, before, limit }: { memberId: Id; before?: number; limit: number },
): Promise<StoredChange[]> {
  const rows = await sql.arrays(
    `SELECT seq, ${HISTORY_COLUMNS.join(', ')} FROM level_history
     WHERE member_id = ? ${before === undefined ? '' : 'AND seq < ?'} ORDER BY seq DESC LIMIT ?`,
    [idToBytes(memberId), ...(before === undefined ? [] : [before]), limit],
  );
  return rows.map((row) => ({
    seq: Number(row[0]),
    memberId: hexOf(row[1]),
    from: optionalId(row[2]),
    to: optionalId(row[3]),
    why: row[4] as LevelChangeReason,
    at: Number(row[5]),
    programVersion: Number(row[6]),
    notedBy: optionalText(row[7]),
    reason: optionalText(row[8]),
  }));
}

export interface DueGift {
  readonly memberId: Id;
  readonly levelId: Id;
  readonly code: Code;
  readonly reward: Reward;
  readonly programVersion: number;
  readonly dueAt: Instant;
}

/** Notes gifts that are to be given; one that was noted before stays as it is. */
export async function insertDueGifts(tx: Sql, gifts: readonly DueGift[]): Promise<void> {
  const columns = ['member_id', 'level_id', 'code', 'state', 'program_version', 'reward', 'due_at', 'given_at'];
  const rows = gifts.map(({ memberId, levelId, code, reward, programVersion, dueAt }) => {
    const key = [idToBytes(memberId), idToBytes(levelId), code];
    return [...key, 'DUE', programVersion, JSON.stringify(reward), dueAt, null];
  });
  if (rows.length > 0) await tx.insertMany('level_gift', columns, rows, { head: `${tx.dialect.insertIgnore} INTO` });
}

/** Members of whose level something may have changed by itself, the longest due first. */
export async function readDueMembers(sql: Sql, now: Instant, limit: number): Promise<Id[]> {
  const rows = await sql.arrays(`SELECT id FROM member WHERE level_due_at <= ? ORDER BY level_due_at, id LIMIT ?`, [
    now,
    limit,
  ]);
  return rows.map((row) => hexOf(row[0]));
}

/** Members after `after`, in the order of their ids. */
export async function readMembersAfter(sql: Sql, after: Id, limit: number): Promise<Id[]> {
  const rows = await sql.arrays('SELECT id FROM member WHERE id > ? ORDER BY id LIMIT ?', [idToBytes(after), limit]);
  return rows.map((row) => hexOf(row[0]));
}

function* parts<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += SOME) yield items.slice(at, at + SOME);
}

function optionalId(value: SqlValue | undefined): Id | undefined {
  return Buffer.isBuffer(value) ? idFromBytes(value) : undefined;
}

function optionalNumber(value: SqlValue | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

function optionalText(value: SqlValue | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}

function optionalBytes(id: Id | undefined): Buffer | null {
  return id === undefined ? null : idToBytes(id);
}
