// A token that is kept until shortly before it expires; however many ask for it, it is fetched once at a time.
import type { Clock, Instant } from '../../kernel/clock';
import { SECOND } from '../../kernel/clock';
import { type Unknown, unknown } from '../connector';

export interface Token {
  readonly text: string;
  /** For how long it serves, in milliseconds from when it was asked for. */
  readonly servesMs: number;
}

/** So that a token does not expire on its way. */
const MARGIN_MS = 30 * SECOND;

export class TokenSource {
  private held: { readonly text: string; readonly until: Instant } | undefined;
  private flight: Promise<string | Unknown> | undefined;

  constructor(
    private readonly fetchToken: () => Promise<Token | Unknown>,
    private readonly clock: Clock,
  ) {}

  /** The token, or why there is none. The wait ends with the signal; the fetch goes on for whoever else waits. */
  async get(signal: AbortSignal): Promise<string | Unknown> {
    if (this.held && this.clock.now() < this.held.until) return this.held.text;
    this.flight ??= this.fetch().finally(() => {
      this.flight = undefined;
    });
    return await unlessAborted(this.flight, signal);
  }

  /** What is kept now, expired or not. */
  get kept(): string | undefined {
    return this.held?.text;
  }

  /** The partner refused this token; a newer one stays. */
  drop(text: string): void {
    if (this.held?.text === text) this.held = undefined;
  }

  private async fetch(): Promise<string | Unknown> {
    const askedAt = this.clock.now();
    const token = await this.fetchToken();
    if ('kind' in token) return token;
    const margin = Math.min(MARGIN_MS, token.servesMs / 10);
    this.held = { text: token.text, until: askedAt + token.servesMs - margin };
    return token.text;
  }
}

async function unlessAborted(flight: Promise<string | Unknown>, signal: AbortSignal): Promise<string | Unknown> {
  const late = () => unknown('UNAUTHORIZED', 'No token could be had in time.');
  if (signal.aborted) return late();
  let stop: (() => void) | undefined;
  const aborted = new Promise<Unknown>((resolve) => {
    stop = () => resolve(late());
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([flight, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}
