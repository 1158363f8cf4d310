// The operations of settlement, each with its role, for the test that runs every sample.
import { AUDITOR, partnerOf, type TestGateway, type Who } from './gateway';
import { BD } from './partner-story';
import { deliveredUnder, disputedUnder, issuedUnder, settledWith } from './settlement-story';

interface Run {
  readonly who: Who;
  readonly variables?: object;
  readonly answers: object | string;
  readonly answersAgain?: string;
  readonly again?: object;
}

export async function settlementRuns(gateway: TestGateway): Promise<Record<string, Run>> {
  const brewer = partnerOf('brewer');
  const settled = await settledWith(gateway);
  const { agreement } = settled;
  const evidence = ['https://ads.example.com/report/1'];
  const deliveries = [{ externalId: 'slot-1', item: 'views', quantity: 5, evidence, note: '大厅' }];
  const [plain, disputed] = [await deliveredUnder(gateway, settled), await disputedUnder(gateway, settled)];
  const adjusted = await disputedUnder(gateway, settled);
  const withdrawn = { delivery: adjusted, resolution: 'WITHDRAWN', reason: 'It never was.' };
  await gateway.run(brewer, 'resolve-dispute', { input: withdrawn });
  const { id, hash } = await issuedUnder(gateway, settled);
  const withdrawal = expect.objectContaining({ item: 'leads', quantity: -4, sourceKind: 'dispute' });
  return {
    'record-deliveries': {
      who: BD,
      variables: { input: { agreement, source: 'ad-server', deliveries } },
      answers: { recorded: 1, refused: 0, results: [{ externalId: 'slot-1', refusal: null }] },
      again: { input: { agreement, deliveries: [{ ...deliveries[0], externalId: 'slot-2' }] } },
    },
    'dispute-delivery': {
      who: BD,
      variables: { input: { delivery: plain, reason: 'Three came.' } },
      answers: { id: plain, state: 'DISPUTED', disputes: [{ number: 1, openedBy: 'bd:beatrice' }] },
    },
    'resolve-dispute': {
      who: brewer,
      variables: { input: { delivery: disputed, resolution: 'REDUCED', quantity: 2, reason: 'So it was.' } },
      answers: { state: 'REDUCED', quantity: 4, countedQuantity: 2, countedValue: { amount: 60, currency: 'CNY' } },
    },
    deliveries: {
      who: brewer,
      variables: { first: 1, filter: { agreement, state: 'WITHDRAWN' } },
      answers: { edges: [{ node: { id: adjusted, item: 'leads' } }], pageInfo: { hasNextPage: false } },
    },
    delivery: { who: AUDITOR, variables: { id: adjusted }, answers: { id: adjusted, state: 'WITHDRAWN' } },
    'settlement-adjustments': {
      who: brewer,
      variables: { first: 5, agreement },
      answers: { edges: expect.arrayContaining([expect.objectContaining({ node: withdrawal })]) },
    },
    'issue-statement': {
      who: BD,
      variables: { input: { agreement, endsBefore: '2026-03-01' } },
      answers: { number: 2, lineCount: 0, previousHash: hash, issuedBy: 'bd:beatrice' },
    },
    'sign-statement': {
      who: brewer,
      variables: { input: { statement: id, hash } },
      answers: { number: 1, operatorSignature: null, partnerSignature: { by: 'partner:brewer' } },
    },
    statements: {
      who: brewer,
      variables: { first: 1, agreement },
      answers: { edges: [{ node: { agreement, partner: 'brewer' } }] },
    },
    statement: {
      who: AUDITOR,
      variables: { id },
      answers: { id, hash, items: [{ item: 'views' }, { item: 'leads' }] },
    },
    'statement-lines': {
      who: brewer,
      variables: { statement: id, first: 5 },
      answers: { edges: [], pageInfo: { hasNextPage: false } },
    },
  };
}
