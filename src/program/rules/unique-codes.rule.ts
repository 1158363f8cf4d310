// A code names one item of its section, and a plan or level entitles to each benefit once.
import { type FaultAt, type Path, showGiven } from '../program-fault';
import { SECTION_NAMES } from '../program-item';
import { present, type Rule } from './rule';

export const uniqueCodes: Rule = (program) => [
  ...SECTION_NAMES.flatMap((section) =>
    repeated(program[section], (item) => item.code, [section], 'code', `a code that no other of the ${section} has`),
  ),
  ...(['levels', 'plans'] as const).flatMap((section) =>
    [
      ...present<{ readonly entitlements?: readonly ({ readonly benefit?: string } | undefined)[] }>(program[section]),
    ].flatMap(([at, { entitlements }]) => {
      const path = [section, at, 'entitlements'];
      return repeated(
        entitlements,
        (item) => item.benefit,
        path,
        'benefit',
        'each benefit once; change its quota instead',
      );
    }),
  ),
];

function repeated<Item>(
  list: readonly (Item | undefined)[] | undefined,
  nameOf: (item: Item) => string | undefined,
  path: Path,
  key: string,
  allowed: string,
): FaultAt[] {
  const first = new Map<string, number>();
  const faults: FaultAt[] = [];
  for (const [at, item] of present(list)) {
    const name = nameOf(item);
    if (name === undefined) continue;
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, at);
    else
      faults.push({ path: [...path, at, key], given: `${showGiven(name)} again (first at index ${earlier})`, allowed });
  }
  return faults;
}
