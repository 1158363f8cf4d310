// Reconciliations of the tests through the API: feeds of partners, closed and compared.
import { partnerOf, type TestGateway } from './gateway';
import { fresh } from './gateway-story';
import { BD } from './partner-story';

export const PERIOD = { from: '2026-03-01T00:00:00+08:00', before: '2026-04-01T00:00:00+08:00' };

interface Made {
  readonly id: string;
}

/** An open feed of a partner with lines of these codes. */
export async function feedOf(gateway: TestGateway, codes: readonly string[], partner = 'brewer'): Promise<string> {
  const who = partnerOf(partner);
  const { id: feed } = await gateway.run<Made>(who, 'open-feed', { input: { name: fresh('feed'), ...PERIOD } });
  const lines = codes.map((code, at) => ({ line: at + 1, code }));
  if (lines.length > 0) await gateway.run(who, 'record-feed-lines', { input: { feed, lines } });
  return feed;
}

export async function closedFeed(gateway: TestGateway, codes: readonly string[], partner = 'brewer'): Promise<string> {
  const feed = await feedOf(gateway, codes, partner);
  await gateway.run(partnerOf(partner), 'close-feed', { input: { feed, lines: codes.length } });
  return feed;
}

/** A reconciliation that is done. */
export async function reconciled(gateway: TestGateway, codes: readonly string[], partner = 'brewer'): Promise<string> {
  const feed = await closedFeed(gateway, codes, partner);
  const { id } = await gateway.run<Made>(BD, 'reconcile-feed', { input: { feed } });
  await gateway.settle();
  return id;
}

/** What a reconciliation found of lines that nobody knows, one for each code. */
export async function foundItems(gateway: TestGateway, codes: readonly string[], partner = 'brewer') {
  const reconciliation = await reconciled(gateway, codes, partner);
  const page = await gateway.run<{ edges: { node: Made }[] }>(BD, 'reconciliation-items', {
    first: 100,
    filter: { reconciliation, kind: 'UNKNOWN' },
  });
  return page.edges.map(({ node }) => node.id);
}
