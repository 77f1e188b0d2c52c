import { isXcError } from '@xc/core';
import type { Lease } from '../lease.ts';
import { isReadOnlyError } from './read-only-error.ts';
import type { Session } from './read-session.ts';
import type { Reign } from './reign.ts';
import { primaryChangedError } from './replica-errors.ts';
import type { ReplicaMetrics } from './replica-metrics.ts';
import type { ReplicaSettings } from './replica-settings.ts';
import { type RouteFacts, RunFacts } from './route-facts.ts';
import type { Topology } from './topology.ts';
import type { Trip } from './trip.ts';

/** How a write went. `again`: nothing was run, as the reign ended before, or there was no way to the primary (`error`). */
export type WriteOutcome<R> =
  | { readonly kind: 'done'; readonly value: R }
  | { readonly kind: 'again'; readonly error: unknown };

/** One write under one reign. */
export class WriteRun<T> {
  readonly #reign: Reign<T>;
  readonly #trip: Trip;
  readonly #session: Session | undefined;
  readonly #settings: ReplicaSettings<T>;
  readonly #metrics: ReplicaMetrics;
  readonly #topology: Topology<T>;
  readonly #waiting = new AbortController();
  #facts: RunFacts | undefined;

  constructor(
    reign: Reign<T>,
    trip: Trip,
    session: Session | undefined,
    settings: ReplicaSettings<T>,
    metrics: ReplicaMetrics,
    topology: Topology<T>,
  ) {
    this.#reign = reign;
    this.#trip = trip;
    this.#session = session;
    this.#settings = settings;
    this.#metrics = metrics;
    this.#topology = topology;
  }

  async of<R>(fn: (resource: T, facts: RouteFacts) => R | PromiseLike<R>): Promise<WriteOutcome<R>> {
    const { watch } = this.#reign;
    const unlink = this.#link();
    try {
      const options = this.#trip.acquireOptions(this.#waiting.signal);
      const value = await watch.pool.use((resource, lease) => this.#run(fn, resource, lease), options);
      return { kind: 'done', value };
    } catch (error) {
      if (error instanceof Unplaced) return { kind: 'done', value: error.value as R };
      if (this.#facts === undefined && !this.#trip.signal?.aborted) {
        if (this.#reign.over || isXcError(error, 'XC_POOL_CREATE')) return { kind: 'again', error };
      }
      if (isReadOnlyError(error)) this.#topology.lookNow();
      throw error;
    } finally {
      unlink();
      this.#facts?.end();
    }
  }

  async #run<R>(fn: (resource: T, facts: RouteFacts) => R | PromiseLike<R>, resource: T, lease: Lease<T>): Promise<R> {
    const { watch, over } = this.#reign;
    if (over) throw this.#changed();
    const route = { node: watch.name, role: 'primary', lagMs: 0, why: 'write' } as const;
    this.#facts = new RunFacts(route, lease, this.#trip.signal);
    this.#metrics.routed(route.node, route.role, route.why);
    const value = await fn(resource, this.#facts);
    if (this.#session !== undefined) await this.#remember(this.#session, resource, value);
    return value;
  }

  /** The write is done whatever happens here: if nobody can say how far the database is, the session reads from the primary. */
  async #remember(session: Session, resource: T, value: unknown): Promise<void> {
    const { view, clock, probeTimeoutMs } = this.#settings;
    try {
      const position = await new Promise<string>((resolve, reject) => {
        const late = clock.after(probeTimeoutMs, () => reject(new Error(`no answer within ${probeTimeoutMs} ms`)));
        const asked = async () => (await view.position(resource, 'primary')).position;
        asked()
          .then(resolve, reject)
          .finally(() => late.cancel());
      });
      session.wrote(this.#reign.term, position);
    } catch {
      session.forget();
      throw new Unplaced(value);
    }
  }

  /** The end of the reign stops the wait for a connection; of a write that runs already it only aborts the signal. */
  #link(): () => void {
    const caller = this.#trip.signal;
    const giveUp = () => this.#waiting.abort(caller?.reason);
    caller?.addEventListener('abort', giveUp, { once: true });
    const forget = this.#reign.onEnd(() => {
      if (this.#facts === undefined) this.#waiting.abort(this.#changed());
      else this.#facts.abort(this.#changed());
    });
    return () => {
      caller?.removeEventListener('abort', giveUp);
      forget();
    };
  }

  #changed(): Error {
    return primaryChangedError(this.#reign.watch.name, this.#reign.term);
  }
}

/** Carries the value of a write out of a connection that is no longer to be trusted. */
class Unplaced extends Error {
  readonly value: unknown;

  constructor(value: unknown) {
    super('the write is done, and its position unknown');
    this.value = value;
  }
}
