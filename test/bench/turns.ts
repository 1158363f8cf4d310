// Who redeems what, in which turn.

const ITEMS_A_MEMBER = 4;

/** Members take turns, and each of them comes back to a few items of its own, as people do. */
export function itemFor(turn: number, members: number, items: number): number {
  const member = turn % members;
  const round = Math.trunc(turn / members);
  return (member * 31 + (round % ITEMS_A_MEMBER) * 7) % items;
}
