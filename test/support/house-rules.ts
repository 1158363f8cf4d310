// The rules of the house that a machine can hold: which way imports point, what is banned, how big things may be.
import { posix } from 'node:path';
import { type Facts, readFacts, type SourceFile } from './syntax';

export interface Judged extends SourceFile {
  readonly facts: Facts;
}

export interface Fault {
  readonly rule: string;
  readonly path: string;
  readonly message: string;
}

export function judge(file: SourceFile): Judged {
  return { ...file, facts: readFacts(file) };
}

const faultAt = (rule: string, file: SourceFile, line: number, message: string): Fault => ({
  rule,
  path: file.path,
  message: `${file.path}:${line} ${message}`,
});

const isTest = (path: string) => path.startsWith('test/') || path.endsWith('.test.ts');

/** The path that a relative import means, without its ending; `undefined` for packages. */
function targetOf(file: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(file.path), specifier).replace(/\.(js|ts)$/, '');
}

/** The place of a file or target: a room, one of the top files, `partners`, `migrations`, `test`, or `outside`. */
function placeOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  if (top !== 'src') return ['partners', 'migrations', 'test', 'schema'].includes(top) ? top : 'outside';
  return second.replace(/(\.test)?(\.ts)?$/, '');
}

/** What each place outside of the line of rooms may import; the rooms themselves follow their order. */
function allowedFrom(place: string, file: SourceFile, rooms: readonly string[]): readonly string[] {
  const tools = isTest(file.path) ? ['schema', 'test', 'migrations'] : ['schema'];
  switch (place) {
    case 'compose':
      return [...rooms, 'compose', 'config', 'partners', 'migrations', ...tools];
    case 'commands':
      return [...rooms, 'compose', 'config', 'commands', ...tools];
    case 'main':
      return ['main', 'commands', ...tools];
    case 'config':
      return ['config', 'kernel', ...tools];
    case 'migrations':
      return ['kernel', 'database', 'migrations', ...tools];
    case 'partners':
      return ['kernel', 'partner-port', 'partners', ...tools];
    default:
      return [...rooms.slice(0, rooms.indexOf(place) + 1), ...tools];
  }
}

export function directionFaults(files: readonly Judged[], rooms: readonly string[]): Fault[] {
  const known = [...rooms, 'compose', 'commands', 'main', 'config', 'migrations', 'partners'];
  return files.flatMap((file) => {
    const place = placeOf(file.path);
    if (place === 'test') return [];
    if (!known.includes(place)) {
      return [faultAt('direction', file, 1, `lies in no room; give "${place}" its place in the line of rooms`)];
    }
    const allowed = allowedFrom(place, file, rooms);
    return file.facts.imports.flatMap(({ name, line }) => {
      const target = targetOf(file, name);
      if (target === undefined || allowed.includes(placeOf(target))) return [];
      const message = `${place} imports ${target}; it may import ${allowed.join(', ')} only`;
      return [faultAt('direction', file, line, `${message}; let the later room bring it, or hand it down`)];
    });
  });
}

/** Each circle of files once, as the way round it. */
export function cycleFaults(files: readonly Judged[]): Fault[] {
  const byTarget = new Map(files.map((file) => [file.path.replace(/\.ts$/, ''), file]));
  const state = new Map<Judged, 'open' | 'done'>();
  const faults: Fault[] = [];
  const walk = (file: Judged, trail: readonly Judged[]): void => {
    state.set(file, 'open');
    for (const { name, line } of file.facts.imports) {
      const next = byTarget.get(targetOf(file, name) ?? '');
      if (!next) continue;
      if (state.get(next) === 'open') {
        const circle = [...trail.slice(trail.indexOf(next)), next].map(({ path }) => path).join(' → ');
        faults.push(faultAt('cycle', file, line, `closes a circle: ${circle}; move what both need into a third file`));
      } else if (!state.has(next)) {
        walk(next, [...trail, next]);
      }
    }
    state.set(file, 'done');
  };
  for (const file of files) if (!state.has(file)) walk(file, [file]);
  return faults;
}

interface Ban {
  readonly name: string;
  readonly instead: string;
  readonly allowedIn: (path: string) => boolean;
}

const nowhere = () => false;

const BANS: readonly Ban[] = [
  { name: 'any', instead: 'a named type, or unknown and a check', allowedIn: nowhere },
  { name: 'console', instead: 'the logger, or process.stdout.write in a command', allowedIn: nowhere },
  {
    name: 'process.env',
    instead: 'a field of the Config',
    allowedIn: (path) => isTest(path) || path === 'src/config.ts',
  },
  ...['Date.now', 'new Date()', 'Date'].map((name) => ({
    name,
    instead: 'clock.now() of the Clock that is handed in',
    allowedIn: (path: string) => isTest(path) || path === 'src/kernel/clock.ts',
  })),
  {
    name: 'fetch',
    instead: 'a connector, whose calls are guarded and bounded',
    allowedIn: (path) => isTest(path) || path.startsWith('partners/') || path.startsWith('src/partner-port/'),
  },
];

const mayImportTypeorm = (path: string) =>
  isTest(path) ||
  path.startsWith('src/database/') ||
  path.startsWith('migrations/') ||
  path.startsWith('src/compose/') ||
  /\.(entity|store)\.ts$/.test(path);

export function banFaults(files: readonly Judged[]): Fault[] {
  return files.flatMap((file) => {
    const faults: Fault[] = [];
    for (const { name, line } of file.facts.uses) {
      const ban = BANS.find((candidate) => candidate.name === name);
      if (ban && !ban.allowedIn(file.path)) faults.push(faultAt('ban', file, line, `uses ${name}: use ${ban.instead}`));
    }
    for (const { name, line } of file.facts.imports) {
      if (!/^typeorm(\/|$)/.test(name) || mayImportTypeorm(file.path)) continue;
      faults.push(faultAt('ban', file, line, 'imports typeorm: use Sql of src/database/sql.ts, in a store'));
    }
    file.text.split('\n').forEach((text, index) => {
      const mark = UNFINISHED.exec(text);
      if (mark) faults.push(faultAt('ban', file, index + 1, `says ${mark[0]}: do it now, or describe it in an issue`));
    });
    if (posix.basename(file.path) === 'index.ts' || file.facts.onlyReexports) {
      faults.push(faultAt('ban', file, 1, 'is a barrel: import each thing from the file that defines it'));
    }
    return faults;
  });
}

const UNFINISHED = /\b(FIX\x4dE|TO\x44O)\b/;

export const BUDGETS = { line: 120, source: 300, test: 600, readme: 120, function: 70 } as const;

export function budgetFaults(files: readonly Judged[]): Fault[] {
  return files.flatMap((file) => {
    const limit = file.path.endsWith('.test.ts') ? BUDGETS.test : BUDGETS.source;
    const functions = file.path.endsWith('.test.ts') ? [] : file.facts.functions;
    return [
      ...lengthFaults(file, limit),
      ...functions
        .filter(({ lines }) => lines > BUDGETS.function)
        .map(({ name, line, lines }) =>
          faultAt('budget', file, line, `${name} has ${lines} lines, of ${BUDGETS.function} allowed: name its parts`),
        ),
      ...file.text
        .split('\n')
        .flatMap((text, index) =>
          [...text].length > BUDGETS.line
            ? [faultAt('budget', file, index + 1, `is ${[...text].length} wide, of ${BUDGETS.line} allowed: break it`)]
            : [],
        ),
    ];
  });
}

export function readmeFaults(files: readonly SourceFile[]): Fault[] {
  return files.flatMap((file) => lengthFaults(file, BUDGETS.readme));
}

function lengthFaults(file: SourceFile, limit: number): Fault[] {
  const lines = file.text.replace(/\n$/, '').split('\n').length;
  if (lines <= limit) return [];
  return [faultAt('budget', file, lines, `has ${lines} lines, of ${limit} allowed: split it by what it is about`)];
}
