// The health of partners' APIs, and the outcome of a trial, as the API shows them.
import { type Operation, type Outcome, type RemoteAvailability, type UnknownCause } from '../../partner-port/connector';
import type { ConnectorTestType, PartnerHealthType } from './connector.type';
import type { ConnectorHealth } from './connector-directory';

interface Named {
  readonly globalId: string;
  readonly code: string;
}

export function toHealthType({ kind, version, health }: ConnectorHealth, partner: Named): PartnerHealthType {
  const operations = Object.entries(health?.operations ?? {}).map(([operation, counts]) => ({
    operation: operation as Operation,
    confirmed: counts.confirmed,
    declined: counts.declined,
    unknown: Object.entries(counts.unknown).map(([cause, count]) => ({ cause: cause as UnknownCause, count })),
    latency: counts.latency === undefined ? null : Math.round(counts.latency),
  }));
  const { lastFault, lastAnswerAt } = health ?? {};
  return {
    partner: partner.globalId,
    code: partner.code,
    kind,
    version,
    usable: health !== undefined,
    circuit: health?.circuit ?? null,
    running: health?.running ?? 0,
    waiting: health?.waiting ?? 0,
    operations,
    lastFault: lastFault ? { ...lastFault, at: new Date(lastFault.at) } : null,
    lastAnswerAt: lastAnswerAt === undefined ? null : new Date(lastAnswerAt),
  };
}

const ADVICE: Readonly<Record<UnknownCause, string>> = {
  NOT_TRIED: 'Nothing was sent: wait until the circuit closes again, then try once more.',
  FORBIDDEN_ADDRESS: 'Nothing was sent: the URL must lead to a public address.',
  UNREACHABLE: 'No connection came about: see that the host has an address, and that its port is open.',
  TIMED_OUT: 'No answer came in time: answer quicker.',
  PENDING: 'Your API took the request and is at it still.',
  BROKEN_OFF: 'The connection broke off: see what your server logs.',
  PARTNER_ERROR: 'Your API answered with a server error: see what it logs.',
  UNAUTHORIZED: 'Your API did not accept us: see the authentication in the manifest, and its secrets.',
  UNREADABLE: 'The answer has not the shape that was agreed: see the mapping in the manifest.',
};

export function toTestType(outcome: Outcome<readonly RemoteAvailability[]>): ConnectorTestType {
  if (outcome.kind === 'CONFIRMED') {
    const offers = outcome.value.map(({ offerRef, available, left }) => {
      const stock = left === undefined ? '' : ` (${left} left)`;
      return `${offerRef} is ${available ? 'available' : 'not available'}${stock}`;
    });
    const told = offers.length > 0 ? offers.join(', ') : 'it knows none of them';
    return { result: 'CONFIRMED', words: `The partner was asked for availability and answered: ${told}.` };
  }
  if (outcome.kind === 'DECLINED') {
    const words = `The partner was reached and declined with ${outcome.reason}: ${outcome.message}`;
    return { result: 'DECLINED', words };
  }
  return { result: 'UNKNOWN', words: `${ADVICE[outcome.cause]} (${outcome.cause}: ${outcome.message})` };
}
