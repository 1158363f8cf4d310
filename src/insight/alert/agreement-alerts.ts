// What there is to alert of in an active agreement, from its terms and its books: pure.
import { type Agreement, type AgreementItem, type AgreementTerms } from '../../agreements/agreement';
import type { AgreementBalances, CeilingBalance, ItemBalance } from '../../agreements/agreement-balances';
import { DAY, type Instant } from '../../kernel/clock';
import type { BusinessTime, DayNumber, PeriodNumber } from '../../kernel/period';
import { dateOfDay, WEEK_BASE } from '../../kernel/period';
import type { AlertSettings } from '../../program/alert-settings';
import type { AlertKind, Finding } from './alert';
import { type DayCount, linearRunOut, seasonalRunOut, weekdayMeans } from './pace';

export interface WatchedAgreement {
  readonly agreement: Agreement;
  /** In force. */
  readonly terms: AgreementTerms;
  readonly balances: AgreementBalances;
  /** What was claimed of an item on each day, as far back as pace looks; empty for what is no perk. */
  readonly claimsOf: (item: AgreementItem) => readonly DayCount[];
}

export interface Watching {
  readonly settings: AlertSettings;
  readonly time: BusinessTime;
  readonly now: Instant;
}

/** Ceilings of a day are over before a pace says anything. */
const PACED: ReadonlySet<CeilingBalance['period']> = new Set(['TERM', 'MONTH', 'WEEK']);

/** Whether any claims have to be counted for what is told of its pace. */
export function isPaced({ kind, side, atCeiling, ceiling, quantity }: AgreementItem): boolean {
  if (kind !== 'PERK_REDEMPTION' || side !== 'PARTNER' || atCeiling === 'CONTINUE') return false;
  return quantity !== undefined || (ceiling !== undefined && ceiling.per !== 'DAY');
}

export function agreementFindings(watched: WatchedAgreement, watching: Watching): Finding[] {
  const { balances } = watched;
  return [
    ...imbalanceOf(watched),
    ...endingOf(watched, watching),
    ...balances.items.flatMap((balance) => ceilingsOfItem(watched, balance, watching)),
  ];
}

type Words = Pick<Finding, 'kind' | 'message' | 'details'> & { readonly which?: string };

function finding({ id: _id, code, partnerId }: Agreement, { which, ...words }: Words): Finding {
  return { ...words, subject: which === undefined ? code : `${code}#${which}`, partnerId };
}

function imbalanceOf({ agreement, terms, balances }: WatchedAgreement): Finding[] {
  const { oursAhead, theirsAhead } = terms.allowedImbalance;
  const { imbalance } = balances;
  const side = imbalance > 0 ? 'the partner' : 'the operator';
  const allowed = imbalance > 0 ? theirsAhead : oursAhead;
  const ahead = Math.abs(imbalance);
  if (allowed === undefined || ahead <= allowed) return [];
  const { code, currency } = agreement;
  const next =
    imbalance > 0
      ? 'Its perks rest until the operator has given as much as is missing.'
      : 'Nothing of the operator is refused; let the partner give, or agree on a higher allowance.';
  return [
    finding(agreement, {
      kind: 'AGREEMENT_IMBALANCE',
      message:
        `In the agreement ${code}, ${side} is ahead by ${ahead} (${currency}, in the minor unit); ` +
        `${allowed} are allowed. ${next}`,
      details: { ahead, allowed, side: imbalance > 0 ? 'PARTNER' : 'OPERATOR', currency },
    }),
  ];
}

function endingOf({ agreement, terms }: WatchedAgreement, { settings, now }: Watching): Finding[] {
  const { code, endsAt } = agreement;
  if (endsAt - now > settings.endingDays * DAY) return [];
  return [
    finding(agreement, {
      kind: 'AGREEMENT_ENDING',
      message:
        `The agreement ${code} ends before ${terms.endsBefore}. Its perks rest from then on: ` +
        'amend it with a later end, or agree on a new one.',
      details: { endsBefore: terms.endsBefore },
    }),
  ];
}

function ceilingsOfItem(watched: WatchedAgreement, { item, ceilings }: ItemBalance, watching: Watching): Finding[] {
  if (item.atCeiling === 'CONTINUE') return [];
  return ceilings.flatMap((ceiling) => {
    const found = reachedOf(watched, item, ceiling, watching);
    // What is used up already has no pace.
    return ceiling.left > 0 ? [...found, ...paceOf(watched, item, ceiling, watching)] : found;
  });
}

function reachedOf(
  { agreement }: WatchedAgreement,
  item: AgreementItem,
  ceiling: CeilingBalance,
  watching: Watching,
): Finding[] {
  const { quantity, used, held } = ceiling;
  const share = (used + held) / quantity;
  const { ceilingShare } = watching.settings;
  const what = `${used + held} of ${quantity} (${item.unit}) of ${item.code} ${periodWords(ceiling.period)}`;
  const details = { item: item.code, per: ceiling.period, quantity, used, held };
  const which = whichCeiling(item, ceiling, watching);
  const found = (kind: AlertKind, next: string) =>
    finding(agreement, {
      kind,
      which,
      message: `In the agreement ${agreement.code}, ${what} are used or held. ${next}`,
      details,
    });
  const paused = item.atCeiling === 'PAUSE';
  const rest = paused
    ? 'Its perks rest until the next period, or until more is agreed.'
    : 'What comes on top is counted.';
  return [
    ...(share >= ceilingShare ? [found('CEILING_NEAR', 'Agree on more in time, or show the perks less.')] : []),
    ...(share >= 1 ? [found('CEILING_REACHED', rest)] : []),
  ];
}

function paceOf(
  { agreement, claimsOf }: WatchedAgreement,
  item: AgreementItem,
  ceiling: CeilingBalance,
  watching: Watching,
): Finding[] {
  const { settings, time, now } = watching;
  if (!PACED.has(ceiling.period)) return [];
  const from = Math.max(agreement.startsAt, startOfPeriod(ceiling.period, time, now) ?? agreement.startsAt);
  const before = Math.min(agreement.endsAt, ceiling.resetsAt ?? agreement.endsAt);
  if (now - from < settings.paceAfter * (before - from)) return [];
  const running = { from, before, now, quantity: ceiling.quantity, used: ceiling.used + ceiling.held };
  const linear = linearRunOut(running);
  const today = time.dayNumber(now);
  const means = isPaced(item) ? weekdayMeans(claimsOf(item), time.dayNumber(agreement.startsAt), today) : undefined;
  const seasonal = means && seasonalRunOut(running, means, today, (day: DayNumber) => time.startOfDay(day));
  if (linear === undefined && seasonal === undefined) return [];
  const day = (at: Instant | undefined, unknown: string) => (at === undefined ? unknown : time.isoDate(at));
  const lasts = 'it lasts';
  const bySeason = means ? day(seasonal, lasts) : 'not known yet';
  const details = { item: item.code, per: ceiling.period, quantity: ceiling.quantity, used: running.used };
  const words = `${item.code} ${periodWords(ceiling.period)}, of which ${running.used} of ${running.quantity} are used`;
  return [
    finding(agreement, {
      kind: 'CEILING_PACE',
      which: whichCeiling(item, ceiling, watching),
      message:
        `In the agreement ${agreement.code}, ${words} or held, is used up before ${time.isoDate(before)}: ` +
        `on ${day(linear, `no day (${lasts})`)} by a straight line; by the days of the week: ${bySeason}.`,
      details: { ...details, linear: day(linear, 'LASTS'), seasonal: means ? day(seasonal, 'LASTS') : 'UNKNOWN' },
    }),
  ];
}

function periodWords(period: CeilingBalance['period']): string {
  return period === 'TERM' ? 'in all' : `of this ${period.toLowerCase()}`;
}

/** `1 MONTH 2026-03-01`: the number of the item and its period, so that the next period is another subject. */
function whichCeiling({ number }: AgreementItem, { period }: CeilingBalance, { time, now }: Watching): string {
  if (period === 'TERM') return `${number} EVER`;
  return `${number} ${period} ${dateOfDay(firstDayOf(time.periodAt(period, now)))}`;
}

/** As a period number of a day. */
function firstDayOf(period: PeriodNumber): PeriodNumber {
  if (period >= WEEK_BASE) return period - WEEK_BASE;
  return period % 100 === 0 ? period + 1 : period;
}

function startOfPeriod(period: CeilingBalance['period'], time: BusinessTime, now: Instant): Instant | undefined {
  if (period === 'TERM') return undefined;
  const first = firstDayOf(time.periodAt(period, now));
  return time.startOfDate(Math.trunc(first / 10_000), Math.trunc(first / 100) % 100, first % 100);
}
