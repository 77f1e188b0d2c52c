import type { Timer } from '@xc/core';
import type { Heartbeat, HeartbeatOptions } from '../engine/heartbeat.ts';
import type { Lease } from '../engine/step-request.ts';
import type { EngineTime, LeaseKeeper, MemoryQueue } from './memory-queue.ts';
import { holderOf } from './settle-lease.ts';

/** Whose leases are kept. */
export interface HeartbeatHome {
  readonly time: EngineTime;
  /** `undefined` until the queue is open: nothing is held before. */
  queue(): MemoryQueue | undefined;
}

/**
 * Keeps leases over the time for which the event loop was blocked. The engine was blocked with their holder, so nobody has taken
 * them; it is enough that what another thread would have renewed counts as renewed before any lease is judged again. This side
 * beats; when no beat came for a sixth of a lease the loop was blocked since the last one.
 */
export class MemoryHeartbeat implements Heartbeat, LeaseKeeper {
  readonly #home: HeartbeatHome;
  readonly #leaseMs: number;
  readonly #maxBlockMs: number;
  readonly #timer: Timer;
  #held: readonly Lease[] = [];
  /** Engine time of the last beat. */
  #aliveAt: number;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(home: HeartbeatHome, { leaseMs, maxBlockMs }: HeartbeatOptions) {
    this.#home = home;
    this.#leaseMs = leaseMs;
    this.#maxBlockMs = maxBlockMs;
    this.#aliveAt = this.#now();
    this.#timer = home.time.clock.every(leaseMs / 12, () => this.#beat());
  }

  hold(leases: readonly Lease[]): void {
    this.#held = leases;
    this.#home.queue()?.keepers.add(this);
  }

  confirmedAt(lease: Lease): number {
    const queue = this.#home.queue();
    if (queue === undefined) return Number.NEGATIVE_INFINITY;
    const now = queue.now();
    this.catchUp(now);
    const job = holderOf(queue, lease, now);
    return job === undefined ? Number.NEGATIVE_INFINITY : job.until - this.#leaseMs - this.#home.time.epoch;
  }

  catchUp(now: number): void {
    if (now - this.#aliveAt < this.#leaseMs / 6 || now - this.#renewedAt < this.#leaseMs / 3) return;
    const queue = this.#home.queue();
    const renewedAt = Math.min(now, this.#aliveAt + this.#maxBlockMs);
    const leftMs = renewedAt + this.#leaseMs - now;
    if (queue === undefined || leftMs <= 0) return;
    this.#renewedAt = renewedAt;
    for (const lease of this.#held) {
      const job = holderOf(queue, lease, this.#aliveAt);
      if (job !== undefined) queue.life.leases.renew(job, now, leftMs);
    }
  }

  close(): void {
    this.#timer.cancel();
    this.#home.queue()?.keepers.delete(this);
  }

  #beat(): void {
    const now = this.#now();
    this.catchUp(now);
    this.#aliveAt = now;
  }

  #now(): number {
    const { clock, epoch } = this.#home.time;
    return Math.floor(epoch + clock.monotonic());
  }
}
