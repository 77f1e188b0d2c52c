import type { Policy } from '@xc/core';
import type { BreakerEvent, BreakerEvents } from '../events/breaker-events.ts';
import type { EventStreamOptions } from '../events/event-stream.ts';
import type { BreakerDump } from './breaker-dump.ts';
import type { BreakerUpdate } from './breaker-options.ts';
import type { BreakerSnapshot } from './breaker-snapshot.ts';
import type { BreakerState } from './breaker-state.ts';
import type { FleetLink } from './fleet-link.ts';
import type { Permit } from './permit.ts';

/** Lets calls through while the dependency is well, refuses them at once while it is not, and probes for its return. */
export interface Breaker extends Policy {
  readonly name: string;
  readonly state: BreakerState;

  /** The two-step form, for work that is not one promise (streams, sockets, jobs); `undefined` when refused. */
  tryAcquire(): Permit | undefined;

  /** What it knows now, as plain data. */
  snapshot(): BreakerSnapshot;

  /**
   * Opens by hand, or sets a new wait from now on a breaker that is open.
   *
   * @param forMs - Milliseconds; the configured wait when left out.
   * @throws XcError `XC_BREAKER_TRANSITION` while metrics-only; RangeError when `forMs` is no duration.
   */
  open(forMs?: number): void;

  /**
   * Begins to probe now.
   *
   * @throws XcError `XC_BREAKER_TRANSITION` while closed or metrics-only.
   */
  halfOpen(): void;

  /** Closes by hand, with an empty window. */
  close(): void;

  /** Refuses every call until somebody changes the state. */
  forceOpen(): void;

  /** Lets every call through and records nothing. */
  disable(): void;

  /** Lets every call through, records, and never opens. */
  metricsOnly(): void;

  /** Closed, with window and counters empty. */
  reset(): void;

  /**
   * Changes settings of the living breaker; what is left out stays, `halfOpen` one by one. A changed window starts
   * empty, thresholds hold from the next outcome, permits and waits from the next period. `consecutive: null` switches the row off.
   *
   * @throws TypeError or RangeError that names the option and the value; nothing has changed then.
   */
  update(options: BreakerUpdate): void;

  /** What `restore` takes up after a restart. */
  dump(): BreakerDump;

  /**
   * Calls `listener` synchronously after each such event; one that throws is logged and harms nobody.
   *
   * @returns what takes the listener off again.
   */
  on<E extends keyof BreakerEvents>(event: E, listener: (event: BreakerEvents[E]) => void): () => void;

  /** Every event from now on, for `for await`. */
  events(options?: EventStreamOptions): AsyncIterable<BreakerEvent>;

  /**
   * Ties the breaker to the same breaker in other processes.
   *
   * @returns what unties it.
   * @throws TypeError when it is tied already.
   */
  link(fleet: FleetLink): () => void;
}
