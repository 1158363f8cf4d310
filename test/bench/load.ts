// The load generator, a process of its own: keeps N requests in flight over N connections and times each of them.
import { connect, type Socket } from 'node:net';
import { answerVerbs } from './answers';
import { itemFor } from './turns';

export interface LoadInput {
  readonly port: number;
  readonly connections: number;
  readonly milliseconds: number;
  /** Ends earlier when so many requests were answered. */
  readonly requests?: number;
  /** Which of the named lists of tokens: requests take them in turn. */
  readonly tokens: string;
  /** The request body; `%KEY%` becomes a text never used before, `%ITEM%` one of `items` in turn. */
  readonly body: string;
  readonly items?: readonly string[];
  /** How the body of a good answer begins. */
  readonly expected: string;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  /** Answers that did not begin as expected; the first of them in full. */
  readonly bad: number;
  readonly firstBad?: string;
}

/** Of each answer so much is kept to judge it by. */
const HEAD_KEPT = 1_000;
const lists = new Map<string, readonly string[]>();
let sent = 0;
const run = process.pid.toString(36) + process.hrtime.bigint().toString(36);

class Load {
  private readonly times: number[] = [];
  private bad = 0;
  private firstBad: string | undefined;
  private open = 0;
  private readonly started = performance.now();
  private readonly until: number;
  private readonly tokens: readonly string[];
  private readonly fixed: boolean;

  constructor(
    private readonly input: LoadInput,
    private readonly done: (result: LoadResult) => void,
  ) {
    this.until = this.started + input.milliseconds;
    this.tokens = lists.get(input.tokens) ?? [];
    if (this.tokens.length === 0) throw new Error(`there are no tokens named ${input.tokens}`);
    this.fixed = !input.body.includes('%');
    for (let at = 0; at < input.connections; at += 1) this.connect();
  }

  private connect(): void {
    const socket = connect(this.input.port, '127.0.0.1');
    socket.setNoDelay(true);
    this.open += 1;
    let begun = 0;
    let head = '';
    let missing = -1;
    const next = () => {
      begun = performance.now();
      const enough = this.input.requests !== undefined && this.times.length >= this.input.requests;
      if (begun >= this.until || enough) return socket.end();
      head = '';
      missing = -1;
      socket.write(this.request());
    };
    socket.on('connect', next);
    socket.on('data', (data) => {
      if (missing < 0) {
        head += data.toString('latin1');
        missing = missingOf(head);
      } else if (head.length < HEAD_KEPT) {
        head += data.toString('latin1');
        missing -= data.length;
      } else if (missing !== Number.POSITIVE_INFINITY) {
        missing -= data.length;
      }
      const chunkedEnd =
        missing === Number.POSITIVE_INFINITY && data.toString('latin1', Math.max(0, data.length - 5)) === '0\r\n\r\n';
      if (missing !== 0 && !chunkedEnd) return;
      this.times.push(performance.now() - begun);
      this.judge(head);
      next();
    });
    socket.on('error', (error) => this.fault(String(error)));
    socket.on('close', () => this.closed(socket));
  }

  private request(): string {
    const { body, items } = this.input;
    sent += 1;
    const token = this.tokens[sent % this.tokens.length]!;
    const item = items?.[itemFor(sent, this.tokens.length, items.length)] ?? '';
    const content = this.fixed ? body : body.replace('%KEY%', `${run}-${sent}`).replace('%ITEM%', item);
    return (
      `POST /graphql HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\nauthorization: Bearer ${token}\r\n` +
      `content-length: ${Buffer.byteLength(content)}\r\n\r\n${content}`
    );
  }

  private judge(head: string): void {
    if (!head.includes(this.input.expected, head.indexOf('\r\n\r\n'))) this.fault(head);
  }

  private fault(text: string): void {
    this.bad += 1;
    this.firstBad ??= text.slice(0, 2_000);
  }

  private closed(socket: Socket): void {
    socket.destroy();
    this.open -= 1;
    if (this.open > 0) return;
    const seconds = (performance.now() - this.started) / 1_000;
    const times = this.times.sort((left, right) => left - right);
    const quantile = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
    const { bad, firstBad } = this;
    this.done({ requests: times.length, seconds, p50: quantile(0.5), p99: quantile(0.99), bad, firstBad });
  }
}

/** Bytes of the answer still to come; −1 while its head is not complete, infinite when it comes in chunks. */
function missingOf(head: string): number {
  const end = head.indexOf('\r\n\r\n');
  if (end < 0) return -1;
  const length = /^content-length: *(\d+)/im.exec(head.slice(0, end + 2))?.[1];
  if (length !== undefined) return end + 4 + Number(length) - head.length;
  return head.endsWith('0\r\n\r\n') ? 0 : Number.POSITIVE_INFINITY;
}

answerVerbs({
  tokens: ({ name, tokens }: { name: string; tokens: readonly string[] }) => void lists.set(name, tokens),
  load: (input: LoadInput) => new Promise<LoadResult>((resolve) => new Load(input, resolve)),
});
process.channel?.ref();
