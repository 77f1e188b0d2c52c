import type { EvictionPolicy } from './eviction-policy.ts';
import type { Slot } from './slot.ts';

const READS = 128;

/** Reads that the policy has not seen yet: a read costs one array write, the work on the order is done 128 at a time. */
export class ReadRing {
  readonly #policy: EvictionPolicy;
  readonly #reads = new Int32Array(READS);
  #count = 0;

  constructor(policy: EvictionPolicy) {
    this.#policy = policy;
  }

  push(slot: Slot): void {
    this.#reads[this.#count++] = slot;
    if (this.#count === READS) this.drain();
  }

  drain(): void {
    const count = this.#count;
    // Emptied first: what the policy does must not find them again.
    this.#count = 0;
    for (let at = 0; at < count; at++) this.#policy.used(this.#reads[at] as Slot);
  }

  clear(): void {
    this.#count = 0;
  }
}
