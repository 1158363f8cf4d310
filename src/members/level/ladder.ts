// The levels of a program as a ladder: which one growth and rating reach, and which is the next up or down.
import type { Id } from '../../kernel/id';
import type { Catalogue } from '../../program/catalogue';
import type { CatalogueLevel } from '../../program/catalogue-item';

export type Rung = CatalogueLevel | undefined;

export function rankOf(level: Rung): number {
  return level?.rank ?? 0;
}

/** The highest level of which the threshold and the rating are reached. */
export function matchingLevel(catalogue: Catalogue, growth: number, rating: number): Rung {
  const { levels, levelPolicy } = catalogue;
  for (let at = levels.length - 1; at >= 0; at -= 1) {
    const level = levels[at]!;
    if (growth >= level.threshold && rating >= level.minRating) return level;
  }
  return levelPolicy.mayHaveNone ? undefined : levels[0];
}

/** What is left of a level without a card that lets it show. */
export function withoutCard({ levels, levelPolicy }: Catalogue): Rung {
  return levelPolicy.mayHaveNone ? undefined : levels[0];
}

export function levelAbove({ levels }: Catalogue, level: Rung): Rung {
  return levels.find(({ rank }) => rank > rankOf(level));
}

/** One step down, and never below `least`. */
export function levelBelow({ levels }: Catalogue, level: Rung, least: Rung): Rung {
  const below = levels.findLast(({ rank }) => rank < rankOf(level));
  return rankOf(below) > rankOf(least) ? below : least;
}

/** A level that was taken out of the program counts as the next lower one that is there. */
export function liveLevel(catalogue: Catalogue, id: Id | undefined): Rung {
  const level = id === undefined ? undefined : catalogue.level(id);
  if (!level?.retired) return level;
  const lower = catalogue.levels.findLast(({ rank }) => rank <= level.rank);
  return lower ?? withoutCard(catalogue);
}
