// The totals of the files beside the known totals of the data set, where these lie beside the data.
import { z } from 'zod';
import type { Figure } from '../figure-table';
import type { LineCount } from '../json-lines';
import type { StarbucksEventName } from './records';
import type { StarbucksTotals } from './totals';

const count = z.int();

/** The parts of `totals.json` that are compared. */
export const knownTotals = z.object({
  known_totals: z.object({
    transcript_physical_lines: count,
    transcript_blank_lines: count,
    members: count,
    offers: count,
    events: count,
    events_by_type: z.record(z.string(), count),
    transaction_cents_sum: count,
    transaction_whole_dollars_sum_floor_each: count,
    reward_dollars_sum_of_completions: count,
    members_with_transaction: count,
    members_with_offer_received: count,
    members_with_offer_completed: count,
    exact_duplicate_records: count,
    per_offer: z.record(z.string(), z.object({ received: count, viewed: count, completed: count })),
    received_by_hour: z.record(z.string(), count),
    members_profile: z.object({
      gender: z.record(z.string(), count),
      income_sum_known: count,
      became_member_min: z.string(),
      became_member_max: z.string(),
    }),
  }),
});
export type KnownTotals = z.output<typeof knownTotals>['known_totals'];

const EVENT_NAMES: readonly StarbucksEventName[] = ['transaction', 'offer received', 'offer viewed', 'offer completed'];

export function totalFigures(totals: StarbucksTotals, lines: LineCount, known: KnownTotals | undefined): Figure[] {
  return [...recordFigures(totals, lines, known), ...memberFigures(totals, known), ...offerFigures(totals, known)];
}

function recordFigures(totals: StarbucksTotals, lines: LineCount, known: KnownTotals | undefined): Figure[] {
  return [
    { what: 'lines of the transcript', expected: known?.transcript_physical_lines, got: lines.lines },
    { what: '… of them blank', expected: known?.transcript_blank_lines, got: lines.blank },
    { what: 'events', expected: known?.events, got: totals.eventCount },
    ...EVENT_NAMES.map((name) => ({
      what: `… ${name}`,
      expected: known?.events_by_type[name],
      got: totals.events[name],
    })),
    { what: 'exact duplicates', expected: known?.exact_duplicate_records, got: totals.duplicates },
    { what: 'transactions, cents', expected: known?.transaction_cents_sum, got: totals.transactionCents },
    {
      what: 'transactions, whole dollars each',
      expected: known?.transaction_whole_dollars_sum_floor_each,
      got: totals.wholeDollars,
    },
    {
      what: 'rewards of completions, dollars',
      expected: known?.reward_dollars_sum_of_completions,
      got: totals.rewardCents / 100,
    },
    ...[...totals.receivedByHour].map(([hour, received]) => ({
      what: `received in hour ${hour}`,
      expected: known?.received_by_hour[hour],
      got: received,
    })),
  ];
}

function memberFigures(totals: StarbucksTotals, known: KnownTotals | undefined): Figure[] {
  const profile = known?.members_profile;
  const withSome = (name: StarbucksEventName, expected: number | undefined): Figure => ({
    what: `… with ${name}`,
    expected,
    got: totals.membersWho(name),
  });
  return [
    { what: 'members', expected: known?.members, got: totals.members },
    withSome('transaction', known?.members_with_transaction),
    withSome('offer received', known?.members_with_offer_received),
    withSome('offer completed', known?.members_with_offer_completed),
    ...(['F', 'M', 'O', 'unknown'] as const).map((gender) => ({
      what: `… of gender ${gender}`,
      expected: profile?.gender[gender === 'unknown' ? 'None' : gender],
      got: totals.genders[gender],
    })),
    { what: 'known incomes, dollars', expected: profile?.income_sum_known, got: totals.incomes },
    ...(totals.members === 0
      ? []
      : [
          { what: 'first joined', expected: profile?.became_member_min, got: dateOf(totals.firstJoined) },
          { what: 'last joined', expected: profile?.became_member_max, got: dateOf(totals.lastJoined) },
        ]),
  ];
}

function offerFigures(totals: StarbucksTotals, known: KnownTotals | undefined): Figure[] {
  const shown = (counts: { received: number; viewed: number; completed: number }): string =>
    `${counts.received} / ${counts.viewed} / ${counts.completed}`;
  return [
    { what: 'offers', expected: known?.offers, got: totals.perOffer.size },
    ...[...totals.perOffer].map(([id, counts]) => {
      const expected = known?.per_offer[id];
      return {
        what: `${id.slice(0, 8)}: received / viewed / completed`,
        expected: expected && shown(expected),
        got: shown(counts),
      };
    }),
  ];
}

/** As the data set writes its dates. */
function dateOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10).replaceAll('-', '');
}
