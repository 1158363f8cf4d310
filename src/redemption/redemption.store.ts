// The only SQL of redemptions: rows that commit with their chain, guarded changes of state, and lists.
import { padToPowerOfTwo, ReadBatcher } from '../database/batcher';
import type { Dialect } from '../database/dialect';
import { HexBytes, type InsertRow, type Sql, type SqlRow, type SqlValue } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, idFromBytes, idToBytes, ZERO_ID } from '../kernel/id';
import type { CompanionRow, CompanionWriter } from '../ledger/batch';
import { amountOf } from '../ledger/ledger.store';
import { takeCodes } from '../marketplace/code-pool.store';
import { endEventOf, eventOf, tellPartners } from './partner-events';
import type { AtPartner, DueStep, ItemKind, Redemption, RedemptionStatus } from './redemption';

const COLUMNS = [
  'id',
  'member_id',
  'item_kind',
  'item_id',
  'partner_id',
  'card_id',
  'term_id',
  'status',
  'cost_basis',
  'currency',
  'cost',
  'co_pay',
  'face_value',
  'points',
  'pool_seq',
  'code_cipher',
  'claimed_at',
  'expires_at',
  'used_at',
  'ended_at',
  'item_version',
  'offer_ref',
  'partner_ref',
  'link_cipher',
  'attempts',
  'step_no',
  'due_step',
] as const;
export const SELECTED = COLUMNS.join(', ');

function optionalBytes(id: Id | undefined): HexBytes | null {
  return id === undefined ? null : new HexBytes(id);
}

function optionalId(value: SqlValue | undefined): Id | undefined {
  return Buffer.isBuffer(value) ? idFromBytes(value) : undefined;
}

function optionalNumber(value: SqlValue | undefined): number | undefined {
  return value === null || value === undefined ? undefined : amountOf(value);
}

function toRow(redemption: Redemption): InsertRow {
  const r = redemption;
  return [
    new HexBytes(r.id),
    new HexBytes(r.memberId),
    r.itemKind,
    new HexBytes(r.itemId),
    optionalBytes(r.partnerId),
    optionalBytes(r.cardId),
    optionalBytes(r.termId),
    r.status,
    r.costBasis,
    r.currency,
    r.cost,
    r.coPay,
    r.faceValue,
    r.points,
    r.poolSeq ?? null,
    r.sealedCode ?? null,
    r.claimedAt,
    r.expiresAt,
    r.usedAt ?? null,
    r.endedAt ?? null,
    r.itemVersion ?? null,
    r.atPartner?.offerRef ?? null,
    r.atPartner?.partnerRef ?? null,
    r.atPartner?.sealedLink ?? null,
    r.atPartner?.attempts ?? 0,
    r.atPartner?.stepNo ?? 0,
  ];
}

export function fromRow(row: SqlRow): Redemption {
  return {
    id: idFromBytes(row[0] as Buffer),
    memberId: idFromBytes(row[1] as Buffer),
    itemKind: row[2] as ItemKind,
    itemId: idFromBytes(row[3] as Buffer),
    partnerId: optionalId(row[4]),
    cardId: optionalId(row[5]),
    termId: optionalId(row[6]),
    status: row[7] as RedemptionStatus,
    costBasis: row[8] as Redemption['costBasis'],
    currency: String(row[9]),
    cost: amountOf(row[10]),
    coPay: amountOf(row[11]),
    faceValue: amountOf(row[12]),
    points: amountOf(row[13]),
    poolSeq: optionalNumber(row[14]),
    sealedCode: Buffer.isBuffer(row[15]) ? row[15] : undefined,
    claimedAt: amountOf(row[16]),
    expiresAt: amountOf(row[17]),
    usedAt: optionalNumber(row[18]),
    endedAt: optionalNumber(row[19]),
    itemVersion: optionalNumber(row[20]),
    atPartner: typeof row[21] === 'string' ? atPartnerFrom(row[21], row) : undefined,
  };
}

function atPartnerFrom(offerRef: string, row: SqlRow): AtPartner {
  return {
    offerRef,
    partnerRef: typeof row[22] === 'string' ? row[22] : undefined,
    sealedLink: Buffer.isBuffer(row[23]) ? row[23] : undefined,
    attempts: amountOf(row[24]),
    stepNo: amountOf(row[25]),
    dueStep: typeof row[26] === 'string' ? (row[26] as DueStep) : undefined,
  };
}

/** A claim on its way into the table; the writer fills in what only the transaction knows. */
export interface ClaimRow {
  redemption: Redemption;
  readonly fromPool: boolean;
  /** What the flexible transfers did not cover is paid by the member. */
  readonly fullCost: number;
  readonly dueAt: Instant;
  readonly dueStep: DueStep;
  /** For the outbox: the code of the partner's offer. */
  readonly offerCode?: string;
}

/** Writes new redemptions, and hands out pool codes, in the transaction that takes what they cost. */
export const claimWriter: CompanionWriter<ClaimRow> = {
  order: 30,
  async write(tx, rows) {
    await handOutCodes(tx, rows);
    for (const { row, chain } of rows) {
      if (chain.flexibleAmount === undefined) continue;
      const { flexibleAmount: cost } = chain;
      row.redemption = { ...row.redemption, cost, coPay: row.fullCost - cost };
    }
    const values = rows.map(({ row }) => [...toRow(row.redemption), row.dueStep, row.dueAt]);
    await tx.insertMany('redemption', [...COLUMNS, 'due_at'], values);
    const issued = rows.filter(({ row }) => row.redemption.status === 'ISSUED');
    await tellPartners(
      tx,
      issued.map(({ row, chain }) => eventOf('redemption.issued', row, chain.now)),
    );
  },
};

async function handOutCodes(tx: Sql, rows: readonly CompanionRow<ClaimRow>[]): Promise<void> {
  const byOffer = new Map<Id, ClaimRow[]>();
  for (const { row } of rows) {
    if (!row.fromPool) continue;
    const { itemId } = row.redemption;
    byOffer.set(itemId, [...(byOffer.get(itemId) ?? []), row]);
  }
  // In the order of offers, so that two processes never wait for each other's pool.
  for (const offerId of [...byOffer.keys()].sort()) {
    const claims = byOffer.get(offerId)!;
    const codes = await takeCodes(tx, offerId, claims.length);
    for (const [at, claim] of claims.entries()) {
      const { seq, sealed } = codes[at]!;
      claim.redemption = { ...claim.redemption, poolSeq: seq, sealedCode: sealed };
    }
  }
}

/** Thrown when a redemption is no longer in the state that the chain was built for; its chain then fails whole. */
export class StaleRedemptionError extends Error {
  override readonly name = 'StaleRedemptionError';
}

export interface EndRow {
  readonly id: Id;
  readonly from: RedemptionStatus;
  readonly to: 'USED' | 'CANCELLED' | 'EXPIRED';
  readonly usedAt?: Instant;
  /** For the outbox: the redemption as it was, and the code of the partner's offer. */
  readonly redemption: Redemption;
  readonly offerCode?: string;
}

/** Ends redemptions in the transaction that posts, voids or reverses what they hold. */
export const endWriter: CompanionWriter<EndRow> = {
  order: 31,
  async write(tx, rows) {
    for (const { row, chain } of rows) {
      const changed = await tx.run(
        `UPDATE redemption SET status = ?, used_at = ?, ended_at = ?, due_at = NULL, due_step = NULL, step_no = step_no + 1
         WHERE id = ? AND status = ?`,
        [row.to, row.usedAt ?? null, chain.now, idToBytes(row.id), row.from],
      );
      if (changed !== 1) throw new StaleRedemptionError(`redemption ${row.id} is not ${row.from} any more`);
    }
    await tellPartners(
      tx,
      rows.map(({ row, chain }) => endEventOf(row, chain.now)),
    );
  },
};

export interface BreakEvenRow {
  readonly termId: Id;
  /** The account that holds what was saved on the term, and the price to reach. */
  readonly savings: string;
  readonly price: number;
}

/** Keeps on the term the instant at which its savings reached its price. */
export const breakEvenWriter: CompanionWriter<BreakEvenRow> = {
  order: 32,
  async write(tx, rows) {
    for (const { row, chain } of rows) {
      const balance = chain.balanceAfter(row.savings);
      if (!balance || balance.creditsPosted - balance.debitsPosted < row.price) continue;
      await tx.run('UPDATE card_term SET broke_even_at = ? WHERE id = ? AND broke_even_at IS NULL', [
        chain.now,
        idToBytes(row.termId),
      ]);
    }
  },
};

export async function readRedemption(sql: Sql, id: Id): Promise<Redemption | undefined> {
  const [row] = await sql.prepared(`SELECT ${SELECTED} FROM redemption WHERE id = ?`, [idToBytes(id)]);
  return row ? fromRow(row) : undefined;
}

/** Coupons whose time is over, oldest first. */
export async function dueRedemptions(sql: Sql, now: Instant, limit: number): Promise<Redemption[]> {
  const rows = await sql.arrays(
    `SELECT ${SELECTED} FROM redemption WHERE due_at <= ? AND due_step = 'EXPIRE' ORDER BY due_at, id LIMIT ${Math.trunc(limit)}`,
    [now],
  );
  return rows.map(fromRow);
}

/** Redemptions of offers, of one partner or of all, newest first. */
export async function listOfferRedemptions(
  sql: Sql,
  partnerId: Id | undefined,
  page: { before?: Id; limit: number },
): Promise<Redemption[]> {
  const before = idToBytes(page.before ?? NEWEST);
  const scope = partnerId === undefined ? '' : 'partner_id = ? AND ';
  const rows = await sql.arrays(
    `SELECT ${SELECTED} FROM redemption WHERE ${scope}item_kind = 'OFFER' AND id < ?
     ORDER BY id DESC LIMIT ${Math.trunc(page.limit)}`,
    partnerId === undefined ? [before] : [idToBytes(partnerId), before],
  );
  return rows.map(fromRow);
}

/** One page of a member's redemptions, newest first. */
export interface WalletKey {
  readonly memberId: Id;
  /** Only those older than this one. */
  readonly before?: Id;
  readonly limit: number;
}

const NEWEST = 'f'.repeat(32);
const WALLET_BATCH = { keysMax: 32, inFlightMax: 2 };

/** Reads members' wallets, batched over requests. Authorise before asking. */
export class WalletStore {
  private readonly batcher: ReadBatcher<WalletKey, readonly Redemption[]>;

  constructor(sql: Sql) {
    this.batcher = new ReadBatcher((keys) => readWallets(sql, keys), WALLET_BATCH);
  }

  load(key: WalletKey): Promise<readonly Redemption[]> {
    return this.batcher.load(key);
  }
}

const statements = new Map<string, string>();

/** One branch a key, each with its own limit: a page is a range of the index on member and id. */
function walletStatement({ name, limitedBranch }: Dialect, width: number, limit: number): string {
  const key = `${name} ${width} ${limit}`;
  let statement = statements.get(key);
  if (!statement) {
    const branch = (at: number) => `SELECT ${SELECTED}, ${at} AS page FROM redemption
      WHERE member_id = ? AND id < ? ORDER BY id DESC LIMIT ${limit}`;
    statement = Array.from({ length: width }, (_, at) => limitedBranch(branch(at), `page${at}`)).join(' UNION ALL ');
    if (statements.size > 256) statements.clear();
    statements.set(key, statement);
  }
  return statement;
}

// A row more than the usual sizes of pages, which tells whether there is a next one.
const LIMITS = [6, 11, 21, 51, 101];

async function readWallets(sql: Sql, keys: readonly WalletKey[]): Promise<Redemption[][]> {
  const width = padToPowerOfTwo(keys).length;
  // One limit for the whole batch, of a few, so that few statements have to be prepared.
  const most = Math.max(...keys.map((key) => key.limit));
  const statement = walletStatement(sql.dialect, width, LIMITS.find((limit) => limit >= most) ?? most);
  const values = keys.flatMap((key) => [idToBytes(key.memberId), idToBytes(key.before ?? NEWEST)]);
  // Nobody's redemptions, for the branches without a key.
  while (values.length < width * 2) values.push(idToBytes(ZERO_ID));
  const pages: Redemption[][] = keys.map(() => []);
  for (const row of await sql.prepared(statement, values)) {
    const at = Number(row[COLUMNS.length]);
    const page = pages[at]!;
    if (page.length < keys[at]!.limit) page.push(fromRow(row));
  }
  return pages;
}
