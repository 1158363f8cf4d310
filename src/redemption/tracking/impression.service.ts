// The door of impressions: how often offers were shown, told in batches, each of which counts once.
import type { Database } from '../../database/database';
import { type Actor, nameOf } from '../../kernel/actor';
import { type Clock, DAY } from '../../kernel/clock';
import { type Id, namedId } from '../../kernel/id';
import { dayFromText, dayOfDate, dayText } from '../../kernel/period';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { checkText, shown as quoted } from '../../members/input-checks';
import type { Catalogue } from '../../program/catalogue';
import { addImpressions, pruneBatches, type ShownCount } from './impression.store';

export const ENTRIES_MAX = 1_000;
const SHOWN_MAX = 1_000_000_000;
/** How many days back a batch may speak of. */
const DAYS_BACK = 7;
/** Longer than a batch can be sent again: by then its days are refused. */
const BATCH_KEPT_MS = (DAYS_BACK + 3) * DAY;
const ROWS_A_PASS = 500;

export interface ImpressionEntry {
  /** `undefined` for what is no id of an offer. */
  readonly offerId: Id | undefined;
  /** `2026-11-22`, in the time zone of the program. */
  readonly day: string;
  readonly shown: number;
}

export interface Recorded {
  /** Impressions of the batch. */
  readonly impressions: number;
  /** Whether it was counted by an earlier call already. */
  readonly replayed: boolean;
}

export class ImpressionService {
  constructor(
    private readonly database: Database,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /** All of the batch or nothing of it. Entries of one offer and day add up. */
  async record(actor: Actor, idempotencyKey: string, entries: readonly ImpressionEntry[]): Promise<Recorded | Refusal> {
    const fault = checkText('idempotencyKey', idempotencyKey) ?? checkLength(entries);
    if (fault) return fault;
    const counts = new Map<string, ShownCount>();
    for (const [at, entry] of entries.entries()) {
      const count = this.countOf(entry, `impressions.${at}`);
      if (isRefusal(count)) return count;
      const key = `${count.day} ${count.offerId}`;
      counts.set(key, { ...count, shown: count.shown + (counts.get(key)?.shown ?? 0) });
    }
    const id = namedId('impressions', nameOf(actor), idempotencyKey);
    const content = entries.map(({ offerId, day, shown }) => `${offerId} ${day} ${shown}`);
    const fingerprint = namedId('impressions', ...content);
    const row = { id, fingerprint, recordedAt: this.clock.now() };
    const known = await this.database.transaction((tx) => addImpressions(tx, row, [...counts.values()]));
    if (known !== undefined && known !== fingerprint) {
      const message = 'The idempotency key was used before with other content; use a new key for new counts.';
      return refuse('IDEMPOTENCY_MISMATCH', message, 'idempotencyKey');
    }
    const impressions = entries.reduce((sum, { shown }) => sum + shown, 0);
    return { impressions, replayed: known !== undefined };
  }

  /** Forgets batches that cannot come again; answers how many. */
  prune(): Promise<number> {
    const before = this.clock.now() - BATCH_KEPT_MS;
    return this.database.transaction((tx) => pruneBatches(tx, before, ROWS_A_PASS));
  }

  private countOf({ offerId, day, shown }: ImpressionEntry, field: string): ShownCount | Refusal {
    const offer = offerId === undefined ? undefined : this.catalogue().offer(offerId);
    if (!offer) return refuse('NOT_FOUND', 'There is no such offer.', `${field}.offer`);
    const period = dayOfDate(day);
    const today = this.catalogue().time.dayNumber(this.clock.now());
    const age = period === undefined ? Number.NaN : today - dayFromText(day);
    if (period === undefined || !(age >= 0 && age <= DAYS_BACK)) {
      const rule = `a day from ${dayText(today - DAYS_BACK)} to ${dayText(today)}`;
      return refuse('INVALID_INPUT', `${field}.day is ${quoted(day)}; allowed is ${rule}.`, `${field}.day`);
    }
    if (!Number.isSafeInteger(shown) || shown < 1 || shown > SHOWN_MAX) {
      const rule = `an integer from 1 to ${SHOWN_MAX}`;
      return refuse('INVALID_INPUT', `${field}.shown is ${shown}; allowed is ${rule}.`, `${field}.shown`);
    }
    return { offerId: offer.id, partnerId: offer.partner.id, day: period, shown };
  }
}

function checkLength({ length }: readonly unknown[]): Refusal | undefined {
  if (length >= 1 && length <= ENTRIES_MAX) return undefined;
  const message = `impressions has ${length} entries; allowed are 1 to ${ENTRIES_MAX}. Send the rest in another batch.`;
  return refuse('INVALID_INPUT', message, 'impressions');
}
