// What expressions see of a reply: JSON that is bounded in depth, nothing of other types.
import { expect, test } from '@jest/globals';
import { readReply } from './reply';

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const bodyOf = (body: string, type = 'application/json') =>
  readReply({ kind: 'REPLY', status: 200, headers: { 'content-type': type }, body }).body;

test.each<[string, string, unknown]>([
  ['nothing', ' \n', null],
  ['JSON', '{"a":[1]}', { a: [1] }],
  ['half of it', '{"a":', undefined],
  ['brackets in a text', JSON.stringify('[{'.repeat(500)), '[{'.repeat(500)],
  ['quotes and backslashes in a text', JSON.stringify(`"\\${nested(70)}`), `"\\${nested(70)}`],
  ['too many levels', nested(65), undefined],
  ['levels without end', '{"a":'.repeat(50_000), undefined],
])('%s', (_what, text, body) => {
  expect(bodyOf(text)).toEqual(body);
});

test('as many levels as are read', () => {
  expect(JSON.stringify(bodyOf(nested(64)))).toBe(nested(64));
});

test.each([
  ['application/json; charset=utf-8', true],
  ['Application/JSON', true],
  ['application/problem+json', true],
  ['application/graphql-response+json', true],
  ['text/html', false],
  ['application/jsonp', false],
  ['', false],
])('of the type %p is read: %p', (type, isRead) => {
  expect(bodyOf('{"a":1}', type)).toEqual(isRead ? { a: 1 } : undefined);
});
