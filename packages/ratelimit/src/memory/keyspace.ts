import type { LimitRule } from '../limits/limit-rule.ts';
import { NO_SLOT } from './algorithms/algorithm.ts';
import { ExpiryHeap } from './expiry-heap.ts';
import { Penalty } from './penalty.ts';
import { RecencyList } from './recency-list.ts';
import { Slots } from './slots.ts';
import { Table, type TableParts } from './table.ts';

/** A state that has only just expired is likely to be used again: it is swept later, or when its room is needed. */
const GRACE_MS = 1_000;

/** The tables of one limit, and who of it is blocked or on the way there. */
export class Tables {
  readonly counts: Table[] = [];
  readonly penaltyOf = new Map<string, number>();
}

/**
 * Which keys there are, bounded. Room is made of what has expired first, then of what was used least recently and is not
 * blocked. Nothing runs by itself: each new key sweeps up to two old ones.
 */
export class Keyspace {
  readonly slots: Slots;
  readonly #limits = new Map<string, Tables>();
  readonly #recent = new RecencyList();
  readonly #blocked = new RecencyList();
  readonly #expiry = new ExpiryHeap();
  /** Of each slot: its table, or the tables whose penalty it is. */
  readonly #owners: (Table | Tables)[] = [];
  readonly #maxKeys: number;
  readonly #parts: TableParts;
  /** Grows whenever a slot may have changed hands. */
  removals = 0;

  constructor(maxKeys: number, wallClock: () => number) {
    let charges = 0;
    this.#maxKeys = maxKeys;
    this.slots = new Slots((capacity) => {
      for (const columns of [this.#recent, this.#blocked, this.#expiry]) columns.grow(capacity);
    });
    this.#parts = { slots: this.slots, wallClock, serial: () => ++charges };
  }

  /** All that is known of a limit. */
  tables(name: string): Tables {
    let tables = this.#limits.get(name);
    if (tables === undefined) {
      tables = new Tables();
      this.#limits.set(name, tables);
    }
    return tables;
  }

  /** The counts of a limit as it is now. */
  table({ counts }: Tables, rule: LimitRule): Table {
    for (let index = 0; index < counts.length; index++) {
      if (counts[index]?.fits(rule)) return counts[index] as Table;
    }
    const table = new Table(rule, this.#parts);
    counts.push(table);
    return table;
  }

  /** The slot of a key, now the one used most recently; NO_SLOT when there is none. */
  use(table: Table, key: string): number {
    const slot = table.slotOf.get(key);
    if (slot === undefined) return NO_SLOT;
    this.#recent.touch(slot);
    return slot;
  }

  /** A slot for a new key. Whoever writes its state tells `written`. */
  create(table: Table, key: string, now: number): number {
    const slot = this.#open(table, key, now);
    table.slotOf.set(key, slot);
    this.#recent.add(slot);
    return slot;
  }

  /** Learns when a state ends that was just created, or that now ends earlier. */
  written(slot: number, now: number): void {
    const lastsMs = this.#lastsMs(slot, now);
    if (lastsMs <= 0) this.remove(slot);
    else this.#expiry.move(slot, now + lastsMs);
  }

  /** Forgets a slot, whatever it holds. */
  remove(slot: number): void {
    const owner = this.#owners[slot] as Table | Tables;
    const key = this.slots.keys[slot] as string;
    this.#listOf(slot).remove(slot);
    if (owner instanceof Table) owner.slotOf.delete(key);
    else owner.penaltyOf.delete(key);
    this.#expiry.remove(slot);
    this.slots.release(slot);
    this.removals++;
  }

  penalty({ penaltyOf }: Tables, key: string): Penalty | undefined {
    const slot = penaltyOf.size === 0 ? undefined : penaltyOf.get(key);
    return slot === undefined ? undefined : (this.slots.lists[slot] as Penalty);
  }

  /** Changes the penalty of a key, which may begin with that. */
  punish<Result>(tables: Tables, key: string, now: number, change: (penalty: Penalty) => Result): Result {
    const slot = tables.penaltyOf.get(key) ?? this.#openPenalty(tables, key, now);
    const result = change(this.slots.lists[slot] as Penalty);
    this.#fileAgain(slot, now);
    return result;
  }

  /** Forgets block and strikes of a key. */
  pardon({ penaltyOf }: Tables, key: string): void {
    const slot = penaltyOf.get(key);
    if (slot !== undefined) this.remove(slot);
  }

  #openPenalty(tables: Tables, key: string, now: number): number {
    const slot = this.#open(tables, key, now);
    this.slots.lists[slot] = new Penalty();
    tables.penaltyOf.set(key, slot);
    this.#recent.add(slot);
    return slot;
  }

  #open(owner: Table | Tables, key: string, now: number): number {
    for (let swept = 0; swept < 2 && this.#expiry.nextDue + GRACE_MS <= now; swept++) this.#fileFirst(now, GRACE_MS);
    while (this.slots.size >= this.#maxKeys) this.#makeRoom(now);
    const slot = this.slots.take(key);
    this.#owners[slot] = owner;
    this.#expiry.add(slot, now);
    return slot;
  }

  #makeRoom(now: number): void {
    const before = this.removals;
    while (this.#expiry.nextDue <= now) {
      this.#fileFirst(now, 0);
      if (this.removals > before) return;
    }
    const oldest = this.#recent.oldest;
    this.remove(oldest >= 0 ? oldest : this.#blocked.oldest);
  }

  /** Removes the slot that is due first, or puts it where it belongs by now. */
  #fileFirst(now: number, graceMs: number): void {
    const slot = this.#expiry.top;
    if (this.#lastsMs(slot, now) + graceMs <= 0) this.remove(slot);
    else this.#fileAgain(slot, now);
  }

  #fileAgain(slot: number, now: number): void {
    const owner = this.#owners[slot];
    // At least a millisecond: less may be nothing beside a large time, and the slot would be due for ever.
    let due = now + Math.max(1, this.#lastsMs(slot, now));
    if (owner instanceof Tables) {
      const { until } = this.slots.lists[slot] as Penalty;
      this.#listOf(slot).remove(slot);
      // The column is the store's own here: which of the lists a penalty stands in.
      this.slots.first[slot] = Number(until > now);
      this.#listOf(slot).add(slot);
      if (until > now) due = until;
    }
    this.#expiry.move(slot, due);
  }

  #listOf(slot: number): RecencyList {
    return this.#owners[slot] instanceof Tables && this.slots.first[slot] === 1 ? this.#blocked : this.#recent;
  }

  #lastsMs(slot: number, now: number): number {
    const owner = this.#owners[slot];
    return owner instanceof Table
      ? owner.algorithm.lastsMs(slot, now)
      : (this.slots.lists[slot] as Penalty).expiresAt - now;
  }
}
