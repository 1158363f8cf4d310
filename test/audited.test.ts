// The audit is complete: every mutation that staff, partners or strangers may name says what it changes.
import 'reflect-metadata';
import { watchedMutations, withoutSecrets } from '../src/audit/audited-schema';
import { AUDITED } from '../src/audit/subjects';
import { RESOLVERS } from '../src/compose/schema';
import { schemaOf } from '../src/server/schema';

test('every mutation of staff, partners and strangers is audited, and nothing else is', () => {
  const watched = watchedMutations(schemaOf(RESOLVERS, new Map()));
  expect(Object.keys(AUDITED).sort()).toEqual(watched.sort());
});

test('arguments are kept without secrets, and long texts are cut', () => {
  const secrets = [{ name: 'signing', value: 'whsec_something' }];
  const at = new Date(0);
  expect(
    withoutSecrets({ input: { partner: 'p', secrets, usedAt: at, left: undefined, text: 'x'.repeat(20_001) } }),
  ).toEqual({
    input: {
      partner: 'p',
      secrets: [{ name: 'signing', value: '(secret)' }],
      usedAt: '1970-01-01T00:00:00.000Z',
      text: `${'x'.repeat(20_000)}… (20001)`,
    },
  });
});

test('of a list that names codes only the length is kept', () => {
  const lines = [{ line: 1, code: 'A1' }, { line: 2 }];
  expect(withoutSecrets({ input: { feed: 'f', lines } }, 'lines')).toEqual({ input: { feed: 'f', lines: '(2)' } });
});
