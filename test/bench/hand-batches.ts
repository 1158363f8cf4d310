// The limit of redemptions: the same rows by hand, as many redemptions in one transaction as there are waiting.
import { setImmediate as turn } from 'node:timers/promises';
import { createPool, type Pool, type PoolConnection } from 'mysql2';
import { MysqlSql } from '../../src/database/mysql';
import { HexBytes, type Sql, type SqlRow } from '../../src/database/sql';
import { DAY, systemClock } from '../../src/kernel/clock';
import { type Id, idAt, idToBytes, namedId, newId, toGlobalId } from '../../src/kernel/id';
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

interface Waiting {
  readonly memberId: Id;
  readonly offer: CatalogueOffer;
  readonly key: Id;
  resolve(): void;
  reject(error: unknown): void;
}

/** One redemption of a batch, with the card that bears it. */
interface Found extends Waiting {
  readonly id: Id;
  readonly card: CardRow;
}

const BATCH_MOST = 256;
const NO_COUNTER = { statements: 0 };
const SIDES = ['credits_posted', 'credits_pending', 'debits_posted', 'debits_pending'];
const hexOf = (bytes: Buffer) => new HexBytes(bytes.toString('hex'));
const marksOf = (values: readonly unknown[]) => `(${values.map(() => '?').join(', ')})`;

/**
 * Knows no rules, looks for no key that was used before, and loses a batch when anything is wrong with it. What is left
 * is what the database needs for these rows, and Node for writing them out.
 */
export class HandBatches {
  private readonly pool: Pool;
  private readonly queue: Waiting[] = [];
  private flying = false;

  constructor(
    url: string,
    private readonly cipher: CodeCipher,
  ) {
    this.pool = createPool({ uri: url, connectionLimit: 2 });
    this.pool.on('connection', (connection) => {
      connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    });
  }

  redeem(memberId: Id, offer: CatalogueOffer, idempotencyKey: string): Promise<void> {
    const key = namedId('redeem', 'MEMBER', memberId, idempotencyKey);
    return new Promise((resolve, reject) => {
      this.queue.push({ memberId, offer, key, resolve, reject });
      if (!this.flying) void this.fly();
    });
  }

  private async fly(): Promise<void> {
    this.flying = true;
    await turn();
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0, BATCH_MOST);
      try {
        await this.inTransaction((tx) => this.write(tx, batch));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      await turn();
    }
    this.flying = false;
  }

  private async inTransaction(work: (tx: Sql) => Promise<void>): Promise<void> {
    const connection = await new Promise<PoolConnection>((resolve, reject) => {
      this.pool.getConnection((error, got) => (error ? reject(error) : resolve(got)));
    });
    const tx = new MysqlSql(connection, () => Promise.reject(new Error('no manager')) as never, NO_COUNTER);
    try {
      await tx.run('START TRANSACTION');
      await work(tx);
      await tx.run('COMMIT');
    } catch (error) {
      await tx.run('ROLLBACK');
      throw error;
    } finally {
      connection.release();
    }
  }

  private async write(tx: Sql, batch: readonly Waiting[]): Promise<void> {
    const now = systemClock.now();
    const found = await findCards(tx, batch, now);
    const accounts = found.map(({ memberId, card, offer }) => accountsOf(memberId, card[2].toString('hex'), offer));
    const balances = await lock(tx, [...new Set(accounts.flatMap((some) => Object.values(some) as AccountKey[]))]);
    const sums = new Map<AccountKey, Sides>();
    const moves = found.map(({ offer }, at) => {
      const some = movesOf(accounts[at]!, offer, balances);
      apply(some, balances, sums);
      return some;
    });
    await writeBalances(tx, balances, sums);
    await writeMoves(tx, found, moves, now);
    await this.writeRedemptions(tx, found, now);
    await tellPartners(tx, found, now);
  }

  private async writeRedemptions(tx: Sql, found: readonly Found[], now: number): Promise<void> {
    const ids = ['id', 'member_id', 'item_id', 'partner_id', 'card_id', 'term_id', 'plan_id'];
    const words = ['item_kind', 'status', 'cost_basis', 'currency', 'cost', 'co_pay', 'face_value', 'points'];
    const times = ['code_cipher', 'claimed_at', 'expires_at', 'due_at', 'due_step', 'item_version'];
    const rows = found.map(({ id, memberId, offer, card: [, card, term, plan] }) => [
      ...[id, memberId, offer.id, offer.partner.id].map((one) => new HexBytes(one)),
      ...[card, term, plan].map(hexOf),
      ...['OFFER', 'ISSUED', 'ISSUE', CURRENCY, offer.unitCost, 0, offer.faceValue, 0],
      ...[this.cipher.seal(offer.id, newCode()), now, endOf(offer, now), endOf(offer, now), 'EXPIRE', offer.version],
    ]);
    await tx.insertMany('redemption', [...ids, ...words, ...times], rows);
  }
}

function endOf(offer: CatalogueOffer, now: number): number {
  return now + offer.couponValidDays * DAY;
}

async function findCards(tx: Sql, batch: readonly Waiting[], now: number): Promise<Found[]> {
  const ids = [...new Set(batch.map(({ memberId }) => memberId))];
  const byMember = new Map<Id, CardRow[]>();
  for (const row of await tx.arrays(`${MEMBER}IN ${marksOf(ids)}`, ids.map(idToBytes))) {
    const card = row as unknown as CardRow;
    const member = card[0].toString('hex');
    byMember.set(member, [...(byMember.get(member) ?? []), card]);
  }
  return batch.map((waiting) => {
    const card = byMember.get(waiting.memberId)?.find((row) => isFor(row, waiting.offer, now));
    if (!card) throw new Error('the member has no card for this offer');
    return { ...waiting, id: newId(now), card };
  });
}

async function lock(tx: Sql, keys: readonly AccountKey[]): Promise<Map<AccountKey, Sides>> {
  const rows: SqlRow[] = await tx.arrays(
    `SELECT account, ${SIDES.join(', ')} FROM ledger_account WHERE account IN ${marksOf(keys)}
     ORDER BY account FOR UPDATE`,
    keys.toSorted().map((key) => Buffer.from(key, 'hex')),
  );
  return new Map(rows.map(([account, ...sides]) => [(account as Buffer).toString('hex'), sides as Sides]));
}

async function writeBalances(
  tx: Sql,
  balances: ReadonlyMap<AccountKey, Sides>,
  sums: ReadonlyMap<AccountKey, Sides>,
): Promise<void> {
  const columns = ['account', ...SIDES];
  const sorted = [...balances].sort(([left], [right]) => (left < right ? -1 : 1));
  const rows = sorted.map(([key, sides]) => [new HexBytes(key), ...sides]);
  const tail = ` ON DUPLICATE KEY UPDATE ${SIDES.map((side) => `${side} = VALUES(${side})`).join(', ')}`;
  await tx.insertMany('ledger_account', columns, rows, { tail });
  await tx.insertMany('ledger_contra_delta', ['moved'], [[appendedRow(sums)]]);
}

async function writeMoves(
  tx: Sql,
  found: readonly Found[],
  moves: readonly (readonly Move[])[],
  now: number,
): Promise<void> {
  const transfers = moves.flatMap((some, at) =>
    some.map(({ kind, debit, credit, amount, code }, number) => {
      const keys = [idAt(found[at]!.id, number + 1), debit, credit].map((key) => new HexBytes(key));
      return [...keys, TRANSFER_KINDS[kind], amount, 0, code, now];
    }),
  );
  const columns = ['id', 'debit', 'credit', 'kind', 'amount', 'released', 'code', 'created_at'];
  await tx.insertMany('ledger_transfer', columns, transfers);
  const holds = found.map(({ id, offer }) => [new HexBytes(id), endOf(offer, now), 1]);
  await tx.insertMany('ledger_hold', ['chain', 'expires_at', 'open'], holds);
  const chains = found.map(({ key, id, offer, card }, at) => [
    ...[key, id, namedId(offer.id, card[3].toString('hex'))].map((one) => new HexBytes(one)),
    ...[0, offer.unitCost, moves[at]!.length, now],
  ]);
  const chainColumns = ['chain_key', 'id', 'fingerprint', 'status', 'flexible_amount', 'transfers', 'created_at'];
  await tx.insertMany('ledger_chain', chainColumns, chains);
}

async function tellPartners(tx: Sql, found: readonly Found[], now: number): Promise<void> {
  const rows = found.map(({ id, offer }) => {
    const redemptionId = toGlobalId('redemption', id);
    const told = { redemptionId, offer: offer.code, status: 'ISSUED', claimedAt: now, expiresAt: endOf(offer, now) };
    const ids = [newId(now), offer.partner.id, id].map((one) => new HexBytes(one));
    return [...ids, 'redemption.issued', now, JSON.stringify(told)];
  });
  await tx.insertMany('partner_event', ['id', 'partner_id', 'subject_id', 'type', 'happened_at', 'data'], rows);
}
