// Whether a revision may follow what is in force already: dates that have passed stay, and so does what was counted.
import type { Instant } from '../kernel/clock';
import { type BusinessTime, dayFromText } from '../kernel/period';
import { type Refusal, refuse } from '../kernel/refusal';
import { type Agreement, type AgreementRevision, type AgreementTerms, stateAt } from './agreement';
import { aheadThrough, ceilingsThrough, inForceAt, type Phase, phasesOf } from './agreement-phases';

/** Each may leave a step on every limit, and a claim takes all of them. */
const PHASES_MAX = 12;

function invalid(field: string, given: string, allowed: string): Refusal {
  return refuse('INVALID_INPUT', `${field} is ${given}; allowed is ${allowed}.`, field);
}

/** When a revision that both sides have confirmed now takes effect; `undefined`: at once. */
export function effectOfTerms({ effectiveOn }: AgreementTerms, time: BusinessTime, now: Instant): Instant | undefined {
  const begin = effectiveOn === undefined ? now : time.startOfDay(dayFromText(effectiveOn));
  return begin > now ? begin : undefined;
}

/** Nothing is in force yet that it could take the place of. */
export function firstFault({ effectiveOn }: AgreementTerms): Refusal | undefined {
  if (effectiveOn === undefined) return undefined;
  return invalid('effectiveOn', effectiveOn, 'none for a draft, of which startsOn says the first day');
}

/** The first fault of these terms as the revision that comes after these, if both sides confirmed it now. */
export function amendFault(
  agreement: Agreement,
  revisions: readonly AgreementRevision[],
  terms: AgreementTerms,
  time: BusinessTime,
  now: Instant,
): Refusal | undefined {
  const before = inForceAt(revisions, now)?.terms;
  const { effectiveOn } = terms;
  if (!before) return firstFault(terms);
  if (effectiveOn === undefined && stateAt(agreement, now) !== 'ACTIVE') return undefined;
  const fault = datesFault(before, terms);
  if (fault) return fault;
  const candidate = confirmedNow(agreement, terms, now, effectOfTerms(terms, time, now));
  return limitsFault(phasesOf(agreement, [...revisions, candidate]), terms);
}

function datesFault(
  before: AgreementTerms,
  { startsOn, endsBefore, effectiveOn }: AgreementTerms,
): Refusal | undefined {
  if (startsOn !== before.startsOn) return invalid('startsOn', startsOn, `${before.startsOn}, since it is in force`);
  if (effectiveOn === undefined) return undefined;
  const last = before.endsBefore < endsBefore ? before.endsBefore : endsBefore;
  if (effectiveOn >= startsOn && effectiveOn < last) return undefined;
  return invalid('effectiveOn', effectiveOn, `a day from ${startsOn} on and before ${last}`);
}

function confirmedNow(
  { id: agreementId }: Agreement,
  terms: AgreementTerms,
  at: Instant,
  effectiveAt: Instant | undefined,
): AgreementRevision {
  const word = { at, by: '' };
  const number = Number.MAX_SAFE_INTEGER;
  return { agreementId, number, terms, createdAt: at, createdBy: '', operator: word, partner: word, effectiveAt };
}

/** What was claimed while nothing limited it is on no account, so a limit of the whole agreement cannot begin later. */
function limitsFault(phases: readonly Phase[], terms: AgreementTerms): Refusal | undefined {
  if (phases.length > PHASES_MAX) {
    const message = `The agreement has been in force by ${PHASES_MAX} revisions, the most there may be.`;
    return refuse('CONFLICT', `${message} Close it, and make a new one.`, 'agreement');
  }
  for (const [at, item] of terms.items.entries()) {
    if (item.atCeiling !== 'PAUSE') continue;
    const whole = ceilingsThrough(phases, item).find(({ period }) => period === 'TERM');
    if (whole?.earlier?.some(({ quantity }) => quantity === undefined)) {
      const allowed = `none in all, since ${item.code} had none that paused; take a ceiling per MONTH, WEEK or DAY`;
      return invalid(`items[${at}].quantity`, String(whole.quantity), `${allowed}, or give the item another code`);
    }
  }
  const { theirsAhead, earlierAhead } = aheadThrough(phases);
  if (theirsAhead === undefined || !earlierAhead?.some(({ quantity }) => quantity === undefined)) return undefined;
  const allowed = 'none, since it was not limited until now; close the agreement, and make a new one with a limit';
  return invalid('allowedImbalance.theirsAhead', String(theirsAhead), allowed);
}
