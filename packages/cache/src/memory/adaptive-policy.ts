import type { Random } from '@xc/core';
import type { EvictionPolicy } from './eviction-policy.ts';
import { FrequencySketch } from './frequency-sketch.ts';
import type { Slot } from './slot.ts';
import type { SlotTable } from './slot-table.ts';
import { WindowTinyLfu } from './window-tiny-lfu.ts';
import { WindowTuner } from './window-tuner.ts';

const FIRST_WINDOW = 0.3;
/** So many uses a key without a new one: all that is asked for is there, and there is nothing to learn. */
const QUIET_PER_KEY = 4;

/** How many entries a write looks up the reads of that were not watched. */
const RECALL_STEP = 64;
const MOST_USES = 15;

/** Adaptive W-TinyLFU: keeps what is asked for often, with a window for what is new as large as the traffic of late wants it. */
export class AdaptivePolicy implements EvictionPolicy {
  /** Not before the cache is half full: until then nothing has to go, and the entries count their reads themselves. */
  watches: boolean;
  readonly #columns: SlotTable;
  readonly #random: Random;
  readonly #maxItems: number;
  readonly #core: WindowTinyLfu;
  #items = 0;
  readonly #sketch: FrequencySketch;
  #tuner: WindowTuner | undefined;
  #tunedItems = 0;
  #quiet = 0;
  /** Slots from here up to there are still to be asked for their reads. */
  #recalled = 0;
  #toRecall = 0;

  /** @param capacity - items where only they are bounded; `undefined` where weights are: then it is what the entries weigh. */
  constructor(columns: SlotTable, random: Random, maxItems: number, capacity?: number) {
    this.#columns = columns;
    this.#random = random;
    this.#maxItems = maxItems;
    this.watches = capacity === undefined;
    this.#sketch = new FrequencySketch(maxItems);
    this.#core = new WindowTinyLfu({ columns, random, sketch: this.#sketch, windowRatio: FIRST_WINDOW, capacity });
  }

  get windowRatio(): number {
    return this.#core.windowRatio;
  }

  added(slot: Slot): void {
    this.#items++;
    this.#quiet = 0;
    if (!this.watches && this.#items * 2 >= this.#maxItems) this.#watch();
    if (this.watches) {
      this.#sketch.ensure(Math.min(this.#items, this.#maxItems));
      if (this.#recalled < this.#toRecall) this.#recall();
      this.#count(slot);
    }
    this.#core.added(slot);
  }

  used(slot: Slot): void {
    if (this.watches) this.#count(slot);
    this.#core.used(slot);
  }

  resized(slot: Slot, by: number): void {
    this.#core.resized(slot, by);
  }

  removed(slot: Slot): void {
    this.#items--;
    this.#core.removed(slot);
  }

  victim(): Slot {
    // Where bytes are the bound, how many entries there is room for shows only now, and may change.
    if (this.#items > this.#tunedItems * 2) this.#tune(this.#items);
    return this.#core.victim();
  }

  cleared(): void {
    this.#items = 0;
    this.#toRecall = 0;
    this.#core.cleared();
  }

  #watch(): void {
    this.watches = true;
    this.#toRecall = this.#columns.used;
    this.#sketch.ensure(this.#maxItems);
    this.#tune(this.#maxItems);
  }

  /** A few at a time: nobody should pay for all. */
  #recall(): void {
    const end = Math.min(this.#toRecall, this.#recalled + RECALL_STEP);
    for (let slot = this.#recalled; slot < end; slot++) {
      if (this.#columns.key(slot) === undefined) continue;
      const uses = Math.min(MOST_USES, this.#columns.hits(slot) + 1);
      for (let use = 0; use < uses; use++) this.#sketch.increment(this.#columns.hash(slot));
    }
    this.#recalled = end;
  }

  #tune(items: number): void {
    this.#tunedItems = items;
    this.#tuner = new WindowTuner(items, this.#core.windowRatio, this.#sketch, this.#random);
  }

  #count(slot: Slot): void {
    const hash = this.#columns.hash(slot);
    this.#sketch.increment(hash);
    if (this.#tuner === undefined || this.#quiet++ > QUIET_PER_KEY * this.#items) return;
    this.#tuner.used(hash);
    this.#core.windowRatio = this.#tuner.windowRatio;
  }
}
