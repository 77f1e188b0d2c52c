import type { Policy, RunOptions, Task } from '@xc/core';
import { Announcer } from '../events/announcer.ts';
import { type BreakerEvent, type BreakerEvents, breakerEventNames } from '../events/breaker-events.ts';
import { type EventStreamOptions, eventStream } from '../events/event-stream.ts';
import { callable, duration, oneOf, type PolicyEnvironment, policyEnvironment } from '../options.ts';
import { breakerLayer } from '../run/breaker-layer.ts';
import { execute, type Fusible, layerKey, taskStage } from '../run/engine.ts';
import type { Layer, Stage } from '../run/frame.ts';
import { type BreakerDump, checkedDump } from './breaker-dump.ts';
import { type BreakerMetrics, breakerMetrics } from './breaker-metrics.ts';
import type { BreakerOptions, BreakerUpdate } from './breaker-options.ts';
import { type BreakerSettings, breakerSettings } from './breaker-settings.ts';
import type { BreakerSnapshot } from './breaker-snapshot.ts';
import type { BreakerState } from './breaker-state.ts';
import { circuitKey } from './circuit.ts';
import type { FleetLink } from './fleet-link.ts';
import { type Permit, permitOf } from './permit.ts';
import { StateMachine } from './state-machine.ts';

/** Lets calls through while the dependency is well, refuses them at once while it is not, and probes for its return. */
export interface Breaker extends Policy {
  readonly name: string;
  readonly state: BreakerState;

  /** The two-step form, for work that is not one promise (streams, sockets, jobs); `undefined` when refused. */
  tryAcquire(): Permit | undefined;

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
   * empty, thresholds hold from the next outcome, permits and waits from the next period.
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

/**
 * Makes a circuit breaker. It owns no timer and costs next to nothing while all is well.
 *
 * @throws TypeError or RangeError that names the option and the value.
 * @example
 * ```ts
 * const payments = createBreaker({ name: 'payments', failureRate: 0.5, openForMs: 10_000 });
 * const receipt = await payments.run(({ signal }) => fetch(url, { signal }));
 * ```
 */
export function createBreaker(options: BreakerOptions = {}): Breaker {
  const settings = breakerSettings(options);
  const environment = policyEnvironment(options, 'breaker');
  return breakerOf({
    environment,
    settings,
    metrics: breakerMetrics(environment.meter, environment.name),
    options,
  });
}

/** What a breaker is made of once its options are checked. */
export interface BreakerParts {
  readonly environment: PolicyEnvironment;
  readonly settings: BreakerSettings;
  readonly metrics: BreakerMetrics;
  readonly options: Pick<BreakerOptions, 'initialState' | 'restore'>;
  /** Called when the breaker may have become idle. */
  readonly released?: (() => void) | undefined;
}

/** A breaker of checked parts, for a registry whose breakers share them. */
export function breakerOf(parts: BreakerParts): CircuitBreaker {
  return new CircuitBreaker(parts);
}

/** The breaker behind the interface; knows its state machine, where a pipeline finds it. */
export class CircuitBreaker implements Breaker, Fusible {
  readonly [circuitKey]: StateMachine;
  readonly #environment: PolicyEnvironment;
  readonly #announcer: Announcer;
  #first: Stage | undefined;

  constructor(parts: BreakerParts) {
    const { environment, settings, metrics, options, released } = parts;
    const initialState = oneOf('initialState', options.initialState ?? 'closed', initialStates);
    const restored = options.restore === undefined ? undefined : checkedDump(options.restore);
    const announcer = new Announcer(environment.name, metrics, environment.logger);
    const machine = new StateMachine({ ...environment, announcer, settings, initialState, released });
    if (restored !== undefined) machine.restore(restored);
    this[circuitKey] = machine;
    this.#environment = environment;
    this.#announcer = announcer;
  }

  get name(): string {
    return this.#announcer.name;
  }

  get state(): BreakerState {
    return this[circuitKey].state;
  }

  /** Made anew at every look: a pipeline looks once. */
  get [layerKey](): Layer {
    return breakerLayer(() => this[circuitKey], this.#environment.clock);
  }

  run<T>(task: Task<T>, options?: RunOptions): Promise<T> {
    this.#first ??= this[layerKey].before(taskStage);
    return execute(this.#first, this.#environment.clock, task, options);
  }

  tryAcquire(): Permit | undefined {
    const machine = this[circuitKey];
    const generation = machine.admit();
    return generation < 0 ? undefined : permitOf(machine, generation);
  }

  snapshot(): BreakerSnapshot {
    return this[circuitKey].snapshot();
  }

  open(forMs?: number): void {
    this[circuitKey].open(forMs === undefined ? undefined : duration('forMs', forMs));
  }

  halfOpen(): void {
    this[circuitKey].halfOpen();
  }

  close(): void {
    this[circuitKey].goTo('closed');
  }

  forceOpen(): void {
    this[circuitKey].goTo('forced-open');
  }

  disable(): void {
    this[circuitKey].goTo('disabled');
  }

  metricsOnly(): void {
    this[circuitKey].goTo('metrics-only');
  }

  reset(): void {
    this[circuitKey].reset();
  }

  update(options: BreakerUpdate): void {
    this[circuitKey].update(options);
  }

  dump(): BreakerDump {
    return this[circuitKey].dump();
  }

  on<E extends keyof BreakerEvents>(event: E, listener: (event: BreakerEvents[E]) => void): () => void {
    oneOf('event', event, breakerEventNames);
    return this.#announcer.listeners().add(event, callable('listener', listener));
  }

  events(options?: EventStreamOptions): AsyncIterable<BreakerEvent> {
    return eventStream(this.#announcer.listeners(), options);
  }

  link(fleet: FleetLink): () => void {
    callable('takeProbes', fleet?.takeProbes);
    return this[circuitKey].link(fleet);
  }
}

const initialStates = ['closed', 'metrics-only', 'disabled', 'forced-open'] as const;
