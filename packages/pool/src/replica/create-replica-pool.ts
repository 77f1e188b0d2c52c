import { AsyncLocalStorage } from 'node:async_hooks';
import { isXcError } from '@xc/core';
import { duration, oneOf, shown } from '../engine/option-rules.ts';
import type { NodeState } from './node-state.ts';
import type { NodeWatch } from './node-watch.ts';
import { type ReadSession, Session } from './read-session.ts';
import { ReplicaMetrics } from './replica-metrics.ts';
import type { ReadOptions, ReplicaPool, WriteOptions } from './replica-pool.ts';
import type { ReplicaPoolOptions } from './replica-pool-options.ts';
import { type ReplicaSettings, replicaSettings } from './replica-settings.ts';
import { type RouteFacts, RunFacts } from './route-facts.ts';
import { type Demand, Router } from './router.ts';
import { Topology } from './topology.ts';
import { Trip } from './trip.ts';
import { WriteRun } from './write-run.ts';

/**
 * Creates a pool over the nodes of a replicated database: writes go to the primary, which is discovered and followed through
 * failovers; reads go to replicas that are fresh enough; a session reads what it wrote.
 *
 * @throws TypeError or RangeError for a value out of range.
 *
 * @example
 * ```ts
 * const database = createReplicaPool({
 *   nodes: ['db-a', 'db-b'].map((host) => ({ name: host, pool: createPool(pgFactory({ host })) })),
 *   view: pgReplication(),
 * });
 * const session = database.session(cookies.db);
 * await database.write((client) => client.query('INSERT INTO ...'), { session });
 * await database.read((client) => client.query('SELECT ...'), { session }); // sees it
 * cookies.db = session.token;
 * ```
 */
export function createReplicaPool<T>(options: ReplicaPoolOptions<T>): ReplicaPool<T> {
  return new Replicas(options);
}

type Run<T, R> = (resource: T, facts: RouteFacts) => R | PromiseLike<R>;

class Replicas<T> implements ReplicaPool<T> {
  readonly #settings: ReplicaSettings<T>;
  readonly #metrics: ReplicaMetrics;
  readonly #topology: Topology<T>;
  readonly #router: Router<T>;
  readonly #ambient = new AsyncLocalStorage<ReadSession>();

  constructor(options: ReplicaPoolOptions<T>) {
    this.#settings = replicaSettings(options);
    this.#metrics = new ReplicaMetrics(
      this.#settings.meter,
      options.nodes.map(({ name }) => name),
    );
    this.#topology = new Topology(this.#settings, this.#metrics);
    this.#router = new Router(this.#settings, this.#topology);
  }

  async write<R>(fn: Run<T, R>, options: WriteOptions = {}): Promise<R> {
    const trip = this.#trip(options);
    const session = this.#sessionOf(options);
    for (;;) {
      const reign = await this.#router.primary(trip);
      const run = new WriteRun(reign, trip, session, this.#settings, this.#metrics, this.#topology);
      const outcome = await run.of(fn);
      if (outcome.kind === 'done') return outcome.value;
      // A primary that lets nobody in is gone, as far as anybody can tell: what is heard of the nodes next will say.
      if (!reign.over) await this.#router.change(trip, outcome.error);
    }
  }

  async read<R>(fn: Run<T, R>, options: ReadOptions = {}): Promise<R> {
    const { from = 'replica', maxStalenessMs = this.#settings.maxStalenessMs } = options;
    oneOf('from', from, ['replica', 'primary', 'any']);
    duration('maxStalenessMs', maxStalenessMs, 'allowed');
    const demand = { from, maxStalenessMs, session: this.#sessionOf(options) };
    const trip = this.#trip(options);
    const tried = new Set<NodeWatch<T>>();
    let unreachable: unknown;
    for (;;) {
      const route = await this.#router.reader(demand, trip, tried);
      if (route === undefined) throw unreachable;
      const attempt = { began: false };
      try {
        return await this.#readOn(route, fn, trip, attempt);
      } catch (error) {
        // Where no connection can be opened nothing was run, and another node may do.
        if (attempt.began || !isXcError(error, 'XC_POOL_CREATE')) throw error;
        unreachable = error;
        tried.add(route.watch);
      }
    }
  }

  session(token?: string): ReadSession {
    return new Session(this.#settings.view.compare, token);
  }

  inSession<R>(session: ReadSession, fn: () => R): R {
    return this.#ambient.run(session, fn);
  }

  nodes(): readonly NodeState[] {
    return this.#topology.state();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#router.close();
  }

  async #readOn<R>(
    { watch, role, why }: NonNullable<Awaited<ReturnType<Router<T>['reader']>>>,
    fn: Run<T, R>,
    trip: Trip,
    attempt: { began: boolean },
  ): Promise<R> {
    let facts: RunFacts | undefined;
    try {
      return await watch.pool.use((resource, lease) => {
        attempt.began = true;
        this.#metrics.routed(watch.name, role, why);
        facts = new RunFacts({ node: watch.name, role, lagMs: watch.lagMs, why }, lease, trip.signal);
        return fn(resource, facts);
      }, trip.acquireOptions(trip.signal));
    } finally {
      facts?.end();
    }
  }

  #trip(options: WriteOptions): Trip {
    return new Trip(this.#settings.clock, options, this.#settings.failoverTimeoutMs);
  }

  #sessionOf(options: { readonly session?: ReadSession }): Demand['session'] {
    const session = options.session ?? this.#ambient.getStore();
    if (session === undefined || session instanceof Session) return session;
    if (typeof session.token !== 'string') {
      throw new TypeError(`session must be one that session() gave, got ${shown(session)}`);
    }
    // One made elsewhere is known by its token alone.
    return new Session(this.#settings.view.compare, session.token);
  }
}
