// The time that one call to a partner may take in all; when it is over, the caller has its answer.
import { type Operation, type Unknown, unknown } from './connector';

/** How long a connector may take to say, after its time, whether anything was sent; in milliseconds. */
const LAST_WORD = 10;

/** Starts when it is made. */
export class CallBudget {
  /** What the caller is answered when the time is over. */
  readonly over: Promise<Unknown>;
  private answer!: (answer: Unknown) => void;
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout;
  private begun = false;

  constructor(
    private readonly operation: Operation,
    milliseconds: number,
  ) {
    this.over = new Promise((resolve) => {
      this.answer = resolve;
    });
    this.timer = setTimeout(() => this.expire(), milliseconds);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The call comes out of the line; false when its time is over already. */
  begin(): boolean {
    this.begun = !this.signal.aborted;
    return this.begun;
  }

  /** The call has its answer. */
  end(): void {
    clearTimeout(this.timer);
  }

  /** Ends with the budget at the latest. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.signal.addEventListener('abort', wake);
    });
  }

  private expire(): void {
    this.controller.abort();
    if (this.begun) this.timer = setTimeout(() => this.answer(timedOut(this.operation)), LAST_WORD);
    else this.answer(unknown('NOT_TRIED', `The time for ${this.operation} was over while the call stood in line.`));
  }
}

export function timedOut(operation: Operation): Unknown {
  return unknown('TIMED_OUT', `The time for ${operation} was over before the partner answered.`);
}
