// What the arguments of tracking and of figures name, for the table of `argument-kinds.ts`.

const OFFERS = { offer: 'LISTED_OFFER', partner: 'PARTNER', agreement: 'AGREEMENT' } as const;
/** For staff only; they name the program's words. */
const OF_MEMBERS = { level: 'PLAIN', plan: 'PLAIN', campaign: 'PLAIN' } as const;

function filterOf<Kind extends string>(query: string, kinds: Readonly<Record<string, Kind>>): Record<string, Kind> {
  return Object.fromEntries(Object.entries(kinds).map(([field, kind]) => [`Query.${query}(filter.${field})`, kind]));
}

export const TRACKING_KINDS = {
  ...filterOf('redemptions', { ...OFFERS, ...OF_MEMBERS }),
  ...filterOf('redemptionTotals', { ...OFFERS, ...OF_MEMBERS }),
  ...filterOf('redemptionFunnel', OFFERS),
  ...filterOf('timeToUse', OFFERS),
  'Query.insight(plan)': 'PLAIN',
  'Query.figureSeries(plan)': 'PLAIN',
  'Query.redemptions(after)': 'REDEMPTION_CURSOR',
  'Query.redemptionFunnel(after)': 'FUNNEL_CURSOR',
  'Mutation.recordImpressions(input.idempotencyKey)': 'KEY',
  'Mutation.recordImpressions(input.impressions.offer)': 'LISTED_OFFER',
} as const;
