// A connector in TypeScript by its manifest: it gets what that says, and is guarded like any other.

import { systemClock } from '../../kernel/clock';
import { newId } from '../../kernel/id';
import { type Connector, confirmed, declined, type IssueRequest, unknown } from '../../partner-port/connector';
import type { ConnectorModule } from '../../partner-port/make-connector';
import type { ReadManifest } from './connector-kit';
import { ManifestKit } from './manifest-kit';
import { TransportPool } from './transport-pool';

const POLICY = { allowHttp: false, allow: new Set<string>() };
const MANIFEST = {
  kind: 'MODULE',
  slug: 'acme',
  name: 'Acme',
  module: 'acme',
  baseUrl: 'https://api.acme.example/v2',
  settings: { shop: 7 },
  secrets: ['key'],
  limits: { totalMs: 1000 },
};
const REQUEST: IssueRequest = {
  redemptionId: newId(0),
  offerRef: 'tea',
  memberRef: 'm_1',
  claimedAt: 0,
  expiresAt: 86_400_000,
  faceValue: { amount: 500, currency: 'CNY' },
};

/** Says what it was made with; hangs at a cancel, and throws at a look-up. */
const acme: ConnectorModule = ({ baseUrl, settings }, { secrets }): Connector => ({
  operations: new Set(['issue', 'status', 'cancel']),
  availability: async () => unknown('NOT_TRIED', 'not of this partner'),
  issue: async ({ offerRef }) =>
    confirmed({ partnerRef: [baseUrl, settings.shop, secrets.get('key'), offerRef].join(' ') }),
  status: async () => {
    throw new Error('a fault of the module');
  },
  cancel: (_redemption, { signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(declined('OTHER', 'too late')));
    }),
});

describe('a module', () => {
  const transports = new TransportPool(POLICY);
  const log: object[] = [];
  afterAll(() => transports.close());

  const kit = new ManifestKit({
    policy: POLICY,
    transports,
    clock: systemClock,
    standard: () => {
      throw new Error('not in this test');
    },
    modules: new Map([['acme', acme]]),
    log: { error: (details) => log.push(details) },
  });
  const read = (changes: object = {}) => kit.read(JSON.stringify({ ...MANIFEST, ...changes })) as ReadManifest;

  test('is made with the settings, secrets and base URL of its manifest', async () => {
    const manifest = read();
    expect(manifest).toMatchObject({
      kind: 'MODULE',
      secrets: ['key'],
      urls: [{ path: 'baseUrl', url: 'https://api.acme.example/v2' }],
    });
    const api = manifest.connect(new Map([['key', 'secret']]));
    expect(await api.issue(REQUEST)).toEqual(confirmed({ partnerRef: 'https://api.acme.example/v2 7 secret tea' }));
    expect(await api.availability(['tea'])).toMatchObject({ kind: 'UNKNOWN', cause: 'NOT_TRIED' });
  });

  test('that throws or hangs harms nobody, and the log names it without what it said', async () => {
    const api = read({ limits: { totalMs: 100 } }).connect(new Map());
    const { redemptionId, offerRef } = REQUEST;
    expect(await api.status({ redemptionId, offerRef })).toMatchObject({ kind: 'UNKNOWN', cause: 'UNREADABLE' });
    expect(await api.cancel({ redemptionId, offerRef })).toMatchObject({ kind: 'UNKNOWN', cause: 'TIMED_OUT' });
    expect(log).toEqual([{ slug: 'acme', operation: 'status', reason: 'Error' }]);
  });

  test('that does not ship is no connector', () => {
    expect(() => read({ module: 'unheard-of' }).connect(new Map())).toThrow('there is no such module');
  });
});
