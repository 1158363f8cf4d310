// Program files: what is refused and where, and that text and program are two forms of one thing.
import { readFileSync } from 'node:fs';
import { Catalogue } from './catalogue';
import { presetPath } from './presets';
import type { Program } from './program';
import { type ProgramFault, printFault } from './program-fault';
import { parseProgram, printProgram } from './program-file';
import { PROGRAM_SCHEMA } from './program-schema';

const HEAD = 'name: Demo\ncurrency: CNY\n';
const LEVEL = '  - { code: base, name: Base, rank: 1, threshold: 0 }\n';

function faultsOf(source: string | Uint8Array): readonly ProgramFault[] {
  const parsed = parseProgram(source, 'p.yaml');
  return parsed.faults ?? [];
}

function programOf(text: string): Program {
  const parsed = parseProgram(text, 'p.yaml');
  if (parsed.faults) throw new Error(parsed.faults.map(printFault).join('\n'));
  return parsed.program;
}

describe('a faulty file', () => {
  // name of the case, text, then each fault as "line:column path | given | allowed (its beginning)"
  const cases: [string, string, string[]][] = [
    ['empty', '', ['1:1  | null | a mapping']],
    ['not a mapping', '- a\n', ['1:1  | a list of 1 | a mapping']],
    ['broken YAML', 'name: "Demo\nlevels: [', ['2:10  | a YAML fault (Missing closing "quote)']],
    ['a tab as indent', 'levels:\n\t- code: a\n', ['2:1  | a YAML fault (Tabs are not allowed as indentation)']],
    ['two documents', `${HEAD}levels:\n${LEVEL}---\nname: x\n`, ['5:1  | a YAML fault']],
    [
      'an unknown tag',
      `${HEAD.replace('Demo', '!!js/function Demo')}levels:\n${LEVEL}`,
      ['1:7  | a YAML fault (Unresolved tag'],
    ],
    ['an alias without anchor', `${HEAD}levels: *none\n`, ['3:9  | the alias *none | the name of an anchor']],
    [
      'a key given twice, and another fault behind it',
      `${HEAD}name: Again\nlevels:\n${LEVEL.replace('rank: 1', 'rank: 0')}`,
      [
        '3:1  | a YAML fault (Map keys must be unique) | each key once',
        '5:37 levels[0].rank | 0 | an integer from 1 to 1000',
      ],
    ],
    [
      'nothing required',
      'timeZone: UTC\n',
      [
        '1:1 name | nothing | one line',
        '1:1 currency | nothing | an ISO 4217',
        '1:1 levels | nothing | a list of 1 to 100',
      ],
    ],
    [
      'an unknown key',
      `${HEAD}levls: []\nlevels:\n${LEVEL}`,
      ['3:1 levls | the unknown key "levls" | levels? The keys here are name'],
    ],
    ['a lower-case currency', `name: D\ncurrency: cny\nlevels:\n${LEVEL}`, ['2:11 currency | "cny" | an ISO 4217']],
    ['an unknown currency', `name: D\ncurrency: QQQ\nlevels:\n${LEVEL}`, ['2:11 currency | "QQQ" | an ISO 4217']],
    [
      'an unknown time zone',
      `${HEAD}timeZone: Mars/Olympus\nlevels:\n${LEVEL}`,
      ['3:11 timeZone | "Mars/Olympus" | an IANA'],
    ],
    ['a blank name', `name: " "\ncurrency: CNY\nlevels:\n${LEVEL}`, ['1:7 name | " " | one line']],
    ['half a character', `name: "\\ud800"\ncurrency: CNY\nlevels:\n${LEVEL}`, ['1:7 name |']],
    ['a long name', `name: ${'x'.repeat(81)}\ncurrency: CNY\nlevels:\n${LEVEL}`, ['1:7 name | "xxx']],
    ['no level at all', `${HEAD}levels: []\n`, ['3:9 levels | an empty list | a list of 1 to 100']],
    ['an empty item', `${HEAD}levels:\n${LEVEL}  -\n`, ['5:4 levels[1] | null | a mapping']],
    [
      'a code in capitals',
      `${HEAD}levels:\n${LEVEL.replace('base', 'Base')}`,
      ['4:13 levels[0].code | "Base" | a code of at most 64'],
    ],
    ['a number as code', `${HEAD}levels:\n${LEVEL.replace('base', '12')}`, ['4:13 levels[0].code | 12 | a code']],
  ];
  test.each(cases)('%s', (_name, text, expected) => {
    const found = faultsOf(text).map(
      (fault) => `${fault.line}:${fault.column} ${fault.path} | ${fault.given} | ${fault.allowed}`,
    );
    expect(found.map((fault, at) => fault.slice(0, expected[at]?.length))).toEqual(expected);
  });

  const amounts: [string, string][] = [
    ['-1', '-1'],
    ['1.5', '1.5'],
    ['1000000000001', '1000000000001'],
    ['9007199254740993', '9007199254740993'],
    ['1e400', '1e400'],
    ['.nan', '.nan'],
    ['"100"', '"100"'],
    ['true', 'true'],
    ['', 'null'],
    ['{}', 'a mapping'],
  ];
  test.each(amounts)('an amount of %s', (written, given) => {
    const benefit = '  - code: b\n    name: B\n    class: BASIC\n    faceValue: 0\n';
    const text = `${HEAD}levels:\n${LEVEL}benefits:\n${benefit}    unitCost: ${written}\n`;
    const [fault, ...others] = faultsOf(text);
    expect(others).toEqual([]);
    expect(fault).toMatchObject({
      line: 10,
      path: 'benefits[0].unitCost',
      given,
      allowed: 'an integer from 0 to 1000000000000',
    });
  });

  test.each(['2026-02-30T00:00:00Z', '2026-01-01', '2026-01-01T00:00:00', '2026-01-01T24:00:00Z', 'tomorrow'])(
    'a moment of %s',
    (written) => {
      const offer = '{ code: o, title: O, kind: GIFT, partner: p, unitCost: 0, faceValue: 0, validFrom: ';
      const text = `${HEAD}levels:\n${LEVEL}partners: [{ code: p, name: P }]\noffers:\n  - ${offer}"${written}" }\n`;
      expect(faultsOf(text)).toMatchObject([
        { line: 7, column: 88, path: 'offers[0].validFrom', given: JSON.stringify(written) },
      ]);
    },
  );

  test('bytes that are not UTF-8 are refused with their place', () => {
    const bytes = Buffer.concat([Buffer.from('name: 会员\ncurrency: é'), Buffer.from([0xc3, 0x28]), Buffer.from('\n')]);
    expect(faultsOf(bytes)).toEqual([
      { file: 'p.yaml', line: 2, column: 12, path: '', given: 'bytes that are not UTF-8', allowed: 'text in UTF-8' },
    ]);
  });

  test('an alias bomb, endless nesting and a huge file are refused in bounded time', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let at = 1; at < 30; at += 1)
      bomb.push(
        `a${at}: &a${at} [${Array(10)
          .fill(`*a${at - 1}`)
          .join(', ')}]`,
      );
    expect(faultsOf(bomb.join('\n'))).toMatchObject([{ given: 'more aliases than are read' }]);
    expect(faultsOf('['.repeat(200_000))).toMatchObject([{ given: 'YAML that is nested too deeply' }]);
    expect(faultsOf(' '.repeat(9_000_000))).toMatchObject([{ given: 'a file of 9000000 bytes' }]);
  });

  test('an anchor that contains itself is refused', () => {
    expect(faultsOf(`${HEAD}levels: &l [*l]\n`).length).toBeGreaterThan(0);
  });

  test('a fault inside of an alias is told at the anchor', () => {
    const text = `${HEAD}levels:\n  - { code: a, name: A, rank: 1, threshold: 0, entitlements: &e [{ benefit: nope }] }
  - { code: b, name: B, rank: 2, threshold: 5, entitlements: *e }\n`;
    expect(faultsOf(text)).toMatchObject([
      { line: 4, column: 77, path: 'levels[0].entitlements[0].benefit' },
      { line: 4, column: 77, path: 'levels[1].entitlements[0].benefit' },
    ]);
  });

  test('is printed in one line with place, path, what was given and what is allowed', () => {
    const [fault] = faultsOf(`${HEAD}levels:\n${LEVEL.replace('rank: 1', 'rank: -3')}`);
    expect(printFault(fault!)).toBe('p.yaml:4:37: levels[0].rank: given -3; allowed an integer from 1 to 1000');
  });
});

describe('a sound file', () => {
  test('is frozen throughout and has every default', () => {
    const program = programOf(`${HEAD}levels:\n${LEVEL}`);
    const multipliers = { pointsMultiplier: 1, growthMultiplier: 1 };
    expect(program).toEqual({
      name: 'Demo',
      currency: 'CNY',
      timeZone: 'Asia/Shanghai',
      campaigns: [],
      plans: [],
      budgets: [],
      benefits: [],
      partners: [],
      offers: [],
      tasks: [],
      draws: [],
      levels: [{ code: 'base', name: 'Base', rank: 1, threshold: 0, ...multipliers, entitlements: [], gifts: [] }],
      earningRules: [],
      levelGuard: Catalogue.empty().settings.levelGuard,
      alerts: Catalogue.empty().settings.alerts,
      profiles: [],
    });
    expect(Object.isFrozen(program.levels[0]?.entitlements)).toBe(true);
  });

  test('may begin with a byte order mark', () => {
    expect(faultsOf(Buffer.from(`\ufeff${HEAD}levels:\n${LEVEL}`))).toEqual([]);
  });

  test('what is empty is printed where it makes a difference that it is there', () => {
    const text = `${HEAD}levels:\n${LEVEL}checkIn: {}\n`;
    const program = programOf(text);
    expect(programOf(printProgram(program))).toEqual(program);
    expect(printProgram(program)).toContain('checkIn: {}');
  });

  test('prints the same text however its author wrote it', () => {
    const text = printProgram(programOf(readFileSync(presetPath('jd-plus'), 'utf8')));
    const asJson = JSON.stringify(programOf(text));
    expect(printProgram(programOf(asJson))).toBe(text);
  });
});

test('every property of the schema says what it means', () => {
  const silent: string[] = [];
  const walk = (node: Record<string, unknown>, path: string): void => {
    for (const [name, property] of Object.entries((node.properties ?? {}) as Record<string, Record<string, unknown>>)) {
      if (typeof property.description !== 'string') silent.push(`${path}.${name}`);
      walk(property, `${path}.${name}`);
      if (node.additionalProperties !== false) silent.push(`${path} is open`);
    }
  };
  walk(PROGRAM_SCHEMA, 'program');
  for (const [name, node] of Object.entries(PROGRAM_SCHEMA.$defs as Record<string, Record<string, unknown>>))
    walk(node, name);
  expect(silent).toEqual([]);
});
