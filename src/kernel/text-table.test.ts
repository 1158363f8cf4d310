// Tables for terminals: columns line up, whatever is written in them.
import { displayWidth, textTable } from './text-table';

test('texts stand left, numbers right', () => {
  const rows = [
    ['freight', 100, 'a'],
    ['milk', 5, undefined],
  ];
  expect(textTable([{ title: 'benefit' }, { title: 'left' }, { title: 'x' }], rows).split('\n')).toEqual([
    'benefit  left  x',
    '───────  ────  ─',
    'freight   100  a',
    'milk        5',
  ]);
});

test('an alignment that was asked for wins', () => {
  const text = textTable(
    [
      { title: 'name', align: 'right' },
      { title: 'n', align: 'left' },
    ],
    [
      ['a', 1],
      ['b', 22],
    ],
  );
  expect(text.split('\n').slice(2)).toEqual(['   a  1', '   b  22']);
});

test('a table without rows has its titles', () => {
  expect(textTable([{ title: 'one' }, { title: 'two' }], [])).toBe('one  two\n───  ───');
});

test.each([
  ['', 0],
  ['abc', 3],
  ['会员', 4],
  ['ＡＢ', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['a\u200bb', 2],
  ['🎫', 2],
  ['券🎫x', 5],
])('%j takes %d places', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test('wide characters keep the columns straight', () => {
  const lines = textTable(
    [{ title: '名' }, { title: 'n' }],
    [
      ['会员卡', 1],
      ['a', 22],
    ],
  ).split('\n');
  expect(lines.map(displayWidth)).toEqual([10, 10, 10, 10].map((width, at) => (at === 0 ? width : width)));
});
