// Exact arithmetic on boxes of whole numbers: what no box holds, and what two of them share.
import type { Interval } from '../lifecycle';

/** An interval for each dimension. */
export type Box = readonly Interval[];

export function intersection(left: Box, right: Box): Box | undefined {
  const shared = left.map(({ from, to }, at) => ({
    from: Math.max(from, right[at]!.from),
    to: Math.min(to, right[at]!.to),
  }));
  return shared.every(({ from, to }) => from < to) ? shared : undefined;
}

/**
 * The part of `space` that none of the boxes holds, as a few boxes that do not meet. `possible` says whether a box that
 * lies between all cuts has any point that can occur. Exact: every end of a box is a cut, so no cell is half held.
 */
export function holesOf(space: Box, boxes: readonly Box[], possible: (cell: Box) => boolean): Box[] {
  const cuts = space.map((whole, at) => {
    const ends = boxes.flatMap((box) => [box[at]!.from, box[at]!.to]);
    const inside = ends.filter((end) => end > whole.from && end < whole.to);
    return [...new Set([whole.from, ...inside, whole.to])].sort((left, right) => left - right);
  });
  const cellAt = (place: readonly number[]): Box =>
    place.map((index, at) => ({ from: cuts[at]![index]!, to: cuts[at]![index + 1]! }));
  const isHole = (place: readonly number[]): boolean => {
    const cell = cellAt(place);
    return possible(cell) && !boxes.some((box) => intersection(box, cell));
  };
  const open = new Map<string, readonly number[]>();
  for (const place of places(cuts.map(({ length }) => length - 1))) if (isHole(place)) open.set(place.join(), place);
  return merged(open, cellAt);
}

function* places(sizes: readonly number[]): Generator<readonly number[]> {
  const [size, ...others] = sizes;
  if (size === undefined) {
    yield [];
    return;
  }
  for (let index = 0; index < size; index += 1) for (const rest of places(others)) yield [index, ...rest];
}

/** Puts cells together that lie side by side: from each that is left, as far as possible along each dimension. */
function merged(open: Map<string, readonly number[]>, cellAt: (place: readonly number[]) => Box): Box[] {
  const found: Box[] = [];
  while (open.size > 0) {
    const [first] = open.values();
    let block: (readonly number[])[] = [first!];
    for (let at = first!.length - 1; at >= 0; at -= 1) block = grown(block, at, open);
    for (const place of block) open.delete(place.join());
    const [low, high] = [cellAt(block[0]!), cellAt(block.at(-1)!)];
    found.push(low.map(({ from }, at) => ({ from, to: high[at]!.to })));
  }
  return found;
}

function grown(block: (readonly number[])[], at: number, open: ReadonlyMap<string, unknown>): (readonly number[])[] {
  const whole = [...block];
  for (let step = 1; ; step += 1) {
    const next = block.map((place) => place.map((index, dimension) => (dimension === at ? index + step : index)));
    if (!next.every((place) => open.has(place.join()))) return whole;
    whole.push(...next);
  }
}
