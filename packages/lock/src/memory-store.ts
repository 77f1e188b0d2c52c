import { type Clock, type Subscription, systemClock } from '@xc/core';
import { checkOptions } from './option-checks.ts';
import type { LockAnswer, LockClaim, LockFacts, LockStore } from './store.ts';

/** Options of {@link memoryLockStore}. */
export interface MemoryLockStoreOptions {
  /**
   * Where leases pass.
   * @defaultValue systemClock
   */
  readonly clock?: Clock;
}

/**
 * Keeps locks in the memory of this process: a store that several `createLocks` of one process share. Answers at once.
 *
 * Fences of all names come from one counter that follows the wall clock in microseconds and never goes back, so that a name
 * which nobody holds need not be remembered; about 10,000 of those are, for `inspect`.
 *
 * @throws TypeError for an unknown option or a clock that is none.
 */
export function memoryLockStore(options: MemoryLockStoreOptions = {}): LockStore {
  checkOptions(options, { clock: 'clock' });
  return new MemoryLockStore(options.clock ?? systemClock);
}

const REMEMBERED = 10_000;
const released: Promise<void> = Promise.resolve();

interface Hold {
  readonly owner: string;
  until: number;
}

/** One name. */
interface Place {
  fence: number;
  /** At most one. */
  readonly lock: Hold[];
  readonly permits: Hold[];
  readonly watchers: Set<() => void>;
}

/** Acquire and release are two look-ups in a map and two small objects; guarded by `bench/memory.bench.ts`. */
class MemoryLockStore implements LockStore {
  readonly #clock: Clock;
  readonly #places = new Map<string, Place>();
  /** V8 drops a shape that no object has, and the code compiled for it. */
  readonly shape: Hold = { owner: '', until: 0.5 };
  #fence = 0;
  #sweepAt = REMEMBERED;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  acquire({ name, owner, ttlMs, permits }: LockClaim): LockAnswer {
    const now = this.#clock.monotonic();
    const place = this.#places.get(name) ?? this.#open(name);
    const holds = permits === undefined ? place.lock : place.permits;
    dropExpired(holds, now);
    const excess = holds.length - (permits ?? 1);
    if (excess >= 0) return { granted: false, retryMs: soonest(holds, excess) - now };
    holds.push({ owner, until: now + ttlMs });
    place.fence = this.#fence = Math.max(this.#fence + 1, Math.floor(this.#clock.now() * 1_000));
    return { granted: true, fence: BigInt(place.fence) };
  }

  renew(claim: LockClaim, fence: bigint): boolean {
    const now = this.#clock.monotonic();
    const hold = this.#holdsOf(claim).find(({ owner }) => owner === claim.owner);
    if (hold === undefined || hold.until <= now) return false;
    hold.until = now + claim.ttlMs;
    if (fence > this.#fence) this.#fence = Number(fence);
    return true;
  }

  release(claim: LockClaim): boolean {
    const place = this.#places.get(claim.name);
    if (place === undefined) return false;
    const holds = claim.permits === undefined ? place.lock : place.permits;
    const index = holds.findIndex(({ owner }) => owner === claim.owner);
    if (index === -1) return false;
    const [hold] = holds.splice(index, 1);
    const held = (hold?.until ?? 0) > this.#clock.monotonic();
    wake(place);
    return held;
  }

  busyMs(claim: LockClaim): number {
    const now = this.#clock.monotonic();
    const holds = this.#holdsOf(claim).filter(({ until }) => until > now);
    const excess = holds.length - (claim.permits ?? 1);
    return excess < 0 ? 0 : soonest(holds, excess) - now;
  }

  inspect(name: string): LockFacts | undefined {
    const place = this.#places.get(name);
    if (place === undefined || place.fence === 0) return undefined;
    const now = this.#clock.monotonic();
    const left = [...place.lock, ...place.permits].map(({ until }) => until - now).filter((ms) => ms > 0);
    return {
      held: left.length > 0,
      fence: BigInt(place.fence),
      ttlLeftMs: Math.max(0, ...left),
      waiters: place.watchers.size,
    };
  }

  forceRelease(name: string): boolean {
    const place = this.#places.get(name);
    if (place === undefined) return false;
    const now = this.#clock.monotonic();
    const held = [...place.lock, ...place.permits].some(({ until }) => until > now);
    place.lock.length = 0;
    place.permits.length = 0;
    wake(place);
    return held;
  }

  watch(name: string, listener: () => void): Subscription {
    const { watchers } = this.#places.get(name) ?? this.#open(name);
    watchers.add(listener);
    return {
      close() {
        watchers.delete(listener);
        return released;
      },
    };
  }

  #holdsOf({ name, permits }: LockClaim): Hold[] {
    const place = this.#places.get(name);
    if (place === undefined) return [];
    return permits === undefined ? place.lock : place.permits;
  }

  #open(name: string): Place {
    if (this.#places.size >= this.#sweepAt) this.#sweep();
    const place: Place = { fence: 0, lock: [], permits: [], watchers: new Set() };
    this.#places.set(name, place);
    return place;
  }

  // Each sweep is paid for by as many openings as there are places to look at.
  #sweep(): void {
    const now = this.#clock.monotonic();
    for (const [name, place] of this.#places) {
      dropExpired(place.lock, now);
      dropExpired(place.permits, now);
      if (place.lock.length + place.permits.length + place.watchers.size === 0) this.#places.delete(name);
    }
    this.#sweepAt = Math.max(REMEMBERED, 2 * this.#places.size);
  }
}

function dropExpired(holds: Hold[], now: number): void {
  for (let index = holds.length - 1; index >= 0; index -= 1) {
    if ((holds[index] as Hold).until <= now) holds.splice(index, 1);
  }
}

/** When so many and one more of the holds have run out. */
function soonest(holds: readonly Hold[], excess: number): number {
  if (holds.length === 1) return (holds[0] as Hold).until;
  return holds.map(({ until }) => until).sort((one, other) => one - other)[excess] ?? 0;
}

// In the order of their coming; whoever comes while they are woken has just tried.
function wake({ watchers }: Place): void {
  if (watchers.size === 0) return;
  for (const watcher of [...watchers]) watcher();
}
