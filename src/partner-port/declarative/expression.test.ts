// Expressions within bounds: whatever is written or fed, the answer comes soon, is data, and tells no value.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Expression } from './expression';
import { MappingError } from './mapping-error';

const NOW = Date.UTC(2026, 0, 15, 8);

async function evaluate(text: string, scope: object = {}): Promise<unknown> {
  const compiled = Expression.compile(text);
  if ('fault' in compiled) throw new Error(compiled.fault);
  return await compiled.evaluate(scope, NOW);
}

describe('an expression', () => {
  test.each<[string, unknown]>([
    ['a.b', 7],
    ['a.none', undefined],
    ['list[id = 2].name', 'two'],
    ['[list.id]', [1, 2]],
    ['$now()', '2026-01-15T08:00:00.000Z'],
    ['$millis()', NOW],
    ['$fromMillis(0)', '1970-01-01T00:00:00.000Z'],
    ['$fromMillis(0, "[Y0001]-[M01]-[D01]")', '1970-01-01'],
    ['$toMillis("2026-01-15T16:00:00+08:00")', NOW],
    ['$replace("a-b-c", "-", "+")', 'a+b+c'],
    ['$replace("a-b-c", "-", "+", 1)', 'a+b-c'],
    ['$split("a,b,c", ",")', ['a', 'b', 'c']],
    ['$split("a,b,c", ",", 2)', ['a', 'b']],
    ['$join(["a", "b"], "/")', 'a/b'],
    ['$pad("7", -3, "0")', '007'],
    ['$contains("green tea", "tea")', true],
    ['$substringBefore("a=b", "=") & $substringAfter("a=b", "=")', 'ab'],
    ['$substringBefore("ab", "=")', 'ab'],
    ['$substringAfter("ab", "=")', 'ab'],
    ['list.name.$contains("tw")', [false, true]],
    ['$map(list, function($one) { $uppercase($one.name) })', ['ONE', 'TWO']],
  ])('%s', async (text, value) => {
    const list = [
      { id: 1, name: 'one' },
      { id: 2, name: 'two' },
    ];
    expect(await evaluate(text, { a: { b: 7 }, list })).toEqual(value);
  });

  test.each([
    '',
    'a.',
    '((',
    '"open',
    'a[',
    '('.repeat(2_000),
    'x'.repeat(2_001),
    '/a/',
    '$match(a, /b/)',
    '$eval("1")',
  ])('is refused: %.20s', (text) => {
    expect(Expression.compile(text)).toMatchObject({ fault: expect.any(String), at: expect.any(Number) });
  });

  test.each([
    ['endless recursion', '($f := function($x) { 1 + $f($x) }; $f(1))'],
    ['an endless loop', '($f := function($x) { $f($x + 1) }; $f(1))'],
    ['a long list', '[1..10000000]'],
    ['a cross product', '($a := [1..5000]; $a.($x := $; $a.($x * $)))'],
    ['a doubled text', '($f := function($t, $n) { $n = 0 ? $t : $f($t & $t, $n - 1) }; $f("aaaaaaaa", 60))'],
    ['a doubled list', '($f := function($t, $n) { $n = 0 ? $t : $f($append($t, $t), $n - 1) }; $f([1, 2], 60))'],
    ['a doubled tree', '($f := function($t, $n) { $n = 0 ? $t : $f({"a": $t, "b": $t}, $n - 1) }; $string($f(1, 60)))'],
    ['a deep tree', '($f := function($t, $n) { $n = 0 ? $t : $f({"a": $t}, $n - 1) }; $f(1, 500))'],
    ['a padded text', '$pad("", 1000000000)'],
    ['a replacement that grows', '($a := $pad("", 50000, "x"); $replace($a, "x", $a))'],
    ['a wide picture', '$fromMillis(0, "[Y,999999999]")'],
    ['a long pattern', '$contains(text, text)'],
    ['a function in the place of data', '{"f": $uppercase}'],
    ['a lambda in the place of data', 'function($x) { $x }'],
    ['an error of its own', '$error("secret")'],
    ['a wrong type', '$uppercase(7)'],
    ['no time', '$toMillis("tomorrow")'],
  ])('comes to nothing with %s', async (_what, text) => {
    const started = process.hrtime.bigint();
    await expect(evaluate(text, { text: 'x'.repeat(5_000) })).rejects.toThrow(MappingError);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(3_000);
  });

  test('lets others run while it goes on and on', async () => {
    let turns = 0;
    let isOver = false;
    const watch = () => {
      turns += 1;
      if (!isOver) setImmediate(watch);
    };
    setImmediate(watch);
    const endless = evaluate('($f := function($x) { $f($x + 1) }; $f(1))').finally(() => {
      isOver = true;
    });
    await expect(endless).rejects.toThrow(MappingError);
    expect(turns).toBeGreaterThan(20);
  });

  test('tells no value when it fails', async () => {
    const failure = await evaluate('$number(password)', { password: 'swordfish' }).catch((error: Error) => error);
    expect(failure).toBeInstanceOf(MappingError);
    expect(String(failure)).not.toContain('swordfish');
  });

  test('cannot reach the prototypes of objects', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(await evaluate(`a.\`${name}\``, { a: {} })).toBeUndefined();
    }
    await evaluate('$merge([{"__proto__": {"polluted": 1}}])').catch(() => undefined);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('gives data or a mapping error for any JSON', async () => {
    const texts = [
      '**',
      'a.*[0]',
      '$sum(a)',
      'a^(b)',
      '$keys($)',
      'a{b: $count(c)}',
      '$sort(a)',
      '$$.a & b',
      '$string($)',
    ];
    const compiled = texts.map((text) => Expression.compile(text) as Expression);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue()), async (scope) => {
        for (const one of compiled) {
          const value = await one.evaluate(scope, NOW).catch((error: Error) => error);
          if (value instanceof Error) expect(value).toBeInstanceOf(MappingError);
          else expect(() => JSON.stringify(value)).not.toThrow();
        }
      }),
      { numRuns: 60 },
    );
  });
});
