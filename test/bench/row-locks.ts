// What is compared with: one transaction a redemption, each locking its accounts' rows, writing the same rows as ours.
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { createPool } from 'mysql2/promise';
import { DAY, systemClock } from '../../src/kernel/clock';
import { type Id, idAt, idFromBytes, idToBytes, namedId, newId, toGlobalId, ZERO_ID } from '../../src/kernel/id';
import { COUNT } from '../../src/kernel/money';
import { type AccountKey, accountKey } from '../../src/ledger/account';
import { type AccountKind, ACCOUNT_KINDS as KIND, TRANSFER_CODES } from '../../src/ledger/chart';
import { TRANSFER_KINDS } from '../../src/ledger/transfer';
import { type CodeCipher, newCode } from '../../src/marketplace/code-cipher';
import type { CatalogueOffer } from '../../src/program/catalogue-item';

/** The card that bears the cost, as the transaction found it. */
interface FoundCard {
  readonly cardId: Id;
  readonly termId: Id;
  readonly planId: Id;
}

/** What the gateway reads of a member before it redeems, in one statement. */
const MEMBER = `SELECT m.tags, c.id, t.id, c.plan_id, c.status, t.starts_at, t.ends_at FROM member m
  JOIN card_term t ON t.member_id = m.id JOIN card c ON c.id = t.card_id WHERE m.id = ?`;

// Between 8 and 64 the number made next to no difference: both sides have their hands full.
const CONNECTIONS = 32;
const ATTEMPTS = 20;
// Deadlock, lock wait, and a rival who opened the same account first.
const AGAIN = new Set([1213, 1205, 1062]);
const CURRENCY = 'CNY';

interface Move {
  readonly kind: keyof typeof TRANSFER_KINDS;
  readonly debit: AccountKey;
  readonly credit: AccountKey;
  readonly amount: number;
  readonly code: number;
}

/** Credits posted, credits pending, debits posted, debits pending. */
type Sides = [number, number, number, number];

const bytes = (hex: string) => Buffer.from(hex, 'hex');
const contra = (holder: Id, kind: AccountKind, unit: string, item = 0) => accountKey({ holder, kind, unit, item });

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
    const limit = accountKey({ holder: memberId, kind: KIND.MEMBER_LIMIT, item: offer.number, unit: COUNT });
    const stock = accountKey({ holder: offer.id, kind: KIND.STOCK, unit: COUNT });
    const cap = accountKey({ holder: memberId, kind: KIND.CARD_CAP, ref: termId, unit: CURRENCY });
    const savings = accountKey({ holder: memberId, kind: KIND.SAVINGS, ref: termId, unit: CURRENCY });
    const source = contra(ZERO_ID, KIND.SAVINGS_SOURCE, CURRENCY);
    const cost = contra(offer.partner.id, KIND.COST, CURRENCY, offer.number);
    const { REDEEM, GRANT } = TRANSFER_CODES;
    const move = (
      kind: Move['kind'],
      debit: AccountKey,
      credit: AccountKey,
      amount: number,
      code: number = REDEEM,
    ) => ({
      kind,
      debit,
      credit,
      amount,
      code,
    });
    await tx.query('START TRANSACTION');
    const balances = await lock(tx, [limit, stock, cap, savings]);
    const moves: Move[] = [];
    if (!balances.has(limit)) {
      balances.set(limit, [0, 0, 0, 0]);
      const granted = contra(offer.id, KIND.LIMIT_GRANTED, COUNT);
      moves.push(move('TRANSFER', granted, limit, offer.memberLimits[0]!.limit, GRANT));
    }
    moves.push(move('TRANSFER', limit, contra(offer.id, KIND.LIMIT_USED, COUNT), 1));
    moves.push(move('TRANSFER', stock, contra(offer.id, KIND.STOCK_ISSUED, COUNT), 1));
    moves.push(move('TRANSFER', cap, cost, offer.unitCost));
    moves.push(move('HOLD', source, savings, offer.faceValue));
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
    const { id, memberId, cardId, termId } = redemption;
    const ids = [id, memberId, offer.id, offer.partner.id, cardId, termId].map(idToBytes);
    await tx.execute<ResultSetHeader>(
      `INSERT INTO redemption (id, member_id, item_id, partner_id, card_id, term_id, item_kind, status, cost_basis,
         currency, cost, co_pay, face_value, points, code_cipher, claimed_at, expires_at, due_at, due_step,
         item_version)
       VALUES (?, ?, ?, ?, ?, ?, 'OFFER', 'ISSUED', 'ISSUE', ?, ?, 0, ?, 0, ?, ?, ?, ?, 'EXPIRE', ?)`,
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
  const [rows] = await tx.execute<RowDataPacket[][]>({ sql: MEMBER, rowsAsArray: true }, [idToBytes(memberId)]);
  const { plans } = offer.audience;
  for (const [, card, term, plan, status, startsAt, endsAt] of rows as unknown as CardRow[]) {
    const planId = idFromBytes(plan);
    if (status !== 'ACTIVE' || startsAt > now || now >= endsAt || !plans.has(planId)) continue;
    return { cardId: idFromBytes(card), termId: idFromBytes(term), planId };
  }
  throw new Error('the member has no card for this offer');
}

type CardRow = readonly [tags: string, Buffer, Buffer, Buffer, status: string, startsAt: number, endsAt: number];

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

/** Moves the amounts on the locked balances and answers the sums of the contra accounts. */
function apply(moves: readonly Move[], balances: ReadonlyMap<AccountKey, Sides>): Map<AccountKey, Sides> {
  const sums = new Map<AccountKey, Sides>();
  const sidesOf = (account: AccountKey): Sides => {
    const known = balances.get(account) ?? sums.get(account);
    if (known) return known;
    const fresh: Sides = [0, 0, 0, 0];
    sums.set(account, fresh);
    return fresh;
  };
  for (const { kind, debit, credit, amount } of moves) {
    const pending = kind === 'HOLD' ? 1 : 0;
    const from = sidesOf(debit);
    if (balances.has(debit) && from[0] - from[2] - from[3] < amount) throw new Error('a limit was reached');
    from[2 + pending]! += amount;
    sidesOf(credit)[pending]! += amount;
  }
  return sums;
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
  await tx.execute(
    `INSERT INTO ledger_contra_delta (account, credits_posted, credits_pending, debits_posted, debits_pending)
     VALUES ${marks(sums.size, 5)}`,
    [...sums].flatMap(([account, sides]) => [bytes(account), ...sides]),
  );
}
