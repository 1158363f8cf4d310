// Hashes and differences: the same content gives the same text whatever its order, and any change another hash.
import fc from 'fast-check';
import { type AuditDraft, canonicalJson, changesBetween, hashOf, type Json, NO_HASH } from './audit-entry';

const DRAFT: AuditDraft = {
  kind: 'ANSWERED',
  at: 1_764_000_000_000,
  role: 'BD',
  actor: 'beatrice',
  requestId: 'r-1',
  action: 'pauseOffer',
  subject: { type: 'offer', key: 'offer_1' },
  asked: 1,
  outcome: 'DONE',
  detail: { changes: [{ field: 'offer.state', before: 'LIVE', after: 'PAUSED' }] },
};

function shuffled(value: Json): Json {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, part]) => [key, shuffled(part as Json)] as const)
      .reverse(),
  );
}

test('canonical text does not depend on the order of keys, and reads back as the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false } as never), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(shuffled(value as Json))).toBe(text);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});

test.each<[string, Partial<AuditDraft>]>([
  ['kind', { kind: 'ASKED' }],
  ['time', { at: DRAFT.at + 1 }],
  ['role', { role: 'ADMIN' }],
  ['actor', { actor: 'nobody' }],
  ['request', { requestId: 'r-2' }],
  ['action', { action: 'endOffer' }],
  ['subject', { subject: { type: 'offer', key: 'offer_2' } }],
  ['question', { asked: 2 }],
  ['outcome', { outcome: 'FAILED' }],
  ['detail', { detail: {} }],
])('another %s has another hash', (_what, change) => {
  expect(hashOf(NO_HASH, 2, { ...DRAFT, ...change })).not.toBe(hashOf(NO_HASH, 2, DRAFT));
});

test('another number or another entry before it has another hash', () => {
  expect(hashOf(NO_HASH, 3, DRAFT)).not.toBe(hashOf(NO_HASH, 2, DRAFT));
  expect(hashOf('1'.repeat(64), 2, DRAFT)).not.toBe(hashOf(NO_HASH, 2, DRAFT));
});

test('differences are told leaf by leaf', () => {
  const before = { offer: { state: 'LIVE', code: 'one' }, terms: { tags: ['a'] } };
  const after = { offer: { state: 'PAUSED', code: 'one' }, terms: { tags: ['a', 'b'] } };
  expect(changesBetween(before, after)).toEqual([
    { field: 'offer.state', before: 'LIVE', after: 'PAUSED' },
    { field: 'terms.tags.1', before: null, after: 'b' },
  ]);
  expect(changesBetween(null, { a: 1 })).toEqual([{ field: 'a', before: null, after: 1 }]);
  expect(changesBetween(before, before)).toEqual([]);
});
