// Part 5: the dashboard of operations over a year of a million redemptions, and how quick the roll-up counts them.
import { createConnection } from 'mysql2/promise';
import { demoKeyOf } from '../../src/compose/serve';
import { issueDemoToken } from '../../src/identity/demo-key';
import { DAY, systemClock } from '../../src/kernel/clock';
import { idToBytes } from '../../src/kernel/id';
import type { Catalogue } from '../../src/program/catalogue';
import type { Bench } from './bench';
import { ask } from './home';
import { moveTo } from './machine';
import { operationText, startGateway } from './servers';
import { BenchFault } from './slices';
import { makeWorld, openWorld, settleWorld, type WorldPlace } from './world';

export interface InsightReport {
  readonly redemptions: number;
  readonly members: number;
  /** Of the walk that counted them all. */
  readonly countSeconds: number;
  readonly rollUpRows: number;
  readonly requests: number;
  /** Of the whole dashboard over a year, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const REDEMPTIONS_A_MEMBER = 10;
const DAYS = 364;
const WARM_UP = 30;
const REQUESTS = 200;

/** An id that begins with a time, as ids of the services do, of the row of this number. */
const idOf = (at: string, sort: number, n: string) =>
  `CONCAT(UNHEX(LPAD(HEX(${at}), 12, '0')), X'70008000', UNHEX(LPAD(HEX(${sort}), 2, '0')),
    UNHEX(LPAD(HEX(${n}), 8, '0')), X'00')`;
const NUMBERS = `(SELECT a.d + b.d * 10 + c.d * 100 + d.d * 1000 + e.d * 10000 + f.d * 100000 AS n
  FROM bench_digit a, bench_digit b, bench_digit c, bench_digit d, bench_digit e, bench_digit f) AS numbers`;

class Filling {
  private readonly now = systemClock.now();

  constructor(
    private readonly run: (text: string, values?: unknown[]) => Promise<unknown>,
    private readonly catalogue: Catalogue,
    private readonly members: number,
  ) {}

  /** In days before now. */
  private ago(days: string): string {
    return `(${this.now} - (${days}) * ${DAY})`;
  }

  private get joined(): string {
    return this.ago('800 + n % 50');
  }

  private get sold(): string {
    return this.ago('n % 400');
  }

  async fill(redemptions: number): Promise<void> {
    await this.run('CREATE TABLE bench_digit (d INT PRIMARY KEY)');
    await this.run(`INSERT INTO bench_digit VALUES ${Array.from({ length: 10 }, (_, d) => `(${d})`).join(', ')}`);
    await this.people();
    await this.cards();
    await this.redemptions(redemptions);
  }

  private async people(): Promise<void> {
    const member = idOf(this.joined, 1, 'n');
    const of = `FROM ${NUMBERS} WHERE n < ${this.members}`;
    await this.run(`INSERT INTO member (id, external_id, nickname, tags, joined_at, lifecycle_due_at)
      SELECT ${member}, CONCAT('insight-', n), 'Somebody', '[]', ${this.joined}, ${Number.MAX_SAFE_INTEGER} ${of}`);
    const [low, high] = this.catalogue.levels.map(({ id }) => idToBytes(id));
    await this.run(
      `INSERT INTO level_history (member_id, from_id, to_id, why, at, program_version)
       SELECT ${member}, ?, ?, 'RISEN', ${this.ago('n % 300')}, 1 ${of} AND n % 5 = 0`,
      [low, high],
    );
    for (const [at, days] of ['n % 200', '(n * 7) % 500'].entries()) {
      const occurred = this.ago(days);
      await this.run(`INSERT INTO member_event (member_id, occurred_at, id, source, event_id, type, amount, quantity,
        program_version, recorded_at)
        SELECT ${member}, ${occurred}, ${idOf(occurred, 10 + at, 'n')}, 'bench', CONCAT(n, '-${at}'), 0, 900, 1, 1,
          ${occurred} ${of}`);
    }
  }

  private async cards(): Promise<void> {
    const { id, price, costCap } = this.catalogue.planByCode('plus-year')!;
    const of = `FROM ${NUMBERS} WHERE n < ${this.members}`;
    const [member, card] = [idOf(this.joined, 1, 'n'), idOf(this.joined, 2, 'n')];
    await this.run(
      `INSERT INTO card (id, member_id, plan_id, status, opened_at)
       SELECT ${card}, ${member}, ?, 'ACTIVE', ${this.sold} ${of}`,
      [idToBytes(id)],
    );
    // A quarter of the members had the plan in the year before as well.
    const terms = [
      { sort: 3, soldAt: this.sold, some: '' },
      { sort: 4, soldAt: `(${this.sold} - 365 * ${DAY})`, some: ' AND n % 4 = 0' },
    ];
    for (const { sort, soldAt, some } of terms) {
      await this.run(`INSERT INTO card_term (id, card_id, member_id, order_id, program_version, starts_at, ends_at,
        price, cost_cap, withdrawn, currency)
        SELECT ${idOf(soldAt, sort, 'n')}, ${card}, ${member}, CONCAT('insight-${sort}-', n), 1, ${soldAt},
          ${soldAt} + 365 * ${DAY}, ${price.amount}, ${costCap}, 0, '${price.currency}' ${of}${some}`);
    }
  }

  private async redemptions(count: number): Promise<void> {
    const items = [...this.catalogue.benefits, ...this.catalogue.offers];
    await this.run('CREATE TABLE bench_item (item INT PRIMARY KEY, id BINARY(16), kind VARCHAR(8), cost BIGINT)');
    for (const [n, { id, unitCost }] of items.entries()) {
      const kind = n < this.catalogue.benefits.length ? 'BENEFIT' : 'OFFER';
      await this.run('INSERT INTO bench_item VALUES (?, ?, ?, ?)', [n, idToBytes(id), kind, unitCost]);
    }
    const plan = this.catalogue.planByCode('plus-year')!;
    // `n` is the member's number here, and `r` that of the redemption.
    const claimed = `(${this.now} - (r * 7919 % ${DAYS * 24 * 60}) * 60000)`;
    const numbered = `(SELECT numbers.n AS r, numbers.n % ${this.members} AS n FROM ${NUMBERS}) AS numbered`;
    await this.run(
      `INSERT INTO redemption (id, member_id, item_kind, item_id, card_id, term_id, plan_id, status, cost_basis,
         currency, cost, co_pay, face_value, points, claimed_at, expires_at, used_at, ended_at)
       SELECT ${idOf(claimed, 5, 'r')}, ${idOf(this.joined, 1, 'n')}, i.kind, i.id, ${idOf(this.joined, 2, 'n')},
         ${idOf(this.sold, 3, 'n')}, ?,
         CASE WHEN r % 10 < 7 THEN 'USED' WHEN r % 10 < 9 THEN 'ISSUED' ELSE 'CANCELLED' END,
         'ISSUE', 'CNY', i.cost, 0, 500, 0, ${claimed}, ${claimed} + 30 * ${DAY},
         CASE WHEN r % 10 < 7 THEN LEAST(${claimed} + (r % 20) * ${DAY}, ${this.now}) END,
         CASE WHEN r % 10 NOT IN (7, 8) THEN LEAST(${claimed} + (r % 20) * ${DAY}, ${this.now}) END
       FROM ${numbered} JOIN bench_item i ON i.item = r % ${items.length} WHERE r < ${count}`,
      [idToBytes(plan.id)],
    );
  }
}

async function fillInsightWorld(place: WorldPlace, catalogue: Catalogue, redemptions: number): Promise<number> {
  const members = redemptions / REDEMPTIONS_A_MEMBER;
  const connection = await createConnection({ uri: place.url, supportBigNumbers: true });
  try {
    await new Filling((text, values = []) => connection.query(text, values), catalogue, members).fill(redemptions);
  } finally {
    await connection.end();
  }
  return members;
}

const rank = (sorted: readonly number[], part: number) => sorted[Math.ceil(sorted.length * part) - 1]!;

/** The whole dashboard over a year, one request after the other. */
async function timesOf(port: number, token: string): Promise<number[]> {
  const now = systemClock.now();
  const dateOf = (at: number) => new Date(at + 8 * 60 * 60 * 1_000).toISOString().slice(0, 10);
  const variables = { from: dateOf(now - DAYS * DAY), to: dateOf(now) };
  const body = JSON.stringify({ query: operationText('insight'), variables });
  const times: number[] = [];
  for (let request = 0; request < WARM_UP + REQUESTS; request += 1) {
    const begun = performance.now();
    const answer = await ask(port, token, body);
    const took = performance.now() - begun;
    if (!answer.includes('"__typename":"Insight"'))
      throw new BenchFault(`the dashboard answered ${answer.slice(0, 300)}`);
    if (request >= WARM_UP) times.push(took);
  }
  return times.toSorted((left, right) => left - right);
}

export async function measureInsight(bench: Bench, redemptions: number): Promise<InsightReport> {
  const place = await bench.place('insight');
  moveTo('anywhere', bench.mysql.pid);
  await makeWorld(place, 100);
  await settleWorld(place);
  const gateway = await openWorld(place);
  const catalogue = await gateway.catalogue.refresh();
  bench.progress(`making ${redemptions} redemptions by SQL`);
  const members = await fillInsightWorld(place, catalogue, redemptions);
  bench.progress('counting them');
  // As if they had been there before anything was counted.
  await gateway.database.transaction((tx) => tx.run("DELETE FROM work_progress WHERE name = 'figures'"));
  const begun = performance.now();
  await gateway.rollUp.drain();
  const countSeconds = (performance.now() - begun) / 1_000;
  const [[rows]] = (await gateway.database.read.arrays('SELECT COUNT(*) FROM figure_roll_up')) as [[number]];
  const key = await demoKeyOf(gateway);
  const token = await issueDemoToken(key, { role: 'OPERATIONS', subject: 'bench', lifetimeMs: DAY }, systemClock);
  await gateway.close();
  moveTo('others', bench.mysql.pid);
  const { port, child } = await startGateway(place);
  bench.progress('asking for the dashboard');
  const times = await timesOf(port, token);
  await child.stop();
  const [p50, p99] = [rank(times, 0.5), rank(times, 0.99)];
  return { redemptions, members, countSeconds, rollUpRows: Number(rows), requests: times.length, p50, p99 };
}
