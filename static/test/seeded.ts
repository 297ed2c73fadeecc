// Chance for tests that try many cases: the same seed gives the same ones.

export interface Chance {
  /** A whole number from 0 up to and without most. */
  upTo(most: number): number;
  pick<T>(from: readonly T[]): T;
  /** Whether it comes so, which it does this often. */
  chance(often: number): boolean;
}

/** A 32-bit linear congruential generator, of which the high bits are used (Numerical Recipes). */
export function seeded(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const upTo = (most: number) => Math.floor(next() * most);
  return { upTo, pick: (from) => from[upTo(from.length)]!, chance: (often) => next() < often };
}
