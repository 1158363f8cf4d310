// How the operations of reconciliation are run, for the story of all operations.
import { OPERATIONS, partnerOf } from './gateway';
import type { Story } from './gateway-story';
import { BD } from './partner-story';
import { closedFeed, feedOf, foundItems, PERIOD, reconciled } from './reconciliation-story';

export async function reconciliationRuns({ gateway }: Story) {
  const who = partnerOf('brewer');
  const [open, closing, waiting] = [
    await feedOf(gateway, ['A1']),
    await feedOf(gateway, ['A1']),
    await closedFeed(gateway, ['A1', 'A1']),
  ];
  const reconciliation = await reconciled(gateway, ['B1', 'B1']);
  const [decided, answered] = await foundItems(gateway, ['C1', 'C2']);
  const edges = expect.arrayContaining([expect.objectContaining({ cursor: expect.any(String) })]);
  return {
    'open-feed': {
      who,
      variables: { input: { name: 'a feed of this story', ...PERIOD } },
      answers: { partner: 'brewer', state: 'OPEN', matchBy: 'CODE', lines: 0 },
    },
    'record-feed-lines': {
      who,
      variables: { input: { feed: open, lines: [{ line: 1, code: 'A1' }] } },
      answers: { lines: 1, added: 0, known: 1, faulty: 0 },
    },
    'close-feed': { who, variables: { input: { feed: closing, lines: 1 } }, answers: { state: 'CLOSED', lines: 1 } },
    feeds: { who, variables: { first: 5 }, answers: { edges } },
    feed: { who: BD, variables: { id: open }, answers: { id: open, partner: 'brewer' } },
    'reconcile-feed': { who: BD, variables: { input: { feed: waiting } }, answers: { feed: waiting, done: 0 } },
    reconciliations: { who, variables: { filter: { partner: 'brewer' } }, answers: { edges } },
    reconciliation: {
      who,
      variables: { id: reconciliation },
      answers: {
        state: 'DONE',
        totals: expect.arrayContaining([
          expect.objectContaining({ outcome: 'UNKNOWN', count: 1 }),
          expect.objectContaining({ outcome: 'DOUBLED', count: 1 }),
        ]),
      },
    },
    'reconciliation-matches': { who, variables: { reconciliation }, answers: { edges: [] } },
    'reconciliation-items': {
      who: OPERATIONS,
      variables: { filter: { kind: 'UNKNOWN', open: true } },
      answers: { edges },
    },
    'decide-reconciliation-item': {
      who: BD,
      variables: { input: { item: decided, decision: 'WRITTEN_OFF', reason: 'Nobody knows it.' } },
      answers: { decision: 'WRITTEN_OFF', adjustment: null, resolvedAt: expect.any(String) },
    },
    'answer-reconciliation-item': {
      who,
      variables: { input: { item: answered, answer: 'AGREED', text: 'A till of ours was tried out.' } },
      answers: { answer: 'AGREED', resolvedAt: null },
    },
  };
}
