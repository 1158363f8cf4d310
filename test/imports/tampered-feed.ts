// A feed that was tampered with by a seeded script: lines removed, changed and doubled, each named.
import { DAY } from '../../src/kernel/clock';

export interface TamperedFeed {
  readonly lines: readonly string[];
  /** The lines that are gone, as they stood. */
  readonly removed: readonly string[];
  /** The numbers in the file of what was changed, and of what repeats another line; the header is 1. */
  readonly changed: readonly number[];
  readonly doubled: readonly number[];
}

/** Mulberry32: the same numbers for the same seed, everywhere. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A year later, so that it cannot be taken for another use of the same booklet. */
function later(line: string): string {
  return line.replace(/"(\d{4}-\d{2}-\d{2})"$/, (_all, day: string) => {
    return `"${new Date(Date.parse(`${day}T00:00:00Z`) + 365 * DAY).toISOString().slice(0, 10)}"`;
  });
}

/** `share` of the lines removed, as many changed and as many doubled, of different households; then all shuffled. */
export function tampered(lines: readonly string[], share: number, seed: number): TamperedFeed {
  const random = seeded(seed);
  const shuffle = <Item>(list: readonly Item[]) =>
    list
      .map((item) => ({ item, by: random() }))
      .sort((one, other) => one.by - other.by)
      .map(({ item }) => item);
  const each = Math.max(1, Math.round(lines.length * share));
  const households = new Set<string>();
  // Of one household a removed and a changed line could be told from each other by nobody.
  const picked = shuffle(lines).filter((line) => {
    const household = line.split(',')[0]!;
    return !households.has(household) && households.add(household);
  });
  const [removed, changing, doubling] = [0, 1, 2].map((part) => picked.slice(part * each, (part + 1) * each));
  const change = new Set(changing);
  const kept = lines.filter((line) => !removed!.includes(line));
  const all = shuffle([
    ...kept.map((line) => ({ line: change.has(line) ? later(line) : line, changed: change.has(line) })),
    ...doubling!.map((line) => ({ line, changed: false })),
  ]);
  const seen = new Set<string>();
  const doubled: number[] = [];
  for (const [at, { line }] of all.entries()) {
    if (seen.has(line)) doubled.push(at + 2);
    seen.add(line);
  }
  const changed = all.flatMap((one, at) => (one.changed ? [at + 2] : []));
  return { lines: all.map(({ line }) => line), removed: removed!, changed, doubled };
}
