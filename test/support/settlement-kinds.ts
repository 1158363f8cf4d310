// What the arguments of settlement name, for the table of `argument-kinds.ts`.

export const SETTLEMENT_KINDS = {
  'Query.deliveries(after)': 'DELIVERY_CURSOR',
  'Query.deliveries(filter.agreement)': 'AGREEMENT_IN_FORCE',
  'Query.delivery(id)': 'DELIVERY',
  'Query.settlementAdjustments(after)': 'ADJUSTMENT_CURSOR',
  'Query.settlementAdjustments(agreement)': 'AGREEMENT_IN_FORCE',
  'Query.statements(after)': 'STATEMENT_CURSOR',
  'Query.statements(agreement)': 'AGREEMENT_IN_FORCE',
  'Query.statement(id)': 'STATEMENT',
  'Query.statementLines(statement)': 'STATEMENT',
  'Query.statementLines(after)': 'LINE_CURSOR',
  'Mutation.recordDeliveries(input.agreement)': 'AGREEMENT_IN_FORCE',
  'Mutation.recordDeliveries(input.source)': 'PLAIN',
  'Mutation.recordDeliveries(input.deliveries.externalId)': 'PLAIN',
  'Mutation.recordDeliveries(input.deliveries.item)': 'PLAIN',
  'Mutation.recordDeliveries(input.deliveries.evidence)': 'PLAIN',
  'Mutation.recordDeliveries(input.deliveries.note)': 'PLAIN',
  'Mutation.disputeDelivery(input.delivery)': 'DELIVERY',
  'Mutation.disputeDelivery(input.reason)': 'PLAIN',
  'Mutation.resolveDispute(input.delivery)': 'DISPUTED_DELIVERY',
  'Mutation.resolveDispute(input.reason)': 'PLAIN',
  'Mutation.issueStatement(input.agreement)': 'AGREEMENT_IN_FORCE',
  'Mutation.issueStatement(input.endsBefore)': 'PLAIN',
  'Mutation.signStatement(input.statement)': 'STATEMENT',
  'Mutation.signStatement(input.hash)': 'PLAIN',
} as const;

export type SettlementKind = Exclude<(typeof SETTLEMENT_KINDS)[keyof typeof SETTLEMENT_KINDS], 'PLAIN'>;

/** Values of required arguments that name nothing. */
export const SETTLEMENT_CONTENT = {
  'Mutation.recordDeliveries(input.deliveries.externalId)': 'a slot',
  'Mutation.recordDeliveries(input.deliveries.item)': 'leads',
  'Mutation.recordDeliveries(input.deliveries.quantity)': 1,
  'Mutation.disputeDelivery(input.reason)': 'a reason',
  'Mutation.resolveDispute(input.reason)': 'a reason',
  'Mutation.resolveDispute(input.resolution)': 'ACCEPTED',
  'Mutation.signStatement(input.hash)': 'no hash',
} as const;
