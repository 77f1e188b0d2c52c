import type { Clock, Random } from '@xc/core';
import { AdaptivePolicy } from './adaptive-policy.ts';
import type { EvictionPolicy } from './eviction-policy.ts';
import { ExpirySweep } from './expiry-sweep.ts';
import { HotKeys, type KeyHeat } from './hot-keys.ts';
import { hottestKeys } from './hottest-keys.ts';
import { keyHash } from './key-hash.ts';
import { KeyIndex } from './key-index.ts';
import { LruPolicy } from './lru-policy.ts';
import { ReadRing } from './read-ring.ts';
import { S3FifoPolicy } from './s3-fifo-policy.ts';
import { NONE, type Slot } from './slot.ts';
import { SlotTable } from './slot-table.ts';

/** How the memory tier chooses what to keep: adaptive W-TinyLFU, S3-FIFO, or exact LRU. */
export type MemoryPolicy = 'adaptive' | 's3fifo' | 'lru';

/** Why an entry left without being asked to. */
export type EvictionReason = 'size' | 'expired';

/** All settled: the store checks nothing. */
export interface MemoryStoreSettings {
  readonly policy: MemoryPolicy;
  readonly maxItems: number;
  /** `Infinity`: weights are not kept. */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Is told after the entry has gone; must not throw. */
  readonly evicted?: (key: string, reason: EvictionReason) => void;
}

/** What is kept beside a value. Times are those of `clock.monotonic()`. */
export interface EntryFacts {
  readonly storedAt: number;
  readonly freshUntil: number;
  /** When the entry gives up its memory: `freshUntil` and whatever grace comes after it. */
  readonly keptUntil: number;
  readonly stamp: number;
  /** What the load took; kept with 24 bits. */
  readonly loadMs: number;
  /** 8 bits that mean nothing to the store. */
  readonly marks: number;
  /** What few entries have (tags, meta, sliding): `undefined` costs nothing. */
  readonly extra: unknown;
  /** Integer >= 0. */
  readonly weight: number;
}

/**
 * The memory tier: keys to slots, and columns of facts by slot. A lookup is one map read, a fact one array read, a hit one ring
 * slot; none of them allocates. Nothing expires by itself before `find` is asked: whether an entry is fresh is for the caller to say.
 */
export class MemoryStore {
  readonly #settings: MemoryStoreSettings;
  readonly #table: SlotTable;
  readonly #index: KeyIndex;
  readonly #policy: EvictionPolicy;
  readonly #reads: ReadRing;
  readonly #sweep: ExpirySweep;
  readonly #hotKeys = new HotKeys();
  readonly #seed: number;
  readonly #weighed: boolean;
  #bytes = 0;
  #evictions = 0;
  #expirations = 0;

  constructor(settings: MemoryStoreSettings) {
    this.#settings = settings;
    this.#seed = (settings.random.next() * 0x1_0000_0000) | 0;
    this.#index = new KeyIndex(settings.maxItems);
    this.#weighed = settings.maxBytes !== Number.POSITIVE_INFINITY;
    this.#table = new SlotTable(this.#weighed);
    this.#policy = policyOf(settings, this.#table, this.#weighed);
    this.#reads = new ReadRing(this.#policy);
    this.#sweep = new ExpirySweep(settings.clock, this.#table, (slot) => this.#expire(slot));
  }

  get items(): number {
    return this.#index.size;
  }

  /** Sum of the weights; 0 without `maxBytes`. */
  get bytes(): number {
    return this.#bytes;
  }

  get evictions(): number {
    return this.#evictions;
  }

  get expirations(): number {
    return this.#expirations;
  }

  /** Share of the room that new entries have, in [0, 1]; 0 for policies without a window. */
  get windowRatio(): number {
    return this.#policy.windowRatio;
  }

  /** The key's slot, `NONE` when it has none; moves no policy state. */
  find(key: string): Slot {
    return this.#index.get(key);
  }

  /** Counts a read of the entry. */
  hit(slot: Slot): void {
    if (!this.#table.countHit(slot)) this.#foldHits(slot);
    if (this.#policy.watches) this.#reads.push(slot);
  }

  /**
   * Stores the entry in place of what the key had, and evicts what there is no room for. `NONE` when the entry was not kept: it is
   * heavier than `maxBytes`, or others are worth more.
   */
  put(key: string, value: unknown, facts: EntryFacts): Slot {
    this.#reads.drain();
    if (facts.weight > this.#settings.maxBytes) {
      this.delete(key);
      return NONE;
    }
    const known = this.find(key);
    const slot = known === NONE ? this.#table.take() : known;
    this.#fill(slot, value, facts);
    if (this.#weighed) this.#weigh(slot, facts.weight, known !== NONE);
    if (known === NONE) {
      this.#table.setKey(slot, key);
      this.#table.setHash(slot, keyHash(key, this.#seed));
      this.#index.add(key, slot);
      this.#policy.added(slot);
    } else {
      this.#policy.used(slot);
    }
    this.#makeRoom();
    this.#sweep.expect(facts.keptUntil);
    // Whether it is still there, and not another one in the same place.
    return this.#table.key(slot) === key ? slot : NONE;
  }

  /** Whether there was an entry, fresh or not. */
  delete(key: string): boolean {
    const slot = this.find(key);
    if (slot === NONE) return false;
    this.remove(slot);
    return true;
  }

  remove(slot: Slot): void {
    this.#reads.drain();
    if (this.#table.hits(slot) > 0) this.#foldHits(slot);
    this.#index.delete(this.#table.key(slot) as string);
    this.#policy.removed(slot);
    if (this.#weighed) this.#bytes -= this.#table.weight(slot);
    this.#table.release(slot);
  }

  clear(): void {
    this.#reads.clear();
    this.#index.clear();
    this.#table.clear();
    this.#policy.cleared();
    this.#bytes = 0;
  }

  /** Counts a request that found nothing in memory, or a load: what is not known is 0. */
  countMiss(key: string, misses: number, loadMs: number): void {
    this.#hotKeys.count(key, 0, misses, loadMs);
  }

  /** The keys with most requests, heaviest first; a count is too high by at most 1/1,024 of all requests. */
  hottest(n: number, accepts: (key: string) => boolean): readonly KeyHeat[] {
    return hottestKeys(n, this.#hotKeys, this.#table, accepts);
  }

  /** Every slot with an entry, expired ones included; the entry just given may be removed meanwhile. */
  *slots(): IterableIterator<Slot> {
    for (let slot = 0; slot < this.#table.used; slot++) if (this.#table.key(slot) !== undefined) yield slot;
  }

  /** Cancels the timer that gives memory back. */
  dispose(): void {
    this.#sweep.cancel();
  }

  key(slot: Slot): string {
    return this.#table.key(slot) as string;
  }

  value(slot: Slot): unknown {
    return this.#table.value(slot);
  }

  storedAt(slot: Slot): number {
    return this.#table.storedAt(slot);
  }

  freshUntil(slot: Slot): number {
    return this.#table.freshUntil(slot);
  }

  keptUntil(slot: Slot): number {
    return this.#table.keptUntil(slot);
  }

  stamp(slot: Slot): number {
    return this.#table.stamp(slot);
  }

  loadMs(slot: Slot): number {
    return this.#table.loadMs(slot);
  }

  marks(slot: Slot): number {
    return this.#table.marks(slot);
  }

  extra(slot: Slot): unknown {
    return this.#table.extra(slot);
  }

  /** Moves both ends of the entry's life. */
  setLife(slot: Slot, freshUntil: number, keptUntil: number): void {
    this.#table.setLife(slot, freshUntil, keptUntil);
    this.#sweep.expect(keptUntil);
  }

  setStamp(slot: Slot, stamp: number): void {
    this.#table.setStamp(slot, stamp);
  }

  setMarks(slot: Slot, marks: number): void {
    this.#table.setMarks(slot, marks);
  }

  setExtra(slot: Slot, extra: unknown): void {
    this.#table.setExtra(slot, extra);
  }

  #fill(slot: Slot, value: unknown, facts: EntryFacts): void {
    const table = this.#table;
    table.setValue(slot, value);
    table.setStoredAt(slot, facts.storedAt);
    table.setLife(slot, facts.freshUntil, facts.keptUntil);
    table.setStamp(slot, facts.stamp);
    table.setLoadMs(slot, facts.loadMs);
    table.setMarks(slot, facts.marks);
    table.setExtra(slot, facts.extra);
  }

  #foldHits(slot: Slot): void {
    this.#hotKeys.count(this.key(slot), this.#table.hits(slot), 0, 0);
    this.#table.clearHits(slot);
  }

  #weigh(slot: Slot, weight: number, known: boolean): void {
    const by = weight - this.#table.weight(slot);
    this.#table.setWeight(slot, weight);
    this.#bytes += by;
    if (known) this.#policy.resized(slot, by);
  }

  #makeRoom(): void {
    const { maxItems, maxBytes, evicted } = this.#settings;
    const keys: string[] = [];
    while (this.#index.size > maxItems || this.#bytes > maxBytes) {
      const slot = this.#policy.victim();
      keys.push(this.key(slot));
      this.remove(slot);
      this.#evictions++;
    }
    // Only now: whoever is told finds the store within its bounds.
    if (evicted !== undefined) for (const key of keys) evicted(key, 'size');
  }

  #expire(slot: Slot): void {
    const key = this.key(slot);
    this.remove(slot);
    this.#expirations++;
    this.#settings.evicted?.(key, 'expired');
  }
}

function policyOf(
  { policy, random, maxItems }: MemoryStoreSettings,
  table: SlotTable,
  weighed: boolean,
): EvictionPolicy {
  switch (policy) {
    case 'lru':
      return new LruPolicy(table);
    case 's3fifo':
      return new S3FifoPolicy(table);
    case 'adaptive':
      return new AdaptivePolicy(table, random, maxItems, weighed ? undefined : maxItems);
  }
}
