// What a check of the contract suite found, in words for a partner's developer: what it saw, and how to mend it.
import type { Outcome, UnknownCause } from './connector';

export type Finding =
  | { readonly verdict: 'PASSED' | 'SKIPPED'; readonly found: string }
  | {
      readonly verdict: 'FAILED';
      readonly found: string;
      readonly mend: string;
      /** Of an outcome that is unknown. */
      readonly cause?: UnknownCause;
    };

export function passed(found: string): Finding {
  return { verdict: 'PASSED', found };
}

export function skipped(why: string): Finding {
  return { verdict: 'SKIPPED', found: why };
}

export function failed(found: string, mend: string): Finding {
  return { verdict: 'FAILED', found, mend };
}

const MEND: Readonly<Record<UnknownCause, string>> = {
  NOT_TRIED: 'Run the suite again; nothing was sent.',
  FORBIDDEN_ADDRESS: 'Give a base URL on a public address with https; locally, allow its host.',
  UNREACHABLE: 'Start the server, and compare its host and port with the base URL of the manifest.',
  TIMED_OUT: 'Answer within the time of the manifest; do what takes longer after the answer.',
  PENDING: 'Issue before you answer: the suite does not wait for what is issued later.',
  BROKEN_OFF: 'Keep the connection open until the whole answer is sent.',
  PARTNER_ERROR: 'Look into the log of the server; an expected refusal is 409 with a reason.',
  UNAUTHORIZED: 'Compare the secret on both sides, and what is signed with what the protocol says, byte for byte.',
  UNREADABLE: 'Answer with the status, content type and form that the protocol or the mapping says.',
};

/** Of an outcome that is not the wanted one. `mend` is for a partner that did answer. */
export function missed(outcome: Outcome<unknown>, wanted: string, mend: string): Finding {
  const found = `${wanted} expected, found ${inWords(outcome)}`;
  if (outcome.kind !== 'UNKNOWN') return failed(found, mend);
  return { verdict: 'FAILED', found, mend: MEND[outcome.cause], cause: outcome.cause };
}

export function inWords(outcome: Outcome<unknown>): string {
  switch (outcome.kind) {
    case 'CONFIRMED': {
      const { value } = outcome;
      const state = typeof value === 'object' && value !== null && 'state' in value ? ` ${String(value.state)}` : '';
      return `confirmed${state}`;
    }
    case 'DECLINED':
      return `declined ${outcome.reason} (${outcome.message})`;
    default:
      return `${outcome.cause} (${outcome.message})`;
  }
}
