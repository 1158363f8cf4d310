// How levels were before: which version said what, until when, by texts alone.
import { namedId } from '../kernel/id';
import { Catalogue } from './catalogue';
import type { AppliedVersion, StoredItem } from './catalogue-item';
import { earlierLevels } from './earlier-levels';
import { parseProgram, printProgram } from './program-file';
import { itemsOf } from './program-item';

const level = (code: string, rank: number, threshold: number) => ({ code, name: code, rank, threshold });
const BASE = level('base', 1, 0);

function programOf(levels: readonly object[], more: object = {}) {
  const parsed = parseProgram(JSON.stringify({ name: 'T', currency: 'CNY', levels, ...more }), 'p.json');
  if (parsed.faults) throw new Error(JSON.stringify(parsed.faults));
  return parsed.program;
}

/** Versions of these programs, one a second. */
const versions = (...programs: ReturnType<typeof programOf>[]): AppliedVersion[] =>
  programs.map((program, at) => ({ version: at + 1, appliedAt: at * 1_000, text: printProgram(program) }));

function stored(...codes: string[]): StoredItem[] {
  const items = itemsOf(programOf(codes.map((code, at) => level(code, at + 1, at * 100))));
  return items.map((item, at) => {
    return { ...item, id: namedId(item.kind, item.code), number: at + 1, version: 9, retired: false };
  });
}

const seen = (list: readonly AppliedVersion[], until: number, items: readonly StoredItem[]) =>
  earlierLevels({ versions: list, until }, items).map((one) => {
    const { levels, levelPolicy } = new Catalogue(1, one.items);
    return [levels.map(({ code, threshold }) => `${code} ${threshold}`).join(), levelPolicy.version, one.until];
  });

test('each version says how levels were until the next one that says something else of them', () => {
  const list = versions(
    programOf([BASE, level('silver', 2, 100)]),
    programOf([BASE, level('silver', 2, 100)], {
      partners: [{ code: 'acme', name: 'Acme' }],
    }),
    programOf([BASE, level('silver', 2, 150), level('gold', 3, 300)]),
  );
  expect(seen(list, 3_000, stored('base', 'silver', 'gold'))).toEqual([
    ['base 0,silver 100', 1, 2_000],
    ['base 0,silver 150,gold 300', 3, 3_000],
  ]);
});

test('a level keeps its id, was not there before it came, and is there when it is gone now', () => {
  const items = stored('base', 'silver', 'gold').map((item) => ({ ...item, retired: item.code === 'silver' }));
  const [one] = earlierLevels({ versions: versions(programOf([BASE, level('silver', 2, 100)])), until: 5 }, items);
  const catalogue = new Catalogue(1, one!.items);
  expect(catalogue.level(namedId('LEVEL', 'silver'))).toMatchObject({ code: 'silver', retired: false });
  expect(catalogue.level(namedId('LEVEL', 'gold'))).toMatchObject({ retired: true });
});

test('a version that cannot be read is passed over, and one after which a clock was set back ended by then', () => {
  const [first, second, third] = versions(programOf([BASE]), programOf([level('base', 2, 0)]), programOf([BASE]));
  const items = stored('base');
  expect(seen([{ ...first!, text: '{' }, second!], 2_000, items).map(([, , until]) => until)).toEqual([2_000]);
  expect(seen([first!, { ...second!, appliedAt: 9_000 }, third!], 3_000, items).map(([, , until]) => until)).toEqual([
    2_000, 2_000, 3_000,
  ]);
});
