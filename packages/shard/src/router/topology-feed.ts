import { isDeepStrictEqual } from 'node:util';
import { type Clock, isXcError, type Logger, type Timer, XcError } from '@xc/core';
import type { Partitioner } from '../partitioners/partitioner.ts';
import { checkTopology } from '../topology/check-topology.ts';
import type { Topology } from '../topology/topology.ts';
import type { TopologyStore } from '../topology/topology-store.ts';
import { Scope } from './scope.ts';
import { SharedLook } from './shared-look.ts';
import { StoreWatch } from './store-watch.ts';

/** What a feed needs. */
export interface FeedParts {
  readonly store: TopologyStore;
  readonly partitioner: Partitioner;
  readonly refreshMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each newer topology, before anybody who waits for one. */
  readonly adopted: (topology: Topology) => void;
  /** Told after each look how long the store has not been seen, in milliseconds, and what is known. */
  readonly looked: (staleMs: number, known: Topology) => void;
}

/** A store that has not answered by then is away: the next look is a new one. */
const LOOK_MS = 10_000;

/**
 * The newest topology that is known. Follows the watch of the store, and looks every `refreshMs` whatever that says; while the
 * store is away it serves what it has.
 */
export class TopologyFeed {
  readonly #parts: FeedParts;
  readonly #waiting = new Set<() => void>();
  readonly #closing = new AbortController();
  #current: Topology;
  #lookedAt: number;
  readonly #looks = new SharedLook(() => this.#refresh());
  #lookingSince: number | undefined;
  #timer: Timer | undefined;
  readonly #watch: StoreWatch;
  #away = false;
  /** Since which epoch each partition has been where it is, as far as this feed has seen. */
  readonly #since: Int32Array | Float64Array;

  private constructor(parts: FeedParts, first: Topology, lookedAt: number) {
    this.#parts = parts;
    this.#current = first;
    this.#lookedAt = lookedAt;
    this.#since = new Float64Array(first.owners.length).fill(first.epoch);
    this.#watch = new StoreWatch(parts, (epoch) => {
      // A look under way may have read before this epoch.
      if (epoch > this.#current.epoch) this.refresh().catch(ignored);
    });
    parts.adopted(first);
  }

  /** @throws XcError `XC_SHARD_TOPOLOGY_UNAVAILABLE` when there is none, `XC_SHARD_TOPOLOGY_INVALID` when it is of another partitioner. */
  static async open(parts: FeedParts): Promise<TopologyFeed> {
    const lookedAt = parts.clock.monotonic();
    const first = await loadedInTime(parts, new AbortController().signal);
    const feed = new TopologyFeed(parts, first, lookedAt);
    feed.#timer = parts.clock.every(parts.refreshMs, () => feed.#tick());
    await feed.#follow();
    return feed;
  }

  get current(): Topology {
    return this.#current;
  }

  /** Milliseconds since the store was last seen: since the beginning of that look, for it may have read at once. */
  get staleMs(): number {
    return this.#parts.clock.monotonic() - this.#lookedAt;
  }

  /** Milliseconds that the look under way has taken; 0 when there is none. */
  get lookingMs(): number {
    return this.#lookingSince === undefined ? 0 : this.#parts.clock.monotonic() - this.#lookingSince;
  }

  /** The epoch since which the owner of a partition is known to be the same. */
  ownedSince(partition: number): number {
    return this.#since[partition] as number;
  }

  /** Looks at the store, or waits for the look under way. */
  look(): Promise<Topology> {
    return this.#looks.join();
  }

  /** Looks at the store by a look that begins from here on. */
  refresh(): Promise<Topology> {
    return this.#looks.fresh();
  }

  /** Calls once a topology newer than the current one is there; the function it gives takes that back. */
  whenNewer(then: () => void): () => void {
    this.#waiting.add(then);
    return () => this.#waiting.delete(then);
  }

  /** Stores the next topology and adopts it; false when somebody else was first. */
  async cas(next: Topology, expectedEpoch: number): Promise<boolean> {
    const stored = await this.#parts.store.cas(next, expectedEpoch, this.#closing.signal);
    if (stored && next.epoch > this.#current.epoch) this.#adopt(next);
    return stored;
  }

  async close(): Promise<void> {
    this.#closing.abort(new XcError('XC_SHARD_CLOSED', 'the router is closed'));
    this.#timer?.cancel();
    await this.#watch.end();
  }

  #tick(): void {
    this.look().catch(ignored);
    void this.#follow();
  }

  /** What was decided before a watch began is seen by a look only. */
  async #follow(): Promise<void> {
    if (await this.#watch.begin()) this.refresh().catch(ignored);
  }

  async #refresh(): Promise<Topology> {
    const { logger, clock } = this.#parts;
    const since = clock.monotonic();
    this.#lookingSince = since;
    const known = this.#current;
    try {
      const newest = await loadedInTime(this.#parts, this.#closing.signal);
      this.#lookedAt = since;
      if (this.#away) logger.info({ epoch: newest.epoch }, 'the topology store answers again');
      this.#away = false;
      if (newest.epoch > this.#current.epoch) this.#adopt(newest);
      // Known before this look began, and not stored any more: a store may lose its last writes when its server fails over.
      else if (known === this.#current && !isSame(newest, known)) {
        logger.warn(
          { epoch: newest.epoch, known: known.epoch },
          'the topology store has lost a topology; following it',
        );
        this.#adopt(newest);
      }
      return this.#current;
    } catch (error) {
      if (!this.#away && !this.#closing.signal.aborted) {
        logger.warn(
          { err: error, epoch: this.#current.epoch },
          'the topology store does not answer; going on with what is known',
        );
      }
      this.#away = true;
      throw error;
    } finally {
      this.#lookingSince = undefined;
      this.#parts.looked(this.staleMs, this.#current);
    }
  }

  #adopt(newest: Topology): void {
    for (const [partition, owner] of newest.owners.entries()) {
      if (owner !== this.#current.owners[partition]) this.#since[partition] = newest.epoch;
    }
    this.#current = newest;
    this.#parts.adopted(newest);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const then of waiting) then();
  }
}

function ignored(): void {}

/** Whether two topologies decide the same. */
function isSame(one: Topology, other: Topology): boolean {
  return (
    one.epoch === other.epoch &&
    one.owners.every((owner, partition) => owner === other.owners[partition]) &&
    one.terms.every((term, partition) => term === other.terms[partition]) &&
    isDeepStrictEqual(one.moves, other.moves)
  );
}

async function loadedInTime({ store, partitioner, clock }: FeedParts, closed: AbortSignal): Promise<Topology> {
  let topology: Topology | undefined;
  try {
    topology = await Scope.within({ timeoutMs: LOOK_MS }, closed, clock, (signal) => store.load(signal));
  } catch (error) {
    if (isXcError(error) && error.code !== 'XC_SHARD_TIMEOUT') throw error;
    throw new XcError('XC_SHARD_TOPOLOGY_UNAVAILABLE', 'the topology store failed', { cause: error, retryable: true });
  }
  if (topology === undefined) {
    throw new XcError(
      'XC_SHARD_TOPOLOGY_UNAVAILABLE',
      'the topology store has no topology; store one of createTopology first',
      { retryable: true },
    );
  }
  return checkTopology(topology, partitioner);
}
