import { type Clock, XcError } from '@xc/core';
import { atMost } from './at-most.ts';
import type { TopologyFeed } from './topology-feed.ts';

/** How long a write waits for the look that may renew the lease. */
const LOOK_MS = 1_000;

/**
 * How long a router writes by what it knows, where the data refuses no old terms: whoever moves a partition waits that long
 * before relying on every router having seen the topology.
 */
export class WriteLease {
  readonly #feed: TopologyFeed;
  readonly #leaseMs: number;
  readonly #clock: Clock;

  constructor(feed: TopologyFeed, leaseMs: number, clock: Clock) {
    this.#feed = feed;
    this.#leaseMs = leaseMs;
    this.#clock = clock;
  }

  /**
   * Resolves while the topology in use is young enough to write by; looks when it is not.
   * @throws XcError `XC_SHARD_TOPOLOGY_UNAVAILABLE`; the reason of the signal.
   */
  async held(signal: AbortSignal): Promise<void> {
    if (this.#isHeld) return;
    const feed = this.#feed;
    // A look that has been under way for long is one of a store that is away.
    const patience = LOOK_MS - feed.lookingMs;
    if (patience > 0) await atMost(feed.look(), patience, this.#clock, signal);
    if (this.#isHeld) return;
    const { staleMs } = feed;
    throw new XcError(
      'XC_SHARD_TOPOLOGY_UNAVAILABLE',
      `the topology store was last seen ${Math.round(staleMs)} ms ago; writes stop after ${this.#leaseMs} ms`,
      { details: { staleMs, leaseMs: this.#leaseMs }, retryable: true },
    );
  }

  get #isHeld(): boolean {
    return this.#feed.staleMs < this.#leaseMs;
  }
}
