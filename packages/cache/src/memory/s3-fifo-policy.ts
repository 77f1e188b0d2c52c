import type { EvictionPolicy } from './eviction-policy.ts';
import { GhostQueue } from './ghost-queue.ts';
import type { PolicyColumns } from './policy-columns.ts';
import { NONE, type Slot } from './slot.ts';
import { SlotList } from './slot-list.ts';

const SMALL_SHARE = 0.1;
/** As many evictions are remembered as the main queue has entries. */
const GHOST_SHARE = 0.9;
/** So many entries go round for one eviction at most: a write must not pay for a million of them. */
const MOST_LAPS = 4_096;
/** `place` of an entry: the lowest bit names its queue, the two above count its uses up to 3. */
const MAIN = 1;
const ONE_USE = 2;
const USES = 6;

/**
 * S3-FIFO: a small queue that most new entries only pass, a main queue whose entries go round as often as they were used, and the
 * hashes of those that went too early. A use writes two bits.
 *
 * Yang, Zhang, Qiu, Yue, Rashmi, "FIFO Queues are All You Need for Cache Eviction", SOSP 2023.
 */
export class S3FifoPolicy implements EvictionPolicy {
  readonly watches = true;
  readonly windowRatio = SMALL_SHARE;
  readonly #columns: PolicyColumns;
  readonly #small: SlotList;
  readonly #main: SlotList;
  readonly #ghosts: GhostQueue;
  #items = 0;

  constructor(columns: PolicyColumns) {
    this.#columns = columns;
    this.#small = new SlotList(columns);
    this.#main = new SlotList(columns);
    this.#ghosts = new GhostQueue();
  }

  added(slot: Slot): void {
    this.#items++;
    const known = this.#ghosts.take(this.#columns.hash(slot));
    this.#columns.setPlace(slot, known ? MAIN : 0);
    (known ? this.#main : this.#small).add(slot);
  }

  used(slot: Slot): void {
    const place = this.#columns.place(slot);
    if ((place & USES) !== USES) this.#columns.setPlace(slot, place + ONE_USE);
  }

  resized(slot: Slot, by: number): void {
    this.#queueOf(slot).resized(by);
  }

  removed(slot: Slot): void {
    this.#items--;
    this.#queueOf(slot).remove(slot);
  }

  victim(): Slot {
    const total = this.#small.weight + this.#main.weight;
    if (this.#small.weight >= SMALL_SHARE * total || this.#main.oldest === NONE) {
      const victim = this.#passSmall();
      if (victim !== NONE) return victim;
    }
    return this.#passMain();
  }

  cleared(): void {
    this.#items = 0;
    this.#small.clear();
    this.#main.clear();
    this.#ghosts.clear();
  }

  /** The oldest of the small queue that was used at most once; those before it move to the main queue. */
  #passSmall(): Slot {
    for (let slot = this.#small.oldest; slot !== NONE; slot = this.#small.oldest) {
      // One alone has just come: in a small cache it would never get to be read.
      if (slot === this.#small.newest && this.#main.oldest !== NONE) return NONE;
      if ((this.#columns.place(slot) & USES) <= ONE_USE) {
        this.#ghosts.add(this.#columns.hash(slot), Math.max(1, Math.floor(GHOST_SHARE * (this.#items - 1))));
        return slot;
      }
      this.#small.remove(slot);
      this.#columns.setPlace(slot, MAIN);
      this.#main.add(slot);
    }
    return NONE;
  }

  /** The oldest of the main queue that was not used since it came there; those before it go round once more. */
  #passMain(): Slot {
    let slot = this.#main.oldest;
    for (let laps = 0; (this.#columns.place(slot) & USES) !== 0 && laps < MOST_LAPS; laps++) {
      this.#columns.setPlace(slot, this.#columns.place(slot) - ONE_USE);
      this.#main.renew(slot);
      slot = this.#main.oldest;
    }
    return slot;
  }

  #queueOf(slot: Slot): SlotList {
    return (this.#columns.place(slot) & MAIN) === 0 ? this.#small : this.#main;
  }
}
