import type { Logger } from '@xc/core';
import type { BreakerMetrics } from '../circuit/breaker-metrics.ts';
import type { BreakerState, TransitionReason } from '../circuit/breaker-state.ts';
import type { RefusalReason } from '../circuit/circuit-open-error.ts';
import { report } from '../run/hook.ts';
import type { BreakerEvents, NoDetails } from './breaker-events.ts';
import { Listeners } from './listeners.ts';

/** Somebody else who hears what a breaker says: the registry it belongs to. */
export interface Relay {
  hears(type: keyof BreakerEvents): boolean;
  tell<E extends keyof BreakerEvents>(type: E, event: BreakerEvents[E]): void;
  flush(): void;
}

/** Hears of a change of state in the middle of it: the breaker is not to be looked at yet. */
export type Watcher = (from: BreakerState, to: BreakerState, reason: TransitionReason) => void;

const noDetails: NoDetails = Object.freeze({});

/**
 * Says what happens in a breaker: to its metrics at once, to its listeners at the next `flush`, to the log when
 * something is wrong. While nobody listens no event is made.
 */
export class Announcer {
  readonly name: string;
  watcher: Watcher | undefined;
  readonly #metrics: BreakerMetrics;
  readonly #logger: Logger;
  readonly #relay: Relay | undefined;
  #listeners: Listeners<BreakerEvents> | undefined;
  #complaints: Set<string> | undefined;
  #retired = false;

  constructor(name: string, metrics: BreakerMetrics, logger: Logger, relay?: Relay) {
    this.name = name;
    this.#metrics = metrics;
    this.#logger = logger;
    this.#relay = relay;
  }

  /** The listeners; made when somebody first listens. */
  listeners(): Listeners<BreakerEvents> {
    this.#listeners ??= new Listeners(this.name, this.#logger);
    return this.#listeners;
  }

  success(): void {
    this.#metrics.success.inc();
    if (this.hears('success')) this.tell('success', noDetails);
  }

  failure(error: unknown, durationMs: number): void {
    this.#metrics.failure.inc();
    if (this.hears('failure')) this.tell('failure', { error, durationMs });
  }

  ignored(): void {
    this.#metrics.ignored.inc();
    if (this.hears('ignored')) this.tell('ignored', noDetails);
  }

  stale(ok: boolean): void {
    this.#metrics.stale.inc();
    if (this.hears('stale')) this.tell('stale', { ok });
  }

  rejected(reason: RefusalReason): void {
    this.#metrics.rejected.inc();
    if (this.hears('rejected')) this.tell('rejected', { name: this.name, reason });
  }

  began(state: BreakerState): void {
    this.#metrics.state(undefined, state);
  }

  moved(from: BreakerState, to: BreakerState, reason: TransitionReason): void {
    this.watcher?.(from, to, reason);
    this.#metrics.transition(from, to, reason);
    if (!this.#retired) this.#metrics.state(from, to);
  }

  /** The state of this breaker, if it goes on, is no longer one of those behind the metric. */
  retired(state: BreakerState): void {
    if (!this.#retired) this.#metrics.state(state, undefined);
    this.#retired = true;
  }

  reset(): void {
    this.tell('reset', noDetails);
  }

  hears(type: keyof BreakerEvents): boolean {
    return this.#listeners?.has(type) === true || this.#relay?.hears(type) === true;
  }

  tell<E extends keyof BreakerEvents>(type: E, event: BreakerEvents[E]): void {
    this.#listeners?.queue(type, event);
    this.#relay?.tell(type, event);
  }

  /** Lets the listeners hear what was said. The breaker must be at rest: they may change it. */
  flush(): void {
    this.#listeners?.flush();
    this.#relay?.flush();
  }

  /** Logs a fault in what the breaker was given, once for each `message`. */
  complain(message: string, cause: unknown): void {
    this.#complaints ??= new Set();
    if (this.#complaints.has(message)) return;
    this.#complaints.add(message);
    report(this.#logger, { err: cause, name: this.name }, message);
  }
}
