import type { Random } from '@xc/core';
import type { EvictionPolicy } from './eviction-policy.ts';
import { FrequencySketch } from './frequency-sketch.ts';
import type { PolicyColumns } from './policy-columns.ts';
import type { Slot } from './slot-table.ts';
import { WindowTinyLfu } from './window-tiny-lfu.ts';
import { WindowTuner } from './window-tuner.ts';

const FIRST_WINDOW = 0.3;
/** So many uses a key without a new one: all that is asked for is there, and there is nothing to learn. */
const QUIET_PER_KEY = 4;

/** Adaptive W-TinyLFU: keeps what is asked for often, with a window for what is new as large as the traffic of late wants it. */
export class AdaptivePolicy implements EvictionPolicy {
  readonly #columns: PolicyColumns;
  readonly #random: Random;
  readonly #maxItems: number;
  readonly #core: WindowTinyLfu;
  #items = 0;
  readonly #sketch: FrequencySketch;
  #tuner: WindowTuner | undefined;
  #tunedItems = 0;
  #quiet = 0;

  /** @param capacity - items where only they are bounded; `undefined` where weights are: then it is what the entries weigh. */
  constructor(columns: PolicyColumns, random: Random, maxItems: number, capacity?: number) {
    this.#columns = columns;
    this.#random = random;
    this.#maxItems = maxItems;
    this.#sketch = new FrequencySketch(maxItems);
    this.#core = new WindowTinyLfu({ columns, random, sketch: this.#sketch, windowRatio: FIRST_WINDOW, capacity });
  }

  get windowRatio(): number {
    return this.#core.windowRatio;
  }

  added(slot: Slot): void {
    this.#items++;
    this.#quiet = 0;
    this.#sketch.ensure(Math.min(this.#items, this.#maxItems));
    if (this.#items * 2 >= this.#maxItems && this.#tuner === undefined) this.#tune(this.#maxItems);
    this.#count(slot);
    this.#core.added(slot);
  }

  used(slot: Slot): void {
    this.#count(slot);
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
    this.#core.cleared();
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
