// One HTTP exchange with a partner: gathers the reply within its limits, and knows whether anything was sent.
import type { Dispatcher } from 'undici';
import type { UnknownCause } from './connector';
import type { NoReply, PartnerReply } from './transport';

/** Ends a connection attempt to an address that is not allowed. Its message may be shown to staff. */
export class ForbiddenAddressError extends Error {}

const TIMED_OUT: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
const UNREADABLE: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);
/** The parser's word for a connection that was closed in the middle of an answer. */
const CUT_SHORT = 'HPE_INVALID_EOF_STATE';

export type Answer = PartnerReply | NoReply;
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A handler of undici's, for one request. What happens after the first answer changes nothing. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly answer: Promise<Answer>;
  private settle!: (answer: Answer) => void;
  private controller: Dispatcher.DispatchController | undefined;
  private over = false;
  private status = 0;
  private headers: Readonly<Record<string, string>> = {};
  private readonly chunks: Buffer[] = [];
  private size = 0;

  /** `host` is named in messages. */
  constructor(
    private readonly host: string,
    private readonly maxBytes: number,
  ) {
    this.answer = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  /** Ends it now. Nothing is sent any more, should nothing have been sent yet. */
  stop(cause: UnknownCause, message: string): void {
    if (this.over) return;
    this.finish({ kind: 'NO_REPLY', cause, message });
    this.controller?.abort(new Error('the exchange is over'));
  }

  /** Ends it because its time is up. */
  timeOut(): void {
    if (this.controller) this.stop('TIMED_OUT', `${this.host} did not answer in time.`);
    else this.stop('UNREACHABLE', `No connection to ${this.host} came about in time.`);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.over) controller.abort(new Error('the exchange is over'));
    else this.controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    // Those below 200 only announce the answer.
    if (this.over || status < 200) return;
    this.status = status;
    this.headers = flat(headers);
    const { 'content-encoding': encoding = 'identity', 'content-length': length = '0' } = this.headers;
    if (encoding !== 'identity') {
      this.stop('UNREADABLE', `${this.host} compressed its answer, though it was asked not to.`);
    } else if (Number(length) > this.maxBytes) {
      this.stopTooLarge();
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.over) return;
    this.size += chunk.length;
    if (this.size > this.maxBytes) this.stopTooLarge();
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.over) return;
    try {
      const body = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(this.chunks));
      this.finish({ kind: 'REPLY', status: this.status, headers: this.headers, body });
    } catch {
      this.stop('UNREADABLE', `The answer of ${this.host} is not UTF-8.`);
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    const code = codeOf(error);
    if (this.controller) this.stop(brokenBy(code), `The exchange with ${this.host} broke (${code}).`);
    else if (error instanceof ForbiddenAddressError) this.stop('FORBIDDEN_ADDRESS', error.message);
    // The message of an invalid argument may hold what it was, so it is not repeated.
    else if (code === 'UND_ERR_INVALID_ARG')
      this.stop('NOT_TRIED', `The request to ${this.host} has a malformed part.`);
    else this.stop('UNREACHABLE', `No connection to ${this.host} came about (${code}).`);
  }

  private stopTooLarge(): void {
    this.stop('UNREADABLE', `The answer of ${this.host} is larger than ${this.maxBytes} bytes.`);
  }

  private finish(answer: Answer): void {
    this.over = true;
    this.chunks.length = 0;
    this.settle(answer);
  }
}

function brokenBy(code: string): UnknownCause {
  if (TIMED_OUT.has(code)) return 'TIMED_OUT';
  if (UNREADABLE.has(code) || (/^(?:HPE_|HTTPParserError)/.test(code) && code !== CUT_SHORT)) return 'UNREADABLE';
  return 'BROKEN_OFF';
}

function codeOf(error: Error): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : error.name;
}

function flat(headers: Headers): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value ?? ''].flat().join(', ')]);
  return Object.assign(Object.create(null), Object.fromEntries(entries)) as Record<string, string>;
}
