import { chooseNode } from './choose-node.ts';
import type { NodeWatch } from './node-watch.ts';
import type { Mark, Session } from './read-session.ts';
import type { Reign } from './reign.ts';
import { noPrimaryError, replicasClosedError, staleError } from './replica-errors.ts';
import type { ReadOptions } from './replica-pool.ts';
import type { ReplicaSettings } from './replica-settings.ts';
import type { Topology } from './topology.ts';
import type { Trip } from './trip.ts';

/** Where a read goes, and why. */
export interface Route<T> {
  readonly watch: NodeWatch<T>;
  readonly role: 'primary' | 'replica';
  readonly why: string;
}

/** What a read asks of a node. */
export interface Demand {
  readonly from: NonNullable<ReadOptions['from']>;
  readonly maxStalenessMs: number;
  readonly session: Session | undefined;
}

/** While a read waits for a replica, the replicas are looked at this often. */
const LOOK_EVERY_MS = 20;

/** Finds the node for a read or a write, and waits for one where there is none. */
export class Router<T> {
  readonly #settings: ReplicaSettings<T>;
  readonly #topology: Topology<T>;
  #closed = false;

  constructor(settings: ReplicaSettings<T>, topology: Topology<T>) {
    this.#settings = settings;
    this.#topology = topology;
  }

  close(): void {
    this.#closed = true;
    this.#topology.stop();
  }

  /** The primary, as soon as there is one. */
  async primary(trip: Trip): Promise<Reign<T>> {
    for (;;) {
      this.#checkOpen(trip);
      const { reign } = this.#topology;
      if (reign !== undefined) return reign;
      await this.change(trip);
    }
  }

  /** The node for a read; those of `tried` could not be reached just now. */
  async reader(demand: Demand, trip: Trip, tried: ReadonlySet<NodeWatch<T>>): Promise<Route<T> | undefined> {
    const { from, session } = demand;
    await this.#firstLook(trip);
    const why = from === 'primary' ? 'asked' : session?.mark === 'unknown' ? 'unreadable-token' : undefined;
    if (why !== undefined) return this.#toPrimary(why, trip, tried);
    const { reign } = this.#topology;
    if (reign !== undefined) session?.sawTerm(reign.term);
    const fresh = this.#fresh(demand, tried);
    const ready = fresh.filter((watch) => holds(watch, session, this.#settings));
    if (from === 'any' && reign !== undefined && !tried.has(reign.watch))
      return this.#quickest([...ready, reign.watch], 'any');
    const reason = session?.mark === undefined ? 'fresh' : 'session';
    if (ready.length > 0) return this.#quickest(ready, reason);
    if (fresh.length > 0) return this.#catchUp(demand, trip, tried);
    if (this.#settings.whenAllStale === 'primary') return this.#toPrimary('stale', trip, tried);
    if (tried.size > 0) return undefined;
    throw staleError(demand.maxStalenessMs, this.#lags());
  }

  async #firstLook(trip: Trip): Promise<void> {
    this.#checkOpen(trip);
    while (!this.#topology.known) {
      await this.change(trip);
      this.#checkOpen(trip);
    }
  }

  /** Waits for a replica to get as far as the session, as long as it may, and goes to the primary then. */
  async #catchUp(demand: Demand, trip: Trip, tried: ReadonlySet<NodeWatch<T>>): Promise<Route<T> | undefined> {
    const { clock, waitForReplicaMs } = this.#settings;
    const until = clock.monotonic() + Math.min(waitForReplicaMs, trip.leftMs);
    for (;;) {
      const ready = this.#fresh(demand, tried).filter((watch) => holds(watch, demand.session, this.#settings));
      if (ready.length > 0) return this.#quickest(ready, 'session');
      const leftMs = until - clock.monotonic();
      if (leftMs <= 0) return this.#toPrimary('behind', trip, tried);
      for (const replica of this.#topology.replicas) void replica.look(LOOK_EVERY_MS);
      await this.#pause(Math.min(leftMs, LOOK_EVERY_MS), trip.signal);
      this.#checkOpen(trip);
    }
  }

  async #toPrimary(why: string, trip: Trip, tried: ReadonlySet<NodeWatch<T>>): Promise<Route<T> | undefined> {
    const reign = tried.size > 0 ? this.#topology.reign : await this.primary(trip);
    if (reign === undefined || tried.has(reign.watch)) return undefined;
    return { watch: reign.watch, role: 'primary', why };
  }

  #fresh(demand: Demand, tried: ReadonlySet<NodeWatch<T>>): readonly NodeWatch<T>[] {
    return this.#topology.replicas.filter((watch) => watch.lagMs <= demand.maxStalenessMs && !tried.has(watch));
  }

  #quickest(watches: readonly NodeWatch<T>[], why: string): Route<T> | undefined {
    const watch = chooseNode(watches, this.#settings.random);
    if (watch === undefined) return undefined;
    return { watch, role: watch === this.#topology.reign?.watch ? 'primary' : 'replica', why };
  }

  #lags(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#topology.watches.map(({ name, lagMs }) => [name, lagMs]));
  }

  #checkOpen({ signal }: Trip): void {
    if (this.#closed) throw replicasClosedError();
    signal?.throwIfAborted();
  }

  /** Waits until something is known anew; `cause` is why it was not good enough before. */
  async change(trip: Trip, cause?: unknown): Promise<void> {
    const { leftMs } = trip;
    if (leftMs > 0) return this.#pause(leftMs, trip.signal);
    throw noPrimaryError(
      trip.elapsedMs,
      this.#topology.watches.map(({ name }) => name),
      cause,
    );
  }

  /** Until something is known anew, or that time is up. */
  #pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        timer?.cancel();
        forget();
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const abort = () => {
        end();
        reject(signal?.reason);
      };
      const timer = Number.isFinite(ms) ? this.#settings.clock.after(ms, end) : undefined;
      const forget = this.#topology.onChange(end);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }
}

/** Whether a replica holds all that the session wrote: it is as far, and in its term. */
function holds<T>(watch: NodeWatch<T>, session: Session | undefined, { view }: ReplicaSettings<T>): boolean {
  const mark = session?.mark as Mark | undefined;
  if (mark === undefined) return true;
  const { known } = watch;
  return known !== undefined && known.term >= mark.term && view.compare(known.position, mark.position) >= 0;
}
