// One partner's part of the availability cache: what it last said, who waits for it, and the one call in flight.
import { BoundedMap } from '../kernel/bounded-map';
import type { Clock, Instant } from '../kernel/clock';
import type { Outcome, PartnerApi, RemoteAvailability } from './connector';
import type { Circuit } from './partner-health';

export interface KnownAvailability {
  /** Absent when nothing is known. */
  readonly availability?: RemoteAvailability;
  readonly source: 'LIVE' | 'CACHED' | 'UNAVAILABLE';
  /** When the partner was asked; now, where nothing is known. */
  readonly asOf: Instant;
}

/** By the partner's own id of the offer; each that was looked for is there. */
export type AvailabilityLook = ReadonlyMap<string, KnownAvailability>;

/** A partner's API; one without a circuit counts as closed. */
export type AvailabilityApi = Pick<PartnerApi, 'availability'> & { circuit?(): Circuit };

/** All in milliseconds. */
export interface AvailabilityTimes {
  /** For so long an answer is live. */
  readonly fresh: number;
  /** After so long it is shown no more. */
  readonly stale: number;
  /** So long a reader waits for the first answer. */
  readonly patience: number;
  /** So long the partner is left alone after a call that brought nothing. */
  readonly retryAfter: number;
}

const REFS_PER_CALL = 100;

/** `availability` is absent when the partner left the offer out of its answer. */
interface Answer {
  readonly availability?: RemoteAvailability;
  readonly asOf: Instant;
}

/** The ids of one call, from when the first of them is wanted until the partner has answered. */
class Round {
  readonly refs = new Set<string>();
  readonly done: Promise<void>;
  end!: () => void;

  constructor() {
    this.done = new Promise((resolve) => {
      this.end = resolve;
    });
  }
}

export class AvailabilityShelf {
  private readonly answers: BoundedMap<string, Answer>;
  /** The first is the one in flight, while there is one. */
  private rounds: Round[] = [];
  private inFlight = false;
  /** Since a reader waited in vain or a call brought nothing, until one brings something: nobody waits meanwhile. */
  private troubled = false;
  private aloneUntil: Instant = 0;
  private stopped = false;
  /** As of the last look, since a partner may be configured anew. */
  private api: AvailabilityApi | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly times: AvailabilityTimes,
    size: number,
  ) {
    this.answers = new BoundedMap(size);
  }

  look(api: AvailabilityApi, offerRefs: readonly string[]): AvailabilityLook | Promise<AvailabilityLook> {
    const now = this.clock.now();
    this.api = api;
    const awaited = new Set<Round>();
    for (const ref of offerRefs) {
      const age = now - (this.answers.get(ref)?.asOf ?? Number.NEGATIVE_INFINITY);
      if (age <= this.times.fresh) continue;
      const round = this.ask(ref, now);
      if (round && age > this.times.stale) awaited.add(round);
    }
    const patient = awaited.size > 0 && !this.troubled && (api.circuit?.() ?? 'CLOSED') === 'CLOSED';
    return patient ? this.waitFor(awaited).then(() => this.known(offerRefs)) : this.known(offerRefs);
  }

  stop(): void {
    this.stopped = true;
    this.endRounds();
  }

  private known(offerRefs: readonly string[]): AvailabilityLook {
    const now = this.clock.now();
    return new Map(offerRefs.map((ref) => [ref, this.knownOf(this.answers.get(ref), now)]));
  }

  private knownOf(answer: Answer | undefined, now: Instant): KnownAvailability {
    if (!answer?.availability || now - answer.asOf > this.times.stale) return { source: 'UNAVAILABLE', asOf: now };
    const { availability, asOf } = answer;
    return { availability, source: now - asOf <= this.times.fresh ? 'LIVE' : 'CACHED', asOf };
  }

  /** The round that will answer it; none while the partner is left alone. */
  private ask(ref: string, now: Instant): Round | undefined {
    const asked = this.rounds.find(({ refs }) => refs.has(ref));
    if (asked || this.stopped || (!this.inFlight && now < this.aloneUntil)) return asked;
    const last = this.rounds.length > (this.inFlight ? 1 : 0) ? this.rounds.at(-1) : undefined;
    const round = last && last.refs.size < REFS_PER_CALL ? last : new Round();
    if (round !== last) this.rounds.push(round);
    round.refs.add(ref);
    // In a moment, so that all who look now share one call.
    if (!this.inFlight && this.rounds.length === 1 && round.refs.size === 1) queueMicrotask(() => void this.askAll());
    return round;
  }

  /** One call after the other, until nothing is wanted any more or one brings nothing. */
  private async askAll(): Promise<void> {
    this.inFlight = true;
    for (let round = this.rounds[0]; round; round = this.rounds[0]) {
      const asOf = this.clock.now();
      const outcome = await this.answerTo([...round.refs]);
      if (this.stopped) break;
      this.rounds.shift();
      if (outcome?.kind === 'CONFIRMED') this.keep(round, outcome.value, asOf);
      else this.endRounds();
      this.troubled = outcome?.kind !== 'CONFIRMED';
      if (this.troubled) this.aloneUntil = this.clock.now() + this.times.retryAfter;
      round.end();
    }
    this.inFlight = false;
  }

  private async answerTo(offerRefs: readonly string[]): Promise<Outcome<readonly RemoteAvailability[]> | undefined> {
    try {
      return await this.api?.availability(offerRefs);
    } catch {
      // An API with a guard around it never throws; one without is as good as silent.
      return undefined;
    }
  }

  /** What was not asked for is not kept, or a partner could fill the shelf. */
  private keep({ refs }: Round, found: readonly RemoteAvailability[], asOf: Instant): void {
    for (const ref of refs) this.answers.set(ref, { asOf });
    for (const availability of found) {
      if (refs.has(availability.offerRef)) this.answers.set(availability.offerRef, { availability, asOf });
    }
  }

  private endRounds(): void {
    for (const { end } of this.rounds) end();
    this.rounds = [];
  }

  private async waitFor(rounds: ReadonlySet<Round>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.troubled = true;
        resolve();
      }, this.times.patience);
    });
    await Promise.race([Promise.all([...rounds].map(({ done }) => done)), patience]);
    clearTimeout(timer);
  }
}
