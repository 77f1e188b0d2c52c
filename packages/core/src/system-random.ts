import type { Random } from './random.ts';

/** The randomness of the machine. Not for secrets. */
export const systemRandom: Random = { next: Math.random };
