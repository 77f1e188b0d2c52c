/** How many slots a page holds; a power of two, so that a slot number splits by shift and mask. */
export const PAGE_SLOTS = 1_024;

/** How many numbers of `SlotPage.times` belong to a slot. */
export const TIMES = 3;

/**
 * What the store keeps for 1,024 neighbouring slots, in columns rather than objects: half the memory of an object an entry, and
 * nothing for the collector to walk but keys and values. What few entries need is made with the first one that needs it.
 */
export class SlotPage {
  readonly keys: (string | undefined)[] = new Array(PAGE_SLOTS).fill(undefined);
  readonly values: unknown[] = new Array(PAGE_SLOTS).fill(undefined);
  /** Stored at, fresh until, stamp: read together, so they lie together. */
  readonly times = new Float64Array(PAGE_SLOTS * TIMES);
  /** The next newer and the next older slot of the list a slot is in. */
  readonly links = new Int32Array(PAGE_SLOTS * 2);
  readonly hashes = new Int32Array(PAGE_SLOTS);
  readonly hits = new Uint32Array(PAGE_SLOTS);
  /** Bits of the owner of the store. */
  readonly marks = new Uint8Array(PAGE_SLOTS);
  /** Bits of the eviction policy. */
  readonly places = new Uint8Array(PAGE_SLOTS);
  readonly weights: Float64Array | undefined;
  keptUntil: Float64Array | undefined;
  loadMs: Float32Array | undefined;
  extras: unknown[] | undefined;
  /** No entry of the page has to go before this time. */
  soonest = Number.POSITIVE_INFINITY;

  constructor(weighed: boolean) {
    this.weights = weighed ? new Float64Array(PAGE_SLOTS) : undefined;
  }
}
