// Which revision of an agreement is in force when: pure, from who confirmed what, and from the day that was agreed.
import { type Instant, MINUTE } from '../kernel/clock';
import type { EarlierLimit, ExchangeCeiling } from '../program/agreement-definition';
import { type Agreement, type AgreementItem, type AgreementRevision, ceilingsOf } from './agreement';

/** So long after its confirmation, at the latest, every process goes by a revision. */
const HEARD_MS = MINUTE;

/** A revision while it is in force. */
export interface Phase {
  readonly revision: AgreementRevision;
  readonly startsAt: Instant;
  /** Exclusive. */
  readonly endsAt: Instant;
}

function confirmedAt({ operator, partner }: AgreementRevision): Instant | undefined {
  return operator && partner && Math.max(operator.at, partner.at);
}

/** When a revision takes effect; `undefined` until both sides have confirmed it. */
export function effectOf(revision: AgreementRevision): Instant | undefined {
  const confirmed = confirmedAt(revision);
  return confirmed === undefined ? undefined : Math.max(confirmed, revision.effectiveAt ?? confirmed);
}

/** Confirmed revisions with the time from which each holds until the next; the last one has no end. Oldest first. */
function confirmedPhases(revisions: readonly AgreementRevision[]): Phase[] {
  const phases: Phase[] = [];
  let endsAt = Number.POSITIVE_INFINITY;
  // From the last back: one that would begin when a later one is in force already never is.
  for (const revision of revisions.toReversed()) {
    const startsAt = effectOf(revision);
    if (startsAt === undefined || startsAt >= endsAt) continue;
    phases.push({ revision, startsAt, endsAt });
    endsAt = startsAt;
  }
  return phases.reverse();
}

/** The revision in force at an instant, or the first that will be; `undefined` for a draft. */
export function inForceAt(revisions: readonly AgreementRevision[], now: Instant): AgreementRevision | undefined {
  const phases = confirmedPhases(revisions);
  return (phases.findLast(({ startsAt }) => startsAt <= now) ?? phases[0])?.revision;
}

/** The revision that takes effect next, of those that are confirmed. */
export function upcomingAt(revisions: readonly AgreementRevision[], now: Instant): AgreementRevision | undefined {
  const [first, ...later] = confirmedPhases(revisions);
  return first && later.find(({ startsAt }) => startsAt > now)?.revision;
}

/** The phases in which claims can draw on the agreement, oldest first. */
export function phasesOf(
  { startsAt, endsAt }: Pick<Agreement, 'startsAt' | 'endsAt'>,
  revisions: readonly AgreementRevision[],
): Phase[] {
  return confirmedPhases(revisions)
    .map((phase) => ({
      ...phase,
      startsAt: Math.max(phase.startsAt, startsAt),
      endsAt: Math.min(phase.endsAt, endsAt),
    }))
    .filter((phase) => phase.startsAt < phase.endsAt);
}

/** What a limit was from the effect of a revision on. */
interface Was {
  readonly phase: Phase;
  readonly quantity?: number;
}

/** What a limit was before, from what it was in each phase: only where it changed. */
function changesOf(history: readonly Was[]): EarlierLimit[] {
  return history.slice(0, -1).flatMap(({ quantity }, at): EarlierLimit[] => {
    const { phase, quantity: then } = history[at + 1]!;
    if (then === quantity) return [];
    const { startsAt, revision } = phase;
    const until = Math.max(startsAt - 1, confirmedAt(revision)! + HEARD_MS);
    return [{ until, revision: revision.number, ...(quantity === undefined ? {} : { quantity }) }];
  });
}

function earlier<Key extends string>(key: Key, changes: readonly EarlierLimit[]) {
  return (changes.length === 0 ? {} : { [key]: changes }) as { readonly [key in Key]?: readonly EarlierLimit[] };
}

/** The ceilings of an item of the last of these phases, with what they were in those before. */
export function ceilingsThrough(phases: readonly Phase[], item: AgreementItem): ExchangeCeiling[] {
  return ceilingsOf(item).map((ceiling) => {
    const history = phases.flatMap((phase): Was[] => {
      const then = phase.revision.terms.items.find(({ code }) => code === item.code);
      // While an item was not agreed, nothing was claimed of it, and its ceilings stood still.
      return then ? [{ phase, quantity: enforcedQuantity(then, ceiling.period) }] : [];
    });
    return { ...ceiling, ...earlier('earlier', changesOf(history)) };
  });
}

/** What a claim may be refused by; `undefined` where a ceiling is not there, or only counts. */
export function enforcedQuantity(item: AgreementItem, period: ExchangeCeiling['period']): number | undefined {
  const ceiling = item.atCeiling === 'PAUSE' ? ceilingsOf(item).find((one) => one.period === period) : undefined;
  return ceiling?.quantity;
}

/** The same of how far the partner may get ahead. */
export function aheadThrough(phases: readonly Phase[]) {
  const history = phases.map((phase): Was => {
    return { phase, quantity: phase.revision.terms.allowedImbalance.theirsAhead };
  });
  const theirsAhead = history.at(-1)?.quantity;
  return { theirsAhead, ...earlier('earlierAhead', changesOf(history)) };
}
