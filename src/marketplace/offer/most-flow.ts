// How much gets through from a few sources to a few drains, when sources, drains and the ways between them are bounded.

export interface Way {
  readonly from: string;
  readonly to: string;
  /** May be infinite. */
  readonly most: number;
}

/**
 * The maximum flow of two layers, found by augmenting paths. Several ways between the same two add up. Infinite when
 * there is a way on which nothing is bounded. Amounts are integers, so it ends.
 */
export function mostFlow(
  ways: readonly Way[],
  mostOfSource: (name: string) => number,
  mostOfDrain: (name: string) => number,
): number {
  if (ways.some(({ from, to, most }) => Math.min(most, mostOfSource(from), mostOfDrain(to)) === Infinity)) {
    return Number.POSITIVE_INFINITY;
  }
  const room = new Map<string, Map<string, number>>();
  const add = (from: string, to: string, amount: number) => {
    const row = room.get(from) ?? new Map<string, number>();
    room.set(from, row.set(to, (row.get(to) ?? 0) + amount));
  };
  for (const { from, to, most } of ways) {
    add(`from ${from}`, `to ${to}`, most);
    add(`to ${to}`, `from ${from}`, 0);
  }
  for (const from of new Set(ways.map((way) => way.from))) add('source', `from ${from}`, mostOfSource(from));
  for (const to of new Set(ways.map((way) => way.to))) add(`to ${to}`, 'drain', mostOfDrain(to));
  let flow = 0;
  for (let path = pathToDrain(room); path; path = pathToDrain(room)) {
    const steps = path.slice(1).map((to, at) => [path![at]!, to] as const);
    const amount = Math.min(...steps.map(([from, to]) => room.get(from)!.get(to)!));
    for (const [from, to] of steps) {
      add(from, to, -amount);
      add(to, from, amount);
    }
    flow += amount;
  }
  return flow;
}

/** The shortest path with room on each of its steps. */
function pathToDrain(room: ReadonlyMap<string, ReadonlyMap<string, number>>): string[] | undefined {
  const before = new Map<string, string>();
  const queue = ['source'];
  for (const node of queue) {
    if (node === 'drain') {
      const path = [node];
      for (let at = before.get(node); at !== undefined; at = before.get(at)) path.unshift(at);
      return path;
    }
    for (const [next, left] of room.get(node) ?? []) {
      if (left <= 0 || next === 'source' || before.has(next)) continue;
      before.set(next, node);
      queue.push(next);
    }
  }
  return undefined;
}
