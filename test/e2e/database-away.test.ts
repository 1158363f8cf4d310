// The database dies under load and comes back: callers are told to try again, and nothing that was promised is lost.
import { createConnection } from 'mysql2/promise';
import { openDatabase } from '../../src/database/database';
import { type Answer, NOON, operationText, TestGateway, type Who } from '../support/gateway';
import { offer, plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, fresh, type RedeemOutcome, Story } from '../support/gateway-story';
import { TEST_ENTITIES, TEST_MIGRATIONS } from '../support/lanes';
import { findMysqlProgram } from '../support/mysql-program';
import { type PrivateMysql, startPrivateMysql } from '../support/mysql-server';

const PROGRAM = programText({
  plans: [plan('plus', { costCap: 1_000_000 })],
  offers: [offer('latte', { unitCost: 1 }), offer('held', { unitCost: 1, costBasis: 'USE' })],
});
const WORKERS = 6;
const ACKNOWLEDGED_BEFORE = 30;
const TURNED_AWAY = 20;
const ACKNOWLEDGED_AFTER = 30;
const DEADLINE_MS = 60_000;

/** Asks for coupons without a pause, each under a key of its own, again and again until it is answered. */
class Crowd {
  readonly acknowledged = new Map<string, string>();
  readonly odd: string[] = [];
  turnedAway = 0;
  private running = true;
  private readonly waiting: { reached(): boolean; resolve(): void }[] = [];
  private readonly deadline = performance.now() + DEADLINE_MS;

  constructor(
    private readonly gateway: TestGateway,
    private readonly members: readonly Who[],
  ) {}

  async run(): Promise<void> {
    await Promise.all(this.members.map((who) => this.work(who)));
  }

  stop(): void {
    this.running = false;
  }

  /** Until the condition holds; it is looked at after each answer. */
  until(reached: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (reached()) resolve();
      else this.waiting.push({ reached, resolve });
      if (!this.running) reject(new Error('the crowd has gone home'));
    });
  }

  private async work(who: Who): Promise<void> {
    while (this.running) {
      const key = fresh('key');
      const item = this.gateway.itemId(Math.random() < 0.5 ? 'latte' : 'held');
      while (!(await this.claim(who, item, key)) && performance.now() < this.deadline);
      await this.look(who);
      if (performance.now() > this.deadline) {
        this.odd.push('the time was over');
        this.stop();
      }
    }
  }

  private async claim(who: Who, item: string, key: string): Promise<boolean> {
    const variables = { input: { item, idempotencyKey: key } };
    const answer = await this.gateway.ask<{ redeem: RedeemOutcome }>(who, operationText('redeem'), variables);
    const outcome = answer.body.data?.redeem;
    if (outcome?.__typename === 'Redemption') this.acknowledged.set(key, outcome.id);
    else this.judge(answer, 503);
    this.tell();
    return outcome?.__typename === 'Redemption';
  }

  private async look(who: Who): Promise<void> {
    const answer = await this.gateway.ask<{ me: object | null }>(who, operationText('member-home'));
    // The rest of an answer may be there although this field is not, so its status is that of a partial answer.
    if (answer.body.errors || !answer.body.data?.me) this.judge(answer, 200);
    this.tell();
  }

  private judge({ status, headers, body }: Answer<unknown>, expected: number): void {
    this.turnedAway += 1;
    const retryable = body.errors?.every(({ extensions }) => extensions.code === 'UNAVAILABLE' && extensions.retryable);
    const told = expected === 503 ? headers.get('retry-after') !== null : true;
    if (!retryable || status !== expected || !told) this.odd.push(`${status} ${JSON.stringify(body)}`);
  }

  private tell(): void {
    for (const { reached, resolve } of this.waiting) if (reached()) resolve();
  }
}

const describeMysql = findMysqlProgram() ? describe : describe.skip;

describeMysql('on mysql', () => {
  let server: PrivateMysql;
  let url: string;
  let gateway: TestGateway;
  beforeAll(async () => {
    server = await startPrivateMysql();
    const connection = await createConnection({ uri: server.url });
    await connection.query('CREATE DATABASE perkgate CHARACTER SET utf8mb4');
    await connection.end();
    url = `${server.url}/perkgate`;
    const database = await openDatabase({ url, migrations: TEST_MIGRATIONS, entities: TEST_ENTITIES });
    await database.migrate();
    await database.close();
    gateway = await TestGateway.start({ url, program: PROGRAM });
  }, 90_000);
  afterAll(async () => {
    await gateway?.stop();
    await server?.stop();
  }, 30_000);

  test('a server that is killed under load and comes back', async () => {
    // Given a crowd at work.
    const story = new Story(gateway);
    const members = await Promise.all(Array.from({ length: WORKERS }, async () => (await story.holder('plus')).who));
    const crowd = new Crowd(gateway, members);
    const working = crowd.run();
    await crowd.until(() => crowd.acknowledged.size >= ACKNOWLEDGED_BEFORE);

    // When the server dies, callers are told to try again, the gateway lives on and says that it is not ready.
    await server.kill();
    const before = crowd.turnedAway;
    await crowd.until(() => crowd.turnedAway >= before + TURNED_AWAY);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);
    const newcomer = await gateway.ask({ role: 'MEMBER', subject: 'seen for the first time' }, '{ me { id } }');
    expect([newcomer.status, newcomer.body.errors?.[0]?.extensions.code]).toEqual([503, 'UNAVAILABLE']);

    // When it comes back, the same gateway goes on.
    await server.start();
    const reached = crowd.acknowledged.size + ACKNOWLEDGED_AFTER;
    await crowd.until(() => crowd.acknowledged.size >= reached);
    crowd.stop();
    await working;
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
    expect(crowd.odd).toEqual([]);

    // Then each promise was kept once, and nothing was invented.
    const { database } = gateway.gateway;
    const rows = await database.read.arrays('SELECT HEX(id) FROM redemption');
    const stored = rows.map(([id]) => `redemption_${String(id).toLowerCase()}`).sort();
    expect(stored).toEqual([...crowd.acknowledged.values()].sort());
    await expectBooksInOrder(database);
    gateway.clock.set(NOON);
    await gateway.settle();
    await expectBooksInOrder(database);
  }, 90_000);
});
