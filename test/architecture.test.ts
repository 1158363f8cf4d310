// The plan of the house as a test: which way imports point, what is banned, how big things may be; and that it bites.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import {
  banFaults,
  budgetFaults,
  cycleFaults,
  directionFaults,
  type Fault,
  type Judged,
  judge,
  readmeFaults,
} from './support/house-rules';
import type { SourceFile } from './support/syntax';

/** A room imports itself and the rooms before it in this line. */
const ROOMS = [
  'kernel',
  'database',
  'request',
  'partner-port',
  'ledger',
  'identity',
  'program',
  'members',
  'agreements',
  'marketplace',
  'redemption',
  'webhooks',
  'engagement',
  'settlement',
  'insight',
  'audit',
  'server',
  'worker',
  'imports',
  'simulator',
  'demo',
];

const ROOT = join(__dirname, '..');

function filesUnder(folder: string, ending: string): SourceFile[] {
  const top = join(ROOT, folder);
  if (!existsSync(top)) return [];
  return (
    readdirSync(top, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
      .map((entry) => join(entry.parentPath, entry.name))
      // The servers that the tests of real partners run on have packages of their own.
      .filter((path) => !path.includes('node_modules'))
      .map((path) => ({ path: relative(ROOT, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }))
  );
}

const messages = (faults: readonly Fault[]) => faults.map(({ message }) => message);

describe('the house', () => {
  const files = ['src', 'partners', 'migrations', 'test'].flatMap((folder) => filesUnder(folder, '.ts')).map(judge);

  test('was read', () => {
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['src/kernel/clock.ts', 'src/database/database.ts']));
  });

  test('imports point to rooms further left', () => {
    expect(messages(directionFaults(files, ROOMS))).toEqual([]);
  });

  test('no files import each other in a circle', () => {
    expect(messages(cycleFaults(files))).toEqual([]);
  });

  test('nothing banned is used', () => {
    expect(messages(banFaults(files))).toEqual([]);
  });

  test('lines, functions and files keep to their budgets', () => {
    expect(messages(budgetFaults(files))).toEqual([]);
  });

  test('each README fits its page', () => {
    const readmes = ['src', 'partners', 'schema'].flatMap((folder) => filesUnder(folder, 'README.md'));
    if (existsSync(join(ROOT, 'README.md'))) {
      readmes.push({ path: 'README.md', text: readFileSync(join(ROOT, 'README.md'), 'utf8') });
    }
    expect(messages(readmeFaults(readmes))).toEqual([]);
  });

  test('each dependency has its reason in CONTRIBUTING.md, and none is there that is gone', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, object>;
    const packages = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    const page = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
    const table = page.slice(page.indexOf('## Dependencies'));
    const explained = [...table.matchAll(/^\| `([^`]+)` \| \S.+ \|$/gm)].map((row) => row[1]);
    expect(explained.sort()).toEqual(packages.sort());
  });
});

const sample = (path: string, ...lines: string[]): Judged => judge({ path, text: `${lines.join('\n')}\n` });
const unfinished = ['FIX', 'ME'].join('');
const long = (count: number) => Array.from({ length: count }, (_value, index) => `call(${index});`);

describe('a bad import is found', () => {
  test.each<[string, string, string, string]>([
    [
      'a room to the right',
      'src/ledger/account.ts',
      `import { a } from '../members/member';`,
      'ledger imports src/members/member',
    ],
    [
      'for its types only',
      'src/kernel/id.ts',
      `import type { Sql } from '../database/sql';`,
      'kernel imports src/database/sql',
    ],
    [
      'when it is called',
      'src/kernel/id.ts',
      `const sql = import('../database/sql');`,
      'kernel imports src/database/sql',
    ],
    [
      'in the type position',
      'src/kernel/id.ts',
      `let sql: import('../database/sql').Sql;`,
      'kernel imports src/database/sql',
    ],
    ['by require', 'src/kernel/id.ts', `const sql = require('../database/sql');`, 'kernel imports src/database/sql'],
    ['handed on', 'src/kernel/id.ts', `export * from '../database/sql'; f();`, 'kernel imports src/database/sql'],
    ['the configuration', 'src/worker/worker.ts', `import { config } from '../config';`, 'worker imports src/config'],
    [
      'a partner in a room',
      'src/redemption/saga.ts',
      `import a from '../../partners/acme/adapter';`,
      'redemption imports',
    ],
    [
      'a room in a partner',
      'partners/acme/adapter.ts',
      `import a from '../../src/ledger/account';`,
      'partners imports',
    ],
    ['a room in main', 'src/main.ts', `import a from './ledger/account';`, 'main imports src/ledger/account'],
    [
      'test tools in the product',
      'src/ledger/account.ts',
      `import a from '../../test/support/lanes';`,
      'ledger imports test/',
    ],
    [
      'a later room in a test',
      'src/ledger/account.test.ts',
      `import a from '../members/member';`,
      'ledger imports src/members',
    ],
    ['from no room', 'src/helpers/text.ts', 'export const a = 1;', 'lies in no room'],
  ])('%s', (_title, path, line, message) => {
    const faults = messages(directionFaults([sample(path, '// A comment.', line)], ROOMS));
    expect(faults).toEqual([expect.stringContaining(message)]);
  });

  test.each([
    ['src/members/member.ts', `import { a } from '../ledger/account';`],
    ['src/members/member.ts', `import { a } from './level';`],
    ['src/members/member.test.ts', `import { a } from '../../test/support/lanes';`],
    ['src/program/program.ts', `import schema from '../../schema/program.schema.json';`],
    ['src/compose/gateway.ts', `import { a } from '../worker/worker'; import b from '../../partners/acme/adapter';`],
    ['src/config.test.ts', `import { a } from './config';`],
    ['src/main.ts', `import { a } from './commands/program-line';`],
    ['partners/acme/adapter.ts', `import { a } from '../../src/partner-port/outcome';`],
    ['test/e2e/home.test.ts', `import { a } from '../../src/compose/gateway';`],
    ['src/kernel/id.ts', `// import { a } from '../members/member';`],
  ])('and a good one in %s is not', (path, line) => {
    expect(directionFaults([sample(path, line)], ROOMS)).toEqual([]);
  });

  test('a circle is named with the way round it', () => {
    const files = [
      sample('src/ledger/a.ts', `import './b';`),
      sample('src/ledger/b.ts', `import type { C } from './c';`),
      sample('src/ledger/c.ts', `import { a } from './a';`),
      sample('src/ledger/d.ts', `import { a } from './a';`),
    ];
    const [circle, ...more] = messages(cycleFaults(files));
    expect(circle).toContain('src/ledger/a.ts → src/ledger/b.ts → src/ledger/c.ts → src/ledger/a.ts');
    expect(more).toEqual([]);
  });
});

describe('a banned thing is found, and what to use instead is said', () => {
  test.each<[string, string, string]>([
    ['src/ledger/account.ts', 'let a: any;', 'uses any: use a named type'],
    ['src/ledger/account.test.ts', 'const a = b as any;', 'uses any: use a named type'],
    ['src/ledger/account.ts', `console.warn('a');`, 'uses console: use the logger'],
    ['src/server/http.ts', 'const port = process.env.PORT;', 'uses process.env: use a field of the Config'],
    ['src/server/http.ts', `const port = process['env'].PORT;`, 'uses process.env: use a field of the Config'],
    ['src/ledger/account.ts', 'const now = Date.now();', 'uses Date.now: use clock.now()'],
    ['src/ledger/account.ts', 'const now = new Date();', 'uses new Date(): use clock.now()'],
    ['src/ledger/account.ts', 'const now = new Date;', 'uses new Date(): use clock.now()'],
    ['src/ledger/account.service.ts', `import { In } from 'typeorm';`, 'imports typeorm: use Sql'],
    ['src/server/http.ts', `await fetch('http://a');`, 'uses fetch: use a connector'],
    ['src/server/http.ts', `await globalThis.fetch('http://a');`, 'uses fetch: use a connector'],
    ['src/ledger/account.ts', `// ${unfinished}: later`, `says ${unfinished}: do it now`],
    ['src/ledger/index.ts', 'export const a = 1;', 'is a barrel'],
    ['src/ledger/ledger.ts', `export { a } from './a'; export * from './b';`, 'is a barrel'],
  ])('%s: %s', (path, line, message) => {
    const faults = banFaults([sample(path, '#!/usr/bin/env node', '// é', line)]);
    expect(messages(faults)).toEqual([expect.stringContaining(`${path}:`)]);
    expect(faults[0]?.message).toContain(message);
  });

  test('on the line where it stands', () => {
    const [message] = messages(banFaults([sample('src/ledger/a.ts', '// 会员', '', 'f();', '  let a: any;')]));
    expect(message).toMatch(/^src\/ledger\/a\.ts:4 /);
  });

  test.each([
    ['src/config.ts', 'const port = process.env.PORT;'],
    ['src/kernel/clock.ts', 'const now = Date.now();'],
    ['src/kernel/period.ts', 'const day = new Date(instant);'],
    ['src/ledger/account.entity.ts', `import { Entity } from 'typeorm';`],
    ['src/compose/gateway.ts', `import { Entity } from 'typeorm';`],
    ['partners/acme/adapter.ts', `await fetch('http://a');`],
    ['src/ledger/account.ts', `// any console.log of process.env, Date.now() and fetch() in a comment`],
    ['src/ledger/account.ts', `const text = 'any console.log, fetch(x) and new Date()';`],
    ['src/ledger/account.ts', 'loader.fetch(key); prefetch(key);'],
  ])('and is let be in %s: %s', (path, line) => {
    expect(banFaults([sample(path, line)])).toEqual([]);
  });
});

describe('what is too big is found', () => {
  test.each<[string, Judged, string]>([
    ['a line', sample('src/ledger/a.ts', `// ${'x'.repeat(118)}`), 'is 121 wide, of 120'],
    ['a file', sample('src/ledger/a.ts', ...long(301)), 'has 301 lines, of 300'],
    ['a test', sample('src/ledger/a.test.ts', ...long(601)), 'has 601 lines, of 600'],
    ['a function', sample('src/ledger/a.ts', 'function far() {', ...long(69), '}'), 'far has 71 lines, of 70'],
    ['a method', sample('src/ledger/a.ts', 'class A { far() {', ...long(70), '} }'), 'far has 72 lines, of 70'],
    ['an arrow', sample('src/ledger/a.ts', 'const far = () => {', ...long(70), '};'), 'far has 72 lines, of 70'],
  ])('%s', (_title, file, message) => {
    expect(messages(budgetFaults([file]))).toEqual([expect.stringContaining(message)]);
  });

  test('a README', () => {
    expect(messages(readmeFaults([sample('README.md', ...long(121))]))).toEqual([expect.stringContaining('121 lines')]);
  });

  test('and what just fits is not', () => {
    const fitting = [
      sample('src/ledger/a.ts', `// ${'员'.repeat(117)}`, 'function near() {', ...long(68), '}'),
      sample('src/ledger/b.ts', ...long(300)),
      sample('src/ledger/b.test.ts', 'test(() => {', ...long(598), '});'),
    ];
    expect(budgetFaults(fitting)).toEqual([]);
  });
});
