import type { Random } from '@xc/core';
import type { FrequencySketch } from './frequency-sketch.ts';
import { MiniCache } from './mini-cache.ts';

/** The window sizes that are tried, as shares of the room. */
const RATIOS = [0.01, 0.1, 0.3, 0.6, 0.98] as const;
/** A simulated cache has about so many keys, as far as a sample of 1/4 to 1/32 of all keys allows. */
const SIMULATED_KEYS = 512;
const LEAST_SAMPLING = 4;
const MOST_SAMPLING = 32;
/** How many sampled uses a key of a simulated cache there are between two decisions. */
const EPOCH_PER_KEY = 2;
const LEAST_EPOCH = 64;
/** What the hits of an epoch still count one epoch later. */
const DECAY = 0.75;
/** Another size has to hit so much more of all uses to be taken: a change costs hits, and small differences are noise. */
const MARGIN = 0.006;

interface Trial {
  readonly ratio: number;
  readonly cache: MiniCache;
  hits: number;
}

/**
 * Learns how large the window should be: runs small caches with five window sizes over a sample of the keys, and takes the one
 * that hits most of late. Whether a larger or a smaller window is better shows at once, where a hill climber has to walk.
 *
 * Einziger, Eytan, Friedman, Manes, "Adaptive Software Cache Management", Middleware 2018, section 4.3.
 */
export class WindowTuner {
  readonly #mask: number;
  readonly #epoch: number;
  readonly #trials: readonly Trial[];
  #seen = 0;
  /** Uses that the hits of the trials are out of, decayed as they are. */
  #uses = 0;
  #best: Trial;

  /** @param windowRatio - the size to begin with. */
  constructor(capacity: number, windowRatio: number, sketch: FrequencySketch, random: Random) {
    const sampling = 2 ** Math.floor(Math.log2(Math.max(1, capacity / SIMULATED_KEYS)));
    const every = Math.min(MOST_SAMPLING, Math.max(LEAST_SAMPLING, sampling));
    const keys = Math.max(1, Math.round(capacity / every));
    this.#mask = every - 1;
    this.#epoch = Math.max(LEAST_EPOCH, keys * EPOCH_PER_KEY);
    this.#trials = RATIOS.map((ratio) => ({ ratio, cache: new MiniCache(keys, ratio, sketch, random), hits: 0 }));
    this.#best = this.#trials.find((trial) => trial.ratio === windowRatio) ?? (this.#trials[0] as Trial);
  }

  /** The window size that is best of late. */
  get windowRatio(): number {
    return this.#best.ratio;
  }

  /** Tells of a use of the key with this hash, present or not. */
  used(hash: number): void {
    if ((hash & this.#mask) !== 0) return;
    for (const trial of this.#trials) if (trial.cache.access(hash)) trial.hits++;
    if (++this.#seen === this.#epoch) this.#decide();
  }

  #decide(): void {
    this.#uses = this.#uses * DECAY + this.#seen;
    this.#seen = 0;
    const best = this.#trials.reduce((most, trial) => (trial.hits > most.hits ? trial : most));
    if (best.hits > this.#best.hits + MARGIN * this.#uses) this.#best = best;
    for (const trial of this.#trials) trial.hits *= DECAY;
  }
}
