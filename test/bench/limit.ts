// The limit: MemberHome by hand on `node:http` and mysql2, with or without reads batched over requests.
import { createServer } from 'node:http';
import { createPool, type Pool, type RowDataPacket } from 'mysql2';
import { loadCodeKey } from '../../src/identity/code-key';
import { systemClock } from '../../src/kernel/clock';
import { CodeCipher } from '../../src/marketplace/code-cipher';
import { answerVerbs } from './answers';
import { LimitHome, type LimitRow } from './limit-home';
import { environmentOf, openWorld, type WorldPlace } from './world';

interface LimitOptions extends WorldPlace {
  readonly batched: boolean;
}

const KEYS_MAX = 16;
const IN_FLIGHT_MAX = 2;
const COUPONS = 6;

// A column for each kind of value, because a UNION pads binary columns to the widest of them.
const MEMBER = `SELECT 1, id, external_id, nickname, tags, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM member WHERE id IN `;
const CARD = `SELECT 2, c.member_id, c.status, t.currency, NULL, c.id, c.plan_id, c.parent_card_id, t.id,
  t.starts_at, t.ends_at, t.price, t.broke_even_at, NULL FROM card c JOIN card_term t ON t.card_id = c.id
  WHERE t.member_id IN `;
const ACCOUNT = `SELECT 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  credits_posted, debits_posted, debits_pending, NULL, account FROM ledger_account WHERE `;
const PERIOD = `(SUBSTR(account, 39, 4) = ? OR SUBSTR(account, 39, 4) >= ?)`;
const COUPON = `(SELECT 4, member_id, status, item_kind, NULL, id, item_id, NULL, NULL,
  expires_at, NULL, NULL, NULL, code_cipher FROM redemption WHERE member_id = ? ORDER BY id DESC LIMIT ${COUPONS})`;

function statementOf(width: number): string {
  const keys = `(${Array(width).fill('?').join(', ')})`;
  const ranges = Array(width).fill('account BETWEEN ? AND ?').join(' OR ');
  const coupons = Array(width).fill(COUPON).join(' UNION ALL ');
  return [`${MEMBER}${keys}`, `${CARD}${keys}`, `${ACCOUNT}(${ranges}) AND ${PERIOD}`, coupons].join(' UNION ALL ');
}

const STATEMENTS = new Map([1, 2, 4, 8, 16].map((width) => [width, statementOf(width)]));

interface Waiting {
  readonly member: Buffer;
  done(error: unknown, rows?: readonly LimitRow[]): void;
}

class Reader {
  private readonly queue: Waiting[] = [];
  private inFlight = 0;

  constructor(
    private readonly pool: Pool,
    private readonly batched: boolean,
    private readonly month: () => Buffer,
  ) {}

  read(waiting: Waiting): void {
    if (!this.batched) {
      this.send([waiting], () => undefined);
      return;
    }
    this.queue.push(waiting);
    if (this.inFlight < IN_FLIGHT_MAX && this.queue.length === 1) setImmediate(() => this.fly());
  }

  private fly(): void {
    while (this.queue.length > 0 && this.inFlight < IN_FLIGHT_MAX) {
      this.inFlight += 1;
      this.send(this.queue.splice(0, KEYS_MAX), () => {
        this.inFlight -= 1;
        this.fly();
      });
    }
  }

  private send(batch: readonly Waiting[], after: () => void): void {
    const ids = batch.map(({ member }) => member);
    let width = 1;
    while (width < ids.length) width *= 2;
    while (ids.length < width) ids.push(ids[0]!);
    const ranges = ids.flatMap((id) => [Buffer.concat([id, LOWEST]), Buffer.concat([id, HIGHEST])]);
    const sql = STATEMENTS.get(width)!;
    const values = [...ids, ...ids, ...ranges, ZERO_PERIOD, this.month(), ...ids];
    this.pool.execute<RowDataPacket[][]>({ sql, values, rowsAsArray: true }, (error, rows) => {
      after();
      if (error) for (const { done } of batch) done(error);
      else deliver(batch, rows as unknown as LimitRow[]);
    });
  }
}

const LOWEST = Buffer.alloc(28);
const HIGHEST = Buffer.alloc(28, 0xff);
const ZERO_PERIOD = Buffer.alloc(4);

function deliver(batch: readonly Waiting[], rows: readonly LimitRow[]): void {
  if (batch.length === 1) {
    batch[0]!.done(undefined, rows);
    return;
  }
  const byMember = new Map<string, LimitRow[]>(batch.map(({ member }) => [member.toString('latin1'), []]));
  for (const row of rows) {
    const holder = row[0] === 3 ? (row[13] as Buffer).toString('latin1', 0, 16) : (row[1] as Buffer).toString('latin1');
    byMember.get(holder)!.push(row);
  }
  for (const { member, done } of batch) done(undefined, byMember.get(member.toString('latin1')));
}

async function start(options: LimitOptions): Promise<number> {
  const gateway = await openWorld(options);
  await gateway.catalogue.refresh();
  const codeKeyFile = environmentOf(options).CODE_KEY_FILE!;
  const home = new LimitHome(gateway.catalogue.current(), new CodeCipher(await loadCodeKey({ codeKeyFile })));
  const look = async () => {
    await gateway.stock.look(gateway.catalogue.current());
    home.tick(systemClock.now(), (offer) => gateway.stock.left(offer)?.left ?? null);
  };
  await look();
  setInterval(() => void look(), 1_000);
  const pool = createPool({ uri: options.url, connectionLimit: 10, maxPreparedStatements: 64 });
  const reader = new Reader(pool, options.batched, () => home.monthBytes);
  const server = createServer((request, response) => {
    const member = members.get(request.headers.authorization?.slice(7) ?? '');
    request.resume().on('end', () => {
      if (!member) return response.writeHead(401).end();
      return reader.read({
        member,
        done: (error, rows) => {
          if (error || !rows) return response.writeHead(500).end(String(error));
          const body = Buffer.from(JSON.stringify(home.answer(rows, systemClock.now())));
          response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
          return response.end(body);
        },
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

const members = new Map<string, Buffer>();

answerVerbs({
  start,
  members: (people: readonly { token: string; memberId: string }[]) => {
    for (const { token, memberId } of people) members.set(token, Buffer.from(memberId, 'hex'));
  },
});
process.channel?.ref();
