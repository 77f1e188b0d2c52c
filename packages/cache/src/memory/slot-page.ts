/** How many slots a page holds; a power of two, so that a slot number splits by shift and mask. */
export const PAGE_SLOTS = 1_024;

/** The numbers of a slot lie together, so that a hit fetches one line of memory or two: 5 doubles, the last two of them as 4 integers. */
export const DOUBLES = 5;
export const INTS = DOUBLES * 2;

/**
 * What the store keeps for 1,024 neighbouring slots, in columns rather than objects: half the memory of an object an entry, and
 * nothing for the collector to walk but keys and values. What few entries need is made with the first one that needs it.
 */
export class SlotPage {
  readonly keys: (string | undefined)[] = new Array(PAGE_SLOTS).fill(undefined);
  readonly values: unknown[] = new Array(PAGE_SLOTS).fill(undefined);
  readonly doubles: Float64Array;
  /** The same memory. */
  readonly ints: Int32Array;
  readonly weights: Float64Array | undefined;
  keptUntil: Float64Array | undefined;
  loadMs: Float32Array | undefined;
  extras: unknown[] | undefined;
  /** No entry of the page has to go before this time. */
  soonest = Number.POSITIVE_INFINITY;

  constructor(weighed: boolean) {
    this.doubles = new Float64Array(PAGE_SLOTS * DOUBLES);
    this.ints = new Int32Array(this.doubles.buffer);
    this.weights = weighed ? new Float64Array(PAGE_SLOTS) : undefined;
  }
}
