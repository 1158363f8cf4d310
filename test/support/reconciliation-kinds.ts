// What the arguments of reconciliation name, and values of those that name nothing, for `argument-kinds.ts`.

const COLUMNS = ['amount', 'code', 'date', 'member', 'offer', 'reference', 'state'].map(
  (column) => `columns.${column}`,
);
const PLAIN_OF_MAPPING = [...COLUMNS, 'dateFormat', 'decimalSign', 'delimiter', 'encoding'];
const WORDS_OF_MAPPING = ['offers.offer', 'offers.word', 'states.word'] as const;

const MAPPING: Record<string, 'PLAIN'> = Object.fromEntries(
  [...PLAIN_OF_MAPPING, ...WORDS_OF_MAPPING].map((field) => [`Mutation.openFeed(input.mapping.${field})`, 'PLAIN']),
);
/** What a line names is looked for among the partner's own, and is never told back. */
const LINES: Record<string, 'PLAIN'> = Object.fromEntries(
  ['code', 'day', 'member', 'offer', 'reference'].map((field) => [
    `Mutation.recordFeedLines(input.lines.${field})`,
    'PLAIN',
  ]),
);

export const RECONCILIATION_KINDS = {
  'Query.feed(id)': 'FEED',
  'Query.feeds(after)': 'FEED_CURSOR',
  'Query.reconciliation(id)': 'RECONCILIATION',
  'Query.reconciliationItems(after)': 'RECONCILIATION_ITEM_CURSOR',
  'Query.reconciliationItems(filter.partner)': 'PARTNER',
  'Query.reconciliationItems(filter.reconciliation)': 'RECONCILIATION',
  'Query.reconciliationMatches(after)': 'MATCH_CURSOR',
  'Query.reconciliationMatches(reconciliation)': 'RECONCILIATION',
  'Query.reconciliations(after)': 'RECONCILIATION_CURSOR',
  'Query.reconciliations(filter.feed)': 'FEED',
  'Query.reconciliations(filter.partner)': 'PARTNER',
  'Mutation.answerReconciliationItem(input.item)': 'RECONCILIATION_ITEM',
  'Mutation.answerReconciliationItem(input.text)': 'PLAIN',
  'Mutation.closeFeed(input.feed)': 'FEED',
  'Mutation.decideReconciliationItem(input.adjustment.agreement)': 'AGREEMENT',
  'Mutation.decideReconciliationItem(input.adjustment.item)': 'PLAIN',
  'Mutation.decideReconciliationItem(input.item)': 'RECONCILIATION_ITEM',
  'Mutation.decideReconciliationItem(input.reason)': 'PLAIN',
  ...MAPPING,
  'Mutation.openFeed(input.name)': 'PLAIN',
  'Mutation.openFeed(input.offer)': 'LISTED_OFFER',
  'Mutation.openFeed(input.partner)': 'PARTNER_ID',
  'Mutation.openFeed(input.timeZone)': 'PLAIN',
  'Mutation.reconcileFeed(input.feed)': 'FEED',
  ...LINES,
  'Mutation.recordFeedLines(input.feed)': 'FEED',
} as const;

export type ReconciliationKinds =
  | 'FEED'
  | 'FEED_CURSOR'
  | 'MATCH_CURSOR'
  | 'RECONCILIATION'
  | 'RECONCILIATION_CURSOR'
  | 'RECONCILIATION_ITEM'
  | 'RECONCILIATION_ITEM_CURSOR';

export const RECONCILIATION_CONTENT: Readonly<Record<string, unknown>> = {
  'Mutation.answerReconciliationItem(input.answer)': 'AGREED',
  'Mutation.answerReconciliationItem(input.text)': 'As we have it.',
  'Mutation.decideReconciliationItem(input.decision)': 'ACCEPTED',
  'Mutation.decideReconciliationItem(input.reason)': 'a reason',
  'Mutation.decideReconciliationItem(input.adjustment.item)': 'views',
  'Mutation.decideReconciliationItem(input.adjustment.quantity)': 1,
  'Mutation.decideReconciliationItem(input.adjustment.value)': 2,
  'Mutation.openFeed(input.name)': 'a feed of this test',
  'Mutation.openFeed(input.from)': '2026-03-01T00:00:00Z',
  'Mutation.openFeed(input.before)': '2026-04-01T00:00:00Z',
  'Mutation.recordFeedLines(input.lines.line)': 1,
};
