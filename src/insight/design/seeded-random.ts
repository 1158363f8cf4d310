// Random numbers that a seed makes the same on every machine, for simulations; nothing secret may come of them.

export type Random = () => number;

/**
 * A generator of numbers from 0 (inclusive) to 1 (exclusive): sfc32 (Doty-Humphrey's PractRand), run in from the seed.
 * `stream` tells apart the generators of one simulation, so that one more member changes nothing for the others.
 */
export function seededRandom(seed: number, stream = 0): Random {
  let [a, b, c, counter] = [seed | 0, stream | 0, Math.trunc(seed / 2 ** 32) | 0, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

const KNUTH_MAX = 30;

/**
 * How often something happens in a week that happens `mean` times on average: a draw of the Poisson distribution, by
 * Knuth's product of uniforms. Larger means are drawn in parts, because sums of Poisson draws are Poisson draws.
 */
export function poisson(mean: number, random: Random): number {
  let [count, left] = [0, mean];
  while (left > 0) {
    const part = Math.min(left, KNUTH_MAX);
    left -= part;
    const limit = Math.exp(-part);
    for (let product = random(); product > limit; product *= random()) count += 1;
  }
  return count;
}
