// Grows a world by copies of its members, table by table inside the database, so that the ledger still proves clean.
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { ACCOUNT_KINDS } from '../../src/ledger/chart';
import { TRANSFER_KINDS } from '../../src/ledger/transfer';
import type { WorldPlace } from './world';

/**
 * A copy has the ids of its original with other first two bytes, so that its rows lie together and in an order of
 * their own, as those of members do that came at another time. What belongs to the catalogue keeps its id. Keys of
 * chains are hashes and stay so.
 */
const id = (column: string) => `CONCAT(?, SUBSTR(${column}, 3))`;
const optionalId = (column: string) => `IF(${column} IS NULL, NULL, ${id(column)})`;
// Of an account's 44 bytes the holder comes first, its kind at 17 and the term or redemption at 19; contra accounts
// have the highest bit of the kind set, and their holders are plans, offers and partners.
const account = (column: string) =>
  `IF(SUBSTR(${column}, 17, 1) >= x'80', ${column}, CONCAT(?, SUBSTR(${column}, 3, 16),
    IF(SUBSTR(${column}, 19, 16) = REPEAT(x'00', 16), SUBSTR(${column}, 19, 2), ?), SUBSTR(${column}, 21)))`;
const numbered = (column: string) => `CONCAT(${column}, '-', HEX(?))`;

/** By table, its columns in their order: those that differ in a copy are named with how. */
const TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  member: { id: id('id'), external_id: numbered('external_id') },
  card: { id: id('id'), member_id: id('member_id'), parent_card_id: optionalId('parent_card_id') },
  card_term: {
    id: id('id'),
    card_id: id('card_id'),
    member_id: id('member_id'),
    order_id: numbered('order_id'),
  },
  redemption: {
    id: id('id'),
    member_id: id('member_id'),
    card_id: optionalId('card_id'),
    term_id: optionalId('term_id'),
  },
  ledger_account: { account: account('account') },
  ledger_transfer: {
    id: id('id'),
    debit: account('debit'),
    credit: account('credit'),
    pending_id: optionalId('pending_id'),
  },
  ledger_chain: { chain_key: 'UNHEX(MD5(CONCAT(chain_key, ?)))', id: id('id') },
  ledger_hold: { chain: id('chain') },
};

const BASE = 'bench_sample_';
/** Accounts whose holders are offers, draws, budgets and campaigns: the catalogue's, of which there is one. */
const OF_CATALOGUE = (
  ['STOCK', 'DAILY_STOCK', 'BUDGET', 'GROUP_BUDGET', 'PRIZE_STOCK', 'CAMPAIGN_BUDGET', 'REFERRALS'] as const
).map((kind) => ACCOUNT_KINDS[kind]);
const ofCatalogue = (column: string) => `CONV(HEX(SUBSTR(${column}, 17, 2)), 16, 10) IN (${OF_CATALOGUE.join(', ')})`;
const GRANTED = `${ofCatalogue('credit')} AND SUBSTR(debit, 17, 1) >= x'80'`;
const GRANTING_CHAINS = `SELECT CONCAT(LEFT(id, 15), x'00') FROM ledger_transfer WHERE ${GRANTED}`;
/** What of a table is copied: not what the catalogue was granted. */
const COPIED: Readonly<Record<string, string>> = {
  ledger_account: `NOT ${ofCatalogue('account')}`,
  ledger_transfer: `NOT (${GRANTED})`,
  ledger_chain: `transfers > 0 AND id NOT IN (${GRANTING_CHAINS})`,
};

type Connection = Awaited<ReturnType<typeof createConnection>>;

async function columnsOf(connection: Connection, table: string): Promise<string[]> {
  const [rows] = await connection.query<RowDataPacket[]>(`SHOW COLUMNS FROM ${table}`);
  return rows.map((row) => String(row.Field));
}

async function keepSamples(connection: Connection): Promise<void> {
  for (const table of Object.keys(TABLES)) {
    const key = Object.keys(TABLES[table]!)[0]!;
    await connection.query(`CREATE TABLE ${BASE}${table} (PRIMARY KEY (${key})) ENGINE=InnoDB
      SELECT * FROM ${table} WHERE ${COPIED[table] ?? 'TRUE'}`);
  }
}

/** The contra accounts gather what the copies moved as well. */
async function addContra(connection: Connection, copies: number): Promise<void> {
  const posted = `SUM(IF(kind = ${TRANSFER_KINDS.HOLD}, 0, amount)) * ${copies}`;
  const pending = `SUM(IF(kind = ${TRANSFER_KINDS.HOLD}, amount, -released)) * ${copies}`;
  const sides = { credit: `${posted}, ${pending}, 0, 0`, debit: `0, 0, ${posted}, ${pending}` };
  const columns = ['credits_posted', 'credits_pending', 'debits_posted', 'debits_pending'];
  const added = columns.map((column) => `${column} = ${column} + VALUES(${column})`).join(', ');
  for (const [side, sums] of Object.entries(sides)) {
    await connection.query(
      `INSERT INTO ledger_contra (account, ${columns.join(', ')})
       SELECT ${side}, ${sums} FROM ${BASE}ledger_transfer WHERE SUBSTR(${side}, 17, 1) >= x'80' GROUP BY ${side}
       ON DUPLICATE KEY UPDATE ${added}`,
    );
  }
}

// Each copy is a transaction of one thread of the server; more than one at a time fill more than one core.
const LANES = 2;

/** Copies do not touch each other's rows, so each lane takes the next one when it is done with its last. */
async function copyInLanes(
  url: string,
  statements: readonly string[],
  copies: number,
  onCopy: (done: number) => 'ON' | 'ENOUGH',
): Promise<number> {
  let [begun, done, enough] = [0, 0, copies === 0];
  const lane = async (): Promise<void> => {
    const connection = await openLane(url);
    try {
      while (!enough && begun < copies) {
        begun += 1;
        await copyOnce(connection, statements, begun);
        done += 1;
        enough ||= onCopy(done) === 'ENOUGH';
      }
    } finally {
      await connection.end();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return done;
}

async function openLane(url: string): Promise<Connection> {
  const connection = await createConnection(url);
  await connection.query('SET SESSION unique_checks = 0, SESSION foreign_key_checks = 0');
  // Else each lane would lock the samples that it reads.
  await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  return connection;
}

async function copyOnce(connection: Connection, statements: readonly string[], number: number): Promise<void> {
  // Ids made now begin with 0x0199 and above, so copies are older than anything.
  const prefix = Buffer.alloc(2);
  prefix.writeUInt16BE(number);
  await connection.query('START TRANSACTION');
  for (const statement of statements) {
    const marks = statement.split('?').length - 1;
    await connection.query(statement, Array(marks).fill(prefix));
  }
  await connection.query('COMMIT');
}

/**
 * Adds `copies` copies of every member, with its cards, redemptions, accounts and transfers; fewer when `onCopy`
 * answers that it is enough. Answers how many.
 */
export async function copyWorld(
  { url }: WorldPlace,
  copies: number,
  onCopy: (done: number) => 'ON' | 'ENOUGH',
): Promise<number> {
  const connection = await createConnection(url);
  try {
    await keepSamples(connection);
    const statements = await Promise.all(
      Object.entries(TABLES).map(async ([table, changed]) => {
        const columns = await columnsOf(connection, table);
        const values = columns.map((column) => changed[column] ?? column).join(', ');
        const key = columns.find((column) => column in changed)!;
        return `INSERT INTO ${table} SELECT ${values} FROM ${BASE}${table} ORDER BY ${key}`;
      }),
    );
    const done = await copyInLanes(url, statements, copies, onCopy);
    await addContra(connection, done);
    for (const table of Object.keys(TABLES)) await connection.query(`DROP TABLE ${BASE}${table}`);
    await connection.query(`ANALYZE TABLE ${Object.keys(TABLES).join(', ')}`);
    return done;
  } finally {
    await connection.end();
  }
}
