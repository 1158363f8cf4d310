// What is compared with: one transaction a redemption, each locking its accounts' rows, writing the same rows as ours.
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { createPool } from 'mysql2/promise';
import { DAY, systemClock } from '../../src/kernel/clock';
import { type Id, idAt, idFromBytes, idToBytes, namedId, newId, toGlobalId } from '../../src/kernel/id';
import type { AccountKey } from '../../src/ledger/account';
import { TRANSFER_KINDS } from '../../src/ledger/transfer';
import { type CodeCipher, newCode } from '../../src/marketplace/code-cipher';
import type { CatalogueOffer } from '../../src/program/catalogue-item';
import {
  accountsOf,
  appendedRow,
  apply,
  type CardRow,
  CURRENCY,
  isFor,
  MEMBER,
  type Move,
  movesOf,
  type Sides,
} from './hand-moves';

/** The card that bears the cost, as the transaction found it. */
interface FoundCard {
  readonly cardId: Id;
  readonly termId: Id;
  readonly planId: Id;
}

// Between 8 and 64 the number made next to no difference: both sides have their hands full.
const CONNECTIONS = 32;
const ATTEMPTS = 20;
// Deadlock, lock wait, and a rival who opened the same account first.
const AGAIN = new Set([1213, 1205, 1062]);
const bytes = (hex: string) => Buffer.from(hex, 'hex');

function marks(rows: number, columns: number): string {
  return Array(rows)
    .fill(`(${Array(columns).fill('?').join(', ')})`)
    .join(', ');
}

export class RowLocks {
  private readonly pool: Pool;

  constructor(
    url: string,
    private readonly cipher: CodeCipher,
  ) {
    this.pool = createPool({ uri: url, connectionLimit: CONNECTIONS, maxPreparedStatements: 64 });
    this.pool.on('connection', (connection) => {
      void connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    });
  }

  async redeem(memberId: Id, offer: CatalogueOffer, idempotencyKey: string): Promise<void> {
    const chainKey = namedId('redeem', 'MEMBER', memberId, idempotencyKey);
    const connection = await this.pool.getConnection();
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await this.transaction(connection, memberId, offer, chainKey);
          return;
        } catch (error) {
          await connection.query('ROLLBACK');
          if (attempt >= ATTEMPTS || !AGAIN.has((error as { errno: number }).errno)) throw error;
        }
      }
    } finally {
      connection.release();
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  private async transaction(tx: PoolConnection, memberId: Id, offer: CatalogueOffer, key: Id): Promise<void> {
    const now = systemClock.now();
    const id = newId(now);
    const card = await findCard(tx, memberId, offer, now);
    const { termId, planId } = card;
    const accounts = accountsOf(memberId, termId, offer);
    await tx.query('START TRANSACTION');
    const balances = await lock(tx, Object.values(accounts));
    const moves = movesOf(accounts, offer, balances);
    const sums = apply(moves, balances);
    const expiresAt = now + offer.couponValidDays * DAY;
    await writeBalances(tx, balances);
    await writeMoves(tx, id, moves, now);
    await writeContra(tx, sums);
    await tx.execute('INSERT INTO ledger_hold (chain, expires_at, open) VALUES (?, ?, 1)', [idToBytes(id), expiresAt]);
    await tx.execute(
      `INSERT INTO ledger_chain (chain_key, id, fingerprint, status, flexible_amount, transfers, created_at)
       VALUES (?, ?, ?, 0, ?, ?, ?)`,
      [idToBytes(key), idToBytes(id), idToBytes(namedId(offer.id, planId)), offer.unitCost, moves.length, now],
    );
    await this.writeRedemption(tx, { id, memberId, ...card }, offer, now, expiresAt);
    await tx.query('COMMIT');
  }

  private async writeRedemption(
    tx: PoolConnection,
    redemption: FoundCard & { readonly id: Id; readonly memberId: Id },
    offer: CatalogueOffer,
    now: number,
    expiresAt: number,
  ): Promise<void> {
    const { id, memberId, cardId, termId, planId } = redemption;
    const ids = [id, memberId, offer.id, offer.partner.id, cardId, termId, planId].map(idToBytes);
    await tx.execute<ResultSetHeader>(
      `INSERT INTO redemption (id, member_id, item_id, partner_id, card_id, term_id, plan_id, item_kind, status,
         cost_basis, currency, cost, co_pay, face_value, points, code_cipher, claimed_at, expires_at, due_at, due_step,
         item_version)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'OFFER', 'ISSUED', 'ISSUE', ?, ?, 0, ?, 0, ?, ?, ?, ?, 'EXPIRE', ?)`,
      [
        ...ids,
        CURRENCY,
        offer.unitCost,
        offer.faceValue,
        this.cipher.seal(offer.id, newCode()),
        now,
        expiresAt,
        expiresAt,
        offer.version,
      ],
    );
    const told = { redemptionId: toGlobalId('redemption', id), offer: offer.code, status: 'ISSUED', claimedAt: now };
    await tx.execute(
      `INSERT INTO partner_event (id, partner_id, subject_id, type, happened_at, data)
       VALUES (?, ?, ?, 'redemption.issued', ?, ?)`,
      [idToBytes(newId(now)), idToBytes(offer.partner.id), idToBytes(id), now, JSON.stringify({ ...told, expiresAt })],
    );
  }
}

/** The running card of a plan that the offer is for. */
async function findCard(tx: PoolConnection, memberId: Id, offer: CatalogueOffer, now: number): Promise<FoundCard> {
  const [rows] = await tx.execute<RowDataPacket[][]>({ sql: `${MEMBER}= ?`, rowsAsArray: true }, [idToBytes(memberId)]);
  const found = (rows as unknown as CardRow[]).find((row) => isFor(row, offer, now));
  if (!found) throw new Error('the member has no card for this offer');
  const [, card, term, plan] = found;
  return { cardId: idFromBytes(card), termId: idFromBytes(term), planId: idFromBytes(plan) };
}

/** The accounts in the order of their keys, which is the same for everybody. */
async function lock(tx: PoolConnection, keys: readonly AccountKey[]): Promise<Map<AccountKey, Sides>> {
  const [rows] = await tx.execute<RowDataPacket[][]>(
    {
      sql: `SELECT account, credits_posted, credits_pending, debits_posted, debits_pending FROM ledger_account
        WHERE account IN (?, ?, ?, ?) ORDER BY account FOR UPDATE`,
      rowsAsArray: true,
    },
    keys.toSorted().map(bytes),
  );
  return new Map(
    (rows as unknown as [Buffer, number, number, number, number][]).map(([account, ...sides]) => [
      account.toString('hex'),
      sides,
    ]),
  );
}

async function writeBalances(tx: PoolConnection, balances: ReadonlyMap<AccountKey, Sides>): Promise<void> {
  const rows = [...balances].sort(([left], [right]) => (left < right ? -1 : 1));
  await tx.execute(
    `INSERT INTO ledger_account (account, credits_posted, credits_pending, debits_posted, debits_pending)
     VALUES ${marks(rows.length, 5)} ON DUPLICATE KEY UPDATE credits_posted = VALUES(credits_posted),
       credits_pending = VALUES(credits_pending), debits_posted = VALUES(debits_posted),
       debits_pending = VALUES(debits_pending)`,
    rows.flatMap(([account, sides]) => [bytes(account), ...sides]),
  );
}

async function writeMoves(tx: PoolConnection, id: Id, moves: readonly Move[], now: number): Promise<void> {
  await tx.execute(
    `INSERT INTO ledger_transfer (id, kind, debit, credit, amount, released, pending_id, code, created_at)
     VALUES ${marks(moves.length, 9)}`,
    moves.flatMap(({ kind, debit, credit, amount, code }, at) => [
      idToBytes(idAt(id, at + 1)),
      TRANSFER_KINDS[kind],
      bytes(debit),
      bytes(credit),
      amount,
      0,
      null,
      code,
      now,
    ]),
  );
}

async function writeContra(tx: PoolConnection, sums: ReadonlyMap<AccountKey, Sides>): Promise<void> {
  await tx.execute('INSERT INTO ledger_contra_delta (moved) VALUES (?)', [appendedRow(sums)]);
}
