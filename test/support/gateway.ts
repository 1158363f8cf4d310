// A whole gateway for end-to-end tests: composed on a lane's database, with a clock that stands still, on a free port.
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose, type Gateway } from '../../src/compose/gateway';
import { demoKeyOf, type RunningGateway, run } from '../../src/compose/serve';
import { type LogLevel, readConfig } from '../../src/config';
import { issueDemoToken } from '../../src/identity/demo-key';
import type { Role } from '../../src/kernel/actor';
import { DAY, type Instant, ManualClock } from '../../src/kernel/clock';
import type { PartnerDirectory } from '../../src/partner-port/connector';
import { createLogger } from '../../src/server/logger';

/** Noon of a Tuesday in Shanghai; tests move the clock from there. */
export const NOON: Instant = Date.parse('2026-03-10T12:00:00+08:00');

/** Longer than any test moves its clock, so that a token never expires by accident. */
export const TOKEN_LIFETIME_MS = 40 * 365 * DAY;

export interface Who {
  readonly role: Role;
  readonly subject: string;
}

export const SHOP: Who = { role: 'SERVER', subject: 'shop' };
export const OPERATIONS: Who = { role: 'OPERATIONS', subject: 'olga' };
export const AUDITOR: Who = { role: 'AUDITOR', subject: 'audrey' };

export function memberOf(externalId: string): Who {
  return { role: 'MEMBER', subject: externalId };
}

export function partnerOf(code: string): Who {
  return { role: 'PARTNER', subject: code };
}

export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code?: string; readonly fields?: readonly string[]; readonly retryable?: boolean };
}

export interface Answer<Data> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly data?: Data | null; readonly errors?: readonly AnswerError[] };
}

export interface GatewayOptions {
  /** Of a database that is migrated already. */
  readonly url: string;
  readonly clock?: ManualClock;
  /** Applied before the gateway serves. */
  readonly program?: string;
  /** Whether the worker beats by itself; else a test gives it its turns with `settle`. */
  readonly beating?: boolean;
  /** The APIs of partners. */
  readonly partners?: PartnerDirectory;
  /** From which level on log lines are kept; `warn` unless told. */
  readonly logLevel?: LogLevel;
  /** Further variables of the environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

const home = mkdtempSync(join(tmpdir(), 'perkgate-e2e-'));
afterAll(() => rm(home, { recursive: true, force: true }));

/** What a gateway, in this process or in a child, is told by its environment. All share their keys. */
export function gatewayEnvironment(url: string): Record<string, string> {
  return {
    PERKGATE_MODE: 'demo',
    LOG_LEVEL: 'warn',
    DATABASE_URL: url,
    HOST: '127.0.0.1',
    PORT: '0',
    DEMO_KEY_FILE: join(home, 'demo-key.json'),
    CODE_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
}

const OPERATIONS_FOLDER = join(__dirname, '..', '..', 'schema', 'operations');

/** The text of `schema/operations/NAME.graphql`. */
export function operationText(name: string): string {
  return readFileSync(join(OPERATIONS_FOLDER, `${name}.graphql`), 'utf8');
}

export class TestGateway {
  private readonly tokens = new Map<string, Promise<string>>();
  private stopped: Promise<void> | undefined;

  private constructor(
    readonly gateway: Gateway,
    readonly running: RunningGateway,
    readonly clock: ManualClock,
    readonly url: string,
    /** Every warning and error that was logged, parsed. */
    readonly log: Array<Record<string, unknown>>,
  ) {}

  static async start(options: GatewayOptions): Promise<TestGateway> {
    const {
      url,
      clock = new ManualClock(NOON),
      program,
      beating = false,
      environment = {},
      logLevel = 'warn',
    } = options;
    const log: Array<Record<string, unknown>> = [];
    const config = readConfig({ ...gatewayEnvironment(url), ...environment });
    const logger = createLogger(logLevel, { write: (line) => log.push(JSON.parse(line)) });
    const gateway = await compose(config, logger, clock, options.partners);
    if (program !== undefined) {
      await gateway.catalogue.refresh();
      const { faults } = await gateway.programs.apply(program, 'test');
      if (faults) throw new Error(`the program of the test is faulty: ${JSON.stringify(faults)}`);
    }
    const running = await run(gateway);
    if (!beating) await gateway.worker.stop();
    const address = await running.server.listen({ port: 0, host: '127.0.0.1' });
    return new TestGateway(gateway, running, clock, address, log);
  }

  token({ role, subject }: Who, lifetimeMs = TOKEN_LIFETIME_MS): Promise<string> {
    const name = `${role} ${subject} ${lifetimeMs}`;
    const known = this.tokens.get(name);
    if (known) return known;
    const issued = demoKeyOf(this.gateway).then((key) =>
      issueDemoToken(key, { role, subject, lifetimeMs }, new ManualClock(NOON)),
    );
    this.tokens.set(name, issued);
    return issued;
  }

  /** Asks as a role, or without a token. */
  async ask<Data = Record<string, unknown>>(
    who: Who | undefined,
    query: string,
    variables?: object,
  ): Promise<Answer<Data>> {
    const authorization = who && `Bearer ${await this.token(who)}`;
    return this.post<Data>(JSON.stringify({ query, variables }), authorization ? { authorization } : {});
  }

  async post<Data = Record<string, unknown>>(
    body: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Answer<Data>> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      body: body as BodyInit,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Answer<Data>['body'],
    };
  }

  /** Subscribes; answers the events one by one, and ends with the stream or when its reader goes. */
  async *stream<Data = Record<string, unknown>>(
    who: Who | undefined,
    query: string,
    variables?: object,
  ): AsyncGenerator<Answer<Data>['body']> {
    const gone = new AbortController();
    const authorization: Record<string, string> = who ? { authorization: `Bearer ${await this.token(who)}` } : {};
    const response = await fetch(`${this.url}/graphql/stream`, {
      method: 'POST',
      body: JSON.stringify({ query, variables }),
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...authorization },
      signal: gone.signal,
    });
    try {
      if (response.status !== 200) {
        yield { ...((await response.json()) as Answer<Data>['body']), status: response.status } as never;
        return;
      }
      let text = '';
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const events = text.split('\n\n');
        text = events.pop()!;
        for (const event of events) {
          if (/^event: complete/.test(event)) return;
          const data = /^event: next\ndata: (.*)$/s.exec(event)?.[1];
          if (data) yield JSON.parse(data);
        }
      }
    } finally {
      gone.abort();
    }
  }

  /** Runs an operation of `schema/operations` that must succeed, and answers its one field. */
  async run<Field>(who: Who, operation: string, variables?: object): Promise<Field> {
    const body = await this.first<Record<string, Field>>(who, operationText(operation), variables);
    if (body.errors || !body.data) throw new Error(`${operation} failed: ${JSON.stringify(body)}`);
    return Object.values(body.data)[0] as Field;
  }

  /** The answer, or the first event of a subscription. */
  private async first<Data>(who: Who, text: string, variables?: object): Promise<Answer<Data>['body']> {
    if (!text.startsWith('subscription')) return (await this.ask<Data>(who, text, variables)).body;
    const { value } = await this.stream<Data>(who, text, variables).next();
    return value as Answer<Data>['body'];
  }

  /** The global id of an offer or a benefit. */
  itemId(code: string): string {
    const catalogue = this.gateway.catalogue.current();
    const item = catalogue.offerByCode(code) ?? catalogue.benefitByCode(code);
    if (!item) throw new Error(`the program of the test has no ${code}`);
    return item.globalId;
  }

  /** Gives the worker turns until a whole one finds nothing to do. */
  async settle(): Promise<void> {
    const { worker, database, saga } = this.gateway;
    while ((await worker.turn()) > 0) await saga.drain();
    await this.gateway.rollUp.drain();
    // Leases end by the clock, and the next test may turn that back.
    await database.transaction((tx) => tx.run('UPDATE job_lease SET until = 0'));
  }

  /** Safe to call twice. */
  stop(): Promise<void> {
    this.stopped ??= this.running.stop();
    return this.stopped;
  }
}
