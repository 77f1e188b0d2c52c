import type { Random } from '@xc/core';

/**
 * When requests arrive, in ms from the start: a Poisson process, so many visitors who know nothing of each other. The
 * times are fixed before the first answer, so a slow service cannot slow its visitors down and hide its own waiting
 * time (coordinated omission).
 */
export function* arrivals(perSecond: number, lengthMs: number, random: Random): Generator<number> {
  const meanGapMs = 1_000 / perSecond;
  let at = 0;
  for (;;) {
    // 1 - next() is in (0, 1]: its logarithm is finite.
    at -= Math.log(1 - random.next()) * meanGapMs;
    if (at >= lengthMs) return;
    yield at;
  }
}
