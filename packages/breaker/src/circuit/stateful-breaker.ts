import { type RunOptions, type Task, XcError } from '@xc/core';
import { Announcer, type Relay } from '../events/announcer.ts';
import { type BreakerEvent, type BreakerEvents, breakerEventNames } from '../events/breaker-events.ts';
import { type EventStreamOptions, eventStream } from '../events/event-stream.ts';
import { callable, duration, oneOf, type PolicyEnvironment } from '../options.ts';
import { breakerLayer } from '../run/breaker-layer.ts';
import { execute, type Fusible, layerKey, taskStage } from '../run/engine.ts';
import type { Layer, Stage } from '../run/frame.ts';
import { beginningOf } from './beginning.ts';
import type { Breaker } from './breaker.ts';
import { BreakerCircuit } from './breaker-circuit.ts';
import type { BreakerDump } from './breaker-dump.ts';
import type { BreakerMetrics } from './breaker-metrics.ts';
import type { BreakerOptions, BreakerUpdate } from './breaker-options.ts';
import { type BreakerSettings, updatedSettings } from './breaker-settings.ts';
import type { BreakerSnapshot } from './breaker-snapshot.ts';
import type { BreakerState } from './breaker-state.ts';
import { circuitKey } from './circuit.ts';
import type { FleetLink } from './fleet-link.ts';
import { type Permit, permitOf } from './permit.ts';
import { StateMachine } from './state-machine.ts';
import type { Owner, SettledState } from './state-machine-parts.ts';

/** What a breaker is made of once its options are checked. */
export interface BreakerParts {
  readonly environment: PolicyEnvironment;
  readonly settings: BreakerSettings;
  readonly metrics: BreakerMetrics;
  readonly options: Pick<BreakerOptions, 'initialState' | 'restore'>;
  readonly relay?: Relay;
  readonly owner?: Owner | undefined;
}

/** The breaker behind the interface; knows its state machine, where a pipeline finds it. Private as in `StateMachine`. */
export class StatefulBreaker implements Breaker, Fusible {
  readonly [circuitKey]: BreakerCircuit;
  readonly #machine: StateMachine;
  #first: Stage | undefined;

  constructor(parts: BreakerParts) {
    const { environment, settings, metrics, options, relay, owner } = parts;
    const announcer = new Announcer(environment.name, metrics, environment.logger, relay);
    const beginning = beginningOf(options, settings, environment, announcer);
    this.#machine = new StateMachine({ ...environment, announcer, settings, beginning, owner });
    this[circuitKey] = new BreakerCircuit(this.#machine, announcer);
  }

  get name(): string {
    return this.#machine.announcer.name;
  }

  get state(): BreakerState {
    return this.#machine.state();
  }

  /** Made anew at every look: a pipeline looks once. */
  get [layerKey](): Layer {
    return breakerLayer(this[circuitKey], this.#machine.clock);
  }

  /** Calls admitted and not reported yet, of whatever generation. */
  get inFlight(): number {
    return this.#machine.inFlight;
  }

  run<T>(task: Task<T>, options?: RunOptions): Promise<T> {
    this.#first ??= this[layerKey].before(taskStage);
    return execute(this.#first, this.#machine.clock, task, options);
  }

  tryAcquire(): Permit | undefined {
    const circuit = this[circuitKey];
    const generation = circuit.admit();
    return generation < 0 ? undefined : permitOf(circuit, generation);
  }

  snapshot(): BreakerSnapshot {
    return this.#machine.snapshot();
  }

  open(forMs?: number): void {
    const waitMs = forMs === undefined ? undefined : duration('forMs', forMs);
    const now = this.#machine.observe();
    if (this.state === 'metrics-only') throw illegal(this, 'open');
    if (this.state === 'open') this.#machine.extend(now, waitMs);
    else this.#machine.open('manual', now, waitMs);
    this.#machine.announcer.flush();
  }

  halfOpen(): void {
    const now = this.#machine.observe();
    if (this.state === 'closed' || this.state === 'metrics-only') throw illegal(this, 'half-open');
    if (this.state !== 'half-open') this.#machine.probe('manual', now, this.#machine.settings.halfOpen.permits);
    this.#machine.announcer.flush();
  }

  close(): void {
    this.settle('closed');
  }

  forceOpen(): void {
    this.settle('forced-open');
  }

  disable(): void {
    this.settle('disabled');
  }

  metricsOnly(): void {
    this.settle('metrics-only');
  }

  reset(): void {
    const now = this.#machine.observe();
    if (this.state === 'closed') this.#machine.clear();
    else this.#machine.settle('closed', 'manual', now, 'at once');
    this.#machine.announcer.reset();
    this.#machine.announcer.flush();
  }

  update(options: BreakerUpdate): void {
    const settings = updatedSettings(this.#machine.settings, options);
    this.#machine.adopt(settings, this.#machine.observe());
  }

  dump(): BreakerDump {
    return this.#machine.dump();
  }

  on<E extends keyof BreakerEvents>(event: E, listener: (event: BreakerEvents[E]) => void): () => void {
    oneOf('event', event, breakerEventNames);
    return this.#machine.announcer.listeners().add(event, callable('listener', listener));
  }

  events(options?: EventStreamOptions): AsyncIterable<BreakerEvent> {
    return eventStream(this.#machine.announcer.listeners(), options);
  }

  link(fleet: FleetLink): () => void {
    callable('takeProbes', fleet?.takeProbes);
    const machine = this.#machine;
    if (machine.fleet !== undefined) throw new TypeError(`breaker ${this.name} is linked already`);
    machine.fleet = fleet;
    return () => {
      if (machine.fleet === fleet) machine.fleet = undefined;
    };
  }

  /** Its registry forgets it. Whoever still holds it may go on. */
  retire(): void {
    this.#machine.announcer.retired(this.state);
  }

  private settle(to: SettledState): void {
    const now = this.#machine.observe();
    if (this.state !== to) this.#machine.settle(to, 'manual', now);
    this.#machine.announcer.flush();
  }
}

function illegal(breaker: Breaker, to: BreakerState): XcError<'XC_BREAKER_TRANSITION'> {
  const from = breaker.state;
  return new XcError('XC_BREAKER_TRANSITION', `breaker ${breaker.name} cannot go from ${from} to ${to}`, {
    details: { from, to },
  });
}
