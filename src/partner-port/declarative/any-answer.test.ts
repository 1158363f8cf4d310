// Whatever a partner answers, a connector gives an outcome of the port and never throws.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { call, connectorOf, ISSUE, ISSUED } from '../../../test/support/declarative-scene';
import type { PartnerReply } from '../transport';

const ISSUED_FIELDS = {
  partnerRef: '= body.id',
  code: '= body.code',
  link: '= body.link',
  expiresAt: '= body.until',
};
const COUPON = { ...ISSUED_FIELDS, state: '= body.state' };
const request = (path: string) => [{ method: 'GET', path }];
const MANIFEST = {
  kind: 'HTTP',
  slug: 'tea',
  name: 'Tea',
  baseUrl: 'https://tea.example',
  errors: [{ status: ['4xx'], test: '= $exists(body.error)', means: 'DECLINED', message: '= body.error' }],
  operations: {
    availability: { requests: request('/a'), answer: '= body.items' },
    issue: { requests: request('/i'), answer: ISSUED_FIELDS },
    status: { requests: request('/s'), answer: COUPON },
    cancel: { requests: request('/c'), answer: '= body' },
    catalogue: { requests: request('/o'), answer: '= body.items', pagination: { kind: 'CURSOR', next: '= body.id' } },
    cardStatus: { requests: request('/k'), answer: '= body' },
  },
};

const key = fc.constantFrom('state', 'id', 'code', 'link', 'until', 'items', 'error', 'offerRef', 'title', 'left');
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('ISSUED', 'USED', 'ACTIVE', 'ABSENT', 'latte', 'https://a.example'),
);
const item = fc.dictionary(key, value);
const body = fc.oneof(
  fc.dictionary(key, fc.oneof(value, fc.array(item), item)).map((one) => JSON.stringify(one)),
  fc.json(),
  fc.string(),
);
const reply = fc.record({
  kind: fc.constant('REPLY' as const),
  status: fc.oneof(fc.constant(200), fc.integer({ min: 100, max: 599 })),
  headers: fc.constantFrom<Record<string, string>>({ 'content-type': 'application/json' }, {}),
  body,
});

test('an outcome for any answer', async () => {
  let answer: PartnerReply;
  const connector = connectorOf(MANIFEST, {}, { transport: { send: async () => answer } });
  await fc.assert(
    fc.asyncProperty(reply, async (given) => {
      answer = given;
      const issued = await connector.issue(ISSUE, call());
      if (issued.kind === 'CONFIRMED') {
        const { partnerRef, code, link, expiresAt = 0 } = issued.value;
        expect(partnerRef.length).toBeGreaterThan(0);
        expect(code ?? link).toEqual(expect.any(String));
        expect(expiresAt).toBeLessThanOrEqual(ISSUE.expiresAt);
        expect(given.status).toBeLessThan(300);
      }
      const outcomes = [
        issued,
        await connector.availability(['latte'], call()),
        await connector.status(ISSUED, call()),
        await connector.cancel(ISSUED, call()),
        await connector.catalogue(undefined, call()),
        await connector.cardStatus('m', call()),
      ];
      for (const { kind } of outcomes) expect(['CONFIRMED', 'DECLINED', 'UNKNOWN']).toContain(kind);
    }),
    { numRuns: 150 },
  );
});
