// What the simulated partner can do wrong: the names, and the board on which faults are switched on and off.
import { OPERATIONS, type Operation } from '../partner-port/connector';

/** Each with what it does, in the words that `--help` shows. */
export const FAULTS = {
  latency: 'answers late, by so many milliseconds (3000)',
  hang: 'never answers, and does nothing',
  reset: 'breaks the connection off, and does nothing',
  'server-error': 'answers 503, and does nothing',
  'too-many-requests': 'answers 429, and does nothing',
  redirect: 'answers 302 to another address, and does nothing',
  garbage: 'does it, and answers something that is no JSON',
  'wrong-shape': 'does it, and answers JSON of another form',
  'wrong-type': 'does it, and answers as text/html',
  'wrong-redemption': 'does it, and answers with the id of another redemption',
  'huge-body': 'does it, and answers 4 MB',
  decline: 'declines each issue',
  'stock-out': 'has nothing left of any offer',
  pending: 'answers an issue with 202, and issues after so many milliseconds, or when told to settle',
  'issue-then-time-out': 'issues, and never answers',
  'issue-then-late-success': 'never answers an issue and knows nothing of it; issues later, as with pending',
  'duplicate-webhook': 'sends each webhook twice',
  'webhook-before-answer': 'tells that a coupon was issued before it answers the issue',
  'unchecked-signature': 'takes requests with a wrong signature',
  'second-coupon': 'issues another coupon for each repeat of an issue',
  'unchecked-content': 'takes a repeat with another content for the first one',
  'forgotten-status': 'knows no redemption when asked for its status',
  'cancel-of-used': 'cancels what was used',
} as const;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

export interface Fault {
  readonly name: FaultName;
  /** Only for these operations; for all when absent. */
  readonly operations?: readonly Operation[];
  /** For so many requests, then no more; until it is switched off when absent. */
  readonly times?: number;
  readonly milliseconds?: number;
}

const MILLISECONDS_MAX = 3_600_000;

/** The fault that a text means: `hang`, or `latency=500`; or one line on what is allowed. */
export function parseFault(text: string): Fault | string {
  const [, name = '', amount] = /^([a-z-]+)(?:=(\d{1,7}))?$/.exec(text) ?? [];
  if (!Object.hasOwn(FAULTS, name)) return `${JSON.stringify(text)} is no fault; there are ${FAULT_NAMES.join(', ')}`;
  return { name: name as FaultName, ...(amount !== undefined && { milliseconds: Number(amount) }) };
}

/** The list that was sent, checked; or one line on what is wrong with it. */
export function readFaults(value: unknown): readonly Fault[] | string {
  if (!Array.isArray(value)) return 'send a list of faults, such as [{ "name": "hang", "operations": ["issue"] }]';
  const faults: Fault[] = [];
  for (const item of value as unknown[]) {
    const fault = typeof item === 'string' ? parseFault(item) : readFault(item);
    if (typeof fault === 'string') return fault;
    faults.push(fault);
  }
  return faults;
}

function readFault(item: unknown): Fault | string {
  if (typeof item !== 'object' || item === null) return `${JSON.stringify(item)} is neither a name nor an object`;
  const { name, operations, times, milliseconds, ...rest } = item as Record<string, unknown>;
  const known = typeof name === 'string' ? parseFault(name) : `the name ${JSON.stringify(name)} is no text`;
  if (typeof known === 'string') return known;
  const [unknownKey] = Object.keys(rest);
  if (unknownKey !== undefined) return `${unknownKey} is unknown; name, operations, times and milliseconds are not`;
  if (operations !== undefined && !areOperations(operations)) return `operations are some of ${OPERATIONS.join(', ')}`;
  if (times !== undefined && !isWhole(times)) return 'times is a whole number from 0 up';
  if (milliseconds !== undefined && !(isWhole(milliseconds) && milliseconds <= MILLISECONDS_MAX)) {
    return `milliseconds are a whole number from 0 to ${MILLISECONDS_MAX}`;
  }
  return { ...known, operations, times, ...(milliseconds !== undefined && { milliseconds }) };
}

function areOperations(value: unknown): value is readonly Operation[] {
  return Array.isArray(value) && value.every((item) => (OPERATIONS as readonly unknown[]).includes(item));
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The faults of one request. */
export class FaultsNow {
  constructor(private readonly faults: readonly Fault[]) {}

  has(name: FaultName): boolean {
    return this.faults.some((fault) => fault.name === name);
  }

  milliseconds(name: FaultName): number | undefined {
    return this.faults.find((fault) => fault.name === name)?.milliseconds;
  }
}

/** Faults that are switched on; tests and the admin route switch them. */
export class FaultBoard {
  private switched: { readonly fault: Fault; left: number }[] = [];

  /** Instead of whatever was switched on before. */
  set(...faults: readonly (Fault | FaultName)[]): void {
    this.switched = faults
      .map((fault) => (typeof fault === 'string' ? { name: fault } : fault))
      .map((fault) => ({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }));
  }

  clear(): void {
    this.switched = [];
  }

  current(): readonly Fault[] {
    return this.switched.filter(({ left }) => left > 0).map(({ fault }) => fault);
  }

  /** The faults that this request meets, counted as met. */
  take(operation: Operation): FaultsNow {
    return this.meet(({ operations }) => operations === undefined || operations.includes(operation));
  }

  /** The faults that one webhook meets. */
  takeForWebhook(): FaultsNow {
    return this.meet(({ name }) => name === 'duplicate-webhook');
  }

  private meet(concerns: (fault: Fault) => boolean): FaultsNow {
    const met = this.switched.filter(({ fault, left }) => left > 0 && concerns(fault));
    for (const entry of met) entry.left -= 1;
    return new FaultsNow(met.map(({ fault }) => fault));
  }
}
